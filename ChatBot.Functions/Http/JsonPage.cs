using System.Buffers;
using System.Text;

namespace ChatBot.Functions.Http;

/// <summary>Answers with a page, as fast as its client reads: nothing but its bytes is kept for that long.</summary>
public sealed class JsonPage<T>(JsonRows<T> rows, string? nextCursor) : IResult
    where T : class
{
    private const int MaxUnsent = 16 * 1024;

    public bool IsEmpty => rows.Count == 0;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        using (rows)
        {
            var (response, aborted) = (httpContext.Response, httpContext.RequestAborted);
            response.Headers.CacheControl = "no-store";
            response.ContentType = "application/json; charset=utf-8";
            var body = response.BodyWriter;
            body.Write("{\"items\":["u8);
            var unsent = 0;
            foreach (var slice in rows.Slices())
            {
                body.Write(slice.Span);
                unsent += slice.Length;
                if (unsent >= MaxUnsent)
                {
                    unsent = 0;
                    await body.FlushAsync(aborted);
                }
            }

            // A cursor is made of digits, or of letters of Base64.
            body.Write(Encoding.UTF8.GetBytes(nextCursor is null ? "],\"nextCursor\":null}" : $"],\"nextCursor\":\"{nextCursor}\"}}"));
            await body.FlushAsync(aborted);
        }
    }
}
