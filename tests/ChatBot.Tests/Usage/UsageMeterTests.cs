using ChatBot.Functions.Models;
using ChatBot.Functions.Settings;
using ChatBot.Functions.Usage;
using CsCheck;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace ChatBot.Tests.Usage;

public sealed class UsageMeterTests
{
    private static readonly CountedUsage s_counted = new(PromptMessages: 3, PromptTokens: 50, TextTokens: 1000, ReasoningTokens: 500, PromptBound: 80, MaxOutput: 4000);

    [Theory]
    [InlineData(50, 1500, true)]
    [InlineData(50, 1470, true)]
    [InlineData(50, 1469, false)]
    [InlineData(3, 1500, true)]
    [InlineData(2, 1500, false)]
    [InlineData(80, 4000, true)]
    [InlineData(81, 1500, false)]
    [InlineData(50, 4001, false)]
    public void A_report_is_taken_from_what_was_delivered_up_to_what_was_admitted(int prompt, int completion, bool isTaken)
    {
        var metered = Measure(new UsageReport(prompt, completion, null, null, null));

        Assert.Equal(isTaken, metered.IsReported);
        Assert.Equal(isTaken ? new TokenUsage(prompt, 0, completion, 0) : new TokenUsage(50, 0, 1500, 500), metered.Usage);
        Assert.Equal(isTaken, metered.Rejected is null);
    }

    [Fact]
    public void Of_a_vocabulary_that_nobody_has_counted_with_a_quarter_is_possible()
    {
        Assert.True(Measure(new UsageReport(50, 375, null, null, null), encoding: TokenEncoding.Bytes).IsReported);
        Assert.False(Measure(new UsageReport(50, 374, null, null, null), encoding: TokenEncoding.Bytes).IsReported);
    }

    [Fact]
    public void A_text_of_a_few_tokens_is_not_free()
    {
        var counted = s_counted with { TextTokens = 3, ReasoningTokens = 0 };

        Assert.False(Meter().Measure(Model(), counted, new UsageReport(50, 0, null, null, null), isWhole: true).IsReported);
        Assert.True(Meter().Measure(Model(), counted, new UsageReport(50, 1, null, null, null), isWhole: true).IsReported);
    }

    [Fact]
    public void A_report_of_before_the_rest_was_cut_off_is_no_odd_one()
    {
        var metered = Measure(new UsageReport(50, 10, null, null, null), isWhole: false);

        Assert.Equal((false, null), (metered.IsReported, metered.Rejected));
    }

    [Fact]
    public void An_estimate_is_never_above_what_was_admitted() =>
        Assert.Equal(
            new TokenUsage(80, 0, 4000, 4000),
            Meter().Measure(Model(), s_counted with { PromptTokens = 1000, ReasoningTokens = 9000 }, null, isWhole: true).Usage);

    [Fact]
    public void Odd_reports_of_one_model_are_logged_once_an_hour()
    {
        var (time, log) = (new FakeTimeProvider(), new CountingLogger());
        var meter = new UsageMeter(time, log);
        for (var i = 0; i < 5; i++)
        {
            meter.Measure(Model(), s_counted, new UsageReport(0, 0, null, null, null), isWhole: true);
            time.Advance(TimeSpan.FromMinutes(14));
        }

        meter.Measure(Model("other"), s_counted, new UsageReport(0, 0, null, null, null), isWhole: true);

        Assert.Equal(2, log.Count);
        time.Advance(TimeSpan.FromMinutes(1));
        meter.Measure(Model(), s_counted, new UsageReport(0, 0, null, null, null), isWhole: true);
        Assert.Equal(3, log.Count);
    }

    [Fact]
    public void Whatever_is_reported_what_is_charged_is_possible()
    {
        var number = Gen.OneOf(Gen.Decimal[-10, 10_000].Select(n => (decimal?)n), Gen.Int[-10, 10_000].Select(n => (decimal?)n), Gen.Bool.Select(_ => (decimal?)null));
        Gen.Select(number, number, number, number, number).Sample(
            (prompt, completion, total, cached, reasoning) =>
            {
                var metered = Measure(new UsageReport(prompt, completion, total, cached, reasoning));
                var usage = metered.Usage;
                Assert.InRange(usage.Input, s_counted.PromptMessages, s_counted.PromptBound);
                Assert.InRange(usage.Output, 1470, s_counted.MaxOutput);
                Assert.InRange(usage.CachedInput, 0, usage.Input);
                Assert.InRange(usage.Reasoning, 0, usage.Output);
                Assert.True(metered.IsReported || metered.Rejected is not null);
            },
            iter: 10_000);
    }

    private static MeteredUsage Measure(UsageReport report, bool isWhole = true, TokenEncoding encoding = TokenEncoding.O200kBase) =>
        Meter().Measure(Model(encoding: encoding), s_counted, report, isWhole);

    private static UsageMeter Meter() => new(new FakeTimeProvider(), NullLogger<UsageMeter>.Instance);

    private static ModelSettings Model(string name = "gpt-4o", TokenEncoding encoding = TokenEncoding.O200kBase) =>
        new(name, ModelProvider.OpenAI, name, 128_000, 4_000, encoding, []);

    private sealed class CountingLogger : ILogger<UsageMeter>
    {
        public int Count { get; private set; }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Count++;
    }
}
