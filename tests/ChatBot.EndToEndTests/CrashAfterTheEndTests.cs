using Xunit;

namespace ChatBot.EndToEndTests;

public sealed class CrashAfterTheEndTests(PublishedProgram published, Recovery recovery) : CrashTests(published, recovery)
{
    public static TheoryData<string> Points { get; } = [.. CrashPoint.AfterTheEnd.Keys];

    [Theory]
    [MemberData(nameof(Points))]
    public Task Killed_after_its_end_an_answer_leaves_one_message_whole_and_one_charge(string point) => KillAt(CrashPoint.AfterTheEnd[point]);
}
