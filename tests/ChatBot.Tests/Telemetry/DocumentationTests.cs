using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using ChatBot.Functions.Telemetry;
using ChatBot.Local;
using Xunit;

namespace ChatBot.Tests.Telemetry;

public sealed partial class DocumentationTests
{
    private static readonly string s_docs = File.ReadAllText(RepositoryRoot.Combine("docs", "telemetry.md"));

    [Fact]
    public void Its_table_of_metrics_is_what_the_program_measures()
    {
        var told = MetricRow().Matches(s_docs).Select(m => (m.Groups[1].Value, m.Groups[2].Value, m.Groups[3].Value)).Order();

        Assert.Equal(Instruments().Append(("http.server.request.duration", "s", "histogram")).Order(), told);
    }

    private static List<(string Name, string Unit, string Kind)> Instruments()
    {
        List<(string, string, string)> found = [];
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Name == Metrics.MeterName)
                {
                    found.Add((instrument.Name, instrument.Unit!, instrument switch
                    {
                        Histogram<double> or Histogram<int> => "histogram",
                        UpDownCounter<int> => "up-down counter",
                        _ => "counter",
                    }));
                }
            },
        };
        RuntimeHelpers.RunClassConstructor(typeof(Metrics).TypeHandle);
        listener.Start();
        return found;
    }

    [GeneratedRegex(@"^\| `([a-z_.]+)` \| (\S+) \| ([a-z -]+) \|", RegexOptions.Multiline)]
    private static partial Regex MetricRow();
}
