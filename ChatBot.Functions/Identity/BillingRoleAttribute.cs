namespace ChatBot.Functions.Identity;

/// <summary>Marks functions that are for who sees to the billing alone; the others get 403.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class BillingRoleAttribute : Attribute;
