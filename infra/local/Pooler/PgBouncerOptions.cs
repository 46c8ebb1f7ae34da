namespace ChatBot.Local;

public sealed record PgBouncerOptions(string Directory, PostgresServer Server)
{
    public string? LogFile { get; init; }

    public Action<string> Report { get; init; } = _ => { };
}
