using Npgsql;

namespace ChatBot.Chaos.Checking;

/// <summary>What the database holds, whole, as one connection sees it.</summary>
public sealed record Books
{
    public required IReadOnlyList<ChatRow> Chats { get; init; }

    public required IReadOnlyList<MessageRow> Messages { get; init; }

    public required IReadOnlyList<CompletionRow> Completions { get; init; }

    /// <summary>The ids that calls were, or may have been, made under.</summary>
    public required IReadOnlyList<AttemptRow> Attempts { get; init; }

    public required IReadOnlyList<UsageEventRow> Ledger { get; init; }

    public required IReadOnlyList<ReservationRow> Reservations { get; init; }

    public required IReadOnlyList<PeriodRow> Periods { get; init; }

    public required IReadOnlyList<DailyRow> Daily { get; init; }

    public required IReadOnlyList<DeadLetterRow> DeadLetters { get; init; }

    /// <summary>Completions that still have a draft.</summary>
    public required IReadOnlyList<Guid> Drafts { get; init; }

    /// <summary>Whether the database itself refuses a second live completion in a chat.</summary>
    public required bool HasOneLiveIndex { get; init; }

    public static async Task<Books> ReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken = default)
    {
        var reader = new BookReader(connection, cancellationToken);
        return new Books
        {
            Chats = await reader.AllAsync(BookSql.Chats, row => new ChatRow(row.GetGuid(0), row.GetGuid(1))),
            Messages = await reader.AllAsync(BookSql.Messages, MessageRow.Read),
            Completions = await reader.AllAsync(BookSql.Completions, CompletionRow.Read),
            Attempts = await reader.AllAsync(BookSql.Attempts, row => new AttemptRow(row.GetGuid(0), row.GetGuid(1))),
            Ledger = await reader.AllAsync(BookSql.Ledger, UsageEventRow.Read),
            Reservations = await reader.AllAsync(BookSql.Reservations, row => new ReservationRow(row.GetGuid(0), row.GetGuid(1))),
            Periods = await reader.AllAsync(BookSql.Periods, PeriodRow.Read),
            Daily = await reader.AllAsync(BookSql.Daily, DailyRow.Read),
            DeadLetters = await reader.AllAsync(BookSql.DeadLetters, row => new DeadLetterRow(row.GetGuid(0), row.GetString(1), row.GetString(2))),
            Drafts = await reader.AllAsync(BookSql.Drafts, row => row.GetGuid(0)),
            HasOneLiveIndex = (await reader.AllAsync(BookSql.OneLiveIndex, row => row.GetBoolean(0))).Single(),
        };
    }
}
