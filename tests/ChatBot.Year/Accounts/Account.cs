namespace ChatBot.Year.Accounts;

/// <summary>Somebody who chats all year.</summary>
/// <param name="IsWordy">Whether they have so long answers that they reach their caps.</param>
/// <param name="IsSteady">Whether nothing changes for them, and no cap is in their way.</param>
public sealed record Account(Guid Id, string Token, bool IsWordy, bool IsSteady)
{
    /// <summary>A word that stands in all that the account writes.</summary>
    public string Marker { get; } = $"u{Id:N}";
}
