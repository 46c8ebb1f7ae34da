namespace ChatBot.Tests.Usage;

/// <summary>A call that may be made, and what is reserved for it.</summary>
public sealed record Admitted(Guid Id, int MaxOutput, string Payer, int Tokens, decimal Cost);
