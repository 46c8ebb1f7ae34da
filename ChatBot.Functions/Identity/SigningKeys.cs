using ChatBot.Functions.Settings;
using Microsoft.IdentityModel.Tokens;

namespace ChatBot.Functions.Identity;

/// <summary>
/// The project's signing keys, fetched when the first token needs them. A key id that is not known makes it look again,
/// but not more often than every 30 s, however many such tokens come; keys once fetched stay good while the endpoint is down,
/// or has none to give.
/// </summary>
public sealed partial class SigningKeys(SupabaseSettings settings, HttpClient http, TimeProvider time, ILogger<SigningKeys> log)
{
    /// <summary>How long to wait before asking again, as long as no keys were ever fetched.</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    // A project has a few keys, of less than a kilobyte each.
    private const int MaxKeySetBytes = 256 * 1024;

    private static readonly TimeSpan s_leastBetweenFetches = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_mostBetweenFetches = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan s_fetchTimeout = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _fetching = new(1, 1);
    private ILookup<string, JsonWebKey>? _keys;
    private long? _fetchedAt;

    /// <summary>The keys of that id, none where the project has none.</summary>
    /// <exception cref="HttpRequestException">No keys could be fetched since the start.</exception>
    public async ValueTask<IEnumerable<JsonWebKey>> Find(string keyId, CancellationToken cancellationToken)
    {
        if (_keys is { } known && known.Contains(keyId) && !IsOlderThan(s_mostBetweenFetches))
        {
            return known[keyId];
        }

        await _fetching.WaitAsync(cancellationToken);
        try
        {
            if (IsOlderThan(_keys is null ? RetryAfter : _keys.Contains(keyId) ? s_mostBetweenFetches : s_leastBetweenFetches))
            {
                await Fetch();
            }

            return (_keys ?? throw new HttpRequestException("The signing keys could not be fetched."))[keyId];
        }
        finally
        {
            _fetching.Release();
        }
    }

    private bool IsOlderThan(TimeSpan age) => _fetchedAt is not { } at || time.GetElapsedTime(at) >= age;

    /// <summary>Goes on when the caller leaves: else callers who leave early would make it ask again and again.</summary>
    private async Task Fetch()
    {
        using var timeout = new CancellationTokenSource(s_fetchTimeout);
        try
        {
            using var response = await http.GetAsync(settings.Jwks, HttpCompletionOption.ResponseHeadersRead, timeout.Token);
            response.EnsureSuccessStatusCode();
            await response.Content.LoadIntoBufferAsync(MaxKeySetBytes, timeout.Token);
            _keys = KeySet.Read(await response.Content.ReadAsByteArrayAsync(timeout.Token));
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException or ArgumentException)
        {
            Log.FetchFailed(log, e.GetType().Name);
        }

        _fetchedAt = time.GetTimestamp();
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "The signing keys could not be fetched: {Reason}")]
        public static partial void FetchFailed(ILogger log, string reason);
    }
}
