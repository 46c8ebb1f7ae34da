using Xunit;

namespace ChatBot.EndToEndTests;

public sealed class CrashBeforeTheEndTests(PublishedProgram published, Recovery recovery) : CrashTests(published, recovery)
{
    public static TheoryData<string> Points { get; } = [.. CrashPoint.BeforeTheEnd.Keys];

    [Theory]
    [MemberData(nameof(Points))]
    public Task Killed_while_it_is_written_a_send_leaves_one_message_one_answer_and_one_charge(string point) => KillAt(CrashPoint.BeforeTheEnd[point]);
}
