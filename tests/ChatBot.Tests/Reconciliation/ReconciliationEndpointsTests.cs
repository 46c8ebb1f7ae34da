using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using ChatBot.Local;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Reconciliation;

public sealed class ReconciliationEndpointsTests(TestStack stack)
{
    private const string Path = "/api/billing/reconciliations";

    private const string Bill = """"
        Date,MeterCategory,MeterName,Quantity,UnitOfMeasure,Tags
        10/20/2026,Azure OpenAI,gpt-4o-0806-Inp-glbl Tokens,90,1K,"""env"": ""prod"", ""team"": ""chat"""
        10/20/2026,Azure OpenAI,gpt-4o-0806-Outp-glbl Tokens,0.01,1M,
        10/21/2026,Azure OpenAI,o3 0416 Inp glbl Tokens,1,1K,
        10/22/2026,Storage,LRS Data Stored,99,1 GB/Month,

        """";

    private static readonly (string Name, string Value)[] s_models =
    [
        ("Models__0__Name", "gpt-4o"),
        ("Models__0__Provider", "azure"),
        ("Models__1__Name", "gpt-4.1"),
    ];

    [Fact]
    public async Task A_bill_of_azure_is_compared_day_by_day()
    {
        await using var database = await OwnDatabase.Create(stack, s_models);
        var operation = await Operator(database);
        await database.Used("gpt-4o", 80_000, 9_900, 30, day: new(2026, 10, 20));
        await database.Used("gpt-4o", 300, 100, 2, day: new(2026, 10, 22));
        await database.Used("gpt-4o", 300, 100, 2, day: new(2026, 10, 23));
        await database.Used("gpt-4.1", 300, 100, 2, day: new(2026, 10, 20));

        var answer = (await Post(operation, Bill)).Is(HttpStatusCode.OK);

        Assert.Equal(
            [
                """{"provider":"azure","day":"2026-10-20","model":"gpt-4o","ours":{"inputTokens":80000,"outputTokens":9900,"requests":30},"theirs":{"inputTokens":90000,"outputTokens":10000,"requests":null},"ratio":0.899}""",
                """{"provider":"azure","day":"2026-10-21","model":"o3-0416","ours":{"inputTokens":0,"outputTokens":0,"requests":0},"theirs":{"inputTokens":1000,"outputTokens":0,"requests":null},"ratio":0}""",
                """{"provider":"azure","day":"2026-10-22","model":"gpt-4o","ours":{"inputTokens":300,"outputTokens":100,"requests":2},"theirs":{"inputTokens":0,"outputTokens":0,"requests":null},"ratio":null}""",
            ],
            answer.Json["items"]!.AsArray().Select(WithoutTime));
        Assert.Equal(
            ["reconciliation:azure:2026-10-20:gpt-4o", "reconciliation:azure:2026-10-21:o3-0416", "reconciliation:azure:2026-10-22:gpt-4o"],
            await database.Alerts());
        Assert.Equal(answer.Json["items"]!.AsArray().Select(WithoutTime), (await Post(operation, Bill)).Json["items"]!.AsArray().Select(WithoutTime));
    }

    [Theory]
    [InlineData("text/csv", "gzip")]
    [InlineData("text/csv", null)]
    [InlineData("application/gzip", null)]
    public async Task A_compressed_bill_is_read_whether_or_not_it_says_so(string type, string? encoding)
    {
        await using var database = await OwnDatabase.Create(stack, s_models);
        var operation = await Operator(database);
        var split = Bill.IndexOf("10/21/2026", StringComparison.Ordinal);

        // Parts that are joined as they are have a gzip member each.
        var answer = await PostBytes(operation, [.. Gzip(Bill[..split]), .. Gzip(Bill[split..])], type, encoding);

        Assert.Equal(
            ["2026-10-20 90000", "2026-10-21 1000"],
            answer.Is(HttpStatusCode.OK).Json["items"]!.AsArray().Select(row => $"{row!["day"]} {row["theirs"]!["inputTokens"]}"));
    }

    [Fact]
    public async Task A_compressed_bill_that_is_broken_or_has_no_end_is_refused()
    {
        await using var database = await OwnDatabase.Create(stack, s_models);
        var operation = await Operator(database);
        var whole = Gzip(Bill);
        byte[] bomb = [.. Gzip(Bill), .. Enumerable.Repeat(Gzip(new string('\n', 1024 * 1024)), 300).SelectMany(member => member)];

        (await PostBytes(operation, whole[..^12], "text/csv", "gzip")).IsProblem(HttpStatusCode.BadRequest, "invalid_request");
        (await PostBytes(operation, [0x1F, 0x8B, .. "no gzip at all"u8], "text/csv", null)).IsProblem(HttpStatusCode.BadRequest, "invalid_request");
        (await PostBytes(operation, Encoding.UTF8.GetBytes(Bill), "text/csv", "gzip")).IsProblem(HttpStatusCode.BadRequest, "invalid_request");
        (await PostBytes(operation, Encoding.UTF8.GetBytes(Bill), "text/csv", "br")).IsProblem(HttpStatusCode.UnsupportedMediaType, "unsupported_media_type");
        (await PostBytes(operation, bomb, "text/csv", null)).IsProblem(HttpStatusCode.BadRequest, "invalid_request");
    }

    [Fact]
    public async Task The_rows_of_some_days_are_listed()
    {
        await using var database = await OwnDatabase.Create(stack, s_models);
        var operation = await Operator(database);
        await Post(operation, Bill);

        Assert.Equal(["2026-10-20", "2026-10-21"], Days(await operation.Get($"{Path}?from=2026-10-20&to=2026-10-22")));
        Assert.Equal(["2026-10-21"], Days(await operation.Get($"{Path}?from=2026-10-21&to=2026-10-21")));
        Assert.Empty(Days(await operation.Get($"{Path}?from=2026-10-22&to=2026-10-30")));
        Assert.Equal(["2026-10-20", "2026-10-21"], Days(await operation.Get($"{Path}?to=2026-11-19")));
    }

    [Theory]
    [InlineData("from=yesterday", "from")]
    [InlineData("to=2026-02-30", "to")]
    [InlineData("to=0001-01-01", "to")]
    [InlineData("from=2026-11-02&to=2026-11-01", "to")]
    [InlineData("from=2025-11-01&to=2026-11-02", "to")]
    public async Task A_span_that_is_none_is_refused_naming_its_field(string query, string field)
    {
        await using var database = await OwnDatabase.Create(stack);

        var problem = (await (await Operator(database)).Get($"{Path}?{query}")).IsProblem(HttpStatusCode.BadRequest, "invalid_request");

        Assert.Equal([field], problem["errors"]!.AsObject().Select(e => e.Key));
    }

    [Fact]
    public async Task What_is_no_bill_is_refused()
    {
        await using var database = await OwnDatabase.Create(stack, s_models);
        var operation = await Operator(database);
        var today = $"{TimeProvider.System.GetUtcNow():yyyy-MM-dd}";

        (await Post(operation, "")).IsProblem(HttpStatusCode.BadRequest, "invalid_request");
        (await Post(operation, "a,b\n1,2\n")).IsProblem(HttpStatusCode.BadRequest, "invalid_request");
        (await Post(operation, $"Date,MeterName,Quantity,UnitOfMeasure\n{today},x,1,1\n")).IsProblem(HttpStatusCode.BadRequest, "invalid_request");
        (await Post(operation, "Date,MeterName,Quantity,UnitOfMeasure\n2020-01-01,x,1,1\n2026-01-01,x,1,1\n")).IsProblem(HttpStatusCode.BadRequest, "invalid_request");
        (await Post(operation, Bill, provider: "openai")).IsProblem(HttpStatusCode.BadRequest, "invalid_request");
        (await Post(operation, Bill, type: "application/json")).IsProblem(HttpStatusCode.UnsupportedMediaType, "unsupported_media_type");
        // Whose client waits with the body for a sign to go on.
        (await operation.SendRaw(
            HttpMethod.Post, $"{Path}?provider=azure", Bill + new string('\n', 10 * 1024 * 1024), [("Content-Type", "text/csv"), ("Expect", "100-continue")]))
            .IsProblem(HttpStatusCode.RequestEntityTooLarge, "too_large");
        Assert.Equal(0L, await database.Scalar<long>("select count(*) from billing.reconciliations"));
    }

    [Fact]
    public async Task A_bill_of_nearly_ten_mebibytes_is_read_with_little_memory()
    {
        await using var database = await OwnDatabase.Create(stack, s_models);
        var operation = await Operator(database);
        var line = "10/20/2026,Azure OpenAI,gpt-4o-0806-Inp-glbl Tokens,0.001,1K,\n";
        var lines = 10 * 1000 * 1000 / line.Length;

        var answer = await Post(operation, Bill[..(Bill.IndexOf('\n', StringComparison.Ordinal) + 1)] + string.Concat(Enumerable.Repeat(line, lines)));

        Assert.Equal(lines, (int)answer.Is(HttpStatusCode.OK).Json["items"]![0]!["theirs"]!["inputTokens"]!);
    }

    private static async Task<TestUser> Operator(OwnDatabase database) =>
        await database.NewUser(new AccessToken(Guid.NewGuid()) { AppMetadata = new JsonObject { ["chatbot_role"] = "billing" } });

    private static Task<ApiResponse> Post(TestUser user, string bill, string type = "text/csv", string provider = "azure") =>
        user.SendRaw(HttpMethod.Post, $"{Path}?provider={provider}", bill, [("Content-Type", type)]);

    private static async Task<ApiResponse> PostBytes(TestUser user, byte[] bill, string type, string? encoding)
    {
        using var content = new ByteArrayContent(bill);
        content.Headers.ContentType = new(type);
        if (encoding is not null)
        {
            content.Headers.ContentEncoding.Add(encoding);
        }

        return await user.SendContent(HttpMethod.Post, $"{Path}?provider=azure", content);
    }

    private static byte[] Gzip(string text)
    {
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Optimal))
        {
            gzip.Write(Encoding.UTF8.GetBytes(text));
        }

        return bytes.ToArray();
    }

    private static string[] Days(ApiResponse answer) => [.. answer.Is(HttpStatusCode.OK).Json["items"]!.AsArray().Select(row => (string)row!["day"]!)];

    private static string WithoutTime(JsonNode? row)
    {
        var copy = row!.DeepClone().AsObject();
        Assert.True(copy.Remove("comparedAt"));
        return copy.ToJsonString();
    }
}
