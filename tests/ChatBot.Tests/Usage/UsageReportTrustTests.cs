using System.Diagnostics.Metrics;
using ChatBot.Functions.Telemetry;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Usage;

/// <summary>What a model reports is charged only where it is possible.</summary>
public sealed class UsageReportTrustTests(TestStack stack)
{
    [Theory]
    [InlineData("""{\"prompt_tokens\":0,\"completion_tokens\":0}""")]
    [InlineData("""{\"prompt_tokens\":$prompt,\"completion_tokens\":0}""")]
    [InlineData("""{\"prompt_tokens\":$prompt,\"completion_tokens\":51}""")]
    [InlineData("""{\"prompt_tokens\":1,\"completion_tokens\":$completion}""")]
    [InlineData("""{\"prompt_tokens\":-$prompt,\"completion_tokens\":$completion}""")]
    [InlineData("""{\"prompt_tokens\":$prompt,\"completion_tokens\":-1}""")]
    [InlineData("""{\"prompt_tokens\":$prompt000,\"completion_tokens\":$completion}""")]
    [InlineData("""{\"prompt_tokens\":$prompt,\"completion_tokens\":$completion000}""")]
    [InlineData("""{\"prompt_tokens\":$prompt,\"completion_tokens\":99999999999999}""")]
    [InlineData("""{\"prompt_tokens\":$prompt,\"completion_tokens\":1e999}""")]
    [InlineData("""{\"prompt_tokens\":$prompt,\"completion_tokens\":null}""")]
    [InlineData("""{\"prompt_tokens\":$prompt,\"completion_tokens\":$completion,\"prompt_tokens_details\":{\"cached_tokens\":$prompt0}}""")]
    [InlineData("""{\"prompt_tokens\":$prompt,\"completion_tokens\":$completion,\"completion_tokens_details\":{\"reasoning_tokens\":-3}}""")]
    public async Task An_impossible_report_is_kept_and_the_usage_estimated(string usage)
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat(systemPrompt: "You are a parrot.");
        var marker = Guid.NewGuid().ToString();
        var rejected = 0;
        using var listener = Listen(() => rejected++);

        var stream = await user.Send(chat, $"{marker} [[tokens=60 usage=\"{usage}\"]]");
        await stack.WaitUntilRecorded(stream.MessageId);

        var call = stack.CallOf(marker);
        Assert.Equal("estimated", (string?)stream.Last["messageMetadata"]!["receipt"]!["quality"]);
        Assert.Equal(
            $"estimated {call.PromptTokens} {call.SentTokens} t",
            await stack.Scalar<string>(
                """
                select concat_ws(' ', quality, input_tokens, output_tokens, rejected_report ? 'prompt_tokens')
                from billing.usage_events
                where user_id = $1
                """,
                user.Id));
        Assert.True(rejected > 0);
    }

    [Theory]
    [InlineData("""{\"prompt_tokens\":$prompt,\"completion_tokens\":52}""", 52)]
    [InlineData("""{\"prompt_tokens\":$prompt,\"completion_tokens\":$completion0}""", 600)]
    [InlineData("""{\"prompt_tokens\":2,\"completion_tokens\":60}""", 60)]
    public async Task A_possible_report_is_taken_as_it_is(string usage, int output)
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat(systemPrompt: "You are a parrot.");

        var stream = await user.Send(chat, $"Go. [[tokens=60 usage=\"{usage}\"]]");
        await stack.WaitUntilRecorded(stream.MessageId);

        Assert.Equal(
            $"reported {output}", await stack.Scalar<string>("select concat_ws(' ', quality, output_tokens) from billing.usage_events where user_id = $1", user.Id));
    }

    private static MeterListener Listen(Action count)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listening) =>
            {
                if (instrument.Meter.Name == Metrics.MeterName && instrument.Name == "chatbot.usage.reports_rejected")
                {
                    listening.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<int>((_, _, _, _) => count());
        listener.Start();
        return listener;
    }
}
