using ChatBot.Chaos.Clients;
using ChatBot.Local;
using Npgsql;

namespace ChatBot.Chaos;

/// <summary>Signs users up, some of them with caps that they will reach.</summary>
public sealed class UserFactory(LocalStack stack, NpgsqlDataSource database, Random random)
{
    private const string Insert = """
        with signed_up as (
          insert into auth.users (id, email)
          values ($1, $2)
        )
        insert into billing.user_plans (user_id, plan_id, token_cap, cost_cap)
        values ($1, 'free', $3, $4)
        """;

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(500);

    public async Task<ChaosUser> CreateAsync(bool isCapped)
    {
        var id = Guid.NewGuid();
        long tokens;
        decimal cost;
        lock (random)
        {
            (tokens, cost) = isCapped ? (random.Next(3_000, 12_000), random.Next(20, 120) / 1000m) : (100_000_000, 1_000m);
        }

        while (true)
        {
            try
            {
                await using var command = database.CreateCommand(Insert);
                command.Parameters.Add(new() { Value = id });
                command.Parameters.Add(new() { Value = $"{id:N}@example.com" });
                command.Parameters.Add(new() { Value = tokens });
                command.Parameters.Add(new() { Value = cost });
                await command.ExecuteNonQueryAsync();
                break;
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
            {
                // It was done, and only the acknowledgement was lost.
                break;
            }
            catch (NpgsqlException)
            {
                await Task.Delay(s_pause);
            }
        }

        return new ChaosUser(id, stack.Tokens.Mint(new AccessToken(id)), isCapped);
    }
}
