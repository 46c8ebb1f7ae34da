using System.Globalization;

namespace ChatBot.Local;

/// <summary>The account that PostgreSQL, which refuses to run as root, is started under where we are root.</summary>
internal sealed record UnprivilegedAccount(string Name, uint UserId, uint GroupId)
{
    public static UnprivilegedAccount? WhereRoot() =>
        !Posix.IsRoot ? null
        : Find("postgres") ?? Find("nobody") ?? throw new LocalStackException("PostgreSQL refuses to run as root, and there is no user postgres or nobody to start it as.");

    private static UnprivilegedAccount? Find(string name)
    {
        foreach (var line in File.ReadLines("/etc/passwd"))
        {
            if (line.Split(':') is [var user, _, var userId, var groupId, ..] && user == name)
            {
                return new(name, uint.Parse(userId, CultureInfo.InvariantCulture), uint.Parse(groupId, CultureInfo.InvariantCulture));
            }
        }
        return null;
    }
}
