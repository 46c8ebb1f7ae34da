namespace ChatBot.Functions.Models;

/// <summary>A call that the model has begun to answer: the first chunk that says something is there already.</summary>
public sealed class ModelCall(IAsyncEnumerator<ModelChunk> chunks, ModelAnswer answer, CancellationTokenSource timeout, ObservedCall observed) : IAsyncDisposable
{
    /// <summary>To be told of its end by who listens.</summary>
    public ObservedCall Observed => observed;

    /// <summary>Valid until the next is asked for.</summary>
    public ModelChunk Chunk => chunks.Current;

    /// <summary>The next chunk is there within this time, or the call is cancelled.</summary>
    public void WaitAtMost(TimeSpan wait) => timeout.CancelAfter(wait > TimeSpan.Zero ? wait : TimeSpan.Zero);

    /// <summary>False at the end of the stream.</summary>
    public ValueTask<bool> Next() => chunks.MoveNextAsync();

    public async ValueTask DisposeAsync()
    {
        // First the connection: a reader in the middle of it must not be asked to go on.
        await answer.DisposeAsync();
        await chunks.DisposeAsync();
        timeout.Dispose();
    }
}
