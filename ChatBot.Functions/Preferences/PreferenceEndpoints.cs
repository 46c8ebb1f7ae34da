using ChatBot.Functions.Http;
using ChatBot.Functions.Identity;
using ChatBot.Functions.Models;
using ChatBot.Functions.Problems;

namespace ChatBot.Functions.Preferences;

public static class PreferenceEndpoints
{
    public static void MapPreferences(this IEndpointRouteBuilder api)
    {
        api.MapGet("/preferences", GetPreferences).WithName(nameof(GetPreferences));
        api.MapPatch("/preferences", UpdatePreferences).WithName(nameof(UpdatePreferences));
        api.MapPut("/preferences/openai-key", PutOpenAIKey).WithName(nameof(PutOpenAIKey));
        api.MapDelete("/preferences/openai-key", DeleteOpenAIKey).WithName(nameof(DeleteOpenAIKey));
    }

    private static async Task<IResult> GetPreferences(CurrentUser user, PreferenceStore preferences, CancellationToken cancellation) =>
        JsonAnswer.Of(await preferences.Get(user, cancellation), ChatBotJson.Default.UserPreferences);

    private static async Task<IResult> UpdatePreferences(
        HttpContext http, CurrentUser user, PreferenceStore preferences, CancellationToken cancellation)
    {
        var body = await http.ReadBody(ChatBotJson.Default.UpdatePreferencesRequest, cancellation);
        if (body.IsRefused(out var problem, out var request))
        {
            return problem;
        }

        var validation = new Validation()
            .OneOf("theme", request.Theme, "system", "light", "dark")
            .Length("openaiSettings.preferred_model", request.OpenaiSettings?.PreferredModel, 1, 100);
        if (validation.Problem() is { } invalid)
        {
            return invalid;
        }

        await preferences.Update(user, request, cancellation);
        return JsonAnswer.Of(await preferences.Get(user, cancellation), ChatBotJson.Default.UserPreferences);
    }

    private static async Task<IResult> PutOpenAIKey(
        HttpContext http, CurrentUser user, PreferenceStore preferences, ChatModel model, CancellationToken cancellation)
    {
        var body = await http.ReadBody(ChatBotJson.Default.ProviderKeyRequest, cancellation);
        if (body.IsRefused(out var problem, out var request))
        {
            return problem;
        }

        var isKey = request.Key is { Length: >= 20 and <= 500 } key && key.All(c => c is > ' ' and < '\x7f');
        if (new Validation().Check("key", isKey, "must be an OpenAI API key: 20 to 500 printable ASCII characters").Problem() is { } invalid)
        {
            return invalid;
        }

        if (await model.VerifyKey(request.Key!, cancellation) is { } refusal)
        {
            return refusal;
        }

        await preferences.PutKey(user, request.Key!, cancellation);
        var stored = await preferences.Get(user, cancellation);
        return JsonAnswer.Of(stored.OpenaiKey!, ChatBotJson.Default.ProviderKeyDescription);
    }

    private static async Task<IResult> DeleteOpenAIKey(CurrentUser user, PreferenceStore preferences, CancellationToken cancellation) =>
        await preferences.DeleteKey(user, cancellation) ? TypedResults.NoContent() : ProblemResult.NotFound;
}
