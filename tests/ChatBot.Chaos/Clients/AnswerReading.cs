using System.Text;
using ChatBot.Chaos.Journals;

namespace ChatBot.Chaos.Clients;

/// <summary>What one connection has shown so far of one answer.</summary>
/// <param name="start">Where it begins, in UTF-16 code units: not at 0 where the client named the last event that it had.</param>
public sealed class AnswerReading(Guid userId, int start)
{
    private static readonly TimeSpan s_betweenArrivals = TimeSpan.FromMilliseconds(100);

    private readonly StringBuilder _text = new();
    private readonly List<(int Offset, DateTimeOffset At)> _arrivals = [];
    private int _start = start;

    public Guid? CompletionId { get; set; }

    /// <summary>Of the last event; null where the form has none.</summary>
    public string? LastEventId { get; set; }

    public ReadingEnd End { get; set; } = ReadingEnd.Broken;

    /// <summary>Of the problem that the stream ended with.</summary>
    public string? Code { get; set; }

    public int Offset => _start + _text.Length;

    /// <summary>What is shown is another answer than the one that was asked for: all of it.</summary>
    public void Restart() => _start = 0;

    public void Append(ReadOnlySpan<char> text)
    {
        _text.Append(text);
        var now = TimeProvider.System.GetUtcNow();
        if (_arrivals.Count == 0 || now - _arrivals[^1].At >= s_betweenArrivals)
        {
            _arrivals.Add((Offset, now));
        }
        else
        {
            _arrivals[^1] = (Offset, _arrivals[^1].At);
        }
    }

    /// <summary>Null where the connection did not come as far as to say which answer it is about.</summary>
    public Reading? ToRecord() => CompletionId is { } id ? new(userId, id, _start, _text.ToString(), End, _arrivals) : null;
}
