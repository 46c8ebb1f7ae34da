using System.Text.Json;
using System.Text.Json.Nodes;

namespace ChatBot.Local;

/// <summary>Prints an access token for the stack of a data directory.</summary>
internal sealed record TokenCommand
{
    private string? User { get; init; }
    private string Role { get; init; } = "authenticated";
    private JsonObject? AppMetadata { get; init; }
    private TimeSpan ExpiresIn { get; init; } = TimeSpan.FromHours(8);
    private string Data { get; init; } = RepositoryRoot.Combine(".local");

    public static TokenCommand Parse(Arguments arguments)
    {
        var command = new TokenCommand();
        while (arguments.Next())
        {
            command = arguments.Current switch
            {
                "--user" => command with { User = arguments.Text() },
                "--role" => command with { Role = arguments.Text() },
                "--app-metadata" => command with { AppMetadata = ParseObject(arguments.Text()) },
                "--expires-in" => command with { ExpiresIn = arguments.Duration() },
                "--data" => command with { Data = arguments.Text() },
                _ => throw arguments.Unknown(),
            };
        }
        return command;
    }

    public int Run()
    {
        var user = LocalUser.Find(User ?? throw new CommandLineException("token needs --user: ada, alan, an address or an id."))
            ?? throw new CommandLineException($"Nobody here is '{User}': ada, alan, their addresses, or any id.");
        var state = StackState.Read(DataDirectory.StateFileIn(Data));
        if (state?.StandInPort is not { } port)
        {
            throw new LocalStackException($"No stack has run on {Data} yet: start one, or name its directory with --data.");
        }

        using var key = SigningKey.Import(state.SigningKeyId, state.SigningKey);
        var token = user.Token() with { Role = Role, ExpiresIn = ExpiresIn };
        if (AppMetadata is not null)
        {
            token = token with { AppMetadata = AppMetadata };
        }

        Console.WriteLine(new TokenMint(StandInServer.UrlAt(port), key, state.JwtSecret).Mint(token));
        return 0;
    }

    private static JsonObject ParseObject(string text)
    {
        try
        {
            return JsonNode.Parse(text) as JsonObject ?? throw new CommandLineException("--app-metadata needs a JSON object.");
        }
        catch (JsonException failure)
        {
            throw new CommandLineException($"--app-metadata needs a JSON object: {failure.Message}");
        }
    }
}
