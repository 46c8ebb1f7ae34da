using System.Security.Cryptography;
using ChatBot.Tests.Stack;

namespace ChatBot.Tests.Alerts;

/// <summary>A database with an outbox of its own, and a program that sends what is in it to a receiver.</summary>
internal static class AlertDatabase
{
    /// <summary>As an operator would make it.</summary>
    public static byte[] Secret { get; } = RandomNumberGenerator.GetBytes(32);

    public static (string Name, string Value)[] Settings(HttpStandIn receiver) =>
    [
        ("Alerts__WebhookUrl", $"{receiver.Url}/hooks/chatbot?from=tests"),
        ("Alerts__WebhookSecret", $"whsec_{Convert.ToBase64String(Secret)}"),
    ];

    /// <summary>The id of a new alert.</summary>
    public static async Task<Guid> Raise(this OwnDatabase database, string kind = "cap_warning", Guid? userId = null, string facts = """{"percent": 80}""")
    {
        var key = $"{kind}:{Guid.NewGuid()}";
        await database.Execute("select billing.raise_alert($1, $2, $3, $4::jsonb)", key, kind, (object?)userId ?? DBNull.Value, facts);
        return await database.Scalar<Guid>("select id from billing.usage_alerts where alert_key = $1", key);
    }

    /// <summary>As if its pause were over.</summary>
    public static Task MakeDue(this OwnDatabase database, Guid id) => database.Execute("update billing.usage_alerts set due_at = now() where id = $1", id);

    /// <summary>How the delivery of an alert stands: <c>due</c>, <c>waiting</c>, <c>delivered</c> or <c>given up</c>, and why.</summary>
    public static async Task<string> StateOf(this OwnDatabase database, Guid id) => (await database.Scalar<string>(
        """
        select case
            when delivered_at is not null then 'delivered'
            when failed_at is not null then 'given up'
            when due_at <= now() then 'due'
            else 'waiting'
          end || coalesce(': ' || last_error, '')
        from billing.usage_alerts
        where id = $1
        """,
        id))!;
}
