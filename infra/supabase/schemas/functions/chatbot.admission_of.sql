create function chatbot.admission_of(p_id uuid)
returns setof chatbot.admission
language sql
stable
set search_path = ''
as $$
  select
    c.id,
    true,
    c.model,
    c.max_output_tokens,
    c.payer,
    r.tokens,
    r.cost,
    c.attempt,
    coalesce(c.attempt_id, c.id),
    p.id,
    p.input,
    p.cached_input,
    p.output,
    p.reasoning,
    p.currency,
    (
      select json_agg(json_build_object('role', m.role, 'content', m.content) order by m.seq)
      from chatbot.prompt_of(c.id) m
      where m.content <> ''
    ),
    k.id,
    k.ciphertext,
    k.nonce,
    k.key_version,
    c.prompt_bound,
    p.cache_write
  from chatbot.completions c
  join billing.usage_reservations r on r.completion_id = c.id
  join billing.model_prices p on p.id = c.price_id
  left join chatbot.provider_keys k on c.payer = 'own_key' and k.user_id = c.user_id and k.provider = 'openai'
  where c.id = p_id and c.state in ('admitted', 'streaming');
$$;

revoke all on function chatbot.admission_of from public;
grant execute on function chatbot.admission_of to service_role;
