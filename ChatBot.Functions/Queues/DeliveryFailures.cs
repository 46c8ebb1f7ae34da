using System.Security.Cryptography;
using System.Text;
using Azure;
using ChatBot.Functions.Database;
using Npgsql;

namespace ChatBot.Functions.Queues;

/// <summary>
/// Notes how often and why a message could not be handled, so that it can be told where it becomes a dead letter: the queue counts,
/// but knows no reasons, and its poison queue has another message. Without the database nothing is noted.
/// </summary>
public sealed partial class DeliveryFailures(ChatBotDatabase database, ILogger<DeliveryFailures> log)
{
    private const int MaxErrorLength = 500;

    public async Task Note(QueueDelivery delivery, Exception failure)
    {
        // An outage of the database is not the message's fault.
        if (failure is not NpgsqlException or PostgresException)
        {
            await Write(Statement.Of(
                DeadLetterSql.NoteFailure, Parameter.Text(delivery.Queue), Parameter.Bytes(HashOf(delivery.Body)), Parameter.Text(Describe(failure))));
        }
    }

    /// <summary>It was handled at last.</summary>
    public async Task Forget(QueueDelivery delivery)
    {
        if (delivery.DequeueCount > 1)
        {
            await Write(Statement.Of(DeadLetterSql.ForgetFailure, Parameter.Text(delivery.Queue), Parameter.Bytes(HashOf(delivery.Body))));
        }
    }

    public static byte[] HashOf(string body) => SHA256.HashData(Encoding.UTF8.GetBytes(body));

    /// <summary>Without what others wrote: only our own words are taken over, and they name ids.</summary>
    public static string Describe(Exception failure)
    {
        var text = failure switch
        {
            PostgresException { ConstraintName: { } constraint } e => $"{nameof(PostgresException)} {e.SqlState} {constraint}",
            PostgresException e => $"{nameof(PostgresException)} {e.SqlState}",
            RequestFailedException e => $"{nameof(RequestFailedException)} {e.Status} {e.ErrorCode}",
            InvalidDataException e => $"{nameof(InvalidDataException)}: {e.Message}",
            _ => failure.GetType().Name,
        };
        return text.Length > MaxErrorLength ? text[..MaxErrorLength] : text;
    }

    private async Task Write(NpgsqlBatchCommand statement)
    {
        try
        {
            await database.Execute(Caller.Service, statement, CancellationToken.None);
        }
        catch (NpgsqlException e)
        {
            Log.NotNoted(log, e.GetType().Name, e.SqlState);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Why a message failed could not be noted: {Reason} {SqlState}")]
        public static partial void NotNoted(ILogger log, string reason, string? sqlState);
    }
}
