using System.Text;
using System.Text.Json;

namespace ChatBot.Functions.Hosting;

/// <summary>Writes a <c>function.json</c> per function, made of the routes and the trigger table, so that it cannot differ from them.</summary>
public static class Manifest
{
    private const string RoutePrefix = "/api/";

    /// <summary>What the program needs to be composed, though nothing of it is used.</summary>
    public static IReadOnlyDictionary<string, string?> ExampleSettings { get; } = new Dictionary<string, string?>
    {
        ["Database:ConnectionString"] = "postgresql://authenticator@localhost/postgres",
        ["Supabase:Url"] = "https://project.supabase.co",
        ["AzureWebJobsStorage"] = "UseDevelopmentStorage=true",
        ["Encryption:Keys:1"] = Convert.ToBase64String(new byte[32]),
    };

    public static void Write(IEnumerable<Endpoint> endpoints, string directory)
    {
        foreach (var (name, json) in Functions(endpoints))
        {
            var folder = Directory.CreateDirectory(Path.Combine(directory, name));
            File.WriteAllText(Path.Combine(folder.FullName, "function.json"), json + "\n");
        }
    }

    /// <summary>Each function's name with its <c>function.json</c>.</summary>
    public static IEnumerable<(string Name, string Json)> Functions(IEnumerable<Endpoint> endpoints)
    {
        foreach (var endpoint in endpoints.OfType<RouteEndpoint>())
        {
            if (endpoint.Metadata.GetMetadata<IEndpointNameMetadata>() is { } name
                && endpoint.RoutePattern.RawText is { } route && route.StartsWith(RoutePrefix, StringComparison.Ordinal))
            {
                yield return (name.EndpointName, Http(route[RoutePrefix.Length..], endpoint.Metadata.GetRequiredMetadata<IHttpMethodMetadata>().HttpMethods));
            }
        }

        foreach (var function in TriggerTable.Queues)
        {
            yield return (function.Name, Json(json =>
            {
                json.WriteString("type", "queueTrigger");
                json.WriteString("direction", "in");
                json.WriteString("name", TriggerEnvelope.Binding);
                json.WriteString("queueName", function.Queue);
                json.WriteString("connection", "AzureWebJobsStorage");
            }));
        }

        foreach (var function in TriggerTable.Timers)
        {
            yield return (function.Name, Json(json =>
            {
                json.WriteString("type", "timerTrigger");
                json.WriteString("direction", "in");
                json.WriteString("name", "timer");
                json.WriteString("schedule", function.Schedule);
            }));
        }
    }

    private static string Http(string route, IReadOnlyList<string> methods) => Json(
        json =>
        {
            json.WriteString("type", "httpTrigger");
            json.WriteString("direction", "in");
            json.WriteString("name", "request");
            // Supabase's tokens say who calls; the host's own keys are not used.
            json.WriteString("authLevel", "anonymous");
            json.WriteStartArray("methods");
            foreach (var method in methods)
            {
                json.WriteStringValue(method.ToLowerInvariant());
            }

            json.WriteEndArray();
            json.WriteString("route", route);
        },
        json =>
        {
            json.WriteString("type", "http");
            json.WriteString("direction", "out");
            json.WriteString("name", "response");
        });

    private static string Json(params ReadOnlySpan<Action<Utf8JsonWriter>> bindings)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteStartArray("bindings");
            foreach (var binding in bindings)
            {
                json.WriteStartObject();
                binding(json);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
