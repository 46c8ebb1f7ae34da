namespace ChatBot.Year.Accounts;

/// <summary>Which limits were in force when, as they were set.</summary>
public sealed class LimitsJournal
{
    private const string DefaultPlan = "free";

    private readonly Dictionary<string, List<(DateTimeOffset At, Limits Limits)>> _plans = [];
    private readonly Dictionary<Guid, List<(DateTimeOffset At, Terms Terms)>> _terms = [];

    /// <param name="at">Not after the moment from which they are in force.</param>
    public void Add(DateTimeOffset at, string planId, Limits limits) => Changes(_plans, planId).Add((at, limits));

    public void Add(DateTimeOffset at, Guid userId, Terms terms) => Changes(_terms, userId).Add((at, terms));

    /// <summary>All limits that were, or may have been, in force for the user at a moment of this time.</summary>
    public IReadOnlyList<Limits> Within(Guid userId, DateTimeOffset from, DateTimeOffset until) =>
    [
        .. Within(Changes(_terms, userId), from, until, new Terms(DefaultPlan, new(null, null, null)))
            .SelectMany(terms => Within(Changes(_plans, terms.PlanId), from, until, null).Select(plan => terms.Own.Under(plan))),
    ];

    private static List<(DateTimeOffset At, T Value)> Changes<TKey, T>(Dictionary<TKey, List<(DateTimeOffset At, T Value)>> all, TKey key)
        where TKey : notnull
    {
        if (!all.TryGetValue(key, out var changes))
        {
            all[key] = changes = [];
        }

        return changes;
    }

    private static IEnumerable<T> Within<T>(List<(DateTimeOffset At, T Value)> changes, DateTimeOffset from, DateTimeOffset until, T? before)
        where T : class
    {
        var first = changes.FindLastIndex(c => c.At <= from);
        if (first < 0 && before is not null)
        {
            yield return before;
        }

        foreach (var (at, value) in changes.Skip(Math.Max(first, 0)).TakeWhile(c => c.At <= until))
        {
            yield return value;
        }
    }
}
