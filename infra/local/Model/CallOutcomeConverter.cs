using System.Text.Json;
using System.Text.Json.Serialization;

namespace ChatBot.Local;

internal sealed class CallOutcomeConverter() : JsonStringEnumConverter<CallOutcome>(JsonNamingPolicy.KebabCaseLower);
