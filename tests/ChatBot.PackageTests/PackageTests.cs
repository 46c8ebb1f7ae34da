using System.Diagnostics;
using System.Runtime.Versioning;
using System.Text.Json;
using System.Text.RegularExpressions;
using ChatBot.Local;
using Xunit;

namespace ChatBot.PackageTests;

/// <summary>The folder that is zipped to Azure, around the binary that CHATBOT_BINARY names.</summary>
[UnsupportedOSPlatform("windows")]
public sealed partial class PackageTests
{
    private const UnixFileMode Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private static readonly string s_snapshot = RepositoryRoot.Combine("tests", "ChatBot.PackageTests", "package.snapshot.txt");

    // Of Ubuntu 22.04 and older than Debian 12's 2.36: what the platform's images have is newer.
    private static readonly Version s_newestOfGlibc = new(2, 34);

    private static readonly string s_binary = RepositoryRoot.Combine(
        Environment.GetEnvironmentVariable("CHATBOT_BINARY") ?? throw new InvalidOperationException("CHATBOT_BINARY does not name a published binary."));

    private static readonly string s_folder = Path.GetDirectoryName(s_binary)!;

    /// <summary>On a change that is meant, run with CHATBOT_UPDATE_SNAPSHOTS=1 and read the difference.</summary>
    [Fact]
    public void It_holds_what_the_committed_snapshot_lists()
    {
        var current = string.Concat(Directory.EnumerateFiles(s_folder, "*", SearchOption.AllDirectories)
            .Select(file => $"{Path.GetRelativePath(s_folder, file)}{(File.GetUnixFileMode(file).HasFlag(Executable) ? " *" : "")}\n")
            .Order(StringComparer.Ordinal));
        if (Environment.GetEnvironmentVariable("CHATBOT_UPDATE_SNAPSHOTS") == "1")
        {
            File.WriteAllText(s_snapshot, current);
        }

        Assert.Equal(File.ReadAllText(s_snapshot), current);
    }

    [Fact]
    public void The_host_finds_in_it_what_it_is_to_start()
    {
        using var host = JsonDocument.Parse(File.ReadAllText(Path.Combine(s_folder, "host.json")));
        var handler = host.RootElement.GetProperty("customHandler");

        Assert.Equal(Path.GetFileName(s_binary), handler.GetProperty("description").GetProperty("defaultExecutablePath").GetString());
        Assert.True(handler.GetProperty("enableProxyingHttpRequest").GetBoolean());
        Assert.Equal("base64", host.RootElement.GetProperty("extensions").GetProperty("queues").GetProperty("messageEncoding").GetString());
    }

    [Fact]
    public void The_binary_starts_on_every_glibc_since_2_34()
    {
        var needed = VersionOfGlibc().Matches(ReadElf("--version-info")).Select(match => Version.Parse(match.Groups[1].Value)).ToHashSet();

        Assert.NotEmpty(needed);
        Assert.True(needed.Max() <= s_newestOfGlibc, $"It needs glibc {needed.Max()}: build it on a system that is no newer than Debian 12.");
    }

    [Fact]
    public void The_binary_needs_no_library_but_those_of_libc()
    {
        var needed = NeededLibrary().Matches(ReadElf("--dynamic")).Select(match => match.Groups[1].Value);

        Assert.All(needed, library => Assert.Matches(@"^(libc|libm|ld-linux-(x86-64|aarch64))\.so\.\d$", library));
    }

    private static string ReadElf(string what)
    {
        using var process = Process.Start(new ProcessStartInfo("readelf", ["--wide", what, s_binary]) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output;
    }

    [GeneratedRegex(@"GLIBC_(\d+\.\d+(\.\d+)?)")]
    private static partial Regex VersionOfGlibc();

    [GeneratedRegex(@"\(NEEDED\).*\[(.*)\]")]
    private static partial Regex NeededLibrary();
}
