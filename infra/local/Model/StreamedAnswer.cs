using System.Text;

namespace ChatBot.Local;

/// <summary>Streams one answer, and misbehaves where the directive says so.</summary>
internal sealed class StreamedAnswer(HttpContext context, ModelRequest request, Directive directive, RunningCall call, TimeSpan delay)
{
    private const string LineFilling = " the";
    private const string NoReason = "none";

    private readonly ModelCall _described = call.Snapshot();
    private readonly EventStream _events = new(context, directive);
    private int _sent;

    public async Task SendAsync()
    {
        var json = new CompletionJson(_described.Id, _described.Model, _described.At, _described.Path == "azure") 
        {
            IncludeUsage = request.IncludeUsage,
            EmptyFinish = directive.EmptyFinish,
        };
        call.Answered(StatusCodes.Status200OK);
        await _events.StartAsync();
        await PauseAsync(directive.First);
        if (_described.Path == "azure")
        {
            await _events.SendAsync(json.PromptFilterResults());
        }

        await _events.SendAsync(json.Role());
        await ThinkAsync(json);

        if (await SendPiecesAsync(json) is not { } finishReason)
        {
            return;
        }

        if (finishReason != NoReason)
        {
            await _events.SendAsync(json.Finish(finishReason));
            call.FinishReasonSent(finishReason);
        }

        if (directive.CutBeforeUsage)
        {
            await CutAsync();
            return;
        }

        await PauseAsync(directive.UsageAfter);
        await SendUsageAsync(json);
        await _events.EndAsync();
        call.Finish(CallOutcome.Completed);
    }

    private async Task ThinkAsync(CompletionJson json)
    {
        foreach (var piece in FillerWords.Endless().Take(directive.Think))
        {
            await _events.SendAsync(json.Reasoning(piece.Text, directive.ThinkAs));
            call.ReasoningSent(piece.Tokens);
            await PauseAsync(delay);
        }
    }

    /// <summary>Answers the finish reason; null where the stream is not to go on.</summary>
    private async Task<string?> SendPiecesAsync(CompletionJson json)
    {
        var limit = directive.Endless ? int.MaxValue : (request.MaxTokens ?? int.MaxValue) - directive.AllReasoning;
        foreach (var piece in Answer.To(request, directive))
        {
            if (await MisbehaveAsync())
            {
                return null;
            }

            if (_sent + piece.Tokens > limit)
            {
                return "length";
            }

            if (_sent > 0)
            {
                await PauseAsync(delay);
            }

            await SendPieceAsync(directive.Refusal is null ? json.Content(piece.Text) : json.Refusal(piece.Text), piece);
            if (_sent == piece.Tokens)
            {
                await SendOdditiesAsync(json);
            }
        }
        return await MisbehaveAsync() ? null : directive.Finish ?? "stop";
    }

    private async Task SendPieceAsync(byte[] chunk, AnswerPiece piece)
    {
        await _events.SendAsync(chunk);
        Count(piece);
    }

    private void Count(AnswerPiece piece)
    {
        call.Sent(piece);
        _sent += piece.Tokens;
    }

    private async Task SendOdditiesAsync(CompletionJson json)
    {
        if (directive.Heartbeat)
        {
            await _events.SendHeartbeatAsync();
        }

        if (directive.EmptyChoices)
        {
            await _events.SendAsync(json.WithoutChoices());
        }

        if (directive.NullContent)
        {
            await _events.SendAsync(json.Content(null));
        }

        if (directive.Nul)
        {
            await SendPieceAsync(json.Content("\0"), new("\0", O200k.Count("\0")));
        }
        // What a reader makes of half a pair is U+FFFD at best.
        if (directive.Surrogate)
        {
            await SendPieceAsync(json.ContentLiteral("\"\\ud83d\""), new("\uFFFD", O200k.Count("\uFFFD")));
        }

        if (directive.Line is { } length)
        {
            var count = await _events.SendLineAsync(json.Content("@"), (byte)'@', Encoding.ASCII.GetBytes(LineFilling), length);
            Count(new(string.Concat(Enumerable.Repeat(LineFilling, count)), count));
        }
    }

    private async Task<bool> MisbehaveAsync()
    {
        if (_sent >= directive.Cut)
        {
            await CutAsync();
            return true;
        }
        if (_sent >= directive.Stall)
        {
            call.Finish(CallOutcome.Stalled);
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        }
        if (_sent >= directive.Malformed)
        {
            await _events.SendAsync("{\"id\":\"chatcmpl-broken\",\"object\":\"chat.completion.chunk\",\"choices\":[{\"index\":0,\"del"u8);
            call.Finish(CallOutcome.Malformed);
            return true;
        }
        if (_sent >= directive.Error)
        {
            await _events.SendAsync(Encoding.UTF8.GetBytes(ModelError.ForStatus(StatusCodes.Status500InternalServerError, null).With(directive).ToJson()));
            call.Finish(CallOutcome.Error);
            return true;
        }
        if (_sent < directive.End || directive.End is null)
        {
            return false;
        }

        call.Finish(CallOutcome.Ended);
        return true;
    }

    private Task CutAsync()
    {
        call.Finish(CallOutcome.Cut);
        return BrokenConnection.MakeAsync(context);
    }

    private async Task SendUsageAsync(CompletionJson json)
    {
        if (!request.IncludeUsage || directive.Usage == UsageReport.Off)
        {
            return;
        }

        var chunk = directive.UsageJson is { } raw ? json.WithUsage(WithFigures(raw)) : json.WithoutChoices(TokenUsage.Of(directive, _described.PromptTokens, _sent));
        await _events.SendAsync(chunk);
        call.UsageSent(directive);
        if (directive.Usage == UsageReport.Twice)
        {
            await _events.SendAsync(chunk);
        }
    }

    private string WithFigures(string usage) => usage
        .Replace("$prompt", $"{_described.PromptTokens}", StringComparison.Ordinal)
        .Replace("$completion", $"{_sent + directive.AllReasoning}", StringComparison.Ordinal);

    private Task PauseAsync(TimeSpan pause) => pause > TimeSpan.Zero ? Task.Delay(pause, context.RequestAborted) : Task.CompletedTask;
}
