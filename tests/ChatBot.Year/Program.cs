using ChatBot.Local;
using ChatBot.Year;
using ChatBot.Year.Checking;

if (args.Contains("--help") || args.Contains("-h"))
{
    Console.WriteLine(YearOptions.Help);
    return 0;
}

try
{
    return await RunAsync(YearOptions.Parse(args));
}
catch (CommandLineException mistake)
{
    await Console.Error.WriteLineAsync(mistake.Message);
    return 2;
}

static async Task<int> RunAsync(YearOptions options)
{
    var kept = options.Keep is { } keep ? Directory.CreateDirectory(keep) : Directory.CreateTempSubdirectory("chatbot-year-");
    try
    {
        var start = TimeProvider.System.GetTimestamp();
        await using var run = await YearRun.StartAsync(options, kept.FullName, Console.WriteLine);
        await run.RunAsync();
        var passed = TimeProvider.System.GetElapsedTime(start);
        await using var connection = await run.Database.OpenConnectionAsync();
        var findings = YearChecker.Check(await run.CollectAsync(connection));
        findings.ToList().ForEach(Console.WriteLine);
        var broken = findings.Count(f => !f.Holds);
        Console.WriteLine($"seed {options.Seed}: {passed.TotalSeconds:0} s, {(broken == 0 ? "to the last unit" : $"{broken} claims broken")}");
        return broken == 0 ? 0 : 1;
    }
    finally
    {
        if (options.Keep is null)
        {
            kept.Delete(recursive: true);
        }
    }
}
