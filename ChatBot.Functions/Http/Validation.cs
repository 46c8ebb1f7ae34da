using System.Text;
using ChatBot.Functions.Problems;
using ChatBot.Functions.Settings;

namespace ChatBot.Functions.Http;

/// <summary>Gathers what is wrong with a request, per field, in one pass.</summary>
public sealed class Validation
{
    private readonly Dictionary<string, string[]> _errors = [];
    private string? _unstorable;

    public Validation Check(string field, bool isFine, string rule)
    {
        if (!isFine)
        {
            _errors[field] = [rule];
        }

        return this;
    }

    public Validation Length(string field, string? value, int least, int most) =>
        Check(field, value is null || (value.Length >= least && value.Length <= most), $"must have {least} to {most} characters")
            .Storable(field, value);

    /// <summary>A text for people to read, of which there is something to see.</summary>
    public Validation Words(string field, string? value, int most) => Check(
        field, value is null || (value.Length <= most && !string.IsNullOrWhiteSpace(value)), $"must have 1 to {most} characters, and not only blanks")
            .Storable(field, value);

    /// <summary>An id of the client's choice, which it must be able to put into a path.</summary>
    public Validation Id(string field, string? value) =>
        Storable(field, value).Check(field, value is null || _unstorable == field || ClientId.IsAddressable(value), ClientId.Rule);

    public Validation Bytes(string field, string? value, int most) =>
        Check(field, value is null || Encoding.UTF8.GetByteCount(value) <= most, $"must have at most {most} bytes of UTF-8")
            .Storable(field, value);

    public Validation OneOf(string field, string? value, params ReadOnlySpan<string> known) =>
        Check(field, value is null || known.Contains(value), $"must be one of: {string.Join(", ", known!)}");

    /// <summary>The text of a message, as the table of messages allows.</summary>
    public Validation Content(string field, string? value) => Bytes(field, value, 256 * 1024);

    public Validation Model(string? name, ChatBotSettings settings) =>
        Check("model", name is null || settings.Models.Any(m => m.Name == name), "must be one of the models that GET /api/models lists");

    /// <summary>Postgres has no U+0000 in texts.</summary>
    public Validation Storable(string field, string? value)
    {
        if (value?.Contains('\0', StringComparison.Ordinal) is true)
        {
            _unstorable = field;
        }

        return this;
    }

    /// <summary>The problem, or null where nothing is wrong.</summary>
    public ProblemResult? Problem() => (_errors.Count, _unstorable) switch
    {
        ( > 0, _) => new(ProblemKind.InvalidRequest, string.Join(" ", _errors.Select(e => $"{e.Key} {e.Value[0]}.")), _errors),
        (_, { } field) => new(ProblemKind.UnprocessableText, $"{field} holds the character U+0000, which cannot be stored."),
        _ => null,
    };
}
