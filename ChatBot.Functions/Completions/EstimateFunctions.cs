using ChatBot.Functions.Http;
using ChatBot.Functions.Identity;
using ChatBot.Functions.RateLimiting;
using ChatBot.Functions.Settings;
using Microsoft.Azure.Functions.Worker;

namespace ChatBot.Functions.Completions;

public sealed class EstimateFunctions(AdmissionStore admissions, ChatBotSettings settings)
{
    [Function(nameof(EstimateUsage))]
    [CountsAs(RequestKind.Read)]
    public async Task<IResult> EstimateUsage(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "usage/estimate")] HttpRequest request,
        CurrentUser user, CancellationToken cancellationToken)
    {
        var body = await request.ReadBody(SendJson.Default.EstimateRequest, cancellationToken);
        if (body.IsRefused(out var problem, out var sent))
        {
            return problem;
        }

        var content = sent.Message?.Text;
        var validation = new Validation()
            .Check("message", content is { Length: > 0 } || (content is null && sent.ChatId is not null), "must have a text, in content or in parts")
            .Content("message.content", content)
            .Length("chatId", sent.ChatId, 1, ClientId.MaxLength)
            .Model(sent.Model, settings);
        if (validation.Problem() is { } invalid)
        {
            return invalid;
        }

        Guid? chat = sent.ChatId is null ? null : ClientId.ToUuid(sent.ChatId, user.Id);
        return JsonResult.Of(await admissions.Estimate(user, chat, content, sent.Model, cancellationToken), ChatBotJson.Default.Estimate);
    }
}
