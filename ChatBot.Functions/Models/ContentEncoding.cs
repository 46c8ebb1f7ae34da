using System.IO.Compression;

namespace ChatBot.Functions.Models;

/// <summary>
/// Undoes a compression that nobody asked for. Calls ask for none, as what compresses a stream also holds it back; but some gateways do not look.
/// </summary>
public static class ContentEncoding
{
    /// <summary>Null for an encoding that is not known.</summary>
    public static Stream? Decode(Stream body, string? encoding) => encoding?.Trim().ToLowerInvariant() switch
    {
        null or "" or "identity" => body,
        "gzip" or "x-gzip" => new GZipStream(body, CompressionMode.Decompress),
        "br" => new BrotliStream(body, CompressionMode.Decompress),
        "deflate" => new ZLibStream(body, CompressionMode.Decompress),
        _ => null,
    };
}
