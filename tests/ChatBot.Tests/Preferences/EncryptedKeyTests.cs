using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ChatBot.Tests.Database;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Preferences;

/// <summary>Stored keys, looked at and changed past the program.</summary>
public sealed class EncryptedKeyTests(TestStack stack)
{
    private const string Key = "sk-proj-0123456789abcdef-wxyz";

    [Fact]
    public async Task What_is_stored_is_not_the_key_in_any_form()
    {
        var user = await stack.NewUser();
        await Put(user, Key);

        var row = await stack.Scalar<string>("select k::text from chatbot.provider_keys k where user_id = $1", user.Id);
        var ciphertext = await stack.Scalar<byte[]>("select ciphertext from chatbot.provider_keys where user_id = $1", user.Id);

        Assert.DoesNotContain(Key[..12], row!, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToHexString(Encoding.UTF8.GetBytes(Key[..12])), row!, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(Key.Length + 16, ciphertext!.Length);
        Assert.Equal(-1, ciphertext.AsSpan().IndexOf(Encoding.UTF8.GetBytes(Key[..6])));
    }

    [Fact]
    public async Task A_key_under_a_data_key_that_is_gone_shows_as_such_and_can_be_stored_anew()
    {
        var user = await stack.NewUser();
        await Put(user, Key);
        await using var program = await stack.StartWithoutTriggers(
            ("Encryption__Keys__1", ""),
            ("Encryption__Keys__2", Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))),
            ("Encryption__CurrentVersion", "2"));
        var after = user.At(program.Address);

        Assert.False((bool)(await after.Get("/api/preferences")).Is(HttpStatusCode.OK).Json["openaiKey"]!["readable"]!);
        (await after.Post($"/api/chats/{await user.NewChat()}/stream", StackExtensions.SendBody("Hello")))
            .IsProblem(HttpStatusCode.UnprocessableEntity, "provider_key_rejected");

        Assert.True((bool)(await Put(after, Key)).Json["readable"]!);
        await after.Send(await user.NewChat(), "Hello");
    }

    [Theory]
    [InlineData("ciphertext = o.ciphertext, nonce = o.nonce, key_version = o.key_version")]
    [InlineData("id = gen_random_uuid()")]
    [InlineData("ciphertext = set_byte(k.ciphertext, 3, 255 - get_byte(k.ciphertext, 3))")]
    [InlineData("nonce = set_byte(k.nonce, 3, 255 - get_byte(k.nonce, 3))")]
    [InlineData("ciphertext = substring(k.ciphertext for 20)")]
    public async Task A_key_that_was_moved_or_tampered_with_is_never_used(string change)
    {
        var (user, other) = (await stack.NewUser(), await stack.NewUser());
        var marker = Guid.NewGuid().ToString();
        await Put(user, Key);
        await Put(other, "sk-proj-the-key-of-the-other-user");

        await stack.Execute($"update chatbot.provider_keys k set {change} from chatbot.provider_keys o where k.user_id = $1 and o.user_id = $2", user.Id, other.Id);

        Assert.False((bool)(await user.Get("/api/preferences")).Is(HttpStatusCode.OK).Json["openaiKey"]!["readable"]!);
        var problem = (await user.Post($"/api/chats/{await user.NewChat()}/stream", StackExtensions.SendBody(marker)))
            .IsProblem(HttpStatusCode.UnprocessableEntity, "provider_key_rejected");
        Assert.Contains("Store it again", (string?)problem["detail"], StringComparison.Ordinal);
        Assert.Empty(stack.CallsOf(marker));
        await Put(user, Key);
        await user.Send(await user.NewChat(), marker);
        Assert.Equal("wxyz", stack.CallOf(marker).KeyLast4);
    }

    private static async Task<ApiResponse> Put(TestUser user, string key) =>
        (await user.Put("/api/preferences/openai-key", new JsonObject { ["key"] = key })).Is(HttpStatusCode.OK);
}
