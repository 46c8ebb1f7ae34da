using System.Buffers.Text;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using ChatBot.Functions.Identity;
using ChatBot.Local;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Identity;

public sealed class TokenMetadataTests(TestStack stack)
{
    [Theory]
    [InlineData("{\"name\":\"\\u0000\"}")]
    [InlineData("{\"name\":\"\\ud800\"}")]
    [InlineData("{\"sub\":\"5f1b1a62-53a3-4e4c-9f2f-0f6f4c1a0000\",\"role\":\"service_role\"}")]
    public async Task Whatever_users_write_into_their_metadata_neither_harms_nor_helps(string metadata)
    {
        var user = await stack.NewUser();
        var payload = new AccessToken(user.Id) { Overrides = new() { ["user_metadata"] = "METADATA" } };
        var key = stack.Local.StandIn.Auth.Keys[0];
        var forged = ForgeRaw(stack.Local.Tokens.Mint(payload), "\"METADATA\"", metadata, key);
        var chat = await user.NewChat();

        var listed = await new TestUser(user.Id, forged, stack.Program.Address).Get("/api/chats");

        Assert.Equal(chat, (string?)listed.Is(HttpStatusCode.OK).Json["items"]![0]!["id"]);
    }

    [Fact]
    public async Task Metadata_of_any_depth_is_read_or_refused_but_fails_nothing()
    {
        for (var depth = 56; depth < 72; depth++)
        {
            var metadata = JsonNode.Parse(new string('[', depth) + new string(']', depth), documentOptions: new() { MaxDepth = 100 });

            var token = stack.Local.Tokens.Mint(new AccessToken(Guid.NewGuid()) { Overrides = new() { ["user_metadata"] = metadata } });

            var answer = await new TestUser(Guid.Empty, token, stack.Program.Address).Get("/api/chats");

            Assert.True(answer.Status is HttpStatusCode.OK or HttpStatusCode.Unauthorized, $"{depth}: {answer.Body}");
        }
    }

    [Theory]
    [InlineData("authenticated", null, null, false)]
    [InlineData("authenticated", null, "billing", false)]
    [InlineData("authenticated", "support", null, false)]
    [InlineData("authenticated", "billing", null, true)]
    [InlineData("service_role", null, null, true)]
    public async Task The_billing_role_comes_from_the_role_or_the_app_metadata(string role, string? inAppMetadata, string? inUserMetadata, bool expected)
    {
        var token = new AccessToken(Guid.NewGuid())
        {
            Role = role,
            AppMetadata = new() { ["chatbot_role"] = inAppMetadata },
            UserMetadata = new() { ["chatbot_role"] = inUserMetadata, ["role"] = "service_role" },
        };

        var user = await stack.Program.Services.GetRequiredService<SupabaseTokens>()
            .Verify(stack.Local.Tokens.Mint(token), TestContext.Current.CancellationToken);

        Assert.Equal(expected, user!.HasBillingRole);
        Assert.Equal(token.Subject, user.Id);
    }

    /// <summary>The token with a part of its payload's text replaced, signed anew: JSON that no writer would make.</summary>
    private static string ForgeRaw(string token, string part, string by, SigningKey key)
    {
        var segments = token.Split('.');
        var payload = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(segments[1]));
        Assert.Contains(part, payload, StringComparison.Ordinal);
        var content = segments[0] + "." + Base64Url.EncodeToString(
            Encoding.UTF8.GetBytes(payload.Replace(part, by, StringComparison.Ordinal)));
        return content + "." + Base64Url.EncodeToString(key.Sign(Encoding.ASCII.GetBytes(content)));
    }
}
