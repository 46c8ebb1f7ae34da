using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace ChatBot.Functions.Models;

/// <summary>
/// What a provider says went wrong, in the same form wherever it says it: with a status, as JSON under 200, or as an event of a stream.
/// Forms: OpenAI's <c>{"error": {message, type, code}}</c>, which Azure OpenAI shares, and what gateways make of it.
/// </summary>
/// <param name="Status">From 400 on: the answer's, else one that the error names; 0 where there is none.</param>
/// <param name="Words">Its codes and types, in lower case, the most telling first.</param>
/// <param name="Message">For known phrases only: it may quote the prompt, and is neither logged nor shown.</param>
/// <param name="Filtered">The categories that a content filter objected to.</param>
public sealed record ProviderError(int Status, IReadOnlyList<string> Words, string Message, IReadOnlyList<string> Filtered)
{
    private const int MaxWordLength = 64;
    private const int MaxMessageLength = 2_000;

    /// <summary>For logs: a code may be any text.</summary>
    public string? Code => Words.FirstOrDefault();

    public static ProviderError OfStatus(int status) => new(status, [], "", []);

    /// <param name="status">The answer's, where that is an error's.</param>
    public static ProviderError Parse(ReadOnlySpan<byte> json, int status)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            return Read(JsonElement.ParseValue(ref reader), status);
        }
        catch (JsonException)
        {
            return OfStatus(status);
        }
    }

    /// <param name="root">What holds the member <c>error</c>, or is the error itself.</param>
    public static ProviderError Read(JsonElement root, int status)
    {
        var whole = root.ValueKind == JsonValueKind.Array && root.GetArrayLength() > 0 ? root[0] : root;
        var error = Member(whole, "error") is { ValueKind: JsonValueKind.Object } inner ? inner : whole;
        JsonElement?[] named = [Member(Member(error, "innererror"), "code"), Member(error, "code"), Member(error, "type"), Member(error, "status"), Member(error, "statusCode")];
        return new ProviderError(
            status >= 400 ? status : named.Select(Number).FirstOrDefault(n => n is >= 400 and <= 599),
            [.. named.Select(Word).OfType<string>()],
            Text(Member(error, "message")) ?? Text(Member(whole, "error")) ?? Text(Member(error, "detail")) ?? "",
            ReadFiltered(error));
    }

    private static int Number(JsonElement? value) => value switch
    {
        { ValueKind: JsonValueKind.Number } number when number.TryGetInt32(out var some) => some,
        _ when int.TryParse(Text(value), NumberStyles.None, CultureInfo.InvariantCulture, out var some) => some,
        _ => 0,
    };

    private static string? Word(JsonElement? value) =>
        Text(value) is { Length: > 0 and <= MaxWordLength } word && word.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.') ? word.ToLowerInvariant() : null;

    private static string? Text(JsonElement? value)
    {
        try
        {
            return value is { ValueKind: JsonValueKind.String } text && text.GetString() is { } some ? some[..Math.Min(some.Length, MaxMessageLength)] : null;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair.
            return null;
        }
    }

    private static IReadOnlyList<string> ReadFiltered(JsonElement error)
    {
        if (Member(Member(error, "innererror"), "content_filter_result") is not { ValueKind: JsonValueKind.Object } results)
        {
            return [];
        }

        var json = new Utf8JsonReader(JsonMarshal.GetRawUtf8Value(results));
        return ContentFilterResults.ReadFiltered(ref json);
    }

    private static JsonElement? Member(JsonElement? parent, string name) =>
        parent is { ValueKind: JsonValueKind.Object } some && some.TryGetProperty(name, out var member) ? member : null;
}
