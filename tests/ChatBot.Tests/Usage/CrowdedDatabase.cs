using ChatBot.Scale;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Usage;

/// <summary>A database with some ten thousand rows in each table that grows.</summary>
public sealed class CrowdedDatabase(TestStack stack) : IAsyncLifetime
{
    private const int Users = 10_000;
    private const int CallsOfEach = 3;

    private OwnDatabase _own = null!;

    public async ValueTask InitializeAsync()
    {
        _own = await OwnDatabase.Create(stack);
        await ManyUsers.FillAsync(_own.Database, Users, CallsOfEach, _ => { }, TestContext.Current.CancellationToken);
    }

    /// <summary>The hot path of one of the users, after this change, which is taken back.</summary>
    public async Task<IReadOnlyList<HotRun>> Probe(string change = "select")
    {
        var now = TimeProvider.System.GetUtcNow();
        var month = new DateTime(now.Year, now.Month, 1, 0, 0, 0, DateTimeKind.Utc).AddMonths(-1);
        var (user, chat) = (await _own.Scalar<Guid>("select scale.user_id(4321)"), await _own.Scalar<Guid>("select md5('chat 4321')::uuid"));
        return await new HotPathProbe(_own.Database, mayScan: false).RunAsync(user, chat, month, change, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_own is not null)
        {
            await _own.DisposeAsync();
        }
    }
}
