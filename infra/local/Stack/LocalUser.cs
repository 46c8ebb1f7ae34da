using Npgsql;

namespace ChatBot.Local;

/// <summary>Somebody who has signed up.</summary>
public sealed record LocalUser(Guid Id, string Name, string Email)
{
    private const string Insert = """
        insert into auth.users (id, instance_id, aud, role, email, raw_app_meta_data, raw_user_meta_data)
        values ($1, '00000000-0000-0000-0000-000000000000', 'authenticated', 'authenticated', $2, '{"provider": "email", "providers": ["email"]}', '{}')
        on conflict (id) do nothing
        """;

    public static LocalUser Ada { get; } = new(new("ada00000-0000-4000-8000-000000000001"), "ada", "ada@example.com");

    public static LocalUser Alan { get; } = new(new("a1a00000-0000-4000-8000-000000000002"), "alan", "alan@example.com");

    public static IReadOnlyList<LocalUser> All { get; } = [Ada, Alan];

    /// <summary>By name, address or id. An id need not be known.</summary>
    public static LocalUser? Find(string text) =>
        All.FirstOrDefault(user => user.Name == text || user.Email == text || user.Id.ToString() == text)
        ?? (Guid.TryParse(text, out var id) ? new(id, text, "") : null);

    /// <summary>Signs up a user nobody has met, as tests want one each.</summary>
    public static async Task<LocalUser> CreateAsync(string connectionString, CancellationToken cancellationToken = default)
    {
        var id = Guid.NewGuid();
        var user = new LocalUser(id, $"user-{id:N}", $"user-{id:N}@example.com");
        await InsertAsync(connectionString, [user], cancellationToken);
        return user;
    }

    public AccessToken Token() => new(Id) { Email = Email };

    internal static async Task InsertAsync(string connectionString, IReadOnlyList<LocalUser> users, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancellationToken);
        foreach (var user in users)
        {
            await using var command = new NpgsqlCommand(Insert, connection) { Parameters = { new() { Value = user.Id }, new() { Value = user.Email } } };
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }
}
