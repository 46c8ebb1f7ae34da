using System.Diagnostics;
using System.Runtime.Versioning;
using System.Text.RegularExpressions;
using ChatBot.Local;
using Xunit;

namespace ChatBot.PackageTests;

/// <summary>The native program that CHATBOT_BINARY names.</summary>
[UnsupportedOSPlatform("windows")]
public sealed partial class NativeProgramTests
{
    // Of Ubuntu 22.04 and older than Debian 12's 2.36: what images have is newer.
    private static readonly Version s_newestOfGlibc = new(2, 34);

    private static readonly string s_binary = RepositoryRoot.Combine(
        Environment.GetEnvironmentVariable("CHATBOT_BINARY") ?? throw new InvalidOperationException("CHATBOT_BINARY does not name a published binary."));

    [Fact]
    public void It_starts_on_every_glibc_since_2_34()
    {
        var needed = VersionOfGlibc().Matches(ReadElf("--version-info")).Select(match => Version.Parse(match.Groups[1].Value)).ToHashSet();

        Assert.NotEmpty(needed);
        Assert.True(needed.Max() <= s_newestOfGlibc, $"It needs glibc {needed.Max()}: build it on a system that is no newer than Debian 12.");
    }

    [Fact]
    public void It_needs_no_library_but_those_of_libc()
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
