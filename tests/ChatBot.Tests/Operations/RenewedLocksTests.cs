using ChatBot.DurableTask;
using DurableTask.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Moq;
using Xunit;

namespace ChatBot.Tests.Operations;

/// <summary>A storage whose locks are watched, as the real one does not tell of them.</summary>
public sealed class RenewedLocksTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly Mock<IOrchestrationService> _storage = new();
    private readonly TaskActivityWorkItem _activity = new() { Id = "1" };
    private readonly TaskOrchestrationWorkItem _orchestration = new() { InstanceId = "1" };
    private readonly SemaphoreSlim _renewals = new(0);
    private readonly RenewedLocks _locks;

    public RenewedLocksTests()
    {
        _storage.Setup(s => s.LockNextTaskActivityWorkItem(It.IsAny<TimeSpan>(), It.IsAny<CancellationToken>())).ReturnsAsync(_activity);
        _storage.Setup(s => s.LockNextTaskOrchestrationWorkItemAsync(It.IsAny<TimeSpan>(), It.IsAny<CancellationToken>())).ReturnsAsync(_orchestration);
        _storage.Setup(s => s.RenewTaskActivityWorkItemLockAsync(_activity)).ReturnsAsync(_activity).Callback(() => _renewals.Release());
        _storage.Setup(s => s.RenewTaskOrchestrationWorkItemLockAsync(_orchestration)).Returns(Task.CompletedTask).Callback(() => _renewals.Release());
        _locks = new(_storage.Object, _time, NullLogger<RenewedLocks>.Instance);
    }

    public static TheoryData<bool, bool> Ends { get; } = new MatrixTheoryData<bool, bool>([false, true], [false, true]);

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task A_lock_is_renewed_until_what_was_taken_is_completed_or_abandoned(bool isActivity, bool isCompleted)
    {
        await Take(isActivity);
        for (var n = 0; n < 9; n++)
        {
            await RenewedAfterAnInterval();
        }

        var ending = (isActivity, isCompleted) switch
        {
            (true, true) => _locks.CompleteTaskActivityWorkItemAsync(_activity, new()),
            (true, false) => _locks.AbandonTaskActivityWorkItemAsync(_activity),
            (false, true) => _locks.CompleteTaskOrchestrationWorkItemAsync(_orchestration, new(), [], [], [], new(), new()),
            (false, false) => _locks.AbandonTaskOrchestrationWorkItemAsync(_orchestration),
        };
        await ending;
        _time.Advance(RenewedLocks.Interval * 3);

        Assert.False(await _renewals.WaitAsync(TimeSpan.FromMilliseconds(100), TestContext.Current.CancellationToken), "It was renewed after its end.");
    }

    [Fact]
    public async Task A_renewal_that_fails_is_tried_again()
    {
        _storage.Setup(s => s.RenewTaskActivityWorkItemLockAsync(_activity)).ThrowsAsync(new IOException()).Callback(() => _renewals.Release());
        await Take(isActivity: true);

        await RenewedAfterAnInterval();
        await RenewedAfterAnInterval();

        await _locks.AbandonTaskActivityWorkItemAsync(_activity);
    }

    [Fact]
    public async Task Nothing_is_completed_while_its_lock_is_being_renewed()
    {
        var renewing = new TaskCompletionSource<TaskActivityWorkItem>();
        _storage.Setup(s => s.RenewTaskActivityWorkItemLockAsync(_activity)).Returns(renewing.Task).Callback(() => _renewals.Release());
        await Take(isActivity: true);
        await RenewedAfterAnInterval();

        var completing = _locks.CompleteTaskActivityWorkItemAsync(_activity, new());
        _storage.Verify(s => s.CompleteTaskActivityWorkItemAsync(It.IsAny<TaskActivityWorkItem>(), It.IsAny<TaskMessage>()), Times.Never);
        renewing.SetResult(_activity);
        await completing;

        _storage.Verify(s => s.CompleteTaskActivityWorkItemAsync(_activity, It.IsAny<TaskMessage>()), Times.Once);
    }

    private async Task Take(bool isActivity)
    {
        if (isActivity)
        {
            await _locks.LockNextTaskActivityWorkItem(TimeSpan.FromSeconds(1), CancellationToken.None);
        }
        else
        {
            await _locks.LockNextTaskOrchestrationWorkItemAsync(TimeSpan.FromSeconds(1), CancellationToken.None);
        }
    }

    private async Task RenewedAfterAnInterval()
    {
        _time.Advance(RenewedLocks.Interval);
        Assert.True(await _renewals.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken), "It was not renewed.");
    }
}
