namespace ChatBot.Tests.Stack;

/// <summary>Watches for requests that hold all of some texts.</summary>
/// <param name="error">What to answer with, where it is to be refused.</param>
/// <param name="passing">How many matching requests pass before.</param>
/// <param name="times">How many it takes then.</param>
public sealed class Tripwire(WireAction action, string error, IReadOnlyList<string> texts, int passing, int times)
{
    private readonly TaskCompletionSource<string> _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<bool> _letGo = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _matches;

    public WireAction Action => action;

    public string Error => error;

    /// <summary>Completes with the text of the first request that was taken, at the point where the action is.</summary>
    public Task<string> Reached => _reached.Task.WaitAsync(TimeSpan.FromSeconds(30));

    /// <summary>What is held goes on.</summary>
    public void Release() => _letGo.TrySetResult(true);

    /// <summary>What is held is lost, and its connection reset.</summary>
    public void Lose() => _letGo.TrySetResult(false);

    internal bool Takes(string request) =>
        texts.All(text => request.Contains(text, StringComparison.Ordinal))
        && Interlocked.Increment(ref _matches) is var match && match > passing && match <= passing + (long)times;

    internal void Reach(string request) => _reached.TrySetResult(request);

    /// <summary>Whether it goes on.</summary>
    internal Task<bool> LetGo() => _letGo.Task;
}
