using System.Text.Json;
using ChatBot.Functions.Database;
using Npgsql;

namespace ChatBot.Functions.Alerts;

/// <summary>An alert to be sent now.</summary>
/// <param name="UserId">Null where it is about the whole deployment.</param>
/// <param name="Facts">A JSON object.</param>
/// <param name="Attempt">Which it is, from 1.</param>
public sealed record DueAlert(
    Guid Id, string Kind, Guid? UserId, string Facts, int Attempt, DateTimeOffset CreatedAt, bool WantsEmail, bool WantsPush)
{
    public static DueAlert Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetString(1), row.ValueOrNull<Guid>(2), row.GetString(3), row.GetInt32(4), row.Time(5), row.GetBoolean(6), row.GetBoolean(7));

    /// <summary>The body of the webhook. Whether the user wants to be told, and how, is for the receiver to honour.</summary>
    public byte[] ToJson()
    {
        using var facts = JsonDocument.Parse(Facts);
        using var body = new MemoryStream();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("type", Type);
            json.WriteString("timestamp", CreatedAt);
            json.WriteStartObject("data");
            json.WriteString("alertId", Id);
            if (UserId is { } userId)
            {
                json.WriteString("userId", userId);
            }

            foreach (var fact in facts.RootElement.EnumerateObject())
            {
                fact.WriteTo(json);
            }

            if (UserId is not null)
            {
                json.WriteStartObject("notify");
                json.WriteBoolean("email", WantsEmail);
                json.WriteBoolean("push", WantsPush);
                json.WriteEndObject();
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        return body.ToArray();
    }

    private string Type => Kind switch
    {
        "cap_warning" => "usage.cap.warning",
        "cap_reached" => "usage.cap.reached",
        "reconciliation" => "usage.reconciliation.off",
        "period_archived" => "billing.period.archived",
        _ => throw new InvalidOperationException($"An alert of an unknown kind: {Kind}."),
    };
}
