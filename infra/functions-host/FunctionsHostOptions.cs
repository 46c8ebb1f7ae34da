namespace ChatBot.Local;

public sealed record FunctionsHostOptions
{
    /// <summary>The folder of a published Functions app: host.json, worker.config.json and what they name.</summary>
    public required string Package { get; init; }

    /// <summary>App settings: added to the environment of this process, they are the worker's.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether queues are polled and timers fire. Without, functions other than HTTP's run only when they are invoked.</summary>
    public bool Triggers { get; init; } = true;

    /// <summary>The platform's CORS setting: preflights of these origins are answered here.</summary>
    public IReadOnlyList<string> AllowedOrigins { get; init; } = [];

    /// <summary>On 127.0.0.1; 0 for any free one.</summary>
    public int Port { get; init; }

    /// <summary>How long requests in flight may take to end when the host is stopped.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(30);

    public Action<LogLine> OnLog { get; init; } = _ => { };
}
