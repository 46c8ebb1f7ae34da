namespace ChatBot.Functions.Preferences;

public static class PreferenceSql
{
    /// <summary>Always one row: who has stored nothing has the defaults of the table.</summary>
    public const string Get = """
        select p.theme, p.openai_settings::text, p.notification_settings::text, k.last_four, k.key_version, k.last_verified_at
        from (values (1)) always (one)
        left join public.user_preferences p on p.user_id = (select auth.uid())
        left join chatbot.describe_provider_key() k on true
        """;

    /// <summary>Settings are merged member by member.</summary>
    public const string Update = """
        insert into public.user_preferences as p (theme, openai_settings, notification_settings)
        values (
          coalesce($1, 'system'),
          '{"preferred_model": "gpt-4o"}'::jsonb || coalesce($2::jsonb, '{}'),
          '{"email_notifications": false, "push_notifications": false}'::jsonb || coalesce($3::jsonb, '{}')
        )
        on conflict (user_id) do update
        set theme = coalesce($1, p.theme),
            openai_settings = p.openai_settings || coalesce($2::jsonb, '{}'),
            notification_settings = p.notification_settings || coalesce($3::jsonb, '{}')
        """;

    public const string PutKey = "select chatbot.put_provider_key($1, $2, $3, $4, $5)";

    public const string DeleteKey = "select chatbot.delete_provider_key()::text";
}
