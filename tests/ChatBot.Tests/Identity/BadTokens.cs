using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ChatBot.Local;
using ChatBot.Tests.Stack;

namespace ChatBot.Tests.Identity;

/// <summary>Tokens that must be refused, by what is wrong with them.</summary>
internal static class BadTokens
{
    private static readonly Guid s_user = Guid.NewGuid();
    private static readonly AccessToken s_good = new(s_user);

    public static IReadOnlyDictionary<string, Func<TestStack, string>> All { get; } = new Dictionary<string, Func<TestStack, string>>
    {
        // Not tokens at all.
        ["one word"] = _ => "garbage",
        ["two segments"] = _ => "garbage.garbage",
        ["three words"] = _ => "not.a.token",
        ["five segments"] = _ => "e30.e30.e30.e30.e30",
        ["empty segments"] = _ => "..",
        ["empty objects"] = _ => "e30.e30.e30",
        ["a header that is an array"] = s => Replace(Good(s), 0, "[]"),
        ["a header whose alg is a number"] = s => Replace(Good(s), 0, """{"alg":5}"""),
        ["a header whose kid is a number"] = s => Replace(Good(s), 0, """{"alg":"ES256","kid":5}"""),
        ["a payload that is no JSON"] = s => Replace(Good(s), 1, "{"),
        ["more than 16 KiB"] = s => s.Local.Tokens.Mint(s_good with { UserMetadata = new() { ["x"] = new string('x', 16 * 1024) } }),

        // Signed by nobody, or by somebody else.
        ["alg none"] = s => s.Local.Tokens.Forge(new() { ["alg"] = "none" }, s_good, _ => []),
        ["alg none with a signature"] = s => s.Local.Tokens.Forge(new() { ["alg"] = "None" }, s_good, Signed(Key(s))),
        ["alg HS256 by the empty secret"] = s => s.Local.Tokens.Forge(new() { ["alg"] = "HS256" }, s_good, Hmac("")),
        ["alg HS256 by another secret"] = s => s.Local.Tokens.MintLegacy(s_good, "another secret of at least thirty-two bytes"),
        ["alg HS256 by the public key as JSON"] = s => Confused(s, Key(s).ToJsonWebKey().ToJsonString()),
        ["alg HS256 by the public key as PEM"] = s => Confused(s, Pem(Key(s))),
        ["alg HS256 by the public key's bytes"] = s => s.Local.Tokens.Forge(ConfusedHeader(s), s_good, data => HMACSHA256.HashData(Point(Key(s)), data)),
        ["alg HS512 by the secret"] = s => s.Local.Tokens.Forge(
            new() { ["alg"] = "HS512" }, s_good, data => HMACSHA512.HashData(Encoding.UTF8.GetBytes(s.Local.Tokens.LegacySecret), data)),
        ["alg RS256 under the kid of the ES256 key"] = s => s.Local.Tokens.Forge(
            new() { ["alg"] = "RS256", ["kid"] = Key(s).Id }, s_good, RSA.Create(2048).Sign),
        ["another key under the project's kid"] = s => s.Local.Tokens.Forge(Header(s), s_good, Signed(SigningKey.Create())),
        ["a key that the project does not have"] = s => s.Local.Tokens.Mint(s_good, SigningKey.Create()),
        ["no kid"] = s => s.Local.Tokens.Forge(new() { ["alg"] = "ES256" }, s_good, Signed(Key(s))),
        ["no signature"] = s => Good(s)[..(Good(s).LastIndexOf('.') + 1)],
        ["a signature of zeros"] = s => s.Local.Tokens.Forge(Header(s), s_good, _ => new byte[64]),
        ["a changed payload"] = s => Replace(Good(s), 1, new JsonObject { ["sub"] = Guid.NewGuid().ToString(), ["role"] = "authenticated" }.ToJsonString()),
        ["a key of the header's own"] = s =>
        {
            var own = SigningKey.Create();
            return s.Local.Tokens.Forge(new() { ["alg"] = "ES256", ["kid"] = own.Id, ["jwk"] = own.ToJsonWebKey() }, s_good, Signed(own));
        },

        // Well signed, for something or somebody else.
        ["expired for more than the leeway"] = s => s.Local.Tokens.Mint(s_good with { ExpiresIn = TimeSpan.FromSeconds(-35) }),
        ["legacy and expired"] = s => s.Local.Tokens.MintLegacy(s_good with { ExpiresIn = TimeSpan.FromSeconds(-35) }),
        ["not valid yet"] = s => With(s, "nbf", DateTimeOffset.UtcNow.AddMinutes(2).ToUnixTimeSeconds()),
        ["without an end"] = s => With(s, "exp", null),
        ["an end that is a text"] = s => With(s, "exp", "tomorrow"),
        ["an end that is no time"] = s => With(s, "exp", 1e300),
        ["an end before the epoch"] = s => With(s, "exp", -1),
        ["a beginning that is an object"] = s => With(s, "nbf", new JsonObject()),
        ["another project's"] = s => s.Local.Tokens.Mint(s_good with { Issuer = "https://other.supabase.co/auth/v1" }),
        ["no issuer"] = s => With(s, "iss", null),
        ["an issuer that is a number"] = s => With(s, "iss", 7),
        ["for another audience"] = s => s.Local.Tokens.Mint(s_good with { Audience = "anon" }),
        ["for no audience"] = s => s.Local.Tokens.Mint(s_good with { Audience = null }),
        ["an audience that is a number"] = s => With(s, "aud", 7),
        ["without a subject"] = s => With(s, "sub", null),
        ["a subject that is a word"] = s => With(s, "sub", "ada"),
        ["a subject that is a number"] = s => With(s, "sub", 7),
        ["a subject that is a uuid in parentheses"] = s => With(s, "sub", $"({s_user})"),
        ["a subject that is a uuid in hexadecimal structs"] = s => With(s, "sub", s_user.ToString("X")),
        ["role anon"] = s => s.Local.Tokens.Mint(s_good with { Role = "anon" }),
        ["role postgres"] = s => s.Local.Tokens.Mint(s_good with { Role = "postgres" }),
        ["without a role"] = s => With(s, "role", null),
        ["a role that is a number"] = s => With(s, "role", 7),
        ["a role in user metadata only"] = s => s.Local.Tokens.Mint(s_good with { Role = "anon", UserMetadata = new() { ["role"] = "service_role" } }),
        ["metadata deeper than any JSON reader goes"] = s => With(s, "user_metadata", Deep(500)),
    };

    private static string Good(TestStack stack) => stack.Local.Tokens.Mint(s_good);

    private static SigningKey Key(TestStack stack) => stack.Local.StandIn.Auth.Keys[0];

    private static JsonObject Header(TestStack stack) => new() { ["alg"] = "ES256", ["kid"] = Key(stack).Id, ["typ"] = "JWT" };

    private static JsonObject ConfusedHeader(TestStack stack) => new() { ["alg"] = "HS256", ["kid"] = Key(stack).Id, ["typ"] = "JWT" };

    private static string Confused(TestStack stack, string secret) => stack.Local.Tokens.Forge(ConfusedHeader(stack), s_good, Hmac(secret));

    private static Func<byte[], byte[]> Hmac(string secret) => data => HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), data);

    private static Func<byte[], byte[]> Signed(SigningKey key) => data => key.Sign(data);

    private static byte[] Sign(this RSA key, byte[] data) => key.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

    private static string With(TestStack stack, string claim, JsonNode? value) =>
        stack.Local.Tokens.Mint(s_good with { Overrides = new() { [claim] = value } });

    private static string Replace(string token, int segment, string json)
    {
        var segments = token.Split('.');
        segments[segment] = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));
        return string.Join('.', segments);
    }

    private static byte[] Point(SigningKey key)
    {
        var jwk = key.ToJsonWebKey();
        return [4, .. Base64Url.DecodeFromChars((string)jwk["x"]!), .. Base64Url.DecodeFromChars((string)jwk["y"]!)];
    }

    private static string Pem(SigningKey key)
    {
        using var ec = ECDsa.Create();
        ec.ImportPkcs8PrivateKey(Convert.FromBase64String(key.ExportPrivateKey()), out _);
        return ec.ExportSubjectPublicKeyInfoPem();
    }

    private static JsonNode Deep(int levels) =>
        JsonNode.Parse(string.Concat(Enumerable.Repeat("{\"x\":", levels)) + "1" + new string('}', levels), documentOptions: new() { MaxDepth = 1000 })!;
}
