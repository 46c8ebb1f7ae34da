using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Database;

/// <summary>The database fails at one exact point of a completion's way.</summary>
public sealed class DatabaseFaultTests(TestStack stack)
{
    public static MatrixTheoryData<string, DatabaseFault> Faults { get; } =
        new(DatabaseSteps.All.Keys, Enum.GetValues<DatabaseFault>().Where(fault => fault != DatabaseFault.Stalled));

    [Theory]
    [MemberData(nameof(Faults))]
    public Task A_fault_at_any_step_loses_nothing_and_doubles_nothing(string step, DatabaseFault fault) =>
        DatabaseSteps.All[step](new DatabaseSteps(stack), fault);

    /// <summary>All at once, as each waits for the same time limits.</summary>
    [Fact]
    public Task A_stall_at_any_step_loses_nothing_and_doubles_nothing() =>
        Task.WhenAll(DatabaseSteps.All.Values.Select(step => step(new DatabaseSteps(stack), DatabaseFault.Stalled)));
}
