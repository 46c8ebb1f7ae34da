using ChatBot.Functions;
using ChatBot.Functions.Hosting;
using ChatBot.Functions.Settings;

// Settings are read once. To watch their file for changes would visit each folder below the working directory.
var builder = WebApplication.CreateSlimBuilder([.. args, "--hostBuilder:reloadConfigOnChange=false"]);
if (args is ["--write-functions", var directory])
{
    builder.Configuration.AddInMemoryCollection(Manifest.ExampleSettings);
    Manifest.Write(((IEndpointRouteBuilder)ChatBotApp.Build(builder)).DataSources.SelectMany(source => source.Endpoints), directory);
    return 0;
}

try
{
    await ChatBotApp.Build(builder).RunAsync();
    return 0;
}
catch (SettingsException mistakes)
{
    await Console.Error.WriteLineAsync(mistakes.Message);
    return 78;
}
