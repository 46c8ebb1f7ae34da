using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

namespace ChatBot.Functions.Http;

/// <summary>
/// Limits every request's body, and takes in what of it nobody read before it is answered: a proxy that is still sending gives its
/// client an empty error in place of an answer that comes too early.
/// </summary>
public sealed class RequestBodies(RequestDelegate next)
{
    private const int MaxDrained = 4 * 1024 * 1024;
    private static readonly TimeSpan s_drainTimeout = TimeSpan.FromSeconds(2);

    // A client that waits for leave to send does not get it only in order to be refused.
    public Task InvokeAsync(HttpContext http)
    {
        if (http.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true })
        {
            var (body, reader) = (new LimitedBody(http.Request.Body, http.Request.ContentLength), http.Request.BodyReader);
            http.Request.Body = body;
            http.Response.OnStarting(() => body.IsBegun || http.Request.Headers.Expect.Count == 0 ? Drain(reader) : Task.CompletedTask);
        }

        return next(http);
    }

    private static async Task Drain(PipeReader body)
    {
        // A read that a token cancels would leave the server unable to see to the rest.
        using var timeout = new CancellationTokenSource(s_drainTimeout);
        await using var cancelling = timeout.Token.Register(body.CancelPendingRead);
        try
        {
            for (long drained = 0; drained < MaxDrained;)
            {
                var read = await body.ReadAsync(CancellationToken.None);
                drained += read.Buffer.Length;
                body.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted || read.IsCanceled)
                {
                    return;
                }
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or InvalidOperationException)
        {
            // It is broken, or its client is gone. That is no reason not to answer.
        }
    }
}
