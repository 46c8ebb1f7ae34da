using System.Diagnostics;
using System.Net;
using ChatBot.Local;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.EndToEndTests;

/// <summary>The program where it is given little: in an image without a shell, and in a package that is mounted for reading.</summary>
public sealed class ContainedTests(PublishedProgram published) : IAsyncLifetime
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("chatbot-contained-");

    private string Folder => Path.Combine(_directory.FullName, "app");

    public ValueTask InitializeAsync()
    {
        Run("cp", "-R", Path.GetDirectoryName(published.Program.Arguments is [var assembly, ..] ? assembly : published.Program.FileName)!, Folder);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task It_answers_without_rights_without_a_home_and_without_a_place_to_write()
    {
        // A temporary directory is its owner's alone.
        Run("chmod", "a+rx", _directory.FullName);
        Run("chmod", "-R", "a-w,a+rX", Folder);
        var port = LoopbackPort.Find();
        var app = await AppProcess.StartAsync(new(Contained($"ASPNETCORE_HTTP_PORTS={port}"), new Dictionary<string, string>()) { Port = port });
        await using var _ = app;
        await app.WaitUntilReadyAsync(cancellationToken: TestContext.Current.CancellationToken);
        var user = await published.NewUser(new Uri(app.BaseUrl));
        var chat = await StreamingTests.NewChat(user);

        var stream = EventStreamText.Parse((await StreamingTests.Send(user, chat, "Hello. [[tokens=5]]")).Is(HttpStatusCode.OK).Body);

        Assert.NotEqual(Guid.Empty, stream.MessageId);
        Assert.Equal(0, Exit(Contained(), "ls", Folder));
        Assert.NotEqual(0, Exit(Contained(), "touch", Path.Combine(Folder, "written")));
        Assert.True(await app.TerminateAsync(), "It did not end by itself.");
    }

    public ValueTask DisposeAsync()
    {
        Run("chmod", "-R", "u+w", _directory.FullName);
        _directory.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>The program with an environment of its settings alone, as an account that owns nothing.</summary>
    private AppProgram Contained(params IReadOnlyList<string> environment)
    {
        string[] account = Environment.UserName == "root" ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--bounding-set=-all", "--"] : [];
        string[] program = published.Program.Arguments is [var assembly, ..]
            ? [published.Program.FileName, Path.Combine(Folder, Path.GetFileName(assembly))]
            : [Path.Combine(Folder, "ChatBot.Functions")];
        string[] command =
        [
            .. account, "env", "-i", $"--chdir={Folder}", $"TMPDIR={Folder}", .. published.Stack.AppSettings.Select(s => $"{s.Key}={s.Value}"), .. environment,
            .. environment.Count > 0 ? program : [],
        ];
        return new(Executable.Find(command[0])!, command[1..]);
    }

    private static int Exit(AppProgram program, params IReadOnlyList<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program.FileName, [.. program.Arguments, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }

    private static string Run(string program, params IReadOnlyList<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal((program, 0), (program, process.ExitCode));
        return output;
    }
}
