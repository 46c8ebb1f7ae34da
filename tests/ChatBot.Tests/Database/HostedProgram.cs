using ChatBot.Local;
using ChatBot.Tests.Stack;
using Npgsql;

namespace ChatBot.Tests.Database;

internal static class HostedProgram
{
    /// <summary>An instance as under the Functions host, so without pumps: what is broken in it breaks no queue message of other tests.</summary>
    public static Task<TestProgram> StartHosted(this TestStack stack, params (string Name, string Value)[] settings) =>
        stack.StartProgram([.. settings, ("FUNCTIONS_CUSTOMHANDLER_PORT", $"{LoopbackPort.Find()}")]);

    /// <summary>The same, with its database at the end of a wire.</summary>
    public static Task<TestProgram> StartHosted(this TestStack stack, DatabaseWire wire, params (string Name, string Value)[] settings) =>
        stack.StartHosted([.. settings, ("Database__ConnectionString", stack.ConnectionOver(wire))]);

    /// <summary>The program's connection string, by way of a wire.</summary>
    public static string ConnectionOver(this TestStack stack, DatabaseWire wire) =>
        new NpgsqlConnectionStringBuilder(stack.Local.Postgres.ConnectionString("authenticator")) { Port = wire.Port }.ConnectionString;
}
