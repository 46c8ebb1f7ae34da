using System.Text.Json.Serialization.Metadata;
using ChatBot.Functions.Database;
using Npgsql;

namespace ChatBot.Functions.Http;

/// <summary>How the rows of a statement become a page.</summary>
/// <param name="Cursor">The place of a row, after which the next page begins.</param>
/// <param name="Limit">How many items there are at most. A statement that returns one more tells by it that there are more.</param>
/// <param name="Found">The column that tells how many rows there would be without a limit of bytes, where the statement has one.</param>
/// <param name="IsReversed">Whether the page is to be in the other order than the rows.</param>
public sealed record PageShape<T>(
    JsonTypeInfo<T> Type, Func<NpgsqlDataReader, T> Read, Func<T, string> Cursor, int Limit, int? Found = null, bool IsReversed = false)
    where T : class;

public static class PageReader
{
    /// <summary>The page as JSON: the connection is given back before anything of it is sent.</summary>
    public static async Task<JsonPage<T>> Page<T>(
        this ChatBotDatabase database, Caller caller, NpgsqlBatchCommand statement, PageShape<T> shape, CancellationToken cancellationToken)
        where T : class
    {
        var rows = new JsonRows<T>(shape.Type);
        T? last = null;
        var hasMore = false;
        try
        {
            await database.Each(
                caller,
                statement,
                row =>
                {
                    if (rows.IsFull || rows.Count == shape.Limit)
                    {
                        hasMore = true;
                        return false;
                    }

                    last = shape.Read(row);
                    rows.Add(last);
                    hasMore = shape.Found is { } column && row.GetInt64(column) > rows.Count;
                    return true;
                },
                cancellationToken);
        }
        catch
        {
            rows.Dispose();
            throw;
        }

        if (shape.IsReversed)
        {
            rows.Reverse();
        }

        return new JsonPage<T>(rows, hasMore ? shape.Cursor(last!) : null);
    }
}
