namespace ChatBot.Chaos.Clients;

/// <summary>What came of a request.</summary>
/// <param name="Status">0 where no answer came.</param>
/// <param name="Code">Of the problem, where it is one.</param>
/// <param name="WasSent">False where nobody listened, so that nothing can have been done.</param>
/// <param name="Response">The body of a success is still to be read.</param>
public sealed record ChaosAnswer(int Slot, int Status, string? Code, bool WasSent, DateTimeOffset StartedAt, HttpResponseMessage? Response) : IDisposable
{
    public bool IsSuccess => Status is >= 200 and < 300;

    /// <summary>Whether the same request may well succeed a little later, perhaps elsewhere.</summary>
    public bool IsWorthRepeating => Status is 0 or >= 502 || Code == "completion_in_progress";

    public void Dispose() => Response?.Dispose();
}
