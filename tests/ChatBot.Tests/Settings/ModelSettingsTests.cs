using ChatBot.Functions.Settings;
using Xunit;

namespace ChatBot.Tests.Settings;

public sealed class ModelSettingsTests
{
    [Fact]
    public void A_model_needs_no_more_than_its_name()
    {
        var model = Assert.Single(SettingsText.Read(("Models__0__Name", "gpt-4o-mini")).Models);

        Assert.Equal(new ModelSettings("gpt-4o-mini", ModelProvider.OpenAI, "gpt-4o-mini", 128_000, 16_384, TokenEncoding.O200kBase, model.Fallbacks), model);
        Assert.Empty(model.Fallbacks);
    }

    [Fact]
    public void A_model_can_be_a_deployment_of_azure_with_sizes_and_fallbacks_of_its_own()
    {
        var models = SettingsText.Read(
            ("AzureOpenAI__Endpoint", "https://resource.openai.azure.com"),
            ("Models__0__Name", "house"),
            ("Models__0__Provider", "Azure"),
            ("Models__0__Deployment", "house-2026"),
            ("Models__0__Context", "32000"),
            ("Models__0__MaxOutput", "2000"),
            ("Models__0__Encoding", "Bytes"),
            ("Models__0__Fallbacks", "gpt-4o , gpt-4o-mini,"),
            ("Models__1__Name", "gpt-4o"),
            ("Models__2__Name", "gpt-4o-mini")).Models;

        var house = models[0];
        Assert.Equal((ModelProvider.AzureOpenAI, "house-2026", 32_000, 2_000), (house.Provider, house.Deployment, house.Context, house.MaxOutput));
        Assert.Equal(["gpt-4o", "gpt-4o-mini"], house.Fallbacks);
        Assert.Equal([TokenEncoding.Bytes, TokenEncoding.O200kBase, TokenEncoding.O200kBase], models.Select(m => m.Encoding));
    }

    [Fact]
    public void A_prompt_that_was_counted_in_tokens_cannot_fall_back_to_a_model_of_unknown_tokens() =>
        Assert.StartsWith(
            "Setting Models__0__Fallbacks names 'house', whose Encoding is bytes",
            Assert.Single(SettingsText.Mistakes(
                ("Models__0__Name", "gpt-4o"), ("Models__0__Fallbacks", "house"), ("Models__1__Name", "house"), ("Models__1__Encoding", "bytes"))),
            StringComparison.Ordinal);

    [Fact]
    public void A_model_without_a_name_is_a_mistake() =>
        Assert.StartsWith("Setting Models__0__Name is missing", Assert.Single(SettingsText.Mistakes(("Models__0__Provider", "openai"))), StringComparison.Ordinal);

    [Fact]
    public void A_model_named_twice_is_a_mistake()
    {
        var mistakes = SettingsText.Mistakes(("Models__0__Name", "gpt-4o"), ("Models__1__Name", "gpt-4o"));

        Assert.All(mistakes, mistake => Assert.Matches("Setting Models__[01]__Name names a model twice", mistake));
    }

    [Fact]
    public void A_fallback_that_is_not_configured_is_a_mistake_that_names_it()
    {
        var mistake = Assert.Single(SettingsText.Mistakes(("Models__0__Name", "gpt-4o"), ("Models__0__Fallbacks", "gpt-5")));

        Assert.StartsWith("Setting Models__0__Fallbacks names 'gpt-5'", mistake, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_of_azure_needs_the_address_of_azure()
    {
        var mistake = Assert.Single(SettingsText.Mistakes(("Models__0__Name", "house"), ("Models__0__Provider", "azure")));

        Assert.StartsWith("Setting AzureOpenAI__Endpoint is missing, and the model 'house'", mistake, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Provider", "anthropic")]
    [InlineData("Encoding", "cl100k_base")]
    [InlineData("Context", "1000")]
    [InlineData("MaxOutput", "15")]
    [InlineData("MaxOutput", "many")]
    public void A_value_that_makes_no_sense_is_one_mistake_that_names_it(string setting, string value)
    {
        var mistake = Assert.Single(SettingsText.Mistakes(("Models__0__Name", "gpt-4o"), ($"Models__0__{setting}", value)));

        Assert.StartsWith($"Setting Models__0__{setting} ", mistake, StringComparison.Ordinal);
    }
}
