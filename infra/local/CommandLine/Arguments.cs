using System.Globalization;

namespace ChatBot.Local;

/// <summary>Takes arguments one after the other: <c>--name value</c>, <c>--name=value</c> or <c>--flag</c>.</summary>
internal sealed class Arguments(IEnumerable<string> arguments)
{
    private readonly Queue<string> _left = new(arguments);
    private string? _attached;

    public string Current { get; private set; } = "";

    public bool Next()
    {
        if (_attached is not null)
        {
            throw new CommandLineException($"{Current} takes no value.");
        }

        if (!_left.TryDequeue(out var argument))
        {
            return false;
        }

        var equals = argument.StartsWith("--", StringComparison.Ordinal) ? argument.IndexOf('=', StringComparison.Ordinal) : -1;
        Current = equals < 0 ? argument : argument[..equals];
        _attached = equals < 0 ? null : argument[(equals + 1)..];
        return true;
    }

    public string Text()
    {
        var value = _attached ?? (_left.TryDequeue(out var next) ? next : throw new CommandLineException($"{Current} needs a value."));
        _attached = null;
        return value;
    }

    public int Count(int least, int most) =>
        Text() is var text && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count >= least && count <= most
            ? count
            : throw new CommandLineException($"{Current} needs a number from {least} to {most}, not '{text}'.");

    public long Long() =>
        Text() is var text && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new CommandLineException($"{Current} needs a whole number, not '{text}'.");

    public decimal Amount() =>
        Text() is var text && decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount)
            ? amount
            : throw new CommandLineException($"{Current} needs an amount such as 0.50, not '{text}'.");

    public TimeSpan Duration() =>
        Text() is var text && DurationText.TryParse(text, TimeSpan.FromSeconds(1), out var duration)
            ? duration
            : throw new CommandLineException($"{Current} needs a duration such as 1h or 3600, not '{text}'.");

    public CommandLineException Unknown() => new($"Unknown option {Current}. Run with --help for those there are.");
}
