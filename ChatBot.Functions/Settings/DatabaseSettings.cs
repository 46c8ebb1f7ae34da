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

        NpgsqlConnectionStringBuilder connection;
        try
        {
            connection = ConnectionParameters.Read(text);
        }
        catch (FormatException e)
        {
            reader.Mistake(Name, e.Message.Length > 0 ? e.Message : "is neither a postgresql:// URI nor an Npgsql connection string", Example);
            return new DatabaseSettings("", statementTimeout);
        }

        // A transaction-mode pooler gives every transaction another session: nothing may be kept in one, nor be read from it.
        connection.NoResetOnClose = true;
        connection.MaxAutoPrepare = 0;
        connection.MinPoolSize = 0;
        connection.MaxPoolSize = poolSize;
        connection.Timeout = poolWait;
        // The server's own limit comes first; this one ends a wait for a server that is gone.
        connection.CommandTimeout = (int)statementTimeout.TotalSeconds + 2;
        connection.ApplicationName = "chatbot";
        return new DatabaseSettings(connection.ConnectionString, statementTimeout);
    }
}
