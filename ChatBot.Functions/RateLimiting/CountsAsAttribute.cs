namespace ChatBot.Functions.RateLimiting;

/// <summary>Which limit a request counts against, where its method does not tell.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class CountsAsAttribute(RequestKind kind) : Attribute
{
    public RequestKind Kind => kind;
}
