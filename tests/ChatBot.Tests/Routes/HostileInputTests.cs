using ChatBot.Tests.Identity;
using CsCheck;
using Xunit;

namespace ChatBot.Tests.Routes;

/// <summary>Whatever is sent to a route, the program is not at fault. CsCheck_Iter and CsCheck_Seed send more, or what a failure names.</summary>
public sealed class HostileInputTests(HostileDatabase hostile) : IClassFixture<HostileDatabase>
{
    private const int Iterations = 120;

    public static TheoryData<string> Routes =>
        [.. RouteTable.Endpoints.Where(e => e.RoutePattern.RawText!.StartsWith("/api/", StringComparison.Ordinal)).Select(RouteTable.Describe)];

    private static readonly Gen<string> s_values = OddJson.OneOf(
        "", " ", "0", "-1", "1", "100", "101", "99999999999999999999", "1e9", "NaN", "null", "true", "%00", "a%00b", "%ff", "%ed%a0%80", "%f0%9f%98%80", "..", "%2e%2e",
        "%2f", "a%2fb", "*", "'", "%25", "9999-12", "9999-12-31", "0001-01-01", "2026-11", "2026-11-24", "2026-02-30", "json", "csv", "user", "day", "azure", "active",
        "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "________________________________", new string('x', 300));

    private static readonly Gen<string> s_names = OddJson.OneOf(
        "limit", "cursor", "before", "after", "status", "from", "to", "format", "by", "provider", "q", "x");

    private static readonly Gen<(string, string)> s_headers = Gen.Select(
        OddJson.OneOf("If-Match", "If-None-Match", "Last-Event-ID", "Idempotency-Key", "Accept", "Content-Type", "Origin", "traceparent", "Range", "X-HTTP-Method-Override"),
        OddJson.OneOf(
            "", "*", "\"", "\"7fffffffffffffff\"", "\"ffffffffffffffff\"", "-1", "W/\"x\"", "text/event-stream;q=2", "text/plain", "application/json; charset=utf-16",
            "text/csv", "00000000000000000000000000000000-2147483647-6", "x-1-1", new string('y', 250), "bytes=0-1", "null", "00-0-0-0", "DELETE"));

    private static readonly Gen<string> s_odd = OddJson.Any("odd");

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task No_input_to_a_route_is_answered_with_an_error_of_the_program(string route)
    {
        var endpoint = RouteTable.Find(route);
        var user = await hostile.NewUser();
        var known = await hostile.Known(user);
        var isBill = RouteTable.Name(endpoint) == "ReconcileBill";
        var body = HostileBodies.Of(RouteTable.Name(endpoint)!);
        var inputs = Gen.Select(
            Gen.Select(s_values, s_values, Gen.Int[0, 3]),
            Gen.Select(s_names, s_values).Array[0, 3],
            s_headers.Array[0, 2],
            Gen.Select(s_odd, Gen.Int[0, 9], Gen.Int[0, 20]));

        await inputs.SampleAsync(
            async input =>
            {
                var ((first, second, which), query, headers, (odd, form, place)) = input;
                var values = endpoint.RoutePattern.Parameters
                    .Select((p, n) => (p.Name, which > n && known.TryGetValue(p.Name, out var id) ? id : n == 0 ? first : second)).ToArray();
                var path = RouteTable.Path(endpoint, values) + "?" + string.Join('&', query.Select(q => $"{q.Item1}={q.Item2}"));
                if (isBill && place % 4 > 0)
                {
                    // What is not said to be a bill is not read as one.
                    path += "&provider=azure";
                    headers = [.. headers.Where(h => h.Item1 != "Content-Type"), ("Content-Type", "text/csv")];
                }

                var method = RouteTable.Method(endpoint);
                var sent = method == HttpMethod.Get || form == 0 ? null : form == 1 ? odd : HostileBodies.With(body, place, odd);
                var answer = await user.SendRaw(method, path, sent, [.. headers.Where(h => sent is not null || h.Item1 != "Content-Type")]);
                Assert.True((int)answer.Status < 500, $"{method} {path} {string.Join(' ', headers)}\n{sent}\n{(int)answer.Status} {answer.Body}");
            },
            TestContext.Current.TestOutputHelper!.WriteLine,
            iter: Environment.GetEnvironmentVariable("CsCheck_Iter") is null ? Iterations : Check.Iter,
            threads: 2);
    }
}
