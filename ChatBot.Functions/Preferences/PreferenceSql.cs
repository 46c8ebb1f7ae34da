namespace ChatBot.Functions.Preferences;

public static class PreferenceSql
{
    /// <summary>Always one row: who has stored nothing has the defaults of the table.</summary>
    public const string Get = """
        select p.theme, p.openai_settings::text, p.notification_settings::text, k.last_four, k.last_verified_at, k.id, k.ciphertext, k.nonce,
          k.key_version
        from (values (1)) always (one)
        left join public.user_preferences p on p.user_id = (select auth.uid())
        left join chatbot.describe_provider_key() k on true
        """;

    /// <summary>Settings are merged member by member.</summary>
    public const string Update = """
        insert into public.user_preferences as p (theme, openai_settings, notification_settings)
        values (
          coalesce($1, 'system'),
          '{"preferred_model": "gpt-4o"}'::jsonb || $2::jsonb,
          '{"email_notifications": false, "push_notifications": false}'::jsonb || $3::jsonb
        )
        on conflict (user_id) do update
        set theme = coalesce($1, p.theme),
            openai_settings = p.openai_settings || $2::jsonb,
            notification_settings = p.notification_settings || $3::jsonb
        """;

    public const string PutKey = "select chatbot.put_provider_key($1, $2, $3, $4, $5)";

    /// <summary>Compared with less and greater, so that an index finds them where there are none.</summary>
    public const string KeysOfOtherVersions = """
        select k.user_id, k.id, k.ciphertext, k.nonce, k.key_version
        from chatbot.provider_keys k
        where (k.key_version < $1 or k.key_version > $1) and k.id > $2
        order by k.id
        limit $3
        """;

    /// <summary>Not where a key was put or deleted since it was read. What somebody else holds now is left for the next time.</summary>
    public const string Reseal = """
        with held as (
          select k.id
          from chatbot.provider_keys k
          where k.id = any ($2)
          order by k.id
          for update skip locked
        )
        update chatbot.provider_keys k
        set ciphertext = r.ciphertext,
            nonce = r.nonce,
            key_version = $1
        from unnest($2::uuid[], $3::bytea[], $4::bytea[], $5::bytea[]) r (id, was, ciphertext, nonce), held h
        where k.id = r.id and h.id = r.id and k.ciphertext = r.was
        """;

    public const string DeleteKey = "select chatbot.delete_provider_key()::text";
}
