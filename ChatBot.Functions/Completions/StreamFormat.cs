using System.IO.Pipelines;

namespace ChatBot.Functions.Completions;

/// <summary>How an answer is written to a client.</summary>
public abstract class StreamFormat
{
    /// <summary>Whether it can say within the stream that an answer did not come to its end.</summary>
    public abstract bool HasProblems { get; }

    public abstract void WriteHeaders(HttpResponse response);

    public abstract void WriteStart(PipeWriter body);

    public abstract void WriteText(PipeWriter body, ReadOnlySpan<char> text);

    public abstract void WriteKeepAlive(PipeWriter body);

    /// <summary>Where there is a problem and the format has none, the connection is to be broken instead.</summary>
    public abstract void WriteEnd(PipeWriter body, CompletionOutcome end, HttpContext http);
}
