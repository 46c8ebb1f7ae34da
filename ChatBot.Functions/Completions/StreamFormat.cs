using System.IO.Pipelines;

namespace ChatBot.Functions.Completions;

/// <summary>How an answer is written to a client.</summary>
public abstract class StreamFormat
{
    public abstract void WriteHeaders(HttpResponse response);

    public abstract void WriteStart(PipeWriter body);

    public abstract void WriteText(PipeWriter body, ReadOnlySpan<char> text);

    public abstract void WriteKeepAlive(PipeWriter body);

    /// <summary>False where the format has no way to say how the answer ended, so that the connection must be broken.</summary>
    public abstract bool WriteEnd(PipeWriter body, AnswerEnd end, HttpContext http);
}
