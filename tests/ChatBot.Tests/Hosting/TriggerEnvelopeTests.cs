using System.Text.Json;
using ChatBot.Functions.Hosting;
using Xunit;

namespace ChatBot.Tests.Hosting;

/// <summary>Envelopes as recorded from a Functions host.</summary>
public sealed class TriggerEnvelopeTests
{
    [Fact]
    public void A_json_message_is_encoded_twice_and_its_id_quoted()
    {
        var trigger = Read(
            """
            {"Data":{"message":"\"{\\\"version\\\":1,\\\"completionId\\\":\\\"0199a3a0-0000-7000-8000-000000000000\\\"}\""},
             "Metadata":{"DequeueCount":"3","Id":"\"7c2f0000-1111\"","InsertionTime":"2026-11-22T14:56:50+00:00",
              "PopReceipt":"\"MjJO\"","sys":{"MethodName":"q","UtcNow":"2026-11-22T14:56:52.2637491Z"},"version":1}}
            """);

        Assert.Equal("""{"version":1,"completionId":"0199a3a0-0000-7000-8000-000000000000"}""", trigger.Body);
        Assert.Equal("7c2f0000-1111", trigger.MessageId);
        Assert.Equal(3, trigger.DequeueCount);
    }

    [Theory]
    [InlineData("""{"Data":{"message":"\"plain text\""}}""", "plain text")]
    [InlineData("""{"Data":{"message":"plain text"}}""", "plain text")]
    [InlineData("""{"Data":{"message":{"version":1}}}""", """{"version":1}""")]
    [InlineData("""{"Data":{"message":"\"half"},"Metadata":null}""", "\"half")]
    public void Other_forms_are_read_too(string envelope, string body)
    {
        var trigger = Read(envelope);

        Assert.Equal(body, trigger.Body);
        Assert.Equal(1, trigger.DequeueCount);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"Data":{}}""")]
    [InlineData("""{"Data":"x"}""")]
    public void What_is_no_envelope_is_refused(string envelope) =>
        Assert.Throws<InvalidDataException>(() => Read(envelope));

    private static QueueTrigger Read(string envelope) => TriggerEnvelope.ReadQueue(JsonElement.Parse(envelope), "a-queue");
}
