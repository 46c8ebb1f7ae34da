using System.Text.Json;

namespace ChatBot.Functions.Models;

/// <summary>Azure OpenAI's <c>content_filter_results</c>: an object per category, with <c>filtered</c> and a severity.</summary>
public static class ContentFilterResults
{
    /// <summary>Adds the categories that were filtered; allocates only where there is one.</summary>
    /// <param name="json">Before the value; after it, when this returns.</param>
    public static IReadOnlyList<string> ReadFiltered(ref Utf8JsonReader json)
    {
        List<string>? filtered = null;
        if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
        {
            json.Skip();
            return [];
        }

        while (json.NextProperty())
        {
            var category = json.ValueSpan;
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
            {
                json.Skip();
                continue;
            }

            while (json.NextProperty())
            {
                var isFiltered = json.ValueTextEquals("filtered"u8);
                json.Read();
                if (isFiltered && json.TokenType == JsonTokenType.True)
                {
                    (filtered ??= []).Add(System.Text.Encoding.UTF8.GetString(category));
                }

                json.Skip();
            }
        }

        return filtered ?? (IReadOnlyList<string>)[];
    }
}
