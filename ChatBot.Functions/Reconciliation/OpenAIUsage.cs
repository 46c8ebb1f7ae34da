using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using ChatBot.Functions.Settings;

namespace ChatBot.Functions.Reconciliation;

/// <summary>Asks OpenAI what an organization has used, at <c>/organization/usage/completions</c>.</summary>
public sealed class OpenAIUsage(ChatBotSettings settings, HttpClient http)
{
    private const int MaxAnswerBytes = 4 * 1024 * 1024;

    // A day is one bucket; its models fill a page or two.
    private const int MaxPages = 100;

    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(15);

    /// <exception cref="HttpRequestException">It cannot be reached, or refuses.</exception>
    /// <exception cref="TimeoutException">It takes too long.</exception>
    /// <exception cref="InvalidDataException">The answer has not the documented form.</exception>
    public async Task<List<ProviderFigures>> Read(string adminKey, DateOnly day, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(s_timeout);
        try
        {
            List<ProviderFigures> figures = [];
            string? page = null;
            var pages = 0;
            do
            {
                page = await ReadPage(adminKey, day, page, figures, timeout.Token);
            }
            while (page is not null && ++pages < MaxPages);

            return page is null ? figures : throw new InvalidDataException("The pages do not end.");
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException("No answer in time.", e);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new InvalidDataException("The answer has not the documented form.", e);
        }
    }

    /// <summary>The cursor of the next page, or null after the last one.</summary>
    private async Task<string?> ReadPage(string adminKey, DateOnly day, string? page, List<ProviderFigures> figures, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Address(day, page));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", adminKey);
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        response.EnsureSuccessStatusCode();
        await response.Content.LoadIntoBufferAsync(MaxAnswerBytes, cancellationToken);
        using var answer = await JsonDocument.ParseAsync(await response.Content.ReadAsStreamAsync(cancellationToken), cancellationToken: cancellationToken);
        var root = answer.RootElement;
        var ofDay = root.GetProperty("data").EnumerateArray().Where(bucket => bucket.GetProperty("start_time").GetInt64() == Seconds(day));
        figures.AddRange(ofDay.SelectMany(bucket => bucket.GetProperty("results").EnumerateArray()).Select(result => new ProviderFigures(
            day,
            result.GetProperty("model").GetString() is { Length: > 0 } model ? model : "unknown",
            result.GetProperty("input_tokens").GetInt64(),
            result.GetProperty("output_tokens").GetInt64(),
            result.GetProperty("num_model_requests").GetInt64())));
        return root.GetProperty("has_more").GetBoolean() ? root.GetProperty("next_page").GetString() : null;
    }

    private Uri Address(DateOnly day, string? page)
    {
        var query = string.Create(
            CultureInfo.InvariantCulture, $"start_time={Seconds(day)}&end_time={Seconds(day.AddDays(1))}&bucket_width=1d&group_by=model&limit=1");
        query += string.Concat(settings.Reconciliation.OpenAIProjects.Select(project => $"&project_ids={Uri.EscapeDataString(project)}"));
        query += page is null ? "" : $"&page={Uri.EscapeDataString(page)}";
        return new Uri($"{settings.Providers.OpenAIEndpoint.AbsoluteUri.TrimEnd('/')}/organization/usage/completions?{query}");
    }

    private static long Seconds(DateOnly day) => new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero).ToUnixTimeSeconds();
}
