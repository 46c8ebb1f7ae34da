using System.Text.Json.Nodes;
using ChatBot.Functions;
using ChatBot.Shared.Queues;
using Xunit;

namespace ChatBot.Tests.Infrastructure;

/// <summary>What a deployment would make of the templates.</summary>
public sealed class PlanTests
{
    [Fact]
    public async Task The_function_app_runs_the_program_on_flex_consumption()
    {
        var plan = await Plan.Full;
        var config = plan.App["properties"]!["functionAppConfig"]!;

        Assert.Equal("FC1", (string?)plan.Only("Microsoft.Web/serverfarms")["sku"]!["name"]);
        Assert.Equal("""{"name":"dotnet-isolated","version":"10.0"}""", config["runtime"]!.ToJsonString());
        Assert.Equal("""[{"name":"http","instanceCount":2}]""", config["scaleAndConcurrency"]!["alwaysReady"]!.ToJsonString());
        Assert.Equal(100, (int)config["scaleAndConcurrency"]!["triggers"]!["http"]!["perInstanceConcurrency"]!);
        Assert.True((bool)plan.App["properties"]!["httpsOnly"]!);
    }

    [Fact]
    public async Task Every_queue_and_container_of_the_program_is_there_before_it_starts()
    {
        var plan = await Plan.Full;

        Assert.Equal(
            ChatBotApp.Functions.Queues.Select(f => f.Queue).Order(StringComparer.Ordinal),
            plan.All("Microsoft.Storage/storageAccounts/queueServices/queues").Select(LastName).Order(StringComparer.Ordinal));
        Assert.Equal(
            ["billing-archive", "deployments", QueueNames.FinishedAnswers],
            plan.All("Microsoft.Storage/storageAccounts/blobServices/containers").Select(LastName).Order(StringComparer.Ordinal));
        Assert.Contains("deployments", (string?)plan.App["properties"]!["functionAppConfig"]!["deployment"]!["storage"]!["value"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_answers_that_nobody_fetched_are_deleted_by_age()
    {
        var policy = (await Plan.Full).Only("Microsoft.Storage/storageAccounts/managementPolicies")["properties"]!["policy"]!;
        var rule = Assert.Single(policy["rules"]!.AsArray())!;

        Assert.Equal($"""["{QueueNames.FinishedAnswers}/"]""", rule["definition"]!["filters"]!["prefixMatch"]!.ToJsonString());
        Assert.Equal(30, (int)rule["definition"]!["actions"]!["baseBlob"]!["delete"]!["daysAfterModificationGreaterThan"]!);
    }

    [Fact]
    public async Task No_key_opens_the_storage_account_the_models_or_the_telemetry_and_no_password_the_deployment()
    {
        var plan = await Plan.Full;

        Assert.False((bool)plan.Only("Microsoft.Storage/storageAccounts")["properties"]!["allowSharedKeyAccess"]!);
        Assert.True((bool)plan.Only("Microsoft.CognitiveServices/accounts")["properties"]!["disableLocalAuth"]!);
        Assert.True((bool)plan.Only("Microsoft.Insights/components")["properties"]!["DisableLocalAuth"]!);
        Assert.Equal(["ftp", "scm"], plan.All("Microsoft.Web/sites/basicPublishingCredentialsPolicies")
            .Where(policy => !(bool)policy["properties"]!["allow"]!).Select(LastName).Order(StringComparer.Ordinal));
        Assert.DoesNotContain("listKeys", plan.Text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("AccountKey", plan.Text, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("Microsoft.Storage/storageAccounts", "b7e6dc6d-f1e8-4753-8033-0f276bb0955b", "Storage Blob Data Owner")]
    [InlineData("Microsoft.Storage/storageAccounts", "974c5e8b-45b9-4653-ba55-5f855dd0fb88", "Storage Queue Data Contributor")]
    [InlineData("Microsoft.Storage/storageAccounts", "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3", "Storage Table Data Contributor")]
    [InlineData("Microsoft.KeyVault/vaults", "4633458b-17de-408a-b874-0445c86b69e6", "Key Vault Secrets User")]
    [InlineData("Microsoft.CognitiveServices/accounts", "5e0bd9bd-7b93-4f28-af87-19fc36ad61bd", "Cognitive Services OpenAI User")]
    [InlineData("Microsoft.Insights/components", "3913510d-42f4-4e42-8a64-420c390055eb", "Monitoring Metrics Publisher")]
    public async Task The_identity_has_the_roles_it_needs(string type, string role, string name)
    {
        var plan = await Plan.Full;
        var scope = (string)plan.Only(type)["id"]!;
        var identity = (string)plan.Only("Microsoft.ManagedIdentity/userAssignedIdentities")["id"]!;

        var assignment = Assert.Single(
            plan.All("Microsoft.Authorization/roleAssignments"),
            a => ((string)a["properties"]!["roleDefinitionId"]!).EndsWith(role, StringComparison.Ordinal));

        Assert.True(
            ((string)assignment["id"]!).StartsWith(scope + "/providers/Microsoft.Authorization", StringComparison.Ordinal),
            $"{name} is given for something else.");
        Assert.Contains(identity, (string?)assignment["properties"]!["principalId"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_identity_has_no_other_roles_and_the_app_no_other_identity()
    {
        var plan = await Plan.Full;
        var identity = (string)plan.Only("Microsoft.ManagedIdentity/userAssignedIdentities")["id"]!;

        Assert.Equal(6, plan.All("Microsoft.Authorization/roleAssignments").Count());
        Assert.Equal("UserAssigned", (string?)plan.App["identity"]!["type"]);
        Assert.Equal([identity], plan.App["identity"]!["userAssignedIdentities"]!.AsObject().Select(i => i.Key));
        Assert.Equal(identity, (string?)plan.App["properties"]!["keyVaultReferenceIdentity"]);
        var deployment = plan.App["properties"]!["functionAppConfig"]!["deployment"]!["storage"]!["authentication"]!;
        Assert.Equal(identity, (string?)deployment["userAssignedIdentityResourceId"]);
    }

    [Fact]
    public async Task Browsers_may_call_from_the_origins_that_are_named()
    {
        var cors = (await Plan.Full).App["properties"]!["siteConfig"]!["cors"]!;

        Assert.Equal("""["https://chat.example.com","https://beta.example.com"]""", cors["allowedOrigins"]!.ToJsonString());
        Assert.False((bool)cors["supportCredentials"]!);
    }

    [Fact]
    public async Task The_models_at_azure_are_deployed()
    {
        Assert.Equal(
            ["gpt-4.1-mini GlobalStandard 250", "gpt-4.1-nano DataZoneStandard 100"],
            (await Plan.Full).All("Microsoft.CognitiveServices/accounts/deployments")
                .Select(d => $"{LastName(d)} {d["sku"]!["name"]} {d["sku"]!["capacity"]}"));
        Assert.Empty((await Plan.Example).All("Microsoft.CognitiveServices/accounts"));
    }

    internal static string LastName(JsonNode resource) => ((string)resource["name"]!).Split('/')[^1];
}
