-- Which of the configured models answers: the one asked for, else the chat's, else the user's, else the first;
-- only one that the plan allows and that has a price in force at that moment.
create function chatbot.choose_model(p_user_id uuid, p_asked text, p_chat_model text, p_models jsonb, p_allowed text[], p_at timestamptz)
returns table (name text, context integer, max_output integer, own_key boolean, in_bytes boolean, price billing.model_prices)
language sql
set search_path = ''
as $$
  select m.name, m.context, m."maxOutput", coalesce(m."ownKey", false), coalesce(m."inBytes", false), p
  from rows from (
    jsonb_to_recordset(p_models) as (name text, context integer, "maxOutput" integer, "ownKey" boolean, "inBytes" boolean)
  ) with ordinality m (name, context, "maxOutput", "ownKey", "inBytes", position)
  cross join lateral billing.price_of(m.name, p_at) p
  where (p_asked is null or m.name = p_asked) and (p_allowed is null or m.name = any (p_allowed))
  order by
    m.name = p_chat_model desc nulls last,
    m.name = (
      select u.openai_settings ->> 'preferred_model'
      from public.user_preferences u
      where u.user_id = p_user_id
    ) desc nulls last,
    m.position
  limit 1;
$$;

revoke all on function chatbot.choose_model from public;
