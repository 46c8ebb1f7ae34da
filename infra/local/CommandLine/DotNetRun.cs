namespace ChatBot.Local;

/// <summary>
/// Follows the <c>dotnet run</c> that started us into its end. It passes SIGTERM on to us, but nobody passes on SIGKILL:
/// that shows in a change of our parent.
/// </summary>
internal static class DotNetRun
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    public static async Task UntilGoneAsync(CancellationToken cancellationToken)
    {
        var parent = OperatingSystem.IsLinux() ? Posix.ParentId() : 0;
        // Any other parent, such as a shell, may go and leave us running.
        if (parent == 0 || (await File.ReadAllTextAsync($"/proc/{parent}/comm", cancellationToken)).TrimEnd() != "dotnet")
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }

        while (Posix.ParentId() == parent)
        {
            await Task.Delay(s_interval, cancellationToken);
        }
    }
}
