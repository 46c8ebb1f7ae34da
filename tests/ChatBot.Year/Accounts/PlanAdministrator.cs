using System.Globalization;
using System.Text.Json.Nodes;
using ChatBot.Local;

namespace ChatBot.Year.Accounts;

/// <summary>Who sets plans, prices and limits, through the program, and notes which were in force when.</summary>
public sealed class PlanAdministrator(YearHttp http, TokenMint tokens, SimulatedClock clock)
{
    private const int MostTries = 20;

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(250);

    private readonly string _token = tokens.Mint(new AccessToken(Guid.NewGuid()) { Role = "service_role" });

    public LimitsJournal Journal { get; } = new();

    public async Task PutPlanAsync(string id, Limits limits, JsonObject rest)
    {
        Journal.Add(clock.Now, id, limits);
        await PutAsync($"/api/billing/plans/{id}", With(rest, limits, "modelsAllowed"));
    }

    public async Task PutTermsAsync(Account account, Terms terms, JsonObject rest)
    {
        Journal.Add(clock.Now, account.Id, terms);
        rest["planId"] = terms.PlanId;
        await PutAsync($"/api/billing/users/{account.Id}/plan", With(rest, terms.Own, "blockedReason"));
    }

    public Task AddPriceAsync(string model, DateTimeOffset validFrom, decimal input, decimal cachedInput, decimal cacheWrite, decimal output, decimal reasoning) =>
        SendAsync(HttpMethod.Post, "/api/billing/prices", new JsonObject
        {
            ["id"] = Guid.NewGuid().ToString(),
            ["model"] = model,
            ["validFrom"] = validFrom.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
            ["input"] = input,
            ["cachedInput"] = cachedInput,
            ["cacheWrite"] = cacheWrite,
            ["output"] = output,
            ["reasoning"] = reasoning,
        });

    /// <summary>So high that it stops nobody, but all is counted.</summary>
    public Task LimitDeploymentAsync() => PutAsync("/api/billing/deployment", new JsonObject
    {
        ["tokenCap"] = 1_000_000_000_000,
        ["costCap"] = null,
        ["requestsPerMinute"] = null,
        ["concurrentStreams"] = null,
    });

    /// <summary>A PUT names each limit, also where there is none.</summary>
    private static JsonObject With(JsonObject rest, Limits limits, string other)
    {
        foreach (var name in (string[])["dailyTokenCap", "dailyCostCap", other])
        {
            rest.TryAdd(name, null);
        }

        rest["tokenCap"] = limits.Tokens;
        rest["costCap"] = limits.Cost;
        rest["ownKeyTokenCap"] = limits.OwnKeyTokens;
        rest["dailyTokenCap"] = limits.DailyTokens;
        return rest;
    }

    private Task PutAsync(string path, JsonObject body) => SendAsync(HttpMethod.Put, path, body);

    // All but the price may be done twice, and that is refused the second time.
    private async Task SendAsync(HttpMethod method, string path, JsonObject body)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                using var answer = await http.SendAsync(attempt % http.Count, method, _token, path, body);
                if (answer.IsSuccessStatusCode || (attempt > 1 && method == HttpMethod.Post && (int)answer.StatusCode == 409))
                {
                    return;
                }

                if ((int)answer.StatusCode < 500 || attempt == MostTries)
                {
                    throw new LocalStackException($"{method} {path}: {await answer.Content.ReadAsStringAsync()}");
                }
            }
            catch (Exception e) when (e is HttpRequestException or IOException && attempt < MostTries)
            {
                // Its process was killed.
            }

            await Task.Delay(s_pause);
        }
    }
}
