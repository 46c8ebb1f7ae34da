using ChatBot.Functions.Preferences;
using ChatBot.Functions.Settings;
using Xunit;

namespace ChatBot.Tests.Preferences;

public sealed class ProviderKeyCipherTests
{
    private const string Key = "sk-proj-0123456789abcdef";

    private static readonly Guid s_user = Guid.NewGuid();
    private static readonly Guid s_row = Guid.NewGuid();
    private static readonly byte[] s_first = [.. Enumerable.Repeat((byte)1, 32)];
    private static readonly byte[] s_second = [.. Enumerable.Repeat((byte)2, 32)];

    private readonly ProviderKeyCipher _vault = Vault(2, (1, s_first), (2, s_second));

    [Fact]
    public void A_key_comes_out_as_it_went_in()
    {
        var stored = _vault.Seal(s_user, s_row, Key);

        Assert.Equal(Key, _vault.Open(s_user, stored));
        Assert.Equal((s_row, 2), (stored.Id, stored.Version));
        Assert.Equal(12, stored.Nonce.Length);
        Assert.Equal(Key.Length + 16, stored.Ciphertext.Length);
    }

    [Fact]
    public void The_same_key_is_never_stored_as_the_same_bytes()
    {
        var stored = Enumerable.Range(0, 1_000).Select(_ => _vault.Seal(s_user, s_row, Key)).ToList();

        Assert.Equal(1_000, stored.Select(s => Convert.ToHexString(s.Nonce)).Distinct().Count());
        Assert.Equal(1_000, stored.Select(s => Convert.ToHexString(s.Ciphertext)).Distinct().Count());
    }

    [Fact]
    public void A_key_of_another_user_or_row_stays_closed()
    {
        var stored = _vault.Seal(s_user, s_row, Key);

        Assert.Null(_vault.Open(Guid.NewGuid(), stored));
        Assert.Null(_vault.Open(s_user, stored with { Id = Guid.NewGuid() }));
    }

    [Fact]
    public void A_key_under_another_version_stays_closed()
    {
        var stored = _vault.Seal(s_user, s_row, Key);

        Assert.Null(_vault.Open(s_user, stored with { Version = 1 }));
        Assert.Null(_vault.Open(s_user, stored with { Version = 3 }));
    }

    [Fact]
    public void A_change_of_any_bit_keeps_it_closed()
    {
        var stored = _vault.Seal(s_user, s_row, Key);
        for (var bit = 0; bit < stored.Ciphertext.Length * 8; bit++)
        {
            Assert.Null(_vault.Open(s_user, stored with { Ciphertext = Flip(stored.Ciphertext, bit) }));
        }

        for (var bit = 0; bit < stored.Nonce.Length * 8; bit++)
        {
            Assert.Null(_vault.Open(s_user, stored with { Nonce = Flip(stored.Nonce, bit) }));
        }
    }

    [Fact]
    public void What_is_cut_short_stays_closed()
    {
        var stored = _vault.Seal(s_user, s_row, Key);
        for (var length = 0; length < stored.Ciphertext.Length; length++)
        {
            Assert.Null(_vault.Open(s_user, stored with { Ciphertext = stored.Ciphertext[..length] }));
        }

        for (var length = 0; length < stored.Nonce.Length; length++)
        {
            Assert.Null(_vault.Open(s_user, stored with { Nonce = stored.Nonce[..length] }));
        }
    }

    [Fact]
    public void Keys_of_an_older_version_stay_readable_while_it_is_configured()
    {
        var old = Vault(1, (1, s_first)).Seal(s_user, s_row, Key);

        Assert.Equal(1, old.Version);
        Assert.Equal(Key, _vault.Open(s_user, old));
        Assert.Null(Vault(2, (2, s_second)).Open(s_user, old));
    }

    [Fact]
    public void Another_data_key_under_the_same_version_does_not_open_it() =>
        Assert.Null(Vault(2, (2, s_first)).Open(s_user, _vault.Seal(s_user, s_row, Key)));

    private static byte[] Flip(byte[] bytes, int bit)
    {
        var changed = (byte[])bytes.Clone();
        changed[bit / 8] ^= (byte)(1 << (bit % 8));
        return changed;
    }

    private static ProviderKeyCipher Vault(int current, params (int Version, byte[] Key)[] keys) =>
        new(new EncryptionSettings(keys.ToDictionary(k => k.Version, k => k.Key), current));
}
