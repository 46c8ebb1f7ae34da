using ChatBot.Local;
using ChatBot.Tests.Stack;

namespace ChatBot.Tests.Database;

internal static class HostedProgram
{
    /// <summary>An instance as under the Functions host, so without pumps: what is broken in it breaks no queue message of other tests.</summary>
    public static Task<TestProgram> StartHosted(this TestStack stack, params (string Name, string Value)[] settings) =>
        stack.StartProgram([.. settings, ("FUNCTIONS_CUSTOMHANDLER_PORT", $"{LoopbackPort.Find()}")]);
}
