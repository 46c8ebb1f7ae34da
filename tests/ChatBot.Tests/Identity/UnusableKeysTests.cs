using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using ChatBot.Functions.Identity;
using ChatBot.Functions.Settings;
using ChatBot.Local;
using ChatBot.Tests.Database;
using ChatBot.Tests.Stack;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace ChatBot.Tests.Identity;

/// <summary>A key set endpoint that answers what it should not.</summary>
public sealed class UnusableKeysTests(TestStack stack) : IAsyncLifetime
{
    private const int Much = 32 * 1024 * 1024;

    private readonly SigningKey _key = SigningKey.Create();
    private string _answer = "";
    private long _written;
    private HttpStandIn _server = null!;

    public static TheoryData<string> WithoutUsableKeys =>
    [
        """{"error":"x"}""",
        """{"keys":[]}""",
        """{"keys":null}""",
        """{"keys":[null]}""",
        """{"keys":[{"kty":"oct","kid":"a","k":"c2VjcmV0"}]}""",
        "{}",
        "[]",
        "null",
        "",
        "<html>",
    ];

    public async ValueTask InitializeAsync() => _server = await HttpStandIn.Start(async (_, http) =>
    {
        http.Response.ContentType = "application/json; charset=nonsense";
        await http.Response.WriteAsync(_answer, http.RequestAborted);
        if (_answer.Length == 0)
        {
            return;
        }

        for (; _answer == "much" && _written < Much; _written += 64 * 1024)
        {
            // Once the connection is closed, what is written goes nowhere.
            if ((await http.Response.BodyWriter.WriteAsync(new byte[64 * 1024], http.RequestAborted)).IsCompleted)
            {
                return;
            }
        }
    });

    [Theory]
    [MemberData(nameof(WithoutUsableKeys))]
    public async Task A_set_without_a_usable_key_changes_nothing(string answer)
    {
        var time = new ManualTime();
        var keys = NewKeys(time);
        _answer = SetOf(_key.ToJsonWebKey());
        Assert.Single(await keys.Find(_key.Id, Cancellation));

        _answer = answer;
        time.Advance(TimeSpan.FromMinutes(11));

        Assert.Single(await keys.Find(_key.Id, Cancellation));
        Assert.Equal(2, _server.Requests.Count);
    }

    [Theory]
    [MemberData(nameof(WithoutUsableKeys))]
    public async Task Where_no_usable_key_was_ever_there_nothing_is_known_of_a_token(string answer)
    {
        _answer = answer;

        await Assert.ThrowsAsync<HttpRequestException>(async () => await NewKeys().Find(_key.Id, Cancellation));
    }

    [Fact]
    public async Task No_more_than_256_KiB_are_read()
    {
        _answer = "much";

        await Assert.ThrowsAsync<HttpRequestException>(async () => await NewKeys().Find(_key.Id, Cancellation));

        // Some fit into the buffers in between.
        Assert.InRange(_written, 0, Much / 2);
    }

    public static TheoryData<string> Unusable =>
        ["for encryption", "another algorithm", "only for signing", "another curve", "RSA of 1024 bits", "RSA without a modulus", "EC without a point"];

    [Theory]
    [MemberData(nameof(Unusable))]
    public async Task A_key_that_is_not_for_verifying_or_too_weak_is_not_used(string what)
    {
        var odd = OddKey(what);
        odd["kid"] = "odd";
        _answer = SetOf(odd, _key.ToJsonWebKey());
        var keys = NewKeys();

        Assert.Empty(await keys.Find("odd", Cancellation));
        Assert.Single(await keys.Find(_key.Id, Cancellation));
    }

    [Fact]
    public async Task Of_two_keys_with_one_id_both_are_tried()
    {
        using var other = SigningKey.Create();
        var twin = other.ToJsonWebKey();
        twin["kid"] = _key.Id;
        _answer = SetOf(twin, _key.ToJsonWebKey());
        await using var program = await stack.StartWithoutTriggers(("Supabase__Url", _server.Url));
        var token = new AccessToken(await stack.NewAccount());
        var (good, alsoGood) = (Mint(_key, token), Mint(SigningKey.Import(_key.Id, other.ExportPrivateKey()), token));

        (await new TestUser(token.Subject, good, program.Address).Get("/api/chats")).Is(HttpStatusCode.OK);
        (await new TestUser(token.Subject, alsoGood, program.Address).Get("/api/chats")).Is(HttpStatusCode.OK);
        (await new TestUser(token.Subject, Mint(SigningKey.Import(_key.Id, SigningKey.Create().ExportPrivateKey()), token), program.Address).Get("/api/chats"))
            .IsProblem(HttpStatusCode.Unauthorized, "unauthenticated");
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _key.Dispose();
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static string SetOf(params JsonObject[] keys) => new JsonObject { ["keys"] = new JsonArray([.. keys]) }.ToJsonString();

    private string Mint(SigningKey key, AccessToken token) => new TokenMint(_server.Url, key, "").Mint(token);

    private SigningKeys NewKeys(ManualTime? time = null) => new(
        new SupabaseSettings("", new Uri(_server.Url), null), new HttpClient(), time ?? new ManualTime(), NullLogger<SigningKeys>.Instance);

    private JsonObject OddKey(string what)
    {
        var key = _key.ToJsonWebKey();
        switch (what)
        {
            case "for encryption":
                key["use"] = "enc";
                break;
            case "another algorithm":
                key["alg"] = "ECDH-ES";
                break;
            case "only for signing":
                key["key_ops"] = new JsonArray("sign");
                break;
            case "another curve":
                key["crv"] = "P-384";
                break;
            case "EC without a point":
                key.Remove("y");
                break;
            default:
                using (var rsa = RSA.Create(1024))
                {
                    var of = rsa.ExportParameters(includePrivateParameters: false);
                    return what == "RSA without a modulus"
                        ? new() { ["kty"] = "RSA", ["n"] = "", ["e"] = "AQAB" }
                        : new() { ["kty"] = "RSA", ["n"] = Base64Url.EncodeToString(of.Modulus), ["e"] = Base64Url.EncodeToString(of.Exponent) };
                }
        }

        return key;
    }
}
