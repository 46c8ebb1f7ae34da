using System.Globalization;
using System.Net;
using ChatBot.Functions.Database;
using ChatBot.Functions.Settings;
using Microsoft.Azure.Functions.Worker;

namespace ChatBot.Functions.Alerts;

/// <summary>Timer function: sends what is due in the outbox of alerts to the operator's webhook; each at least once, under an id of its own.</summary>
public sealed partial class DeliverAlerts(
    ChatBotDatabase database, ChatBotSettings settings, HttpClient http, TimeProvider time, ILogger<DeliverAlerts> log)
{
    private const int BatchSize = 10;

    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(10);

    // Longer than a batch takes, whose requests go out side by side.
    private static readonly TimeSpan s_claimDuration = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan s_firstPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromHours(6);
    private static readonly TimeSpan s_maxAge = TimeSpan.FromDays(3);

    [Function(nameof(DeliverAlerts))]
    public async Task Run([TimerTrigger("*/30 * * * * *")] TimerInfo timer, CancellationToken cancellationToken)
    {
        if (settings.Webhook is not { } webhook)
        {
            return;
        }

        var old = await database.Execute(Caller.Service, Statement.Of(AlertSql.GiveUpOld, Parameter.Span(s_maxAge)), cancellationToken);
        if (old > 0)
        {
            Log.GaveUpOld(log, old);
        }

        // Where the receiver is in trouble, the next tick is soon enough.
        while (await DeliverBatch(webhook, cancellationToken))
        {
        }
    }

    /// <summary>False where there is nothing more to do now.</summary>
    private async Task<bool> DeliverBatch(WebhookSettings webhook, CancellationToken cancellationToken)
    {
        var batch = await database.All(
            Caller.Service, Statement.Of(AlertSql.Claim, Parameter.Integer(BatchSize), Parameter.Span(s_claimDuration)), DueAlert.Read, cancellationToken);
        var delivered = await Task.WhenAll(batch.Select(alert => Deliver(webhook, alert, cancellationToken)));
        return batch.Count == BatchSize && delivered.All(d => d);
    }

    private async Task<bool> Deliver(WebhookSettings webhook, DueAlert alert, CancellationToken cancellationToken)
    {
        var (status, error) = await Send(webhook, alert, cancellationToken);
        if (error is null)
        {
            await database.Execute(Caller.Service, Statement.Of(AlertSql.Delivered, Parameter.Uuid(alert.Id)), cancellationToken);
            return true;
        }

        Log.NotTaken(log, alert.Id, alert.Attempt, error);
        if (status == HttpStatusCode.Gone)
        {
            await database.Execute(Caller.Service, Statement.Of(AlertSql.GiveUp, Parameter.Uuid(alert.Id), Parameter.Text(error)), cancellationToken);
            Log.GaveUp(log, alert.Id);
        }
        else
        {
            await database.Execute(
                Caller.Service,
                Statement.Of(
                    AlertSql.TryLater, Parameter.Uuid(alert.Id), Parameter.Integer(alert.Attempt), Parameter.Span(PauseAfter(alert.Attempt)), Parameter.Text(error)),
                cancellationToken);
        }

        return false;
    }

    /// <summary>No error: it was taken. What else the receiver says is not read.</summary>
    private async Task<(HttpStatusCode? Status, string? Error)> Send(WebhookSettings webhook, DueAlert alert, CancellationToken cancellationToken)
    {
        using var request = WebhookMessage.Of(webhook, alert.Id, alert.ToJson(), time.GetUtcNow());
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(s_timeout);
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, timeout.Token);
            var error = response.IsSuccessStatusCode ? null : string.Create(CultureInfo.InvariantCulture, $"HTTP {(int)response.StatusCode}");
            return (response.StatusCode, error);
        }
        catch (HttpRequestException e)
        {
            return (null, e.HttpRequestError.ToString());
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, "Timeout");
        }
    }

    /// <summary>Doubling, and not for all alike: they would all come back at once.</summary>
    private static TimeSpan PauseAfter(int attempt)
    {
        var pause = s_firstPause * Math.Pow(2, Math.Min(attempt, 20) - 1);
        return (pause < s_longestPause ? pause : s_longestPause) * (0.75 + (0.25 * Random.Shared.NextDouble()));
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Alert {Alert} was not taken at attempt {Attempt}: {Reason}")]
        public static partial void NotTaken(ILogger log, Guid alert, int attempt, string reason);

        [LoggerMessage(LogLevel.Warning, "Alert {Alert} is given up: its receiver is gone for good")]
        public static partial void GaveUp(ILogger log, Guid alert);

        [LoggerMessage(LogLevel.Warning, "{Count} alerts are given up: they could not be delivered in time")]
        public static partial void GaveUpOld(ILogger log, int count);
    }
}
