using System.Net;

namespace ChatBot.Functions.Settings;

/// <summary>How much one user, and one address, may ask of an instance. Sends have a limit of their own, in the plan.</summary>
/// <param name="ReadsPerMinute">Per user.</param>
/// <param name="WritesPerMinute">Per user, sends not counted.</param>
/// <param name="KeyChecksPerMinute">Per user; each asks the provider, from the operator's address.</param>
/// <param name="ConcurrentRequests">Per user, streams included.</param>
/// <param name="AddressRequestsPerMinute">Per address of a client, before it is known who asks.</param>
/// <param name="ResponseBytesPerSecond">The least that a client reads of an answer; streams have a limit of their own.</param>
/// <param name="TrustedProxies">Whose word is taken, in X-Forwarded-For, for the address of a client.</param>
public sealed record LimitSettings(
    int ReadsPerMinute,
    int WritesPerMinute,
    int KeyChecksPerMinute,
    int ConcurrentRequests,
    int AddressRequestsPerMinute,
    int ResponseBytesPerSecond,
    IReadOnlyList<IPNetwork> TrustedProxies)
{
    private const int Most = 1_000_000;

    // The Functions host, an ingress, a load balancer.
    private static readonly IPNetwork[] s_private =
    [
        .. new[] { "127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "fc00::/7", "fe80::/10" }.Select(IPNetwork.Parse),
    ];

    public static LimitSettings Read(SettingReader reader) => new(
        reader.Integer("Limits:ReadsPerMinute", 600, 1, Most),
        reader.Integer("Limits:WritesPerMinute", 120, 1, Most),
        reader.Integer("Limits:KeyChecksPerMinute", 5, 1, Most),
        reader.Integer("Limits:ConcurrentRequests", 32, 1, Most),
        reader.Integer("Limits:AddressRequestsPerMinute", 1_200, 1, Most),
        reader.Integer("Limits:ResponseBytesPerSecond", 4_096, 1, Most),
        ReadProxies(reader) is { Count: > 0 } proxies ? proxies : s_private);

    private static List<IPNetwork> ReadProxies(SettingReader reader)
    {
        var proxies = new List<IPNetwork>();
        foreach (var child in reader.Children("Limits:TrustedProxies"))
        {
            if (IPNetwork.TryParse(child.Value, out var network))
            {
                proxies.Add(network);
            }
            else if (IPAddress.TryParse(child.Value, out var address))
            {
                proxies.Add(new IPNetwork(address, address.GetAddressBytes().Length * 8));
            }
            else
            {
                reader.Mistake(child.Path, "is neither an address nor a network", "10.0.0.0/8");
            }
        }

        return proxies;
    }
}
