using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace ChatBot.Local;

/// <summary>An ES256 key pair, as a Supabase project signs its access tokens with.</summary>
public sealed class SigningKey : IDisposable
{
    private readonly ECDsa _key;

    private SigningKey(string id, ECDsa key)
    {
        Id = id;
        _key = key;
    }

    public string Id { get; }

    public static SigningKey Create() => new(Guid.NewGuid().ToString(), ECDsa.Create(ECCurve.NamedCurves.nistP256));

    public static SigningKey Import(string id, string privateKey)
    {
        var _key = ECDsa.Create();
        _key.ImportPkcs8PrivateKey(Convert.FromBase64String(privateKey), out _);
        return new(id, _key);
    }

    public string ExportPrivateKey() => Convert.ToBase64String(_key.ExportPkcs8PrivateKey());

    public byte[] Sign(ReadOnlySpan<byte> data) => _key.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);

    /// <summary>The public half, as a Supabase project serves it.</summary>
    public JsonObject ToJsonWebKey()
    {
        var point = _key.ExportParameters(includePrivateParameters: false).Q;
        return new()
        {
            ["alg"] = "ES256",
            ["crv"] = "P-256",
            ["ext"] = true,
            ["key_ops"] = new JsonArray("verify"),
            ["kid"] = Id,
            ["kty"] = "EC",
            ["use"] = "sig",
            ["x"] = Base64Url.EncodeToString(point.X),
            ["y"] = Base64Url.EncodeToString(point.Y),
        };
    }

    public void Dispose() => _key.Dispose();
}
