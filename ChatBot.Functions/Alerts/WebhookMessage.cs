using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using ChatBot.Functions.Settings;

namespace ChatBot.Functions.Alerts;

/// <summary>An HTTP request as Standard Webhooks 1.0 describes it: who has the secret can tell that it is ours, and when it was sent.</summary>
public static class WebhookMessage
{
    /// <param name="id">The same for each attempt, so that the receiver can tell a repetition.</param>
    public static HttpRequestMessage Of(WebhookSettings webhook, Guid id, byte[] body, DateTimeOffset now)
    {
        var timestamp = now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var request = new HttpRequestMessage(HttpMethod.Post, webhook.Url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("webhook-id", id.ToString());
        request.Headers.Add("webhook-timestamp", timestamp);
        request.Headers.Add("webhook-signature", $"v1,{Sign(webhook.Secret, $"{id}.{timestamp}.", body)}");
        return request;
    }

    private static string Sign(byte[] secret, string head, byte[] body)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, secret);
        hash.AppendData(Encoding.ASCII.GetBytes(head));
        hash.AppendData(body);
        return Convert.ToBase64String(hash.GetHashAndReset());
    }
}
