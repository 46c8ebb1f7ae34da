using System.IO.Pipelines;
using System.Text;

namespace ChatBot.Functions.Completions;

/// <summary>The bare text. It has no room for anything else.</summary>
public sealed class PlainTextStream : StreamFormat
{
    public override bool HasProblems => false;

    public override void WriteHeaders(HttpResponse response) => response.ContentType = "text/plain; charset=utf-8";

    public override void WriteStart(PipeWriter body)
    {
    }

    public override void WriteText(PipeWriter body, ReadOnlySpan<char> text) => Encoding.UTF8.GetBytes(text, body);

    public override void WriteKeepAlive(PipeWriter body)
    {
    }

    public override void WriteEnd(PipeWriter body, CompletionOutcome end, HttpContext http)
    {
    }
}
