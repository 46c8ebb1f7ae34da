using System.Net;
using System.Text.Json.Nodes;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Preferences;

public sealed class PreferenceTests(TestStack stack)
{
    private const string Path = "/api/preferences";

    [Fact]
    public async Task Who_has_stored_nothing_has_the_defaults()
    {
        var user = await stack.NewUser();

        var answer = (await user.Get(Path)).Is(HttpStatusCode.OK).Json;

        Assert.Equal("system", (string?)answer["theme"]);
        Assert.Equal("gpt-4o", (string?)answer["openaiSettings"]!["preferred_model"]);
        Assert.False((bool)answer["notificationSettings"]!["email_notifications"]!);
        Assert.False((bool)answer["notificationSettings"]!["push_notifications"]!);
        Assert.Null(answer["openaiKey"]);
        Assert.Equal(0L, await stack.Scalar<long>("select count(*) from public.user_preferences where user_id = $1", user.Id));
    }

    [Fact]
    public async Task A_change_of_nothing_leaves_the_defaults()
    {
        var user = await stack.NewUser();
        var before = (await user.Get(Path)).Body;

        Assert.Equal(before, (await user.Patch(Path, new JsonObject())).Is(HttpStatusCode.OK).Body);
        Assert.Equal(before, (await user.Get(Path)).Body);
    }

    [Theory]
    [InlineData("system")]
    [InlineData("light")]
    [InlineData("dark")]
    public async Task A_theme_is_kept(string theme)
    {
        var user = await stack.NewUser();

        Assert.Equal(theme, (await user.Patch(Path, new JsonObject { ["theme"] = theme })).Is(HttpStatusCode.OK)["theme"]);
        Assert.Equal(theme, (await user.Get(Path))["theme"]);
    }

    [Fact]
    public async Task Settings_are_merged_member_by_member()
    {
        var user = await stack.NewUser();
        await Change(user, """{"theme":"dark"}""");
        await Change(user, """{"notificationSettings":{"email_notifications":true}}""");
        await Change(user, """{"notificationSettings":{"push_notifications":true}}""");
        await Change(user, """{"openaiSettings":{"preferred_model":"gpt-4o-mini"}}""");
        await Change(user, """{"notificationSettings":{"email_notifications":false},"openaiSettings":{}}""");

        var answer = (await user.Get(Path)).Json;

        Assert.Equal("dark", (string?)answer["theme"]);
        Assert.Equal("gpt-4o-mini", (string?)answer["openaiSettings"]!["preferred_model"]);
        Assert.False((bool)answer["notificationSettings"]!["email_notifications"]!);
        Assert.True((bool)answer["notificationSettings"]!["push_notifications"]!);
    }

    [Theory]
    [InlineData("""{"theme":null}""", "theme")]
    [InlineData("""{"openaiSettings":{"preferred_model":null}}""", "openaiSettings")]
    [InlineData("""{"openaiSettings":null}""", "openaiSettings")]
    [InlineData("""{"notificationSettings":{"email_notifications":null}}""", "notificationSettings.email_notifications")]
    [InlineData("""{"notificationSettings":{"push_notifications":null}}""", "notificationSettings.push_notifications")]
    [InlineData("""{"notificationSettings":null}""", "notificationSettings")]
    public async Task A_null_makes_it_the_default_again_and_nothing_else(string body, string changed)
    {
        var user = await stack.NewUser();
        var defaults = (await user.Get(Path)).Json;
        await Change(user, """{"theme":"dark","openaiSettings":{"preferred_model":"gpt-4o-mini"},"notificationSettings":{"email_notifications":true,"push_notifications":true}}""");
        var expected = (await user.Get(Path)).Json;
        var names = changed.Split('.');
        var (from, into) = names.Length == 1 ? (defaults, expected) : (defaults[names[0]]!, expected[names[0]]!);
        into[names[^1]] = from[names[^1]]!.DeepClone();

        await Change(user, body);

        Assert.Equal(expected.ToJsonString(), (await user.Get(Path)).Json.ToJsonString());
    }

    [Fact]
    public async Task A_change_of_nothing_leaves_the_row_as_it_is()
    {
        var user = await stack.NewUser();
        await Change(user, """{"theme":"dark"}""");
        const string updatedAt = "select updated_at from public.user_preferences where user_id = $1";
        var before = await stack.Scalar<DateTime>(updatedAt, user.Id);

        await Change(user, "{}");

        Assert.Equal(before, await stack.Scalar<DateTime>(updatedAt, user.Id));
    }

    [Fact]
    public async Task A_model_that_the_plan_does_not_allow_cannot_be_preferred()
    {
        var user = await stack.NewUser();
        await stack.LimitModels(user, "gpt-4o");

        var problem = (await user.Patch(Path, new JsonObject { ["openaiSettings"] = new JsonObject { ["preferred_model"] = "gpt-4o-mini" } }))
            .IsProblem(HttpStatusCode.BadRequest, "invalid_request");

        Assert.Equal(["openaiSettings.preferred_model"], problem["errors"]!.AsObject().Select(e => e.Key));
        await Change(user, """{"openaiSettings":{"preferred_model":"gpt-4o"}}""");
    }

    [Fact]
    public async Task The_preferred_model_answers_where_the_chat_does_not_say_otherwise()
    {
        var user = await stack.NewUser();
        var marker = Guid.NewGuid().ToString();
        await Change(user, """{"openaiSettings":{"preferred_model":"gpt-4o-mini"}}""");

        await user.Send(await user.NewChat(), marker);

        Assert.Equal("gpt-4o-mini", stack.CallOf(marker).Model);
    }

    [Theory]
    [InlineData("""{"theme":"pink"}""", "theme")]
    [InlineData("""{"theme":""}""", "theme")]
    [InlineData("""{"openaiSettings":{"preferred_model":""}}""", "openaiSettings.preferred_model")]
    [InlineData("""{"openaiSettings":{"preferred_model":"LONG"}}""", "openaiSettings.preferred_model")]
    [InlineData("""{"openaiSettings":{"preferred_model":"nope"}}""", "openaiSettings.preferred_model")]
    [InlineData("""{"openaiSettings":{"preferred_model":"GPT-4o"}}""", "openaiSettings.preferred_model")]
    public async Task A_value_that_cannot_be_is_refused_naming_its_field(string body, string field)
    {
        var user = await stack.NewUser();

        var problem = (await user.SendRaw(HttpMethod.Patch, Path, body.Replace("LONG", new string('m', 101), StringComparison.Ordinal), []))
            .IsProblem(HttpStatusCode.BadRequest, "invalid_request");

        Assert.Equal([field], problem["errors"]!.AsObject().Select(e => e.Key));
    }

    [Theory]
    [InlineData("""{"colour":"red"}""")]
    [InlineData("""{"openaiKey":{"lastFour":"1234"}}""")]
    [InlineData("""{"openaiSettings":{"temperature":2}}""")]
    [InlineData("""{"openaiSettings":{"openai_api_key":"sk-0123456789"}}""")]
    [InlineData("""{"notificationSettings":{"email_notifications":"yes"}}""")]
    [InlineData("""{"notificationSettings":[]}""")]
    public async Task A_member_that_there_is_not_is_refused(string body)
    {
        var user = await stack.NewUser();

        (await user.SendRaw(HttpMethod.Patch, Path, body, [])).IsProblem(HttpStatusCode.BadRequest, "invalid_json");
    }

    [Fact]
    public async Task Preferences_are_ones_own()
    {
        var (ada, alan) = (await stack.NewUser(), await stack.NewUser());

        await Change(ada, """{"theme":"dark"}""");

        Assert.Equal("system", (await alan.Get(Path))["theme"]);
    }

    [Fact]
    public async Task First_changes_at_the_same_time_all_count()
    {
        var user = await stack.NewUser();

        await Task.WhenAll(
            Change(user, """{"theme":"dark"}"""),
            Change(user, """{"notificationSettings":{"email_notifications":true}}"""),
            Change(user, """{"notificationSettings":{"push_notifications":true}}"""),
            Change(user, """{"openaiSettings":{"preferred_model":"gpt-4o-mini"}}"""));

        var answer = (await user.Get(Path)).Json;
        Assert.Equal("dark", (string?)answer["theme"]);
        Assert.Equal("gpt-4o-mini", (string?)answer["openaiSettings"]!["preferred_model"]);
        Assert.True((bool)answer["notificationSettings"]!["email_notifications"]!);
        Assert.True((bool)answer["notificationSettings"]!["push_notifications"]!);
    }

    [Theory]
    [InlineData("""{"preferred_model":null}""", """{"email_notifications":"yes"}""")]
    [InlineData("""{"preferred_model":"gpt-4o","temperature":1}""", """{"push_notifications":{"on":true}}""")]
    [InlineData("""{}""", """{}""")]
    public async Task What_was_written_past_the_program_does_not_break_it(string openAI, string notifications)
    {
        var user = await stack.NewUser();
        await stack.Execute(
            "insert into public.user_preferences (user_id, theme, openai_settings, notification_settings) values ($1, 'dark', $2::text::jsonb, $3::text::jsonb)",
            user.Id,
            openAI,
            notifications);

        Assert.Equal("dark", (await user.Get(Path)).Is(HttpStatusCode.OK)["theme"]);
        await Change(user, """{"notificationSettings":{"email_notifications":true,"push_notifications":false}}""");
        Assert.True((bool)(await user.Get(Path)).Json["notificationSettings"]!["email_notifications"]!);
    }

    private static async Task Change(TestUser user, string body) => (await user.SendRaw(HttpMethod.Patch, Path, body, [])).Is(HttpStatusCode.OK);
}
