using CsCheck;

namespace ChatBot.Tests.Usage;

/// <summary>Dollars per million tokens.</summary>
public sealed record Rates(decimal Input, decimal Cached, decimal Output, decimal Reasoning);

public enum Act
{
    Admit,
    Retry,
    End,
    EndUnreported,
    Fail,
    Interrupt,
    EndLate,
    Record,
    Release,
    Close,
}

/// <param name="User">Who, modulo the users.</param>
/// <param name="Call">Which of the calls that there are by then.</param>
/// <param name="Size">The most tokens of the message.</param>
/// <param name="InputShare">What is used, in percent of the bound: above 100 is a report that is not possible.</param>
public sealed record Step(Act Act, int User, int Call, int Model, int Size, int InputShare, int OutputShare, bool Flag)
{
    public override string ToString() => $"{Act} {User} {Call} {Model} {Size} {InputShare} {OutputShare} {Flag}";
}

/// <param name="Hours">How far time goes on before; 0 is to the last half second of the day.</param>
/// <param name="Lanes">What is done at once, each on a connection of its own.</param>
/// <param name="Probe">What is then tried alone, and compared with what should come of it.</param>
public sealed record Round(int Hours, Step[][] Lanes, Step Probe);

public sealed record Scenario(Rates[] Rates, UserLimits[] Users, long? DeploymentTokens, decimal? DeploymentCost, Round[] Rounds)
{
    private static readonly Gen<Rates> s_rates = Gen.Select(Rate(), Rate(), Rate(), Rate(), (input, cached, output, reasoning) => new Rates(input, cached, output, reasoning));

    private static readonly Gen<UserLimits> s_limits = Gen.Select(
        Cap(200, 3000), Cap(100, 1500), Cap(200, 2500), Cost(), Cost(), Gen.Int[1, 31], Gen.Int[1, 600],
        (tokens, daily, own, cost, dailyCost, anchor, output) => new UserLimits
        {
            Tokens = tokens, DailyTokens = daily, OwnKeyTokens = own, Cost = cost, DailyCost = dailyCost, AnchorDay = anchor, MaxOutput = output,
        });

    private static readonly Gen<Act> s_act = Gen.Frequency(
        (8, Gen.Const(Act.Admit)), (2, Gen.Const(Act.Retry)), (5, Gen.Const(Act.End)), (1, Gen.Const(Act.EndUnreported)), (1, Gen.Const(Act.Fail)),
        (2, Gen.Const(Act.Interrupt)), (2, Gen.Const(Act.EndLate)), (7, Gen.Const(Act.Record)), (1, Gen.Const(Act.Release)), (1, Gen.Const(Act.Close)));

    private static readonly Gen<Step> s_step = Gen.Select(
        s_act, Gen.Int[0, 7], Gen.Int[0, 63], Gen.Int[0, 2], Gen.Int[1, 400], Gen.Int[0, 105], Gen.Int[0, 105], Gen.Bool,
        (act, user, call, model, size, input, output, flag) => new Step(act, user, call, model, size, input, output, flag));

    private static readonly Gen<Round> s_round = Gen.Select(
        Gen.Frequency((1, Gen.Const(0)), (2, Gen.Int[1, 80])), s_step.Array[0, 6].Array[4], s_step, (hours, lanes, probe) => new Round(hours, lanes, probe));

    public static Gen<Scenario> Any { get; } = Gen.Select(
        s_rates.Array[3], s_limits.Array[1, 3], Cap(500, 4000), Cost(), s_round.Array[3, 10],
        (rates, users, tokens, cost, rounds) => new Scenario(rates, users, tokens, cost, rounds));

    /// <summary>All of it, to be read where it failed.</summary>
    public override string ToString() => string.Join('\n', [
        $"deployment: {DeploymentTokens} tokens, {DeploymentCost}", .. Rates.Select(r => r.ToString()), .. Users.Select(u => u.ToString()),
        .. Rounds.SelectMany(r => (string[])[$"after {r.Hours} h", .. r.Lanes.Select(lane => "  " + string.Join("; ", lane.Select(s => s.ToString()))), $"  {r.Probe}"]),
    ]);

    // Some for nothing, some with more digits than a cent.
    private static Gen<decimal> Rate() => Gen.Frequency((1, Gen.Const(0m)), (3, Gen.Int[1, 40_000].Select(n => n / 1000m)));

    private static Gen<long?> Cap(int from, int to) => Gen.Frequency((1, Gen.Const((long?)null)), (2, Gen.Int[from, to].Select(n => (long?)n)));

    private static Gen<decimal?> Cost() => Gen.Frequency((1, Gen.Const((decimal?)null)), (2, Gen.Int[0, 50_000].Select(n => (decimal?)(n / 1_000_000m))));
}
