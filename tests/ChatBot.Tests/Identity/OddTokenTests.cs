using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ChatBot.Local;
using ChatBot.Tests.Database;
using ChatBot.Tests.Problems;
using ChatBot.Tests.Stack;
using CsCheck;
using Xunit;

namespace ChatBot.Tests.Identity;

/// <summary>Tokens that the project has signed, and that say what no token of a project says.</summary>
public sealed class OddTokenTests(TestStack stack) : IAsyncLifetime
{
    private const string Canary = "canary-5f1b1a62";

    private static readonly Guid s_user = Guid.NewGuid();

    private readonly LogJournal _journal = new();
    private TestProgram _program = null!;

    /// <summary>What is put in the place of a good claim; the canary stands for what is personal.</summary>
    public static TheoryData<string, string> Claims => new()
    {
        { "sub", $"\"{s_user} \"" },
        { "sub", $"\" {s_user}\"" },
        { "sub", $"\"{s_user}\\u0000\"" },
        { "sub", "\"\\ud800\"" },
        { "sub", $"[\"{s_user}\"]" },
        { "email", $"\"{Canary}\\u0000\"" },
        { "email", $"\"{Canary}\\ud800\"" },
        { "email", $"{{\"{Canary}\\u0000\":1}}" },
        { "email", $"{{\"\\udc00{Canary}\":1}}" },
        { "email", $"[[{{\"a\":\"{Canary}\\udfff\"}}]]" },
        { "email", "1e999999" },
        { "email", "-1e999999" },
        { "email", "1e309" },
        { "exp", "1e999999" },
        { "exp", "1e30" },
        { "exp", "99999999999999999999999999" },
        { "nbf", "1e999999" },
        { "iat", "1e999999" },
        { "app_metadata", $"{{\"chatbot_role\":\"{Canary}\\u0000\"}}" },
        { "app_metadata", $"{{\"chatbot_role\":\"\\ud800{Canary}\"}}" },
        { "role", "\"authenticated\\u0000\"" },
        { "role", "\"\\ud83d\"" },
        { "aud", "\"\\ud800\"" },
        { "aud", "[\"\\ud800\",\"authenticated\"]" },
        { "iss", "\"\\ud800\"" },
        { "jti", "{\"a\":1,\"a\":2}" },
    };

    public static TheoryData<string> Headers =>
    [
        """{"alg":"ES256","kid":"KID","crit":["exp"],"exp":1}""",
        """{"alg":"ES256","kid":"KID","crit":["b64"],"b64":false}""",
        """{"alg":"ES256","kid":"KID","crit":[]}""",
        """{"alg":"ES256","kid":"KID","crit":null}""",
        """{"alg":"ES256","kid":"KID","b64":false}""",
        """{"alg":"ES256","kid":"KID"}x""",
        """{"alg":"ES256","kid":"KID"}{}""",
        """{"alg":"none","alg":"ES256","kid":"KID"}""",
        """{"alg":"ES256","kid":"other","kid":"KID"}""",
        """{"alg":"ES256","kid":"KID","x":"\ud800","x":1}""",
        """{"alg":"ES256","kid":"\ud800"}""",
        """{"alg":"\ud800","kid":"KID"}""",
        """{"alg":"ES256","kid":"KID","\ud800":1}""",
        """{"alg":"ES256","kid":null}""",
        """[{"alg":"ES256","kid":"KID"}]""",
    ];

    public async ValueTask InitializeAsync()
    {
        await stack.Execute("insert into auth.users (id, email) values ($1, 'odd@example.com') on conflict do nothing", s_user);
        _program = await stack.StartWithoutTriggers(("Logging__LogLevel__Default", "Trace"), ("Logging__Console__LogLevel__Default", "None"));
        _program.Services.GetRequiredService<ILoggerFactory>().AddProvider(_journal);
    }

    [Theory]
    [MemberData(nameof(Claims))]
    public async Task A_signed_token_with_a_claim_that_nobody_can_store_or_read_is_refused_like_no_token(string claim, string value)
    {
        var claims = Payload();
        claims[claim] = "HERE";

        await IsRefused(Header(), claims.ToJsonString().Replace("\"HERE\"", value, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Headers))]
    public async Task A_signed_token_whose_header_is_odd_is_refused_like_no_token(string header) =>
        await IsRefused(header.Replace("KID", Key.Id, StringComparison.Ordinal), Payload().ToJsonString());

    [Theory]
    [InlineData("{0}x")]
    [InlineData("{0}{{}}")]
    [InlineData("{0}\0")]
    [InlineData("[{0}]")]
    [InlineData("\uFEFF{0}")]
    public async Task A_signed_token_with_something_around_its_payload_is_refused_like_no_token(string form) =>
        await IsRefused(Header(), string.Format(System.Globalization.CultureInfo.InvariantCulture, form, Payload().ToJsonString()));

    [Fact]
    public async Task Claims_that_are_merely_unknown_do_no_harm()
    {
        var claims = Payload();
        claims["more"] = JsonNode.Parse("""{"a":[1,-2.5,1e10,true,null,"\u00e9\ud83d\ude00",{"b":{}}],"":0}""");

        (await Get(Sign(Header(), claims.ToJsonString()))).Is(HttpStatusCode.OK);
    }

    [Fact]
    public async Task No_signed_token_makes_an_answer_fail_and_none_gets_into_the_log()
    {
        var good = (Header: Header(), Claims: Payload().ToJsonString());
        var json = OddJson.Any(Canary);
        var names = OddJson.OneOf("sub", "role", "aud", "iss", "exp", "nbf", "iat", "app_metadata", "user_metadata", "email", "alg", "kid", "crit", "typ", "more");
        var parts = Gen.Select(names, json, Gen.Bool, Gen.Int[0, 9]);

        await parts.SampleAsync(
            async part =>
            {
                var (name, value, inHeader, form) = part;
                var member = $",\"{name}\":{value}}}";
                var header = form == 0 ? value : inHeader ? OddJson.With(good.Header, name, value) : good.Header;
                var claims = form == 1 ? value : inHeader ? good.Claims : form == 2 ? good.Claims[..^1] + member : OddJson.With(good.Claims, name, value);
                var status = (await Get(Sign(header, claims))).Status;
                // A claim may be too long for any header.
                return status is HttpStatusCode.OK or HttpStatusCode.Unauthorized or HttpStatusCode.RequestHeaderFieldsTooLarge;
            },
            iter: 1_500,
            threads: 2);

        Assert.DoesNotContain(_journal.Lines, line => line.Contains(Canary, StringComparison.Ordinal));
    }

    [Fact]
    public async Task No_key_of_the_project_makes_an_answer_fail()
    {
        var header = new JsonObject { ["alg"] = "HS256", ["typ"] = "JWT" }.ToJsonString();
        var claims = new JsonObject { ["iss"] = "supabase", ["role"] = "service_role", ["ref"] = "a", ["exp"] = 4_000_000_000 }.ToJsonString();
        var parts = Gen.Select(OddJson.OneOf("iss", "role", "ref", "exp", "iat", "more"), OddJson.Any(Canary));

        await parts.SampleAsync(
            async part =>
            {
                var content = $"{Encode(header)}.{Encode(OddJson.With(claims, part.Item1, part.Item2))}";
                var key = Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(stack.Local.Tokens.LegacySecret), Encoding.ASCII.GetBytes(content)));
                var answer = await new TestUser(Guid.Empty, $"{content}.{key}", _program.Address).Get("/api/billing/plans");
                return answer.Status is HttpStatusCode.OK or HttpStatusCode.Unauthorized;
            },
            iter: 500,
            threads: 2);

        Assert.DoesNotContain(_journal.Lines, line => line.Contains(Canary, StringComparison.Ordinal));
    }

    public ValueTask DisposeAsync() => _program.DisposeAsync();

    private SigningKey Key => stack.Local.StandIn.Auth.Keys[0];

    private string Header() => new JsonObject { ["alg"] = "ES256", ["kid"] = Key.Id, ["typ"] = "JWT" }.ToJsonString();

    private JsonObject Payload()
    {
        var segment = stack.Local.Tokens.Mint(new AccessToken(s_user)).Split('.')[1];
        return JsonNode.Parse(Base64Url.DecodeFromChars(segment))!.AsObject();
    }

    private string Sign(string header, string claims)
    {
        var content = $"{Encode(header)}.{Encode(claims)}";
        return $"{content}.{Base64Url.EncodeToString(Key.Sign(Encoding.ASCII.GetBytes(content)))}";
    }

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    private async Task IsRefused(string header, string claims)
    {
        var refused = await Get(Sign(header, claims));

        refused.IsProblem(HttpStatusCode.Unauthorized, "unauthenticated");
        Assert.DoesNotContain(_journal.Lines, line => line.Contains(Canary, StringComparison.Ordinal) || line.Contains(s_user.ToString(), StringComparison.Ordinal));
    }

    private Task<ApiResponse> Get(string token) => new TestUser(s_user, token, _program.Address).Get("/api/chats");
}
