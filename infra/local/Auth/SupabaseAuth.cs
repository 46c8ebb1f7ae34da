using System.Text.Json.Nodes;

namespace ChatBot.Local;

/// <summary>The part of a Supabase project's auth server that token validation asks: its key set. Keys can be rotated, and it can be down.</summary>
public sealed class SupabaseAuth
{
    private int _requests;

    public SupabaseAuth(params IReadOnlyList<SigningKey> keys) => Keys = keys;

    /// <summary>Replaced as a whole when keys are rotated.</summary>
    public IReadOnlyList<SigningKey> Keys { get; set; }

    /// <summary>False: every request is answered with 503.</summary>
    public bool Available { get; set; } = true;

    /// <summary>How often the key set was asked for.</summary>
    public int Requests => Volatile.Read(ref _requests);

    internal void Map(IEndpointRouteBuilder routes) => routes.MapGet("/auth/v1/.well-known/jwks.json", ServeKeysAsync);

    private Task ServeKeysAsync(HttpContext context)
    {
        Interlocked.Increment(ref _requests);
        if (!Available)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return Task.CompletedTask;
        }
        context.Response.ContentType = "application/json";
        context.Response.Headers.CacheControl = "public, max-age=600";
        var keys = new JsonArray([.. Keys.Select(key => key.ToJsonWebKey())]);
        return context.Response.WriteAsync(new JsonObject { ["keys"] = keys }.ToJsonString(), context.RequestAborted);
    }
}
