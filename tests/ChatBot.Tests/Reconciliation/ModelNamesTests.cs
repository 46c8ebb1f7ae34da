using ChatBot.Functions.Reconciliation;
using ChatBot.Functions.Settings;
using Xunit;

namespace ChatBot.Tests.Reconciliation;

public sealed class ModelNamesTests
{
    private static readonly ModelSettings[] s_models =
    [
        Model("gpt-4o", ModelProvider.OpenAI, "gpt-4o"),
        Model("gpt-4o-mini", ModelProvider.OpenAI, "gpt-4o-mini"),
        Model("quick", ModelProvider.OpenAI, "gpt-4.1-nano"),
        Model("quicker", ModelProvider.OpenAI, "gpt-4.1-nano"),
        Model("pinned", ModelProvider.OpenAI, "gpt-4.1-2025-04-14"),
        Model("gpt-4o-eu", ModelProvider.AzureOpenAI, "gpt-4o"),
        Model("gpt-5.4-mini", ModelProvider.AzureOpenAI, "production"),
    ];

    [Theory]
    [InlineData("gpt-4o", "gpt-4o")]
    [InlineData("gpt-4o-2024-08-06", "gpt-4o")]
    [InlineData("gpt-4o-mini-2024-07-18", "gpt-4o-mini")]
    [InlineData("gpt-4.1-nano-2025-04-14", "quick")]
    [InlineData("gpt-4.1-2025-04-14", "pinned")]
    [InlineData("gpt-4.1-2025-05-01", null)]
    [InlineData("gpt-4.1", null)]
    [InlineData("gpt-4o-audio-preview-2024-12-17", null)]
    [InlineData("gpt-4o-mini-transcribe", null)]
    [InlineData("gpt-4", null)]
    [InlineData("gpt-4-turbo-2024-04-09", null)]
    [InlineData("ft:gpt-4o-2024-08-06:acme::abc", null)]
    [InlineData("retired-2025-01-01", "retired")]
    [InlineData("gpt-4o-eu", null)]
    [InlineData("", null)]
    public void A_snapshot_is_the_longest_name_that_it_begins_with_and_a_date(string theirs, string? ours) =>
        Assert.Equal(ours, new ModelNames(ModelProvider.OpenAI, s_models, ["retired", "gpt-4o-eu"]).Find(theirs));

    [Theory]
    [InlineData("gpt-4o-0806", "gpt-4o-eu")]
    [InlineData("GPT-4o-1120", "gpt-4o-eu")]
    [InlineData("gpt 4o 0513", "gpt-4o-eu")]
    [InlineData("5.4-mini", "gpt-5.4-mini")]
    [InlineData("gpt-5.4-mini-08062026", "gpt-5.4-mini")]
    [InlineData("5.4", null)]
    [InlineData("gpt-4o-mini-0718", null)]
    public void A_meter_of_azure_is_found_by_deployment_or_name_with_or_without_its_family(string theirs, string? ours) =>
        Assert.Equal(ours, new ModelNames(ModelProvider.AzureOpenAI, s_models, []).Find(theirs));

    [Theory]
    [InlineData("gpt-4o", "gpt-4o")]
    [InlineData("quick", "quick")]
    [InlineData("quicker", "quick")]
    [InlineData("gpt-4o-eu", null)]
    [InlineData("retired", null)]
    public void Models_of_one_deployment_are_compared_as_one(string ledger, string? key) =>
        Assert.Equal(key, new ModelNames(ModelProvider.OpenAI, s_models, ["retired"]).KeyOf(ledger));

    private static ModelSettings Model(string name, ModelProvider provider, string deployment) => new(name, provider, deployment, 128_000, 4_096, TokenEncoding.O200kBase, []);
}
