using System.Globalization;
using System.Text;
using System.Text.Json;
using ChatBot.Functions.Database;

namespace ChatBot.Functions.Billing;

/// <summary>
/// All users' usage of a month, written page by page: no connection is held while the client reads, and a million users take no
/// more memory than one page of them. Users are listed with their periods that begin in the month; totals are of its days in UTC.
/// </summary>
public sealed class PeriodReport(ChatBotDatabase database)
{
    private const int PageSize = 5_000;

    /// <param name="namesUsers">Not where it is kept: it would tell of an account that is erased later. A statement's hash tells whose a line is.</param>
    public async Task WriteJson(DateTime month, Stream output, bool namesUsers = true)
    {
        // Written out only when it is good: where the database is away at first, a problem is answered in its place, and where it
        // goes away later, the connection breaks. Disposing would write half an object.
        var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteString("period", month.ToString("yyyy-MM", CultureInfo.InvariantCulture));
        json.WriteString("currency", await Currency());
        json.WriteStartArray("users");
        await foreach (var page in Users(month))
        {
            page.ForEach(user => Write(json, user, namesUsers));
            await json.FlushAsync();
        }

        json.WriteEndArray();
        var totals = await Totals(month);
        json.WriteStartObject("totals");
        foreach (var (name, by) in new[] { ("byModel", "model"), ("byPurpose", "purpose"), ("byDay", "day") })
        {
            json.WriteStartArray(name);
            Sum(totals, by).ForEach(total => Write(json, by, total));
            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.WriteEndObject();
        await json.FlushAsync();
    }

    /// <summary>As RFC 4180 has it.</summary>
    /// <param name="by"><c>user</c>, <c>model</c>, <c>purpose</c> or <c>day</c>: what there is a line for.</param>
    /// <param name="namesUsers">As in <see cref="WriteJson"/>.</param>
    public async Task WriteCsv(DateTime month, string by, Stream output, bool namesUsers = true)
    {
        var csv = new StringBuilder();
        var currency = await Currency();
        if (by == "user")
        {
            csv.Append(namesUsers ? "user_id," : "").Append("period_start,period_end,status,tokens,cost,currency,own_key_tokens,statement_hash\r\n");
            await foreach (var page in Users(month))
            {
                foreach (var user in page)
                {
                    csv.Append(namesUsers ? $"{user.UserId}," : "").Append(
                        CultureInfo.InvariantCulture,
                        $"{user.Start:yyyy-MM-ddTHH:mm:ssZ},{user.End:yyyy-MM-ddTHH:mm:ssZ},{user.Status},{user.Tokens},{user.Cost},{currency},{user.OwnKeyTokens},{user.StatementHash}\r\n");
                }

                await Flush(csv, output);
            }

            return;
        }

        csv.Append(CultureInfo.InvariantCulture, $"{by},payer,calls,input_tokens,cached_input_tokens,cache_write_tokens,output_tokens,reasoning_tokens,cost,currency\r\n");
        // The totals of a month take a second or two.
        await Flush(csv, output);
        foreach (var total in Sum(await Totals(month), by))
        {
            csv.Append(
                CultureInfo.InvariantCulture,
                $"{Quote(total.Key(by))},{total.Payer},{total.Calls},{total.InputTokens},{total.CachedInputTokens},{total.CacheWriteTokens},{total.OutputTokens},{total.ReasoningTokens},{total.Cost},{currency}\r\n");
        }

        await Flush(csv, output);
    }

    private static async Task Flush(StringBuilder csv, Stream output)
    {
        await output.WriteAsync(Encoding.UTF8.GetBytes(csv.ToString()));
        csv.Clear();
    }

    private async IAsyncEnumerable<List<ReportedPeriod>> Users(DateTime month)
    {
        var last = new ReportedPeriod { Start = month };
        List<ReportedPeriod> page;
        do
        {
            var statement = Statement.Of(
                BillingSql.ReportedPeriods,
                Parameter.Time(month.AddMonths(1)),
                Parameter.Time(last.Start),
                Parameter.Uuid(last.UserId),
                Parameter.Integer(PageSize));
            page = await database.All(Caller.Service, statement, ReportedPeriod.Read, CancellationToken.None);
            yield return page;
            last = page.LastOrDefault();
        }
        while (page.Count == PageSize);
    }

    /// <summary>Day by day, as each is one short statement.</summary>
    private async Task<List<ReportedTotal>> Totals(DateTime month)
    {
        var totals = new List<ReportedTotal>();
        for (var day = DateOnly.FromDateTime(month); day.Month == month.Month; day = day.AddDays(1))
        {
            var of = day;
            totals.AddRange(await database.All(
                Caller.Service, Statement.Of(BillingSql.ReportedDay, Parameter.Date(day)), row => ReportedTotal.Read(of, row), CancellationToken.None));
        }

        return totals;
    }

    private async Task<string> Currency() =>
        (await database.All(Caller.Service, Statement.Of(BillingSql.Currency), row => row.GetString(0), CancellationToken.None)).FirstOrDefault("USD");

    private static List<ReportedTotal> Sum(List<ReportedTotal> totals, string by) =>
        [.. totals
            .GroupBy(total => (Key: total.Key(by), total.Payer))
            .OrderBy(group => group.Key.Key, StringComparer.Ordinal)
            .ThenBy(group => group.Key.Payer, StringComparer.Ordinal)
            .Select(group => group.Aggregate((a, b) => a + b))];

    private static void Write(Utf8JsonWriter json, ReportedPeriod user, bool namesUsers)
    {
        json.WriteStartObject();
        if (namesUsers)
        {
            json.WriteString("userId", user.UserId);
        }

        json.WriteString("periodStart", user.Start);
        json.WriteString("periodEnd", user.End);
        json.WriteString("status", user.Status);
        json.WriteNumber("tokens", user.Tokens);
        json.WriteNumber("cost", user.Cost);
        json.WriteNumber("ownKeyTokens", user.OwnKeyTokens);
        json.WriteString("statementHash", user.StatementHash);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string by, ReportedTotal total)
    {
        json.WriteStartObject();
        json.WriteString(by, total.Key(by));
        json.WriteString("payer", total.Payer);
        json.WriteNumber("calls", total.Calls);
        json.WriteNumber("inputTokens", total.InputTokens);
        json.WriteNumber("cachedInputTokens", total.CachedInputTokens);
        json.WriteNumber("cacheWriteTokens", total.CacheWriteTokens);
        json.WriteNumber("outputTokens", total.OutputTokens);
        json.WriteNumber("reasoningTokens", total.ReasoningTokens);
        json.WriteNumber("cost", total.Cost);
        json.WriteEndObject();
    }

    private static string Quote(string text) =>
        text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
