using ChatBot.Local;
using Xunit;

namespace ChatBot.Tests.Local;

public sealed class AppProcessTests
{
    private static readonly AppProgram s_sleeper = new("/bin/sh", ["-c", "trap 'echo bye; exit 3' TERM; echo at $ASPNETCORE_URLS; while :; do sleep 0.05; done"]);

    [Fact]
    public async Task It_is_given_its_settings_and_address_and_ends_when_asked()
    {
        await using var app = await AppProcess.StartAsync(new(s_sleeper, new Dictionary<string, string>()));
        await Eventually.GetAsync(() => app.Output, lines => lines.Contains($"at {app.BaseUrl}"), TestContext.Current.CancellationToken);

        Assert.True(await app.TerminateAsync());

        Assert.Equal(3, await app.Exited);
        await Eventually.GetAsync(() => app.Output, lines => lines.Contains("bye"), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Suspended_it_does_not_heed_a_request_to_end_until_resumed()
    {
        await using var app = await AppProcess.StartAsync(new(s_sleeper, new Dictionary<string, string>()));
        await Eventually.GetAsync(() => app.Output.Count, count => count > 0, TestContext.Current.CancellationToken);

        app.Suspend();
        await Eventually.GetAsync(() => State(app), state => state == 'T', TestContext.Current.CancellationToken);
        var ending = app.TerminateAsync();
        app.Resume();

        Assert.True(await ending);
    }

    [Fact]
    public async Task Killed_it_has_no_last_word()
    {
        await using var app = await AppProcess.StartAsync(new(s_sleeper, new Dictionary<string, string>()));
        await Eventually.GetAsync(() => app.Output.Count, count => count > 0, TestContext.Current.CancellationToken);

        await app.KillAsync();

        Assert.True(app.HasExited);
        Assert.DoesNotContain("bye", app.Output);
    }

    [Fact]
    public async Task One_that_ends_before_it_is_ready_is_shown_with_its_last_lines()
    {
        await using var app = await AppProcess.StartAsync(new(new("/bin/sh", ["-c", "echo no such setting; exit 1"]), new Dictionary<string, string>()));

        var failure = await Assert.ThrowsAsync<LocalStackException>(() => app.WaitUntilReadyAsync(cancellationToken: TestContext.Current.CancellationToken));

        Assert.Contains("exit code 1", failure.Message, StringComparison.Ordinal);
    }

    // "123 (name) T …"
    private static char State(AppProcess app) => File.ReadAllText($"/proc/{app.ProcessId}/stat").Split(") ")[1][0];
}
