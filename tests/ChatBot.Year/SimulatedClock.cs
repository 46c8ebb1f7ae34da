using Npgsql;

namespace ChatBot.Year;

/// <summary>
/// The time that usage is billed by, in all sessions of the database. It is set from moment to moment, and goes on by itself in between,
/// so that a day ends while calls are running. Leases and retries keep the real time.
/// </summary>
public sealed class SimulatedClock(NpgsqlDataSource database)
{
    private const string Replace = """
        create schema simulation;

        create table simulation.clock (
          at timestamptz not null,
          since timestamptz not null
        );

        insert into simulation.clock (at, since)
        values ('2028-01-01T00:00:00Z', clock_timestamp());

        grant usage on schema simulation to public;
        grant select on simulation.clock to public;

        create or replace function billing.clock()
        returns timestamptz
        language sql
        volatile
        security definer
        set search_path = ''
        return (select c.at + (clock_timestamp() - c.since) from simulation.clock c);
        """;

    // What went by meanwhile may have brought it past the moment already.
    private const string MoveOn = """
        update simulation.clock
        set at = greatest($1, at + (clock_timestamp() - since)),
            since = clock_timestamp()
        """;

    /// <summary>The first day of a leap year.</summary>
    public static DateTimeOffset Start { get; } = new(2028, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The moment that it was last set to.</summary>
    public DateTimeOffset Now { get; private set; } = Start;

    public async Task InstallAsync()
    {
        await using var command = database.CreateCommand(Replace);
        await command.ExecuteNonQueryAsync();
    }

    public async Task MoveToAsync(DateTimeOffset moment)
    {
        await using var command = database.CreateCommand(MoveOn);
        command.Parameters.Add(new() { Value = moment });
        await command.ExecuteNonQueryAsync();
        Now = moment;
    }
}
