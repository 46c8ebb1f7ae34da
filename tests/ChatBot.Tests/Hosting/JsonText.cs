using System.Text.Json.Serialization;

namespace ChatBot.Tests.Hosting;

[JsonSerializable(typeof(string))]
internal sealed partial class JsonText : JsonSerializerContext;
