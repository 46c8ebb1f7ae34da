using System.Text.Json.Nodes;
using ChatBot.Local;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Xunit;

namespace ChatBot.Tests.Local;

public sealed class TokenMintTests : IDisposable
{
    private readonly SigningKey _key = SigningKey.Create();

    [Fact]
    public async Task A_token_is_one_of_supabases_and_verifies_with_the_served_key()
    {
        var auth = new SupabaseAuth(_key);
        await using var server = await StandInServer.StartAsync(auth, cancellationToken: TestContext.Current.CancellationToken);
        using var http = new HttpClient();
        var keySet = new JsonWebKeySet(await http.GetStringAsync(new Uri(server.Url + "/auth/v1/.well-known/jwks.json"), TestContext.Current.CancellationToken));
        var token = new TokenMint(server.Url, _key, "secret").Mint(LocalUser.Ada.Token() with { AppMetadata = new() { ["chatbot_role"] = "billing" } });

        var result = await ValidateAsync(token, keySet.Keys, server.Url + "/auth/v1");

        Assert.True(result.IsValid, result.Exception?.Message);
        Assert.Equal(LocalUser.Ada.Id.ToString(), result.Claims["sub"]);
        Assert.Equal("ada@example.com", result.Claims["email"]);
        Assert.Equal("authenticated", result.Claims["role"]);
        Assert.Contains("billing", result.Claims["app_metadata"].ToString(), StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromHours(8), result.SecurityToken.ValidTo - ((JsonWebToken)result.SecurityToken).IssuedAt);
        Assert.Equal(1, auth.Requests);
    }

    [Fact]
    public async Task A_legacy_token_verifies_with_the_secret()
    {
        const string Secret = "a legacy secret of at least thirty-two bytes";
        var mint = new TokenMint("http://project", _key, Secret);

        var result = await ValidateAsync(mint.MintLegacy(new(Guid.NewGuid())), [new SymmetricSecurityKey(System.Text.Encoding.UTF8.GetBytes(Secret))], mint.Issuer);

        Assert.True(result.IsValid, result.Exception?.Message);
    }

    [Fact]
    public async Task Claims_can_be_changed_and_removed()
    {
        var mint = new TokenMint("http://project", _key, "");
        var token = mint.Mint(new AccessToken(Guid.NewGuid()) { Overrides = new() { ["exp"] = null, ["sub"] = "nobody" } });

        var read = new JsonWebToken(token);

        Assert.Equal("nobody", read.Subject);
        Assert.False(read.TryGetPayloadValue<long>("exp", out _));
        Assert.False((await ValidateAsync(token, new JsonWebKeySet(new JsonObject { ["keys"] = new JsonArray(_key.ToJsonWebKey()) }.ToJsonString()).Keys, mint.Issuer)).IsValid);
    }

    [Fact]
    public void A_key_is_the_same_after_it_was_kept()
    {
        using var again = SigningKey.Import(_key.Id, _key.ExportPrivateKey());

        Assert.Equal(_key.ToJsonWebKey().ToJsonString(), again.ToJsonWebKey().ToJsonString());
    }

    [Fact]
    public async Task The_key_set_can_be_down()
    {
        await using var server = await StandInServer.StartAsync(new SupabaseAuth(_key) { Available = false }, cancellationToken: TestContext.Current.CancellationToken);
        using var http = new HttpClient();

        using var response = await http.GetAsync(new Uri(server.Url + "/auth/v1/.well-known/jwks.json"), TestContext.Current.CancellationToken);

        Assert.Equal(System.Net.HttpStatusCode.ServiceUnavailable, response.StatusCode);
    }

    public void Dispose() => _key.Dispose();

    private static Task<TokenValidationResult> ValidateAsync(string token, IEnumerable<SecurityKey> keys, string issuer) =>
        new JsonWebTokenHandler().ValidateTokenAsync(token, new TokenValidationParameters { ValidIssuer = issuer, ValidAudience = "authenticated", IssuerSigningKeys = keys });
}
