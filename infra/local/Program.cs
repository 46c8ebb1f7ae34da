using ChatBot.Local;

try
{
    return args switch
    {
        _ when args.Contains("--help") || args.Contains("-h") => ShowHelp(),
        ["token", .. var rest] => TokenCommand.Parse(new(rest)).Run(),
        ["migration", .. var rest] => MigrationCommand.Parse(new(rest)).Run(),
        ["host", var package] => await new HostCommand(package).RunAsync(),
        _ => await RunCommand.Parse(new(args)).RunAsync(),
    };
}
catch (CommandLineException failure)
{
    Console.Error.WriteLine(failure.Message);
    return 2;
}
catch (LocalStackException failure)
{
    Console.Error.WriteLine(failure.Message);
    return 1;
}

static int ShowHelp()
{
    Console.WriteLine(Help.Text);
    return 0;
}
