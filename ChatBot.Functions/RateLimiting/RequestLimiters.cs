using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using ChatBot.Functions.Settings;

namespace ChatBot.Functions.RateLimiting;

/// <summary>
/// What is left to each user and address at this instance. Whoever has been idle for long enough to have all of it again is
/// forgotten, so that memory is bounded by those who came in the last minute.
/// </summary>
public sealed class RequestLimiters(LimitSettings limits) : IAsyncDisposable
{
    private readonly PartitionedRateLimiter<(Guid User, RequestKind Kind)> _rates = PartitionedRateLimiter.Create<(Guid, RequestKind Kind), (Guid, RequestKind)>(
        of => RateLimitPartition.GetTokenBucketLimiter(of, key => PerMinute(LimitOf(limits, key.Item2))));

    private readonly PartitionedRateLimiter<Guid> _concurrency = PartitionedRateLimiter.Create<Guid, Guid>(
        user => RateLimitPartition.GetConcurrencyLimiter(user, _ => new() { PermitLimit = limits.ConcurrentRequests }));

    private readonly PartitionedRateLimiter<IPAddress> _addresses = PartitionedRateLimiter.Create<IPAddress, UInt128>(
        address => RateLimitPartition.GetTokenBucketLimiter(KeyOf(address), _ => PerMinute(limits.AddressRequestsPerMinute)));

    public int LimitOf(RequestKind kind) => LimitOf(limits, kind);

    public RateLimitLease Acquire(Guid user, RequestKind kind) => _rates.AttemptAcquire((user, kind));

    /// <summary>Held for as long as the request is under way.</summary>
    public RateLimitLease Enter(Guid user) => _concurrency.AttemptAcquire(user);

    public RateLimitLease Acquire(IPAddress address) => _addresses.AttemptAcquire(address);

    public async ValueTask DisposeAsync()
    {
        await _rates.DisposeAsync();
        await _concurrency.DisposeAsync();
        await _addresses.DisposeAsync();
    }

    private static int LimitOf(LimitSettings limits, RequestKind kind) => kind switch
    {
        RequestKind.Read => limits.ReadsPerMinute,
        RequestKind.KeyCheck => limits.KeyChecksPerMinute,
        _ => limits.WritesPerMinute,
    };

    private static TokenBucketRateLimiterOptions PerMinute(int limit) => new()
    {
        TokenLimit = limit,
        TokensPerPeriod = 1,
        ReplenishmentPeriod = TimeSpan.FromMinutes(1) / limit,
        // All of them are replenished by one timer.
        AutoReplenishment = false,
    };

    /// <summary>A network of IPv6 is one client's: 64 bits of it are the client's own choice.</summary>
    private static UInt128 KeyOf(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.MapToIPv6().TryWriteBytes(bytes, out _);
        if (address is { AddressFamily: AddressFamily.InterNetworkV6, IsIPv4MappedToIPv6: false })
        {
            bytes[8..].Clear();
        }

        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }
}
