using System.Collections.Concurrent;
using System.Globalization;
using Npgsql;
using Xunit;

namespace ChatBot.Tests.Usage;

/// <summary>Plays a scenario on several connections at once, looks at the caps all the while, and at the books in the end.</summary>
public sealed class ScenarioRun(BillingDatabase billing, Scenario scenario, int number)
{
    // No further apart than the clocks of two instances.
    private static readonly TimeSpan s_skew = TimeSpan.FromMilliseconds(300);

    private readonly ConcurrentQueue<Call> _calls = new();
    private Guid[] _users = [];
    // Each in a year of its own, as all share what the deployment may use in a month.
    private readonly string _start = Moment(Start(number));
    private DateTimeOffset _now = Start(number);

    public async Task Play()
    {
        await using var session = await billing.At(null);
        await Prepare(session);
        foreach (var round in scenario.Rounds)
        {
            _now = round.Hours == 0 ? _now.UtcDateTime.Date.AddDays(1).AddSeconds(-0.5) : _now.AddHours(round.Hours);
            using var over = new CancellationTokenSource();
            var watching = Watch(over.Token);
            await Task.WhenAll(round.Lanes.Select(PlayLane));
            await over.CancelAsync();
            await watching;
            await Probe(session, round);
            Assert.Empty(await session.Column<string>(BookSql.Sums, _start));
        }

        await End(session);
    }

    private async Task Prepare(BillingSession session)
    {
        foreach (var (rates, model) in scenario.Rates.Select((r, n) => (r, n)))
        {
            await session.Execute(
                "insert into billing.model_prices (model, valid_from, input, cached_input, output, reasoning) values ($1, '2020-01-01', $2, $3, $4, $5)",
                ModelName(model), rates.Input, rates.Cached, rates.Output, rates.Reasoning);
        }

        await session.Travel(_start);
        await session.Execute("select billing.limit_deployment($1, $2, null, null)", scenario.DeploymentTokens, scenario.DeploymentCost);
        _users = await Task.WhenAll(scenario.Users.Select(billing.NewUser));
        foreach (var user in _users)
        {
            await session.PutKey(user);
        }
    }

    private async Task PlayLane(Step[] steps, int lane)
    {
        await using var session = await billing.At(Moment(_now + (lane * s_skew)));
        foreach (var step in steps)
        {
            try
            {
                await Play(session, step);
            }
            catch (PostgresException refused) when (refused.SqlState == Refusal.Cap)
            {
            }
        }
    }

    private async Task Play(BillingSession session, Step step)
    {
        if (step.Act == Act.Admit)
        {
            var admitted = await session.Admit(User(step), step.Size, model: ModelName(step.Model), takesOwnKey: step.Flag);
            _calls.Enqueue(new Call(admitted.Id, step.Size + 16, admitted.MaxOutput));
            return;
        }

        if (step.Act is Act.Release or Act.Close)
        {
            await (step.Act == Act.Close ? session.Close() : session.Execute("select billing.release_reservations()"));
            return;
        }

        var calls = _calls.ToArray();
        if (calls.Length == 0)
        {
            return;
        }

        // Of the newest, most of which are still on their way.
        var call = calls[^(1 + (step.Call % Math.Min(calls.Length, 8)))];
        // A report that is not possible is none: the instance has decided that before.
        (int, int)? used = step is { InputShare: > 100 } or { OutputShare: > 100 }
            ? null : (call.Prompt * step.InputShare / 100, call.MaxOutput * step.OutputShare / 100);
        await (step.Act switch
        {
            Act.Retry => session.Retry(call.Id, ModelName(step.Model), wasCalled: step.Flag),
            Act.End => session.End(call.Id, used),
            Act.EndUnreported => session.End(call.Id, null),
            Act.Fail => session.End(call.Id, null, wasCalled: step.Flag, state: "failed"),
            Act.Interrupt => session.Interrupt(call.Id),
            Act.EndLate => session.End(call.Id, used, isLate: true),
            _ => session.Record(call.Id, countedInput: step.InputShare, countedOutput: step.OutputShare),
        });
    }

    /// <summary>At every moment: as often as there is time for.</summary>
    private async Task Watch(CancellationToken over)
    {
        await using var session = await billing.At(null);
        do
        {
            Assert.Empty(await session.Column<string>(BookSql.Overshoot, _start));
        }
        while (!over.IsCancellationRequested);
        Assert.Empty(await session.Column<string>(BookSql.Overshoot, _start));
    }

    /// <summary>With nobody else there, what a send gets is what anybody can reckon from the rows.</summary>
    private async Task Probe(BillingSession session, Round round)
    {
        await session.Travel(Moment(_now + (round.Lanes.Length * s_skew)));
        var user = User(round.Probe);
        var room = await session.Column<string>(BookSql.Room, user, round.Probe.Flag ? "own_key" : "platform");
        var expected = RemainingCap.Of(room).OutputOf(
            scenario.Rates[round.Probe.Model], round.Probe.Size + 16, scenario.Users[round.Probe.User % _users.Length].MaxOutput, isFree: round.Probe.Flag);

        int? output;
        try
        {
            var admitted = await session.Admit(user, round.Probe.Size, model: ModelName(round.Probe.Model), takesOwnKey: round.Probe.Flag);
            _calls.Enqueue(new Call(admitted.Id, round.Probe.Size + 16, admitted.MaxOutput));
            output = admitted.MaxOutput;
        }
        catch (PostgresException refused) when (refused.SqlState == Refusal.Cap)
        {
            output = null;
        }

        Assert.Equal(expected, output);
        Assert.Empty(await session.Column<string>(BookSql.Overshoot, _start));
    }

    private async Task End(BillingSession session)
    {
        foreach (var call in _calls)
        {
            await session.End(call.Id, (1, 1));
            Assert.Contains(await session.Record(call.Id), (string?[])["recorded", "unbilled"]);
        }

        Assert.Empty(await session.Column<string>(BookSql.Overshoot, _start));
        await session.Travel(Moment(_now.AddMonths(3)));
        await session.Close();
        Assert.Empty(await session.Column<string>(BookSql.Sums, _start));
        Assert.Empty(await session.Column<string>(BookSql.Leftovers));
    }

    private Guid User(Step step) => _users[step.User % _users.Length];

    private string ModelName(int model) => $"bird-{number}-{model}";

    // Over the end of a short month, which is longer in a leap year.
    private static DateTimeOffset Start(int number) => new(2030 + number, 1, 30, 22, 0, 0, TimeSpan.Zero);

    private static string Moment(DateTimeOffset at) => at.ToString("O", CultureInfo.InvariantCulture);

    private sealed record Call(Guid Id, int Prompt, int MaxOutput);
}
