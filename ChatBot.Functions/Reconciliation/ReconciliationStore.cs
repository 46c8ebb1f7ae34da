using ChatBot.Functions.Database;
using ChatBot.Functions.Settings;
using ChatBot.Shared.Usage;
using Npgsql;
using NpgsqlTypes;

namespace ChatBot.Functions.Reconciliation;

/// <summary>Lays a provider's figures beside the ledger's, and keeps what comes of it.</summary>
public sealed class ReconciliationStore(ChatBotDatabase database, ChatBotSettings settings)
{
    // As long as the column is.
    private const int MaxModelLength = 100;

    /// <summary>Compares all days from <paramref name="first"/> to <paramref name="last"/>: of a day that the provider does not mention it has nothing.</summary>
    public async Task Compare(
        ModelProvider provider, DateOnly first, DateOnly last, IReadOnlyCollection<ProviderFigures> theirs, CancellationToken cancellationToken)
    {
        var ours = await database.All(
            Caller.Service,
            Statement.Of(ReconciliationSql.Ledger, Parameter.Date(first), Parameter.Date(last)),
            row => new ProviderFigures(row.GetFieldValue<DateOnly>(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4)),
            cancellationToken);
        var rows = Pair(provider, ours, theirs);
        await database.Execute(
            Caller.Service,
            Statement.Of(
                ReconciliationSql.Replace,
                Parameter.Text(NameOf(provider)),
                Parameter.Date(first),
                Parameter.Date(last),
                Parameter.Array([.. rows.Select(r => r.Day)], NpgsqlDbType.Date),
                Parameter.Array([.. rows.Select(r => r.Model)], NpgsqlDbType.Text),
                Parameter.Array([.. rows.Select(r => r.Ours.InputTokens)], NpgsqlDbType.Bigint),
                Parameter.Array([.. rows.Select(r => r.Ours.OutputTokens)], NpgsqlDbType.Bigint),
                Parameter.Array([.. rows.Select(r => r.Ours.Requests)], NpgsqlDbType.Bigint),
                Parameter.Array([.. rows.Select(r => r.Theirs.InputTokens)], NpgsqlDbType.Bigint),
                Parameter.Array([.. rows.Select(r => r.Theirs.OutputTokens)], NpgsqlDbType.Bigint),
                Parameter.Array([.. rows.Select(r => r.Theirs.Requests)], NpgsqlDbType.Bigint),
                Parameter.Number(settings.Reconciliation.LeastRatio)),
            cancellationToken);
    }

    /// <param name="provider">Null for all.</param>
    public Task<List<DailyReconciliation>> List(DateOnly first, DateOnly last, ModelProvider? provider, CancellationToken cancellationToken) => database.All(
        Caller.Service,
        Statement.Of(
            ReconciliationSql.List, Parameter.Date(first), Parameter.Date(last), Parameter.Text(provider is { } one ? NameOf(one) : null)),
        Read,
        cancellationToken);

    private static string NameOf(ModelProvider provider) => provider == ModelProvider.OpenAI ? "openai" : "azure";

    private List<Pairing> Pair(ModelProvider provider, List<ProviderFigures> ours, IReadOnlyCollection<ProviderFigures> theirs)
    {
        var names = new ModelNames(provider, settings.Models, ours.Select(o => o.Model).Distinct());
        var rows = new Dictionary<(DateOnly, string), Pairing>();
        foreach (var figures in theirs)
        {
            var model = names.Find(figures.Model) ?? StorableText.Of(figures.Model, MaxModelLength);
            var row = rows.GetValueOrDefault((figures.Day, model)) ?? new Pairing(figures.Day, model, default, default);
            rows[(figures.Day, model)] = row with { Theirs = row.Theirs.Plus(figures) };
        }

        foreach (var figures in ours)
        {
            // One that is not configured any more is its provider's who mentions it.
            var model = names.KeyOf(figures.Model) ?? (rows.ContainsKey((figures.Day, figures.Model)) ? figures.Model : null);
            if (model is not null)
            {
                var row = rows.GetValueOrDefault((figures.Day, model)) ?? new Pairing(figures.Day, model, default, default);
                rows[(figures.Day, model)] = row with { Ours = row.Ours.Plus(figures) };
            }
        }

        return [.. rows.Values.Where(row => row.Ours != default || row.Theirs != default)];
    }

    private static DailyReconciliation Read(NpgsqlDataReader row) => new(
        row.GetString(0),
        row.GetFieldValue<DateOnly>(1),
        row.GetString(2),
        new ReconciledUsage(row.GetInt64(3), row.GetInt64(4), row.GetInt64(5)),
        new ReconciledUsage(row.GetInt64(6), row.GetInt64(7), row.ValueOrNull<long>(8)),
        row.DecimalOrNull(9),
        row.Time(10));

    private sealed record Pairing(DateOnly Day, string Model, Sums Ours, Sums Theirs);

    private readonly record struct Sums(long InputTokens, long OutputTokens, long Requests)
    {
        public Sums Plus(ProviderFigures figures) =>
            new(InputTokens + figures.InputTokens, OutputTokens + figures.OutputTokens, Requests + figures.Requests);
    }
}
