using ChatBot.Chaos;
using ChatBot.Chaos.Checking;
using ChatBot.Local;

if (args.Contains("--help") || args.Contains("-h"))
{
    Console.WriteLine(ChaosOptions.Help);
    return 0;
}

try
{
    return await RunAsync(ChaosOptions.Parse(args));
}
catch (CommandLineException mistake)
{
    await Console.Error.WriteLineAsync(mistake.Message);
    return 2;
}

static async Task<int> RunAsync(ChaosOptions options)
{
    var kept = options.Keep is { } keep ? Directory.CreateDirectory(keep) : Directory.CreateTempSubdirectory("chatbot-chaos-");
    try
    {
        await using var run = await ChaosRun.StartAsync(options, kept.FullName, Console.WriteLine);
        var isQuiet = await run.RunAsync();
        await using var connection = await run.Database.OpenConnectionAsync();
        var evidence = await run.CollectAsync(connection);
        var findings = Checker.Check(evidence);
        Console.WriteLine(string.Join(", ", run.Journal.Answers.OrderByDescending(a => a.Value).Select(a => $"{a.Value} × {a.Key}")));
        foreach (var finding in findings)
        {
            Console.WriteLine(finding);
        }

        var isEnough = evidence.Books.Completions.Count >= options.MinCompletions;
        var isGood = isQuiet && isEnough && findings.All(f => f.Holds);
        Console.WriteLine(
            $"seed {options.Seed}: {evidence.Books.Completions.Count} completions{(isEnough ? "" : $", fewer than {options.MinCompletions}")}, "
            + (isGood ? "everything holds" : $"{findings.Count(f => !f.Holds)} invariants broken{(isQuiet ? "" : ", not quiet in time")}"));
        return isGood ? 0 : 1;
    }
    finally
    {
        if (options.Keep is null)
        {
            kept.Delete(recursive: true);
        }
    }
}
