using CsCheck;
using Xunit;

namespace ChatBot.Tests.Usage;

/// <summary>
/// Random plans, prices, calls and outcomes, on several connections at once, over days. CsCheck_Iter and CsCheck_Seed play more of
/// them, or the one that a failure names.
/// </summary>
public sealed class InterleavingTests(BillingServer server) : IAsyncDisposable
{
    private const int Iterations = 25;

    private BillingDatabase? _billing;
    private int _played;

    [Fact]
    public Task Whatever_happens_in_whatever_order_no_cap_is_passed_none_is_in_the_way_early_and_the_books_agree() =>
        Scenario.Any.SampleAsync(
            Play,
            TestContext.Current.TestOutputHelper!.WriteLine,
            iter: Environment.GetEnvironmentVariable("CsCheck_Iter") is null ? Iterations : Check.Iter,
            threads: 1);

    public async ValueTask DisposeAsync()
    {
        if (_billing is not null)
        {
            await _billing.DisposeAsync();
        }
    }

    private async Task Play(Scenario scenario)
    {
        if (_billing is null)
        {
            _billing = new BillingDatabase(server);
            await _billing.InitializeAsync();
        }

        try
        {
            await new ScenarioRun(_billing, scenario, _played++).Play();
        }
        catch
        {
            // What it has left there would be found by the next, too.
            await DisposeAsync();
            _billing = null;
            throw;
        }
    }
}
