using ChatBot.Functions.Http;
using Xunit;

namespace ChatBot.Tests.Http;

public sealed class ClientIdTests
{
    private static readonly Guid s_scope = Guid.Parse("6f2d2c0e-64d5-4b57-9d5c-3b1f6c1b2a01");

    [Fact]
    public void A_uuid_is_taken_as_it_is()
    {
        var uuid = Guid.CreateVersion7();

        Assert.Equal(uuid, ClientId.ToUuid(uuid.ToString(), s_scope));
        Assert.Equal(uuid, ClientId.ToUuid(uuid.ToString().ToUpperInvariant(), s_scope));
    }

    [Fact]
    public void Another_text_is_always_the_same_uuid_in_one_scope() =>
        // A changed mapping would lose every row that was stored under the old one.
        Assert.Equal(Guid.Parse("a24062fa-a2fd-893b-a93a-4784e9e87d97"), ClientId.ToUuid("Zk3fPq0Lm9xYtB7a", s_scope));

    [Fact]
    public void The_same_text_is_another_uuid_in_another_scope() =>
        Assert.NotEqual(ClientId.ToUuid("msg-1", s_scope), ClientId.ToUuid("msg-1", Guid.NewGuid()));

    [Fact]
    public void Texts_that_differ_are_uuids_that_differ()
    {
        string[] texts = [.. Enumerable.Range(0, 10_000).Select(n => $"{n}").Concat(Enumerable.Range(1, ClientId.MaxLength).Select(n => new string('x', n)))];

        Assert.Equal(texts.Length, texts.Select(t => ClientId.ToUuid(t, s_scope)).Distinct().Count());
        Assert.NotEqual(
            ClientId.ToUuid(new string('é', ClientId.MaxLength), s_scope),
            ClientId.ToUuid(new string('é', ClientId.MaxLength - 1) + 'e', s_scope));
    }

    [Fact]
    public void A_mapped_uuid_says_version_8_and_the_variant_of_rfc_9562()
    {
        foreach (var n in Enumerable.Range(0, 1_000))
        {
            var uuid = ClientId.ToUuid($"id {n}", s_scope);

            Assert.Equal(8, uuid.Version);
            Assert.InRange(uuid.Variant, 8, 11);
        }
    }

    [Theory]
    [InlineData("a/b", false)]
    [InlineData("/", false)]
    [InlineData("a\\b", false)]
    [InlineData(".", false)]
    [InlineData("..", false)]
    [InlineData("a\nb", false)]
    [InlineData("\0", false)]
    [InlineData("a\u0085", false)]
    [InlineData("", false)]
    [InlineData("...", true)]
    [InlineData("a..b", true)]
    [InlineData("a%2Fb", true)]
    [InlineData("?#&;=+@: ", true)]
    [InlineData("№ 漢字 😀 é", true)]
    public void A_text_that_cannot_be_a_segment_of_a_path_is_no_id(string text, bool isAddressable) =>
        Assert.Equal(isAddressable, ClientId.IsAddressable(text));

    [Theory]
    [InlineData("")]
    [InlineData("\ud800")]
    [InlineData("\0")]
    public void Any_text_at_all_can_be_mapped(string text) => Assert.Equal(8, ClientId.ToUuid(text, s_scope).Version);

    [Fact]
    public void A_text_of_any_length_can_be_mapped() => Assert.Equal(8, ClientId.ToUuid(new string('漢', 100_000), s_scope).Version);
}
