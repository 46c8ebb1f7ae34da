namespace ChatBot.Functions.Settings;

/// <summary>The limits of a streamed answer.</summary>
/// <param name="FirstToken">How long a model may take to its first token.</param>
/// <param name="Idle">How long it may be silent after that.</param>
/// <param name="Total">How long an answer may take.</param>
/// <param name="KeepAlive">After how much silence a client gets a comment.</param>
/// <param name="Unread">How long a client may leave unread what is buffered for it.</param>
/// <param name="Lease">How long a completion stays its instance's without a sign of life.</param>
/// <param name="Grace">How long running answers may go on once the program is told to end.</param>
public sealed record StreamSettings(TimeSpan FirstToken, TimeSpan Idle, TimeSpan Total, TimeSpan KeepAlive, TimeSpan Unread, TimeSpan Lease, TimeSpan Grace)
{
    /// <summary>Bytes of UTF-8 in one answer, as the table of messages allows.</summary>
    public const int MaxAnswerBytes = 1024 * 1024;

    /// <summary>Bytes in one line of what a model sends.</summary>
    public const int MaxLineBytes = 256 * 1024;

    public static StreamSettings Read(SettingReader reader) => new(
        reader.Seconds("Streams:FirstTokenSeconds", 30, 1, 600),
        reader.Seconds("Streams:IdleSeconds", 30, 1, 600),
        reader.Seconds("Streams:TotalSeconds", 600, 1, 1_800),
        reader.Seconds("Streams:KeepAliveSeconds", 15, 1, 120),
        reader.Seconds("Streams:UnreadSeconds", 15, 1, 600),
        reader.Seconds("Streams:LeaseSeconds", 20, 2, 600),
        reader.Seconds("Streams:GraceSeconds", 10, 0, 600));
}
