using System.Text.Json.Nodes;
using ChatBot.Functions.Problems;

namespace ChatBot.Tests.Problems;

/// <summary>What a problem writes, without a server.</summary>
internal sealed record Answer(JsonObject Body, IHeaderDictionary Headers)
{
    public static Task<Answer> Of(ProblemResult problem) => Of(problem.ExecuteAsync);

    public static async Task<Answer> Of(RequestDelegate write)
    {
        var http = new DefaultHttpContext();
        http.Request.Path = "/api/somewhere";
        http.Response.Body = new MemoryStream();
        await write(http);
        http.Response.Body.Position = 0;
        return new Answer((await JsonNode.ParseAsync(http.Response.Body))!.AsObject(), http.Response.Headers);
    }
}
