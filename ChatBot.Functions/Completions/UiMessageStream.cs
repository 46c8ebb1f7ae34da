using System.IO.Pipelines;
using System.Text.Encodings.Web;
using System.Text.Json;
using ChatBot.Functions.Problems;

namespace ChatBot.Functions.Completions;

/// <summary>
/// The AI SDK's UI message stream, version 1, as server-sent events, kept to the parts that its majors 5, 6 and 7 all know. Each
/// event has an id, a <see cref="StreamPosition"/>, but the one that tells a bad end's status, which goes with the end. The status in
/// the message's metadata is that of the stored message.
/// </summary>
/// <param name="after">Where the client already is; nothing up to there is sent again.</param>
public sealed class UiMessageStream(Guid answerId, StreamPosition? after) : StreamFormat
{
    private const string TextId = "text";

    private readonly Utf8JsonWriter _json = new(
        Stream.Null, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });

    private readonly string _id = answerId.ToString("N");
    private readonly StreamStage _had = after?.Stage ?? StreamStage.None;
    private int _offset = after?.Offset ?? 0;

    public override bool HasProblems => true;

    public override void WriteHeaders(HttpResponse response)
    {
        response.ContentType = "text/event-stream";
        response.Headers["x-vercel-ai-ui-message-stream"] = "v1";
    }

    public override void WriteStart(PipeWriter body)
    {
        if (Begin(body, StreamStage.Started, "start"u8))
        {
            _json.WriteString("messageId"u8, answerId);
            BeginMetadata("streaming");
            _json.WriteEndObject();
            End(body);
        }

        if (Begin(body, StreamStage.StepStarted, "start-step"u8))
        {
            End(body);
        }

        if (Begin(body, StreamStage.TextStarted, "text-start"u8))
        {
            _json.WriteString("id"u8, TextId);
            End(body);
        }
    }

    public override void WriteText(PipeWriter body, ReadOnlySpan<char> text)
    {
        _offset += text.Length;
        WriteId(body, StreamStage.TextStarted);
        Open(body, "text-delta"u8);
        _json.WriteString("id"u8, TextId);
        _json.WriteString("delta"u8, text);
        End(body);
    }

    public override void WriteKeepAlive(PipeWriter body) => Write(body, ": keep-alive\n\n"u8);

    public override void WriteEnd(PipeWriter body, CompletionOutcome end, HttpContext http)
    {
        if (end.Problem is { } problem)
        {
            WriteStatus(body, end);
            if (Begin(body, StreamStage.Ended, "error"u8))
            {
                _json.WriteString("errorText"u8, JsonSerializer.Serialize(problem.ForRequest(http), ProblemJson.Default.Problem));
                End(body);
            }
        }
        else
        {
            WriteGoodEnd(body, end);
        }

        Write(body, "data: [DONE]\n\n"u8);
    }

    private void WriteGoodEnd(PipeWriter body, CompletionOutcome end)
    {
        if (Begin(body, StreamStage.TextEnded, "text-end"u8))
        {
            _json.WriteString("id"u8, TextId);
            End(body);
        }

        if (Begin(body, StreamStage.StepEnded, "finish-step"u8))
        {
            End(body);
        }

        var isStopped = end.State == CompletionState.Stopped;
        if (isStopped)
        {
            WriteStatus(body, end);
        }

        if (!Begin(body, StreamStage.Ended, isStopped ? "abort"u8 : "finish"u8))
        {
            return;
        }

        if (isStopped)
        {
            _json.WriteString("reason"u8, "stopped");
        }
        else
        {
            _json.WriteString("finishReason"u8, end.FinishReason);
            BeginMetadata("complete");
            if (end.Receipt is { } receipt)
            {
                _json.WritePropertyName("receipt"u8);
                JsonSerializer.Serialize(_json, receipt, ReceiptJson.Default.Receipt);
            }

            _json.WriteEndObject();
        }

        End(body);
    }

    private void WriteStatus(PipeWriter body, CompletionOutcome end)
    {
        if (_had < StreamStage.Ended)
        {
            Write(body, "data: "u8);
            Open(body, "message-metadata"u8);
            BeginMetadata(end.State);
            _json.WriteEndObject();
            End(body);
        }
    }

    private void BeginMetadata(string status)
    {
        _json.WriteStartObject("messageMetadata"u8);
        _json.WriteString("status"u8, status);
    }

    /// <summary>False where the client has had this event.</summary>
    private bool Begin(PipeWriter body, StreamStage stage, ReadOnlySpan<byte> type)
    {
        if (stage <= _had)
        {
            return false;
        }

        WriteId(body, stage);
        Open(body, type);
        return true;
    }

    private void WriteId(PipeWriter body, StreamStage stage)
    {
        var span = body.GetSpan(64);
        System.Text.Unicode.Utf8.TryWrite(span, $"id: {_id}-{_offset}-{(int)stage}\ndata: ", out var length);
        body.Advance(length);
    }

    private void Open(PipeWriter body, ReadOnlySpan<byte> type)
    {
        _json.Reset(body);
        _json.WriteStartObject();
        _json.WriteString("type"u8, type);
    }

    private void End(PipeWriter body)
    {
        _json.WriteEndObject();
        _json.Flush();
        Write(body, "\n\n"u8);
    }

    private static void Write(PipeWriter body, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(body.GetSpan(bytes.Length));
        body.Advance(bytes.Length);
    }
}
