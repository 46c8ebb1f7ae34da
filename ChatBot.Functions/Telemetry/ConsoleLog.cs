using System.Collections;
using System.Diagnostics;
using ChatBot.Functions.Settings;
using Microsoft.Extensions.Logging.Console;

namespace ChatBot.Functions.Telemetry;

/// <summary>
/// The console's format: a line per entry, as text or as JSON (Logging:Console:FormatterName), with the time in UTC and the trace. Of
/// the framework's scopes only the trace is written: they hold paths, and paths hold what clients choose.
/// </summary>
public static class ConsoleLog
{
    private const string Time = "yyyy-MM-ddTHH:mm:ss.fffZ";

    public static void ConfigureConsoleLog(this IServiceCollection services, LogSettings settings)
    {
        // The slim builder sets a formatter of its own, whatever the configuration says.
        services.Configure<ConsoleLoggerOptions>(console => console.FormatterName = settings.Formatter);
        services.Configure<SimpleConsoleFormatterOptions>(text =>
        {
            text.SingleLine = true;
            text.IncludeScopes = true;
            text.UseUtcTimestamp = true;
            text.TimestampFormat = Time + " ";
        });
        services.Configure<JsonConsoleFormatterOptions>(json =>
        {
            json.IncludeScopes = true;
            json.UseUtcTimestamp = true;
            json.TimestampFormat = Time;
        });
    }

    /// <summary>Once the loggers are made, as making them gives the console the scopes of the framework.</summary>
    public static void WriteTraceOnly(this IServiceProvider services)
    {
        _ = services.GetRequiredService<ILoggerFactory>();
        foreach (var console in services.GetServices<ILoggerProvider>().OfType<ConsoleLoggerProvider>())
        {
            console.SetScopeProvider(new TraceScope());
        }
    }

    private sealed class TraceScope : IExternalScopeProvider
    {
        public void ForEachScope<TState>(Action<object?, TState> callback, TState state)
        {
            if (Activity.Current is { } activity)
            {
                callback(new Trace(activity.TraceId.ToString()), state);
            }
        }

        public IDisposable Push(object? state) => Nothing.Instance;
    }

    private sealed class Trace(string id) : IReadOnlyList<KeyValuePair<string, object?>>
    {
        public int Count => 1;

        public KeyValuePair<string, object?> this[int index] => new("TraceId", id);

        public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
        {
            yield return this[0];
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        public override string ToString() => $"TraceId:{id}";
    }

    private sealed class Nothing : IDisposable
    {
        public static Nothing Instance { get; } = new();

        public void Dispose()
        {
        }
    }
}
