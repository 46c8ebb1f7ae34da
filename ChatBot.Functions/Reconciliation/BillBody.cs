using System.Buffers;
using System.IO.Compression;

namespace ChatBot.Functions.Reconciliation;

/// <summary>The body of a request that carries a bill: as text, or in gzip, whether or not the request says so.</summary>
internal static class BillBody
{
    /// <exception cref="InvalidDataException">It is not in gzip, though the request says so.</exception>
    public static async Task<Stream> Open(HttpRequest request, CancellationToken cancellationToken)
    {
        var body = request.BodyReader;
        var start = (await body.ReadAtLeastAsync(2, cancellationToken)).Buffer;
        var isGzip = IsGzip(start);
        body.AdvanceTo(start.Start);
        if (isGzip)
        {
            return new GZipStream(body.AsStream(), CompressionMode.Decompress);
        }

        return request.Headers.ContentEncoding == "gzip"
            ? throw new InvalidDataException("The bill is not in gzip, as its Content-Encoding says.")
            : body.AsStream();
    }

    private static bool IsGzip(in ReadOnlySequence<byte> start) => new SequenceReader<byte>(start).IsNext([0x1F, 0x8B]);
}
