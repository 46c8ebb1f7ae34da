using Npgsql;

namespace ChatBot.Functions.Settings;

/// <summary>Where the database is and how much of it one process may take.</summary>
public sealed record DatabaseSettings(string ConnectionString, TimeSpan StatementTimeout)
{
    private const string Name = "Database:ConnectionString";
    private const string Example = "postgresql://authenticator.<project>:<password>@<pooler host>:6543/postgres";

    public static DatabaseSettings Read(SettingReader reader)
    {
        var poolSize = reader.Integer("Database:PoolSize", 10, 1, 200);
        var poolWait = reader.Integer("Database:PoolWaitSeconds", 2, 1, 60);
        var statementTimeout = reader.Seconds("Database:StatementTimeoutSeconds", 5, 1, 60);
        if (reader.Optional(Name) is not { } text)
        {
            reader.Mistake(Name, "is missing", Example);
            return new DatabaseSettings("", statementTimeout);
        }

        try
        {
            var builder = new NpgsqlConnectionStringBuilder(text.StartsWith("postgres", StringComparison.OrdinalIgnoreCase) ? FromUri(text) : text)
            {
                // A transaction-mode pooler gives every transaction another session: nothing may be kept in one, nor be read from it.
                NoResetOnClose = true,
                MaxAutoPrepare = 0,
                MaxPoolSize = poolSize,
                Timeout = poolWait,
                // The server's own limit comes first; this one ends a wait for a server that is gone.
                CommandTimeout = (int)statementTimeout.TotalSeconds + 2,
                ApplicationName = "chatbot",
            };
            return builder.Host is { Length: > 0 } ? new DatabaseSettings(builder.ConnectionString, statementTimeout) : throw new FormatException();
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            // The reason is not shown: it may quote the password.
            reader.Mistake(Name, "is neither a postgresql:// URI nor an Npgsql connection string", Example);
            return new DatabaseSettings("", statementTimeout);
        }
    }

    private static string FromUri(string text)
    {
        var uri = new Uri(text);
        var user = uri.UserInfo.Split(':', 2);
        var builder = new NpgsqlConnectionStringBuilder
        {
            Host = uri.Host,
            Port = uri.Port < 0 ? 5432 : uri.Port,
            Username = Uri.UnescapeDataString(user[0]),
            Database = uri.AbsolutePath is "" or "/" ? "postgres" : Uri.UnescapeDataString(uri.AbsolutePath[1..]),
        };
        if (user.Length > 1)
        {
            builder.Password = Uri.UnescapeDataString(user[1]);
        }

        foreach (var pair in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            // libpq's names for the parameters that matter here; others are Npgsql's own.
            var (name, value) = pair.Split('=', 2) is [var n, var v] ? (n, Uri.UnescapeDataString(v)) : throw new FormatException();
            switch (name)
            {
                case "sslmode":
                    builder.SslMode = Enum.Parse<SslMode>(value.Replace("-", "", StringComparison.Ordinal), ignoreCase: true);
                    break;
                case "sslrootcert":
                    builder.RootCertificate = value;
                    break;
                default:
                    builder[name] = value;
                    break;
            }
        }

        return builder.ConnectionString;
    }
}
