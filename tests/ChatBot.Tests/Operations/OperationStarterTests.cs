using ChatBot.Functions.Operations;
using DurableTask.Core.Exceptions;
using Grpc.Core;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging.Abstractions;
using Moq;
using Xunit;

namespace ChatBot.Tests.Operations;

/// <summary>A task hub that fails in ways that a real one cannot be made to on command.</summary>
public sealed class OperationStarterTests
{
    private readonly Mock<DurableTaskClient> _durable = new("");
    private static readonly OperationRun s_run = new("close-period-2026-10", "close_period", DateTimeOffset.UnixEpoch.AddSeconds(5));

    private readonly OperationStarter _starter = new(NullLogger<OperationStarter>.Instance);

    public static TheoryData<Exception> Outages =>
    [
        new RpcException(new Status(StatusCode.Unavailable, "")),
        new RpcException(new Status(StatusCode.Internal, "")),
        new OperationCanceledException(),
    ];

    [Theory]
    [MemberData(nameof(Outages))]
    public async Task What_cannot_be_started_now_is_left_to_the_timer(Exception outage)
    {
        Schedules().ThrowsAsync(outage);

        await _starter.Start(_durable.Object, s_run, CancellationToken.None);

        _durable.VerifyAll();
    }

    [Fact]
    public async Task What_runs_already_is_left_alone()
    {
        Schedules().ThrowsAsync(new OrchestrationAlreadyExistsException("It exists."));

        await _starter.Start(_durable.Object, s_run, CancellationToken.None);

        _durable.VerifyAll();
    }

    [Fact]
    public async Task A_caller_who_is_gone_is_not_taken_for_an_outage()
    {
        Schedules().ThrowsAsync(new OperationCanceledException());

        await Assert.ThrowsAsync<OperationCanceledException>(() => _starter.Start(_durable.Object, s_run, new CancellationToken(canceled: true)));
    }

    [Theory]
    [InlineData("erase_account", "EraseAccount")]
    [InlineData("close_period", "ClosePeriod")]
    [InlineData("archive_period", "ArchivePeriod")]
    [InlineData("reencrypt_keys", "ReencryptKeys")]
    public async Task An_instance_has_the_id_of_its_operation_and_when_that_was_begun(string kind, string orchestration)
    {
        Schedules(orchestration).ReturnsAsync("an-id");

        await _starter.Start(_durable.Object, s_run with { Kind = kind }, CancellationToken.None);

        _durable.VerifyAll();
    }

    private Moq.Language.Flow.ISetup<DurableTaskClient, Task<string>> Schedules(string? orchestration = null) => _durable.Setup(d => d.ScheduleNewOrchestrationInstanceAsync(
        It.Is<TaskName>(name => orchestration == null || name.Name == orchestration),
        It.IsAny<OperationPart>(),
        It.Is<StartOrchestrationOptions>(options => options.InstanceId == "close-period-2026-10-5000" && options.Version!.Value.Version == OperationStarter.Version && options.DedupeStatuses!.Count == 3),
        It.IsAny<CancellationToken>()));
}
