using System.Text.RegularExpressions;
using ChatBot.Local;
using Xunit;

namespace ChatBot.Tests.Infrastructure;

/// <summary>Folders of the program depend on each other in one direction. The composition in the program's own folder uses all of them.</summary>
public sealed partial class FolderTests
{
    // From bottom to top: a folder uses those that stand before it.
    private static readonly string[] s_order =
    [
        "Settings", "Time", "Problems", "Tokens", "Azure", "Telemetry", "Database", "Http", "Identity", "Queues", "Alerts", "RateLimiting",
        "Models", "Operations", "Messages", "Reconciliation", "Usage", "Chats", "Account", "Preferences", "Billing", "Completions",
        "Maintenance", "Hosting",
    ];

    private static readonly string s_program = RepositoryRoot.Combine("ChatBot.Functions");

    public static TheoryData<string> Folders =>
        [.. Directory.EnumerateDirectories(s_program).Select(folder => Path.GetFileName(folder)).Where(folder => folder is not ("bin" or "obj"))];

    [Theory]
    [MemberData(nameof(Folders))]
    public void A_folder_uses_only_folders_below_it(string folder)
    {
        var place = Array.IndexOf(s_order, folder);
        Assert.True(place >= 0, $"Give {folder} a place in the order.");

        var used = Directory.EnumerateFiles(Path.Combine(s_program, folder), "*.cs")
            .SelectMany(file => Usings().Matches(File.ReadAllText(file)).Select(m => (File: Path.GetFileName(file), Folder: m.Groups[1].Value)))
            .Where(use => use.Folder != folder);

        Assert.All(used, use => Assert.True(Array.IndexOf(s_order, use.Folder) < place, $"{use.File} uses {use.Folder}, which stands above {folder}."));
    }

    [GeneratedRegex(@"^using (?:static )?ChatBot\.Functions\.(\w+)", RegexOptions.Multiline)]
    private static partial Regex Usings();
}
