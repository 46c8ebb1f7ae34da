namespace ChatBot.Functions.Identity;

/// <summary>Marks endpoints that are for who sees to the billing alone; the others get 403.</summary>
public sealed class BillingRole
{
    public static BillingRole Required { get; } = new();
}

public static class BillingRoleExtensions
{
    public static TBuilder RequireBillingRole<TBuilder>(this TBuilder endpoints)
        where TBuilder : IEndpointConventionBuilder =>
        endpoints.WithMetadata(BillingRole.Required);
}
