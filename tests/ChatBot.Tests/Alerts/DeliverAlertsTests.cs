using System.Net;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Alerts;

public sealed class DeliverAlertsTests(TestStack stack)
{
    [Fact]
    public async Task An_alert_is_sent_once_and_then_never_again()
    {
        await using var receiver = await HttpStandIn.Start(_ => HttpStatusCode.NoContent);
        await using var database = await OwnDatabase.Create(stack, AlertDatabase.Settings(receiver));
        var alert = await database.Raise();

        await database.RunTimer();
        await database.RunTimer();

        Assert.Equal(alert.ToString(), Assert.Single(receiver.Requests).Headers["webhook-id"]);
        Assert.Equal("delivered", await database.StateOf(alert));
    }

    [Fact]
    public async Task What_was_refused_is_sent_again_after_a_pause_under_the_same_id()
    {
        var refusals = 1;
        await using var receiver = await HttpStandIn.Start(
            _ => Interlocked.Decrement(ref refusals) >= 0 ? HttpStatusCode.InternalServerError : HttpStatusCode.OK);
        await using var database = await OwnDatabase.Create(stack, AlertDatabase.Settings(receiver));
        var alert = await database.Raise();

        await database.RunTimer();
        Assert.Equal("waiting: HTTP 500", await database.StateOf(alert));
        await database.RunTimer();
        Assert.Single(receiver.Requests);
        await database.MakeDue(alert);
        await database.RunTimer();

        Assert.Equal("delivered", await database.StateOf(alert));
        Assert.Equal([alert.ToString(), alert.ToString()], receiver.Requests.Select(r => r.Headers["webhook-id"]));
    }

    [Theory]
    [InlineData(0, 45, 60)]
    [InlineData(1, 90, 120)]
    [InlineData(5, 1_440, 1_920)]
    [InlineData(9, 16_200, 21_600)]
    [InlineData(500, 16_200, 21_600)]
    public async Task The_pause_doubles_from_a_minute_up_to_six_hours(int attempts, int least, int most)
    {
        await using var receiver = await HttpStandIn.Start(_ => HttpStatusCode.BadGateway);
        await using var database = await OwnDatabase.Create(stack, AlertDatabase.Settings(receiver));
        var alert = await database.Raise();
        await database.Execute("update billing.usage_alerts set attempts = $1", attempts);

        await database.RunTimer();

        var pause = await database.Scalar<double>("select extract(epoch from due_at - now())::double precision from billing.usage_alerts where id = $1", alert);
        Assert.InRange(pause, least - 10, most);
    }

    [Fact]
    public async Task A_receiver_that_is_gone_is_not_asked_again()
    {
        await using var receiver = await HttpStandIn.Start(_ => HttpStatusCode.Gone);
        await using var database = await OwnDatabase.Create(stack, AlertDatabase.Settings(receiver));
        var alert = await database.Raise();

        await database.RunTimer();
        await database.MakeDue(alert);
        await database.RunTimer();

        Assert.Single(receiver.Requests);
        Assert.Equal("given up: HTTP 410", await database.StateOf(alert));
    }

    [Fact]
    public async Task After_three_days_an_alert_is_no_news_and_is_given_up()
    {
        await using var receiver = await HttpStandIn.Start(_ => HttpStatusCode.OK);
        await using var database = await OwnDatabase.Create(stack, AlertDatabase.Settings(receiver));
        var (old, young) = (await database.Raise(), await database.Raise());
        await database.Execute("update billing.usage_alerts set created_at = now() - interval '73 hours', last_error = 'HTTP 500' where id = $1", old);
        await database.Execute("update billing.usage_alerts set created_at = now() - interval '71 hours' where id = $1", young);

        await database.RunTimer();

        Assert.Equal("given up: HTTP 500", await database.StateOf(old));
        Assert.Equal("delivered", await database.StateOf(young));
        Assert.Equal(young.ToString(), Assert.Single(receiver.Requests).Headers["webhook-id"]);
    }

    [Fact]
    public async Task Two_instances_at_once_send_each_alert_once()
    {
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var receiver = await HttpStandIn.Start(async (_, _) =>
        {
            arrived.TrySetResult();
            await goOn.Task;
        });
        await using var database = await OwnDatabase.Create(stack, AlertDatabase.Settings(receiver));
        var other = await database.StartProgram(AlertDatabase.Settings(receiver));
        var alerts = await Task.WhenAll(Enumerable.Range(0, 25).Select(_ => database.Raise()));

        // The other one comes while the first one's requests are under way.
        var first = database.RunTimer();
        await arrived.Task;
        var second = database.RunTimer(other);
        await stack.WaitUntil(async () => await database.Scalar<long>("select count(*) from billing.usage_alerts where attempts > 0") >= 20);
        goOn.SetResult();
        await Task.WhenAll(first, second);

        Assert.Equal(alerts.Select(a => a.ToString()).Order(), receiver.Requests.Select(r => r.Headers["webhook-id"]).Order());
        Assert.Equal(25L, await database.Scalar<long>("select count(*) from billing.usage_alerts where delivered_at is not null and attempts = 1"));
    }

    [Fact]
    public async Task What_an_instance_took_and_never_sent_is_sent_by_another_one()
    {
        await using var receiver = await HttpStandIn.Start(_ => HttpStatusCode.OK);
        await using var database = await OwnDatabase.Create(stack, AlertDatabase.Settings(receiver));
        var alert = await database.Raise();
        // As a killed one leaves it.
        await database.Execute("update billing.usage_alerts set attempts = 1, due_at = now() + interval '1 minute'");

        await database.RunTimer();
        Assert.Empty(receiver.Requests);
        await database.MakeDue(alert);
        await database.RunTimer();

        Assert.Equal("delivered", await database.StateOf(alert));
    }

    [Fact]
    public async Task Without_an_address_alerts_are_kept_and_wait()
    {
        await using var database = await OwnDatabase.Create(stack);
        var alert = await database.Raise();

        await database.RunTimer();

        Assert.Equal("due", await database.StateOf(alert));
    }

    [Fact]
    public async Task A_receiver_that_cannot_be_reached_is_no_failure_of_the_timer()
    {
        await using var database = await OwnDatabase.Create(
            stack, ("Alerts__WebhookUrl", "http://127.0.0.1:1/"), ("Alerts__WebhookSecret", $"whsec_{Convert.ToBase64String(AlertDatabase.Secret)}"));
        var alert = await database.Raise();

        await database.RunTimer();

        Assert.Equal("waiting: ConnectionError", await database.StateOf(alert));
    }

    [Fact]
    public async Task A_receiver_that_does_not_answer_is_left_after_ten_seconds()
    {
        await using var receiver = await HttpStandIn.Start((_, http) => Task.Delay(Timeout.Infinite, http.RequestAborted));
        await using var database = await OwnDatabase.Create(stack, AlertDatabase.Settings(receiver));
        var alert = await database.Raise();

        var started = TimeProvider.System.GetTimestamp();
        await database.RunTimer();

        Assert.InRange(TimeProvider.System.GetElapsedTime(started), TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(25));
        Assert.Equal("waiting: Timeout", await database.StateOf(alert));
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await using var elsewhere = await HttpStandIn.Start(_ => HttpStatusCode.OK);
        await using var receiver = await HttpStandIn.Start((_, http) =>
        {
            http.Response.Redirect(elsewhere.Url, permanent: false, preserveMethod: true);
            return Task.CompletedTask;
        });
        await using var database = await OwnDatabase.Create(stack, AlertDatabase.Settings(receiver));
        var alert = await database.Raise();

        await database.RunTimer();

        Assert.Equal("waiting: HTTP 307", await database.StateOf(alert));
        Assert.Empty(elsewhere.Requests);
    }

    [Fact]
    public async Task A_receiver_that_answers_without_end_is_not_listened_to()
    {
        await using var receiver = await HttpStandIn.Start(async (_, http) =>
        {
            var junk = new byte[64 * 1024];
            while (!http.RequestAborted.IsCancellationRequested)
            {
                await http.Response.Body.WriteAsync(junk, http.RequestAborted);
            }
        });
        await using var database = await OwnDatabase.Create(stack, AlertDatabase.Settings(receiver));
        var alert = await database.Raise();

        await database.RunTimer();

        Assert.Equal("delivered", await database.StateOf(alert));
    }
}
