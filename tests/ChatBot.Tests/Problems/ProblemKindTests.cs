using System.Reflection;
using System.Text.RegularExpressions;
using ChatBot.Functions.Problems;
using ChatBot.Local;
using ChatBot.Shared.Problems;
using Xunit;

namespace ChatBot.Tests.Problems;

/// <summary>The catalogue against what it is a catalogue of.</summary>
public sealed partial class ProblemKindTests
{
    // The guard of append-only tables: only a bug of ours runs into it.
    private const string AppendOnly = "CB090";

    [Fact]
    public void The_catalogue_lists_every_kind_once()
    {
        var fields = typeof(ProblemKind).GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => f.GetValue(null)).OfType<ProblemKind>();

        Assert.Equal(fields.Select(k => k.Code).Order(), ProblemKind.All.Select(k => k.Code).Order());
    }

    [Fact]
    public void Each_kind_has_a_code_of_its_own_which_is_public_and_the_reverse()
    {
        var codes = typeof(ProblemCodes).GetFields().Where(f => f.IsLiteral).Select(f => (string)f.GetRawConstantValue()!).ToList();

        Assert.Equal(codes.Order(), ProblemKind.All.Select(k => k.Code).Order());
        Assert.All(codes, code => Assert.Matches("^[a-z]+(_[a-z]+)*$", code));
        Assert.Equal(codes.Count, codes.Distinct().Count());
    }

    [Fact]
    public void Each_kind_is_an_error_with_words_for_people()
    {
        Assert.All(ProblemKind.All, kind =>
        {
            Assert.InRange(kind.Status, 400, 599);
            Assert.NotEmpty(kind.Title);
            Assert.EndsWith(".", kind.Toast, StringComparison.Ordinal);
            Assert.InRange(kind.Toast.Length, 10, 80);
        });
    }

    [Theory]
    [InlineData(400, "invalid_json", "invalid_request")]
    [InlineData(401, "unauthenticated")]
    [InlineData(403, "forbidden", "model_not_allowed", "account_blocked", "quota_exceeded")]
    [InlineData(404, "not_found")]
    [InlineData(406, "not_acceptable")]
    [InlineData(409, "conflict", "completion_in_progress", "id_in_use")]
    [InlineData(412, "precondition_failed")]
    [InlineData(413, "too_large")]
    [InlineData(415, "unsupported_media_type")]
    [InlineData(422, "unprocessable_text", "idempotency_key_reused", "content_filtered", "context_too_long", "provider_key_rejected")]
    [InlineData(429, "rate_limited", "too_many_streams", "usage_cap_exceeded")]
    [InlineData(500, "internal_error")]
    [InlineData(502, "model_failed", "interrupted")]
    [InlineData(503, "unavailable")]
    [InlineData(504, "model_timeout")]
    public void A_status_never_changes_its_codes(int status, params string[] codes) =>
        Assert.Equal(codes.Order(), ProblemKind.All.Where(k => k.Status == status).Select(k => k.Code).Order());

    [Fact]
    public void Each_sqlstate_of_the_schema_is_in_the_catalogue_once_and_the_reverse()
    {
        var raised = Directory.EnumerateFiles(RepositoryRoot.Combine("infra", "supabase", "schemas"), "*.sql", SearchOption.AllDirectories)
            .SelectMany(file => SqlState().Matches(File.ReadAllText(file)).Select(m => m.Groups[1].Value))
            .Distinct()
            .Where(state => state != AppendOnly);

        Assert.Equal(raised.Order(), ProblemKind.All.Where(k => k.SqlState is not null).Select(k => k.SqlState!).Order());
    }

    [Fact]
    public void A_kind_is_found_by_its_code_and_by_its_sqlstate()
    {
        Assert.All(ProblemKind.All, kind => Assert.Same(kind, ProblemKind.OfCode(kind.Code)));
        Assert.Same(ProblemKind.UsageCapExceeded, ProblemKind.OfSqlState("CB010"));
        Assert.Null(ProblemKind.OfSqlState(AppendOnly));
        Assert.Null(ProblemKind.OfCode("nonsense"));
    }

    [GeneratedRegex("'(CB[0-9]{3})'")]
    private static partial Regex SqlState();
}
