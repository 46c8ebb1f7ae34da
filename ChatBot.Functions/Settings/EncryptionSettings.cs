using System.Globalization;

namespace ChatBot.Functions.Settings;

/// <summary>The data keys, by version, under which users' own provider keys are stored.</summary>
public sealed record EncryptionSettings(IReadOnlyDictionary<int, byte[]> Keys, int CurrentVersion)
{
    private const string Example = "<32 random bytes in Base64, for instance from: openssl rand -base64 32>";

    public static EncryptionSettings Read(SettingReader reader)
    {
        var keys = new Dictionary<int, byte[]>();
        var sections = reader.Children("Encryption:Keys").Where(s => !string.IsNullOrWhiteSpace(s.Value)).ToList();
        if (sections.Count == 0)
        {
            reader.Mistake("Encryption:Keys:1", "is missing", Example);
        }

        foreach (var section in sections)
        {
            var bytes = new byte[32];
            if (!int.TryParse(section.Key, NumberStyles.None, CultureInfo.InvariantCulture, out var version) || version < 1)
            {
                reader.Mistake(section.Path, "has a version that is not a whole number from 1", Example);
            }
            else if (!Convert.TryFromBase64String(section.Value ?? "", bytes, out var length) || length != 32)
            {
                reader.Mistake(section.Path, "is not 32 bytes in Base64", Example);
            }
            else
            {
                keys[version] = bytes;
            }
        }

        if (keys.Count == 0)
        {
            return new EncryptionSettings(keys, 1);
        }

        var current = reader.Integer("Encryption:CurrentVersion", keys.Keys.Max(), 1, int.MaxValue);
        if (!keys.ContainsKey(current))
        {
            reader.Mistake("Encryption:CurrentVersion", "names a version that Encryption__Keys has no key for", keys.Keys.Max().ToString(CultureInfo.InvariantCulture));
        }

        return new EncryptionSettings(keys, current);
    }
}
