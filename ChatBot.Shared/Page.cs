namespace ChatBot.Shared;

/// <summary>One page of a list.</summary>
/// <param name="Items">At most <c>limit</c> items (1 to 100, 30 by default).</param>
/// <param name="NextCursor">What to give back for the page after this one; null where this is the last.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor);
