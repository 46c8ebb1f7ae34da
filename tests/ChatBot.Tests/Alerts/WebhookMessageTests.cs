using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ChatBot.Functions.Alerts;
using ChatBot.Functions.Settings;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Alerts;

public sealed class WebhookMessageTests(TestStack stack)
{
    [Fact]
    public async Task A_receiver_can_verify_who_sent_it_and_when()
    {
        var sent = await SendOne(kind: "cap_warning", facts: """{"cap": "tokens", "percent": 80, "note": "für Ada ✓"}""");

        Assert.Equal(("POST", "/hooks/chatbot", "?from=tests"), (sent.Method, sent.Path, sent.Query));
        Assert.Equal("application/json", sent.Headers["Content-Type"]);
        var (id, timestamp) = (sent.Headers["webhook-id"], sent.Headers["webhook-timestamp"]);
        var age = TimeProvider.System.GetUtcNow() - DateTimeOffset.FromUnixTimeSeconds(long.Parse(timestamp, CultureInfo.InvariantCulture));
        Assert.InRange(age, TimeSpan.FromSeconds(-2), TimeSpan.FromMinutes(1));
        byte[] signed = [.. Encoding.UTF8.GetBytes(id), (byte)'.', .. Encoding.UTF8.GetBytes(timestamp), (byte)'.', .. sent.Body];
        Assert.Equal($"v1,{Convert.ToBase64String(HMACSHA256.HashData(AlertDatabase.Secret, signed))}", sent.Headers["webhook-signature"]);
    }

    /// <summary>Computed with openssl: printf of id, time and body, piped to openssl dgst -sha256 -mac HMAC -macopt hexkey:…</summary>
    [Fact]
    public void The_signature_is_the_one_that_other_tools_compute()
    {
        var webhook = new WebhookSettings(new Uri("https://example.com"), [.. Enumerable.Range(1, 24).Select(n => (byte)n)]);

        using var request = WebhookMessage.Of(
            webhook, Guid.Parse("0b6f1c2e-8f0a-4c57-9d3c-2f1f0d1a7a11"), """{"type":"usage.cap.warning"}"""u8.ToArray(), DateTimeOffset.FromUnixTimeSeconds(1_790_000_000));

        Assert.Equal("v1,T8sau5JiaCa4oAqpKEO4tK/6ydNx1RMvqjGoDqYEfKk=", request.Headers.GetValues("webhook-signature").Single());
    }

    [Theory]
    [InlineData("cap_warning", 80, "usage.cap.warning")]
    [InlineData("cap_reached", 99, "usage.cap.reached")]
    [InlineData("cap_reached", 130, "usage.cap.reached")]
    public async Task A_cap_is_warned_of_and_then_reached(string kind, int percent, string type)
    {
        var body = JsonNode.Parse((await SendOne(kind, $$"""{"cap": "tokens", "percent": {{percent}}, "limit": 1000, "used": 800.5}""")).Body)!;

        Assert.Equal(type, (string?)body["type"]);
        Assert.Equal("tokens", (string?)body["data"]!["cap"]);
        Assert.Equal(percent, (int)body["data"]!["percent"]!);
        Assert.Equal(1000, (int)body["data"]!["limit"]!);
        Assert.Equal(800.5m, (decimal)body["data"]!["used"]!);
        Assert.InRange(TimeProvider.System.GetUtcNow() - (DateTimeOffset)body["timestamp"]!, TimeSpan.FromSeconds(-2), TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task What_is_about_the_deployment_names_no_user_and_nobody_to_notify()
    {
        var sent = await SendOne("reconciliation", """{"model": "gpt-4o"}""", ofDeployment: true);

        var body = JsonNode.Parse(sent.Body)!;
        Assert.Equal("usage.reconciliation.off", (string?)body["type"]);
        Assert.Equal(["alertId", "model"], body["data"]!.AsObject().Select(member => member.Key));
        Assert.Equal(sent.Headers["webhook-id"], (string?)body["data"]!["alertId"]);
    }

    [Theory]
    [InlineData(null, false, false)]
    [InlineData("""{"email_notifications": true}""", true, false)]
    [InlineData("""{"email_notifications": false, "push_notifications": true}""", false, true)]
    [InlineData("""{"email_notifications": true, "push_notifications": true}""", true, true)]
    [InlineData("""{"email_notifications": "yes", "push_notifications": {}}""", false, false)]
    public async Task Whether_to_mail_and_push_is_what_the_users_settings_say(string? settings, bool email, bool push)
    {
        await using var receiver = await HttpStandIn.Start(_ => HttpStatusCode.OK);
        await using var database = await OwnDatabase.Create(stack, AlertDatabase.Settings(receiver));
        var user = await database.NewUser();
        if (settings is not null)
        {
            await database.Execute("insert into public.user_preferences (user_id, notification_settings) values ($1, $2::jsonb)", user.Id, settings);
        }

        await database.Raise(userId: user.Id);
        await database.RunTimer();

        var data = JsonNode.Parse(Assert.Single(receiver.Requests).Body)!["data"]!;
        Assert.Equal(user.Id.ToString(), (string?)data["userId"]);
        Assert.Equal((email, push), ((bool)data["notify"]!["email"]!, (bool)data["notify"]!["push"]!));
    }

    private async Task<ReceivedRequest> SendOne(string kind, string facts, bool ofDeployment = false)
    {
        await using var receiver = await HttpStandIn.Start(_ => HttpStatusCode.OK);
        await using var database = await OwnDatabase.Create(stack, AlertDatabase.Settings(receiver));
        await database.Raise(kind, ofDeployment ? null : Guid.NewGuid(), facts);
        await database.RunTimer();
        return Assert.Single(receiver.Requests);
    }
}
