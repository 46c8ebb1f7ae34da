using ChatBot.Functions.Hosting;
using ChatBot.Functions.Settings;

try
{
    using var app = RunMode.IsWorker(args) ? WorkerHost.Build(args) : StandaloneHost.Build(args);
    await app.RunAsync();
    return 0;
}
catch (SettingsException mistakes)
{
    await Console.Error.WriteLineAsync(mistakes.Message);
    return 78;
}
