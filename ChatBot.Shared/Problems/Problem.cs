using System.Text.Json;
using System.Text.Json.Serialization;

namespace ChatBot.Shared.Problems;

/// <summary>Every answer that is not a success, as <c>application/problem+json</c> (RFC 9457), and the error event of a stream.</summary>
/// <param name="Type">A URI that names the kind of problem.</param>
/// <param name="Detail">What to do about it.</param>
/// <param name="Operation">The operation that failed, for example <c>createChat</c>.</param>
/// <param name="Code">Stable, for programs: one of <see cref="ProblemCodes"/>.</param>
/// <param name="Toast">Short, fit to be shown to a user.</param>
/// <param name="Errors">What is wrong with the request, per field.</param>
public sealed record Problem(
    string Type,
    string Title,
    int Status,
    string Detail,
    string? Instance,
    string? TraceId,
    string? Operation,
    string Code,
    string Toast,
    IReadOnlyDictionary<string, string[]>? Errors = null)
{
    /// <summary>Facts of the one code: for <c>usage_cap_exceeded</c> cap, reason, limit, used, reserved, reservedBy, needed, wouldFit, startsAt, resetsAt.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Facts { get; set; }
}
