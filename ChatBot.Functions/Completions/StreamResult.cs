using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace ChatBot.Functions.Completions;

/// <summary>
/// Sends an answer as it grows. The head goes out with the first text, so that what fails before it is told with a status of
/// its own; after too long a silence it goes out all the same.
/// </summary>
/// <param name="keepAlive">The longest silence: then a comment is sent.</param>
/// <param name="start">From which UTF-16 code unit on.</param>
/// <param name="unread">How long a client may leave unread what the server buffers for it; then it is dropped, and may resume.</param>
/// <param name="clientLeft">Called where the client goes before the end.</param>
public sealed class StreamResult(
    CompletionBuffer answer, StreamFormat format, int start, TimeSpan keepAlive, TimeSpan unread, TimeProvider time, Action clientLeft) : IResult
{
    // In UTF-16 code units: a replay of a long answer is not buffered as a whole.
    private const int LongestPiece = 16 * 1024;

    // Set by the timer alone. Its clock and the one that tells the time differ by milliseconds, so the two are never compared.
    private volatile bool _isSilent;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        // It has a limit of its own for clients that do not read.
        httpContext.Features.Get<IHttpMinResponseDataRateFeature>()?.MinDataRate = null;
        await Send(httpContext);
        if (answer.End is null)
        {
            clientLeft();
        }
    }

    private async Task Send(HttpContext httpContext)
    {
        var aborted = httpContext.RequestAborted;
        using var reader = answer.Follow(start);
        await using var timer = time.CreateTimer(_ => BreakSilence(reader), null, keepAlive, Timeout.InfiniteTimeSpan);
        await using var leaving = aborted.UnsafeRegister(state => ((CompletionBufferReader)state!).Signal(), reader);

        var response = httpContext.Response;
        var hasBegun = false;
        while (!aborted.IsCancellationRequested)
        {
            // In this order: what ended has all its text.
            var end = answer.End;
            var text = reader.Take(LongestPiece);
            if (!hasBegun)
            {
                if (end is { Problem: { } problem } && start == 0 && (text.Length == 0 || !format.HasProblems))
                {
                    await problem.ExecuteAsync(httpContext);
                    return;
                }

                if (text.Length == 0 && end is null && !_isSilent)
                {
                    await reader.Wait();
                    continue;
                }

                hasBegun = true;
                WriteHeaders(response);
                format.WriteStart(response.BodyWriter);
            }

            var isSilent = _isSilent;
            if (text.Length > 0)
            {
                format.WriteText(response.BodyWriter, text.Span);
            }
            else if (end is null && isSilent)
            {
                format.WriteKeepAlive(response.BodyWriter);
            }

            if (end is not null && reader.Position >= answer.Length)
            {
                format.WriteEnd(response.BodyWriter, end, httpContext);
                if (!await Flush(response) || (end.Problem is not null && !format.HasProblems))
                {
                    httpContext.Abort();
                }

                return;
            }

            if (text.Length > 0 || isSilent)
            {
                _isSilent = false;
                timer.Change(keepAlive, Timeout.InfiniteTimeSpan);
                if (!await Flush(response))
                {
                    httpContext.Abort();
                    return;
                }
            }

            if (reader.Position >= answer.Length)
            {
                await reader.Wait();
            }
        }
    }

    private void BreakSilence(CompletionBufferReader reader)
    {
        _isSilent = true;
        reader.Signal();
    }

    /// <summary>False where the client has read nothing for too long.</summary>
    private async ValueTask<bool> Flush(HttpResponse response)
    {
        var flush = response.BodyWriter.FlushAsync(CancellationToken.None);
        if (flush.IsCompleted)
        {
            await flush;
            return true;
        }

        try
        {
            await flush.AsTask().WaitAsync(unread, time);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private void WriteHeaders(HttpResponse response)
    {
        response.StatusCode = StatusCodes.Status200OK;
        response.Headers.CacheControl = "no-cache, no-transform";
        response.Headers["X-Accel-Buffering"] = "no";
        response.Headers["X-Message-Id"] = answer.Id.ToString();
        format.WriteHeaders(response);
    }
}
