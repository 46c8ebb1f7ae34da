using ChatBot.Functions.Http;
using ChatBot.Functions.Identity;
using ChatBot.Functions.Models;
using ChatBot.Functions.Problems;
using ChatBot.Functions.RateLimiting;
using ChatBot.Functions.Settings;
using Microsoft.Azure.Functions.Worker;

namespace ChatBot.Functions.Preferences;

public sealed class PreferenceFunctions(
    PreferenceStore preferences, AllowedModels models, ChatBotSettings settings, ChatModel model)
{
    [Function(nameof(GetPreferences))]
    public async Task<IResult> GetPreferences(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "preferences")] HttpRequest request,
        CurrentUser user, CancellationToken cancellationToken) =>
        JsonResult.Of(await preferences.Get(user, cancellationToken), ChatBotJson.Default.UserPreferences);

    [Function(nameof(UpdatePreferences))]
    public async Task<IResult> UpdatePreferences(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = "preferences")] HttpRequest request,
        CurrentUser user, CancellationToken cancellationToken)
    {
        var body = await request.ReadNamedBody(ChatBotJson.Default.UpdatePreferencesRequest, cancellationToken);
        if (body.IsRefused(out var problem, out var sent))
        {
            return problem;
        }

        var model = sent.OpenaiSettings?.PreferredModel;
        var validation = new Validation()
            .OneOf("theme", sent.Theme, "system", "light", "dark")
            .Check(
                "openaiSettings.preferred_model",
                model is null || (settings.Models.Any(m => m.Name == model) && await models.Allows(user, model, cancellationToken)),
                "must be one of the models that GET /api/models lists");
        if (validation.Problem() is { } invalid)
        {
            return invalid;
        }

        if (body.Named!.Count > 0)
        {
            await preferences.Update(user, sent, body.Named, cancellationToken);
        }

        return JsonResult.Of(await preferences.Get(user, cancellationToken), ChatBotJson.Default.UserPreferences);
    }

    [Function(nameof(PutOpenAIKey))]
    [CountsAs(RequestKind.KeyCheck)]
    public async Task<IResult> PutOpenAIKey(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "preferences/openai-key")] HttpRequest request,
        CurrentUser user, CancellationToken cancellationToken)
    {
        var body = await request.ReadBody(ChatBotJson.Default.ProviderKeyRequest, cancellationToken);
        if (body.IsRefused(out var problem, out var sent))
        {
            return problem;
        }

        var isKey = sent.Key is { Length: >= 20 and <= 500 } key && key.All(c => c is > ' ' and < '\x7f');
        if (new Validation().Check("key", isKey, "must be an OpenAI API key: 20 to 500 printable ASCII characters").Problem() is { } invalid)
        {
            return invalid;
        }

        if (await model.VerifyKey(sent.Key!, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        await preferences.PutKey(user, sent.Key!, cancellationToken);
        var stored = await preferences.Get(user, cancellationToken);
        return JsonResult.Of(stored.OpenaiKey!, ChatBotJson.Default.ProviderKeyDescription);
    }

    [Function(nameof(DeleteOpenAIKey))]
    public async Task<IResult> DeleteOpenAIKey(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "preferences/openai-key")] HttpRequest request,
        CurrentUser user, CancellationToken cancellationToken) =>
        await preferences.DeleteKey(user, cancellationToken) ? TypedResults.NoContent() : ProblemResult.NotFound;
}
