using System.Text.Json.Nodes;
using ChatBot.Chaos.Checking;
using ChatBot.Chaos.Clients;
using ChatBot.Chaos.Journals;
using ChatBot.Local;
using Npgsql;

namespace ChatBot.Chaos;

/// <summary>Sends at the very edge of a cap: what just fits must be admitted, and one token more must not.</summary>
public sealed class CapProbes(ChaosHttp http, UserFactory users, NpgsqlDataSource database)
{
    // Around each message and once around the prompt, and the shortest answer that is worth it.
    private const int Frame = 8 + 8;
    private const int LeastOutput = 256;

    private const string SetCap = """
        update billing.user_plans
        set token_cap = $2
        where user_id = $1
        """;

    public async Task<IReadOnlyList<Probe>> RunAsync() => [await SendAsync(fits: true), await SendAsync(fits: false)];

    private async Task<Probe> SendAsync(bool fits)
    {
        var content = $"{Markers.NewMessage()} just a word [[tokens=3 delay=1ms]]";
        var needed = Frame + O200k.Count(content) + LeastOutput;
        var user = await users.CreateAsync(isCapped: true);
        await using (var command = database.CreateCommand(SetCap))
        {
            command.Parameters.Add(new() { Value = user.Id });
            command.Parameters.Add(new() { Value = fits ? needed : needed - 1L });
            await command.ExecuteNonQueryAsync();
        }

        var body = new JsonObject
        {
            ["id"] = Guid.CreateVersion7().ToString(),
            ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = content }),
        };
        using var answer = await http.SendAsync(user, 0, HttpMethod.Post, "/api/chat", body, CancellationToken.None);
        return new Probe(user.Id, fits, answer.Status, answer.Code);
    }
}
