using System.Globalization;
using System.Security.Cryptography;
using Azure;
using Azure.Storage.Blobs;
using ChatBot.Functions.Azure;
using ChatBot.Shared.Billing;

namespace ChatBot.Functions.Billing;

/// <summary>The reports of closed months, as files in the storage account. They name no users, as accounts are erased later.</summary>
public sealed class PeriodArchive(PeriodReport report, BlobContainers containers)
{
    private const string Container = "billing-archive";

    private readonly Lazy<BlobContainerClient> _container = new(() => containers.Of(Container));

    /// <summary>Each time a file of its own: what was noted of an earlier one stays true.</summary>
    public async Task<ArchivedFile> Write(DateOnly month, string format, CancellationToken cancellationToken)
    {
        await _container.Value.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        var name = string.Create(CultureInfo.InvariantCulture, $"{month:yyyy-MM}/report-{Guid.NewGuid():N}.{format}");
        var blob = _container.Value.GetBlobClient(name);
        try
        {
            return await Write(month, format, blob, cancellationToken);
        }
        catch
        {
            // What was written to the end of its stream is a file, whole or not.
            await blob.DeleteIfExistsAsync(cancellationToken: CancellationToken.None);
            throw;
        }
    }

    /// <summary>Null where it is not there any more.</summary>
    public async Task<Stream?> Open(ArchivedFile file, CancellationToken cancellationToken)
    {
        try
        {
            return await _container.Value.GetBlobClient(file.Name).OpenReadAsync(cancellationToken: cancellationToken);
        }
        catch (RequestFailedException e) when (e.Status == StatusCodes.Status404NotFound)
        {
            return null;
        }
    }

    private async Task<ArchivedFile> Write(DateOnly month, string format, BlobClient blob, CancellationToken cancellationToken)
    {
        using var hash = SHA256.Create();
        long bytes;
        await using (var file = await blob.OpenWriteAsync(overwrite: true, cancellationToken: cancellationToken))
        {
            await using (var hashed = new CryptoStream(file, hash, CryptoStreamMode.Write, leaveOpen: true))
            {
                var start = month.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc);
                await (format == "json" ? report.WriteJson(start, hashed, namesUsers: false) : report.WriteCsv(start, "user", hashed, namesUsers: false));
            }

            bytes = file.Position;
        }

        return new(format, blob.Name, Convert.ToHexStringLower(hash.Hash!), bytes);
    }
}
