using System.Text;

namespace ChatBot.Local;

/// <summary>Sends one answer in a single piece of JSON.</summary>
internal sealed class WholeAnswer(HttpContext context, ModelRequest request, Directive directive, RunningCall call, TimeSpan delay)
{
    private readonly ModelCall _described = call.Snapshot();

    public async Task SendAsync()
    {
        var (text, tokens, finishReason) = Compose();
        await Task.Delay(directive.First + (tokens * delay), context.RequestAborted);

        TokenUsage? reported = directive.Usage is UsageReport.Off ? null : TokenUsage.Of(directive, _described.PromptTokens, tokens);
        var body = new CompletionJson(_described.Id, _described.Model, _described.At, _described.Path == "azure").Whole(text, finishReason, reported);

        call.Answered(StatusCodes.Status200OK);
        context.Response.ContentType = "application/json";
        if (directive.LastPosition is not null)
        {
            await SendHalfAsync(body);
            return;
        }
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
        call.Sent(new(text, tokens));
        call.FinishReasonSent(finishReason);
        if (reported is not null)
        {
            call.UsageSent(directive);
        }

        call.Finish(CallOutcome.Completed);
    }

    private (string Text, int Tokens, string FinishReason) Compose()
    {
        var limit = (request.MaxTokens ?? (directive.Endless ? FillerWords.Many : int.MaxValue)) - directive.AllReasoning;
        var text = new StringBuilder();
        var tokens = 0;
        foreach (var piece in Answer.To(request, directive))
        {
            if (tokens + piece.Tokens > limit)
            {
                return (text.ToString(), tokens, "length");
            }

            text.Append(piece.Text);
            tokens += piece.Tokens;
        }
        return (text.ToString(), tokens, directive.Finish ?? "stop");
    }

    private async Task SendHalfAsync(byte[] body)
    {
        await context.Response.Body.WriteAsync(body.AsMemory(0, body.Length / 2), context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
        if (directive.Stall is not null)
        {
            call.Finish(CallOutcome.Stalled);
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        }
        call.Finish(directive.Cut is not null ? CallOutcome.Cut : CallOutcome.Malformed);
        if (directive.Cut is not null)
        {
            await BrokenConnection.MakeAsync(context);
        }
    }
}
