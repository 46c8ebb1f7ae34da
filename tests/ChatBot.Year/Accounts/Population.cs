using System.Text.Json.Nodes;
using ChatBot.Chaos;
using ChatBot.Local;
using Npgsql;

namespace ChatBot.Year.Accounts;

/// <summary>All accounts: on plans whose periods begin on the first, the 15th and the last day, some with caps that they reach or a key of their own.</summary>
public sealed class Population(LocalStack stack, NpgsqlDataSource database, YearHttp http, PlanAdministrator office, YearOptions options)
{
    private const string SignUp = """
        insert into auth.users (id, email)
        select u.id, u.id || '@example.com'
        from unnest($1) u (id)
        """;

    // A kind of account for each remainder.
    private const int Kinds = 20;

    private static readonly string[] s_plans = ["free", "middle", "last"];
    private static readonly Limits s_planned = new(null, null, null);

    private readonly Random _random = new(options.Seed);
    private readonly List<Account> _accounts = [];

    public IReadOnlyList<Account> Accounts => _accounts;

    public IReadOnlyList<Account> Steady => [.. _accounts.Where(a => a.IsSteady)];

    public async Task CreateAsync()
    {
        await office.PutPlanAsync("free", new(1_000_000, 10, 10_000_000), Plan("Free", 1));
        await office.PutPlanAsync("middle", new(200_000, 2, 200_000, 300L * options.Sends), Plan("Middle", 15));
        await office.PutPlanAsync("last", new(100_000, 1, 100_000), Plan("Last", 31, stopsAtCap: true));
        for (var index = 0; index < options.Users; index++)
        {
            var id = Guid.NewGuid();
            _accounts.Add(new(id, stack.Tokens.Mint(new AccessToken(id)), IsWordy: index % Kinds > 10, IsSteady: index % Kinds == 0));
        }

        await using (var signUp = database.CreateCommand(SignUp))
        {
            signUp.Parameters.Add(new() { Value = _accounts.Select(a => a.Id).ToArray() });
            await signUp.ExecuteNonQueryAsync();
        }

        foreach (var (index, account) in _accounts.Index())
        {
            await SettleAsync(account, index % Kinds);
        }
    }

    /// <summary>Some move to another plan or get other caps, some are blocked, and who was blocked is so no longer.</summary>
    public async Task ChangeAsync()
    {
        foreach (var account in _accounts.Where(a => !a.IsSteady && _random.Chance(0.04)).ToList())
        {
            var own = _random.Next(3) switch
            {
                0 => s_planned,
                1 => new Limits(Tokens(), null, null),
                _ => new Limits(null, Cost(), Tokens()),
            };
            var rest = new JsonObject();
            if (_random.Chance(0.3))
            {
                rest["periodAnchorDay"] = _random.Among([1, 10, 15, 28, 31]);
            }

            if (_random.Chance(0.15))
            {
                rest["blockedReason"] = "An invoice is open.";
            }

            await office.PutTermsAsync(account, new(_random.Among(s_plans), own), rest);
        }
    }

    /// <summary>The default plan's caps change for everybody on it who has no others.</summary>
    public Task ChangeDefaultPlanAsync() => office.PutPlanAsync("free", new(450L * options.Sends, 5, 10_000_000), Plan("Free", 1));

    private static JsonObject Plan(string name, int anchorDay, bool stopsAtCap = false) => new()
    {
        ["name"] = name,
        ["periodAnchorDay"] = anchorDay,
        ["stopsAtCap"] = stopsAtCap,
        // So that what is reserved leaves room for small caps.
        ["maxOutputTokens"] = ModelFaultMix.LongestAnswer,
    };

    private Task SettleAsync(Account account, int kind) => kind switch
    {
        // Nothing on the default plan changes for these.
        0 => office.PutTermsAsync(account, new("free", new(1_000_000, 10, 10_000_000)), []),
        < 5 => Task.CompletedTask,
        < 8 => office.PutTermsAsync(account, new("middle", s_planned), []),
        < 11 => office.PutTermsAsync(account, new("last", s_planned), []),
        < 14 => office.PutTermsAsync(account, new(_random.Among(s_plans), new(Tokens(), null, null)), []),
        < 17 => office.PutTermsAsync(account, new(_random.Among(s_plans), new(null, Cost(), null)), []),
        _ => TakeOwnKeyAsync(account),
    };

    private async Task TakeOwnKeyAsync(Account account)
    {
        await office.PutTermsAsync(account, new(_random.Among(s_plans), new(null, null, Tokens())), []);
        var body = new JsonObject { ["key"] = $"sk-own-{account.Id:N}" };
        using var answer = await http.SendAsync(0, HttpMethod.Put, account.Token, "/api/preferences/openai-key", body);
        answer.EnsureSuccessStatusCode();
    }

    private long Tokens() => _random.Next(250, 600) * options.Sends;

    private decimal Cost() => _random.Next(1_200, 4_000) * options.Sends / 1_000_000m;
}
