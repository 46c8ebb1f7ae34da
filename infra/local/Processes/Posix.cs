using System.ComponentModel;
using System.Runtime.InteropServices;

namespace ChatBot.Local;

internal static class Posix
{
    public const int Interrupt = 2;
    public const int Quit = 3;
    public const int Terminate = 15;

    private const int NoSuchProcess = 3;

    public static int Stop { get; } = OperatingSystem.IsMacOS() ? 17 : 19;

    public static int Continue { get; } = OperatingSystem.IsMacOS() ? 19 : 18;

    public static bool IsRoot => !OperatingSystem.IsWindows() && EffectiveUser() == 0;

    public static void Send(int processId, int signal)
    {
        if (Kill(processId, signal) != 0 && Marshal.GetLastPInvokeError() != NoSuchProcess)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError(), $"Process {processId} could not be sent signal {signal}.");
        }
    }

    public static bool Exists(int processId) => Kill(processId, 0) == 0;

    public static void GiveTo(UnprivilegedAccount account, string path)
    {
        if (ChangeOwner(path, account.UserId, account.GroupId) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError(), $"{path} could not be given to user {account.Name}.");
        }
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int Kill(int processId, int signal);

    [DllImport("libc", EntryPoint = "getppid")]
    public static extern int ParentId();

    [DllImport("libc", EntryPoint = "geteuid")]
    private static extern uint EffectiveUser();

    [DllImport("libc", EntryPoint = "lchown", SetLastError = true)]
    private static extern int ChangeOwner([MarshalAs(UnmanagedType.LPUTF8Str)] string path, uint user, uint group);
}
