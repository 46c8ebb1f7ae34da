using System.Net;
using ChatBot.Tests.Stack;

namespace ChatBot.Tests.Account;

internal static class Erasing
{
    /// <summary>Erases the user's account, and waits until that is done; the operation as it ended.</summary>
    public static async Task<ApiResponse> Erase(this TestUser user)
    {
        var begun = (await user.Delete("/api/me")).Is(HttpStatusCode.Accepted);
        ApiResponse operation = null!;
        await StackExtensions.Poll(
            async () => (operation = (await user.Get(begun.Headers["Location"])).Is(HttpStatusCode.OK))["status"] == "completed", "the account is erased");
        return operation;
    }
}
