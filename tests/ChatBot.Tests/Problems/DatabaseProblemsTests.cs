using ChatBot.Functions.Problems;
using Npgsql;
using Xunit;

namespace ChatBot.Tests.Problems;

public sealed class DatabaseProblemsTests
{
    [Theory]
    [InlineData(PostgresErrorCodes.QueryCanceled)]
    [InlineData(PostgresErrorCodes.AdminShutdown)]
    [InlineData(PostgresErrorCodes.CannotConnectNow)]
    [InlineData(PostgresErrorCodes.TooManyConnections)]
    [InlineData(PostgresErrorCodes.DiskFull)]
    [InlineData(PostgresErrorCodes.ConnectionFailure)]
    [InlineData(PostgresErrorCodes.SerializationFailure)]
    [InlineData(PostgresErrorCodes.DeadlockDetected)]
    [InlineData(PostgresErrorCodes.LockNotAvailable)]
    [InlineData(PostgresErrorCodes.ReadOnlySqlTransaction)]
    public async Task What_passes_is_unavailable_and_says_when_to_come_back(string sqlState)
    {
        var problem = DatabaseProblems.From(Error(sqlState))!;

        Assert.Equal(ProblemKind.Unavailable, problem.Kind);
        Assert.Equal("5", (await Answer.Of(problem)).Headers.RetryAfter);
    }

    [Fact]
    public void A_server_that_cannot_be_reached_is_unavailable() =>
        Assert.Equal(ProblemKind.Unavailable, DatabaseProblems.From(new NpgsqlException("Failed to connect to db.internal:5432"))!.Kind);

    [Theory]
    [InlineData(PostgresErrorCodes.SyntaxError)]
    [InlineData(PostgresErrorCodes.UndefinedTable)]
    [InlineData(PostgresErrorCodes.InvalidTextRepresentation)]
    [InlineData(PostgresErrorCodes.InternalError)]
    [InlineData("CB090")]
    public void What_is_a_bug_of_ours_is_no_problem_of_the_callers(string sqlState) => Assert.Null(DatabaseProblems.From(Error(sqlState)));

    [Theory]
    [InlineData(PostgresErrorCodes.UniqueViolation, null, "id_in_use")]
    [InlineData(PostgresErrorCodes.ForeignKeyViolation, "messages_chat_fkey", "not_found")]
    [InlineData(PostgresErrorCodes.ForeignKeyViolation, "chats_user_id_fkey", "unauthenticated")]
    [InlineData(PostgresErrorCodes.CheckViolation, "chats_title_length", "invalid_request")]
    [InlineData(PostgresErrorCodes.InsufficientPrivilege, null, "forbidden")]
    public void A_constraint_is_told_as_what_it_means(string sqlState, string? constraint, string code) =>
        Assert.Equal(code, DatabaseProblems.From(Error(sqlState, constraint: constraint))!.Kind.Code);

    [Theory]
    [InlineData(PostgresErrorCodes.UniqueViolation)]
    [InlineData(PostgresErrorCodes.ForeignKeyViolation)]
    [InlineData(PostgresErrorCodes.CheckViolation)]
    [InlineData(PostgresErrorCodes.InsufficientPrivilege)]
    [InlineData(PostgresErrorCodes.QueryCanceled)]
    public async Task What_the_database_says_of_itself_does_not_get_out(string sqlState)
    {
        var body = (await Answer.Of(DatabaseProblems.From(Error(sqlState, "permission denied for table chats in statement select 1"))!)).Body.ToJsonString();

        Assert.DoesNotContain("table chats", body, StringComparison.Ordinal);
        Assert.DoesNotContain("select", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_of_ours_carries_its_words_facts_and_headers()
    {
        var problem = DatabaseProblems.From(Error("CB008", "Too many sends.", """{"limit":60,"windowSeconds":60,"retryAfterSeconds":1.2}"""))!;

        var (body, headers) = await Answer.Of(problem);

        Assert.Equal("rate_limited", (string?)body["code"]);
        Assert.Equal("Too many sends.", (string?)body["detail"]);
        Assert.Equal(60, (int?)body["limit"]);
        Assert.Equal("2", headers.RetryAfter);
        Assert.Equal("\"rate_limited\";q=60;w=60", headers["RateLimit-Policy"]);
        Assert.Equal("\"rate_limited\";r=0;t=2", headers["RateLimit"]);
    }

    [Fact]
    public async Task A_cap_says_what_would_still_fit()
    {
        var problem = DatabaseProblems.From(Error("CB010", "The cap.", """{"cap":"cost","limit":10.5,"wouldFit":0.25,"retryAfterSeconds":86400}"""))!;

        var (body, headers) = await Answer.Of(problem);

        Assert.Equal(0.25, (double?)body["wouldFit"]);
        Assert.Equal("86400", headers.RetryAfter);
        Assert.Equal("\"usage_cap_exceeded\";q=10", headers["RateLimit-Policy"]);
        Assert.Equal("\"usage_cap_exceeded\";r=0;t=86400", headers["RateLimit"]);
    }

    private static PostgresException Error(string sqlState, string message = "message", string? hint = null, string? constraint = null) =>
        new(message, "ERROR", "ERROR", sqlState, hint: hint, constraintName: constraint);
}
