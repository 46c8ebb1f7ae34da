using System.Text.Json;
using System.Text.Json.Nodes;

namespace ChatBot.Local;

/// <summary>
/// Stands in for OpenAI and Azure OpenAI on their own wire: counts real tokens, misbehaves on command
/// (<see cref="Directive"/>) and keeps a journal of what it truly sent.
/// </summary>
public sealed class ModelStandIn
{
    private readonly CallJournal _journal = new(TimeProvider.System);
    private readonly RepeatedCalls _repeated = new();

    /// <summary>Between tokens, where no directive says otherwise: slow enough for a person to see it stream.</summary>
    public TimeSpan DefaultDelay { get; set; } = TimeSpan.FromMilliseconds(20);

    /// <summary>The journal: every call so far. An entry is true once its outcome is known, a moment after the client has the answer.</summary>
    public IReadOnlyList<ModelCall> Calls => _journal.Since(0);

    /// <summary>The calls after the n-th.</summary>
    public IReadOnlyList<ModelCall> CallsSince(int n) => _journal.Since(n);

    internal void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/chat/completions", context => CompleteAsync(context, null));
        routes.MapPost("/openai/deployments/{deployment}/chat/completions", context => CompleteAsync(context, (string)context.GetRouteValue("deployment")!));
        routes.MapGet("/v1/models", ListModelsAsync);
        routes.MapGet("/journal", ServeJournalAsync);
        routes.MapGet("/", DescribeAsync);
    }

    private async Task CompleteAsync(HttpContext context, string? deployment)
    {
        var key = ModelKey.Of(context.Request);
        var request = await ModelRequest.ReadAsync(context.Request.Body, deployment, context.RequestAborted);
        Guid? requestId = Guid.TryParse(context.Request.Headers["X-Client-Request-Id"], out var given) ? given : null;
        var call = _journal.Add(n => Describe(n, request, key, azure: deployment is not null) with { RequestId = requestId });
        try
        {
            await AnswerAsync(context, request, call, key);
        }
        catch (OperationCanceledException)
        {
            call.Finish(CallOutcome.ClientClosed);
        }
    }

    private async Task AnswerAsync(HttpContext context, ModelRequest request, RunningCall call, string? key)
    {
        Directive directive;
        try
        {
            directive = Directive.Read(request.Model, request.SystemText, request.LastUserText);
        }
        catch (DirectiveException failure)
        {
            await RefuseAsync(context, call, ModelError.Invalid(failure.Message));
            return;
        }
        if (directive.Times is { } times && _repeated.Count(request) > times)
        {
            directive = directive.Behaved();
        }

        if (Refusal(request, directive, key) is { } refusal)
        {
            await RefuseAsync(context, call, refusal);
        }
        else if (directive.NoHeaders)
        {
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        }
        else if (directive.Html)
        {
            await SendOtherAsync(context, call, "text/html; charset=utf-8", "<!doctype html><title>Sign in</title><p>Please sign in to the network.</p>");
        }
        else if (directive.Json)
        {
            await SendOtherAsync(context, call, "application/json", """{"message":"no stream"}""");
        }
        else if (directive.ErrorJson)
        {
            await RefuseAsync(context, call, ModelError.ForStatus(StatusCodes.Status500InternalServerError, null).With(directive) with { Status = StatusCodes.Status200OK });
        }
        else if (request.Stream && !directive.Whole)
        {
            await new StreamedAnswer(context, request, directive, call, directive.Delay ?? DefaultDelay).SendAsync();
        }
        else
        {
            await new WholeAnswer(context, request, directive, call, directive.Delay ?? DefaultDelay).SendAsync();
        }
    }

    private static ModelError? Refusal(ModelRequest request, Directive directive, string? key) =>
        ModelKey.Refusal(key) is { } refusal ? refusal
        : request.Fault is { } fault ? ModelError.Invalid(fault)
        : directive.Status is { } status ? ModelError.ForStatus(status, directive.RetryAfter).With(directive)
        : directive.Filter ? ModelError.Filtered
        : null;

    private static async Task RefuseAsync(HttpContext context, RunningCall call, ModelError error)
    {
        call.Answered(error.Status);
        await error.WriteAsync(context.Response);
        call.Finish(CallOutcome.Refused);
    }

    private static async Task SendOtherAsync(HttpContext context, RunningCall call, string type, string body)
    {
        call.Answered(StatusCodes.Status200OK);
        context.Response.ContentType = type;
        await context.Response.WriteAsync(body, context.RequestAborted);
        call.Finish(CallOutcome.Malformed);
    }

    private static ModelCall Describe(int n, ModelRequest request, string? key, bool azure) => new()
    {
        N = n,
        Id = $"chatcmpl-{Guid.NewGuid():N}",
        At = TimeProvider.System.GetUtcNow(),
        Path = azure ? "azure" : "openai",
        Model = request.Model,
        KeyLast4 = key is null ? "" : key[^Math.Min(4, key.Length)..],
        Stream = request.Stream,
        RequestedMaxTokens = request.MaxTokens,
        Messages = request.MessagesJson,
        Parameters = request.Parameters,
        PromptTokens = O200k.CountPrompt(request.Messages),
    };

    private static Task ListModelsAsync(HttpContext context)
    {
        if (ModelKey.Refusal(ModelKey.Of(context.Request)) is { } refusal)
        {
            return refusal.WriteAsync(context.Response);
        }

        var models = new JsonArray([.. new[] { "gpt-4o", "gpt-4o-mini" }.Select(id => new JsonObject { ["id"] = id, ["object"] = "model", ["created"] = 1715367049, ["owned_by"] = "system" })]);
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(new JsonObject { ["object"] = "list", ["data"] = models }.ToJsonString(), context.RequestAborted);
    }

    private Task ServeJournalAsync(HttpContext context)
    {
        var since = int.TryParse(context.Request.Query["since"], out var n) ? n : 0;
        context.Response.ContentType = "application/json";
        return JsonSerializer.SerializeAsync(context.Response.Body, _journal.Since(since), ModelJson.Default.IReadOnlyListModelCall, context.RequestAborted);
    }

    private static Task DescribeAsync(HttpContext context)
    {
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(
            $"""
            A stand-in for OpenAI and Azure OpenAI, with a Supabase project's key set. It answers
              POST /v1/chat/completions
              POST /openai/deployments/<name>/chat/completions
              GET  /v1/models
              GET  /_journal?since=<n>                 what was asked and truly sent
              GET  /auth/v1/.well-known/jwks.json
            A directive [[key=value key …]] in the model's name, the system message or the last user message changes the answer:
            {DirectiveKeys.Describe()}

            """, context.RequestAborted);
    }
}
