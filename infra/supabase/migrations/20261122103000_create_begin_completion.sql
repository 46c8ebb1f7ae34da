-- Refusals carry a SQLSTATE of class CB, one per problem code, and their facts as JSON in the hint.
create function chatbot.refuse(p_sqlstate text, p_message text, p_facts jsonb default '{}')
returns void
language plpgsql
set search_path = ''
as $$
begin
  raise exception '%', p_message using errcode = p_sqlstate, hint = p_facts::text;
end
$$;

-- The text of an answer that is not stored with its message yet.
create function chatbot.draft_text(p_completion_id uuid)
returns text
language sql
stable
set search_path = ''
begin atomic
  select coalesce(string_agg(d.text, '' order by d.seq), '')
  from chatbot.completion_deltas d
  where d.completion_id = p_completion_id;
end;

-- Takes one send from the user's bucket: its capacity is a minute's worth, refilled evenly.
create function chatbot.take_send(p_user_id uuid, p_per_minute integer)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_now timestamptz := clock_timestamp();
  v_left double precision;
begin
  insert into chatbot.rate_buckets as b (user_id, kind, tokens, updated_at)
  values (p_user_id, 'send', p_per_minute - 1, v_now)
  on conflict (user_id, kind) do update
  set tokens = least(p_per_minute, b.tokens + extract(epoch from v_now - b.updated_at) * p_per_minute / 60) - 1,
      updated_at = v_now
  where least(p_per_minute, b.tokens + extract(epoch from v_now - b.updated_at) * p_per_minute / 60) >= 1;

  if not found then
    select b.tokens + extract(epoch from v_now - b.updated_at) * p_per_minute / 60
    into v_left
    from chatbot.rate_buckets b
    where b.user_id = p_user_id and b.kind = 'send';

    perform chatbot.refuse('CB008', 'Too many sends in a short time.', jsonb_build_object(
      'limit', p_per_minute,
      'windowSeconds', 60,
      'retryAfterSeconds', ceil((1 - v_left) * 60 / p_per_minute)
    ));
  end if;
end
$$;

-- Which of the configured models answers: the one asked for, else the chat's, else the user's, else the first;
-- only one that the plan allows and that has a price in force.
create function chatbot.choose_model(p_user_id uuid, p_asked text, p_chat_model text, p_models jsonb, p_allowed text[])
returns table (name text, context integer, max_output integer, own_key boolean, price billing.model_prices)
language sql
stable
set search_path = ''
begin atomic
  select m.name, m.context, m."maxOutput", coalesce(m."ownKey", false), p
  from rows from (
    jsonb_to_recordset(p_models) as (name text, context integer, "maxOutput" integer, "ownKey" boolean)
  ) with ordinality m (name, context, "maxOutput", "ownKey", position)
  cross join lateral billing.price_of(m.name, now()) p
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
end;

-- Makes room for the turn: stores or finds the user's message, takes what it replaces out of the history, and
-- returns the id of the message to answer.
create function chatbot.take_turn(
  p_user_id uuid,
  p_chat_id uuid,
  p_completion_id uuid,
  p_trigger text,
  p_message_id uuid,
  p_is_edit boolean,
  p_client_id text,
  p_content text,
  p_token_bound integer
)
returns uuid
language plpgsql
set search_path = ''
as $$
declare
  v_message record;
  v_keep_to bigint;
  v_answered uuid;
begin
  if p_message_id is not null then
    select m.chat_id, m.user_id, m.seq, m.role, m.content, m.superseded_by
    into v_message
    from public.messages m
    where m.id = p_message_id;
  end if;

  if p_trigger = 'submit-message' then
    if v_message is null then
      insert into public.messages (id, chat_id, user_id, role, content, client_id, token_bound)
      values (p_message_id, p_chat_id, p_user_id, 'user', p_content, p_client_id, p_token_bound);
      return p_message_id;
    end if;

    if v_message.chat_id <> p_chat_id or v_message.user_id <> p_user_id or v_message.role <> 'user'
      or v_message.superseded_by is not null or (v_message.content <> p_content and not p_is_edit)
    then
      perform chatbot.refuse('CB006', 'The message id is taken. Send the message under a new id.');
    end if;

    -- A stale repeat must not take later turns out of the history: only what failed, or an edit, begins again here.
    if not p_is_edit and exists (
      select
      from public.messages m
      left join chatbot.completions c on c.id = m.id
      where m.chat_id = p_chat_id and m.user_id = p_user_id and m.superseded_by is null and m.seq > v_message.seq
        and (m.role = 'user' or coalesce(c.state, m.status) <> 'failed')
    ) then
      perform chatbot.refuse('CB006', 'The message was answered before. Send a new message, or edit this one.');
    end if;

    update public.messages
    set content = p_content,
        token_bound = p_token_bound
    where id = p_message_id and content <> p_content;

    v_keep_to := v_message.seq;
    v_answered := p_message_id;
  else
    if p_message_id is null then
      select m.chat_id, m.user_id, m.seq, m.role, m.content, m.superseded_by
      into v_message
      from public.messages m
      where m.chat_id = p_chat_id and m.user_id = p_user_id and m.superseded_by is null
      order by m.seq desc
      limit 1;
    end if;

    if v_message is null or v_message.chat_id <> p_chat_id or v_message.user_id <> p_user_id or v_message.superseded_by is not null then
      perform chatbot.refuse('CB003', 'There is no such message to regenerate.');
    end if;

    v_keep_to := v_message.seq - (v_message.role <> 'user')::integer;

    select m.id
    into v_answered
    from public.messages m
    where m.chat_id = p_chat_id and m.user_id = p_user_id and m.superseded_by is null and m.seq <= v_keep_to and m.role = 'user'
    order by m.seq desc
    limit 1;

    if v_answered is null then
      perform chatbot.refuse('CB003', 'There is no user message to answer.');
    end if;
  end if;

  update public.messages
  set superseded_by = p_completion_id
  where chat_id = p_chat_id and user_id = p_user_id and seq > v_keep_to and superseded_by is null;

  return v_answered;
end
$$;

-- The newest messages of the chat that fit into p_budget tokens, as the model's `messages` array, oldest first.
create function chatbot.build_prompt(p_user_id uuid, p_chat_id uuid, p_completion_id uuid, p_system_prompt text, p_budget integer)
returns table (messages json, message_ids uuid[], token_bound integer)
language plpgsql
stable
set search_path = ''
as $$
declare
  -- What a chat format adds around each message, and once around the whole.
  c_per_message constant integer := 8;
  v_row record;
  v_from bigint;
  v_bound integer := c_per_message;
begin
  if p_system_prompt is not null then
    v_bound := v_bound + c_per_message + octet_length(p_system_prompt);
  end if;

  for v_row in
    select
      m.seq,
      case m.status when 'streaming' then octet_length(chatbot.draft_text(m.id)) else m.token_bound end as tokens
    from public.messages m
    where m.chat_id = p_chat_id and m.user_id = p_user_id and m.superseded_by is null and m.id <> p_completion_id
    order by m.seq desc
  loop
    continue when v_row.tokens = 0;
    exit when v_bound + c_per_message + v_row.tokens > p_budget;
    v_bound := v_bound + c_per_message + v_row.tokens;
    v_from := v_row.seq;
  end loop;

  if v_from is null then
    perform chatbot.refuse('CB011', 'The message does not fit into the model''s context.', jsonb_build_object(
      'contextTokens', p_budget
    ));
  end if;

  return query
  with prompt as (
    select 'system' as role, p_system_prompt as content, null::uuid as id, -1::bigint as seq
    where p_system_prompt is not null
    union all
    select m.role, case m.status when 'streaming' then chatbot.draft_text(m.id) else m.content end, m.id, m.seq
    from public.messages m
    where m.chat_id = p_chat_id and m.user_id = p_user_id and m.superseded_by is null and m.id <> p_completion_id and m.seq >= v_from
  )
  select
    json_agg(json_build_object('role', p.role, 'content', p.content) order by p.seq),
    coalesce(array_agg(p.id order by p.seq) filter (where p.id is not null), '{}'),
    v_bound
  from prompt p
  where p.content <> '';
end
$$;

-- The whole admission, in the one round trip that a send may cost before the model is called.
create function chatbot.begin_completion(
  p_completion_id uuid,
  p_chat_id uuid,
  p_create_chat boolean,
  p_trigger text,
  p_message_id uuid,
  p_is_edit boolean,
  p_client_id text,
  p_content text,
  p_token_bound integer,
  p_model text,
  p_models jsonb,
  p_idempotency_key text,
  p_fingerprint bytea,
  p_linger_seconds integer,
  p_lease interval,
  p_reservation_lifetime interval,
  p_trace_parent text
)
returns table (
  completion_id uuid,
  is_new boolean,
  user_message_id uuid,
  model text,
  max_output_tokens integer,
  payer text,
  reserved_tokens integer,
  reserved_cost numeric,
  price_id uuid,
  price_input numeric,
  price_cached_input numeric,
  price_output numeric,
  price_reasoning numeric,
  currency text,
  messages json,
  key_id uuid,
  key_ciphertext bytea,
  key_nonce bytea,
  key_version integer
)
language plpgsql
security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  -- An answer that must end after fewer tokens is not worth its prompt.
  c_least_output constant integer := 256;
  v_user uuid := auth.uid();
  v_now timestamptz := clock_timestamp();
  v_period timestamptz := billing.period_start(v_now);
  v_limits record;
  v_used record;
  v_reserved record;
  v_chat record;
  v_model record;
  v_key record;
  v_prompt record;
  v_existing record;
  v_answered uuid;
  v_payer text;
  v_live uuid[];
  v_output integer;
  v_least_output integer;
  v_output_price numeric;
  v_tokens_left bigint;
  v_cost_left numeric;
  v_prompt_cost numeric;
begin
  if v_user is null then
    perform chatbot.refuse('CB001', 'Sign in first.');
  end if;

  select l.* into v_limits from billing.limits_of(v_user) l;
  if v_limits.blocked_reason is not null then
    perform chatbot.refuse('CB002', v_limits.blocked_reason);
  end if;

  -- The lock on the user's period is the queue of all that counts against a cap; a first request makes the row.
  select u.tokens, u.cost, u.own_key_tokens into v_used
  from billing.usage_periods u
  where u.user_id = v_user and u.period_start = v_period
  for update;
  if not found then
    insert into billing.usage_periods (user_id, period_start, period_end)
    values (v_user, v_period, billing.period_end(v_period))
    on conflict do nothing;
    select u.tokens, u.cost, u.own_key_tokens into v_used
    from billing.usage_periods u
    where u.user_id = v_user and u.period_start = v_period
    for update;
  end if;

  select c.id, c.user_message_id, c.model, c.max_output_tokens, c.payer, c.request_fingerprint
  into v_existing
  from chatbot.completions c
  where c.user_id = v_user and c.idempotency_key = p_idempotency_key;
  if found then
    if v_existing.request_fingerprint <> p_fingerprint then
      perform chatbot.refuse('CB007', 'The same key or message id came before with another body.');
    end if;
    return query select v_existing.id, false, v_existing.user_message_id, v_existing.model, v_existing.max_output_tokens,
      v_existing.payer, null::integer, null::numeric, null::uuid, null::numeric, null::numeric, null::numeric, null::numeric, null::text,
      null::json, null::uuid, null::bytea, null::bytea, null::integer;
    return;
  end if;

  perform chatbot.take_send(v_user, v_limits.requests_per_minute);

  update public.chats c
  set updated_at = v_now
  where c.id = p_chat_id and c.user_id = v_user
  returning c.model, c.system_prompt into v_chat;
  if not found and p_create_chat then
    insert into public.chats as c (id, user_id, title)
    values (p_chat_id, v_user, coalesce(nullif(left(trim(regexp_replace(left(p_content, 200), '\s+', ' ', 'g')), 60), ''), 'New chat'))
    on conflict do nothing
    returning c.model, c.system_prompt into v_chat;
  end if;
  if not found then
    perform chatbot.refuse('CB003', 'There is no such chat.');
  end if;

  update chatbot.completions c
  set state = 'interrupted',
      lease_epoch = c.lease_epoch + 1,
      ended_at = v_now
  where c.user_id = v_user and c.state in ('admitted', 'streaming') and c.lease_expires_at < v_now;

  select c.id into v_existing
  from chatbot.completions c
  where c.chat_id = p_chat_id and c.state in ('admitted', 'streaming');
  if found then
    perform chatbot.refuse('CB005', 'An answer is still being written in this chat.', jsonb_build_object('messageId', v_existing.id));
  end if;

  select coalesce(array_agg(c.id), '{}') into v_live
  from chatbot.completions c
  where c.user_id = v_user and c.state in ('admitted', 'streaming');
  if cardinality(v_live) >= v_limits.concurrent_streams then
    perform chatbot.refuse('CB009', 'Too many answers are being written at once.', jsonb_build_object(
      'limit', v_limits.concurrent_streams,
      'liveCompletions', to_jsonb(v_live)
    ));
  end if;

  select m.* into v_model
  from chatbot.choose_model(v_user, p_model, v_chat.model, p_models, v_limits.models_allowed) m;
  if not found then
    perform chatbot.refuse('CB004', 'The model is not available on this plan.', jsonb_build_object('model', p_model));
  end if;

  select k.id, k.ciphertext, k.nonce, k.key_version into v_key
  from chatbot.provider_keys k
  where v_model.own_key and k.user_id = v_user and k.provider = 'openai';
  v_payer := case when found then 'own_key' else 'platform' end;

  v_answered := chatbot.take_turn(v_user, p_chat_id, p_completion_id, p_trigger, p_message_id, p_is_edit, p_client_id, p_content, p_token_bound);

  insert into public.messages (id, chat_id, user_id, role, content, status, model, token_bound)
  values (p_completion_id, p_chat_id, v_user, 'assistant', '', 'streaming', v_model.name, 0);

  v_output := least(v_model.max_output, v_limits.max_output_tokens);
  v_least_output := least(v_output, c_least_output);
  select b.messages, b.message_ids, b.token_bound into v_prompt
  from chatbot.build_prompt(v_user, p_chat_id, p_completion_id, v_chat.system_prompt, v_model.context - v_output) b;

  -- The reservation is the worst case. Where it does not fit, the output is cut to what does.
  select coalesce(sum(r.tokens), 0) as tokens, coalesce(sum(r.cost), 0) as cost, coalesce(jsonb_agg(r.completion_id), '[]') as completions
  into v_reserved
  from billing.usage_reservations r
  where r.user_id = v_user and r.period_start = v_period and r.payer = v_payer;

  v_output_price := 0;
  v_prompt_cost := 0;
  if v_payer = 'own_key' then
    v_tokens_left := v_limits.own_key_token_cap - v_used.own_key_tokens - v_reserved.tokens;
  else
    v_tokens_left := v_limits.token_cap - v_used.tokens - v_reserved.tokens;
    v_cost_left := v_limits.cost_cap - v_used.cost - v_reserved.cost;
    v_output_price := 0.000001 * greatest((v_model.price).output, (v_model.price).reasoning);
    v_prompt_cost := 0.000001 * v_prompt.token_bound * (v_model.price).input;
  end if;

  if v_tokens_left < v_prompt.token_bound + v_least_output then
    perform chatbot.refuse('CB010', 'The token cap of this period is reached.', jsonb_build_object(
      'cap', case v_payer when 'own_key' then 'own_key_tokens' else 'tokens' end,
      'limit', case v_payer when 'own_key' then v_limits.own_key_token_cap else v_limits.token_cap end,
      'used', case v_payer when 'own_key' then v_used.own_key_tokens else v_used.tokens end,
      'reserved', v_reserved.tokens,
      'reservedBy', v_reserved.completions,
      'needed', v_prompt.token_bound + v_least_output,
      'wouldFit', greatest(v_tokens_left, 0),
      'resetsAt', billing.period_end(v_period),
      'retryAfterSeconds', ceil(extract(epoch from billing.period_end(v_period) - v_now))
    ));
  end if;
  if v_cost_left < v_prompt_cost + v_least_output * v_output_price then
    perform chatbot.refuse('CB010', 'The cost cap of this period is reached.', jsonb_build_object(
      'cap', 'cost',
      'limit', v_limits.cost_cap,
      'used', v_used.cost,
      'reserved', v_reserved.cost,
      'reservedBy', v_reserved.completions,
      'needed', v_prompt_cost + v_least_output * v_output_price,
      'wouldFit', greatest(v_cost_left, 0),
      'resetsAt', billing.period_end(v_period),
      'retryAfterSeconds', ceil(extract(epoch from billing.period_end(v_period) - v_now))
    ));
  end if;
  -- Null, where there is no cap, is passed over by least().
  v_output := least(
    v_output,
    v_tokens_left - v_prompt.token_bound,
    floor((v_cost_left - v_prompt_cost) / nullif(v_output_price, 0))
  );

  insert into chatbot.completions (
    id, user_id, chat_id, user_message_id, model, payer, period_start, price_id, prompt_bound, max_output_tokens, prompt_message_ids,
    lease_expires_at, linger_seconds, idempotency_key, request_fingerprint, trace_parent, created_at
  )
  values (
    p_completion_id, v_user, p_chat_id, v_answered, v_model.name, v_payer, v_period, (v_model.price).id, v_prompt.token_bound, v_output,
    v_prompt.message_ids, v_now + p_lease, p_linger_seconds, p_idempotency_key, p_fingerprint, p_trace_parent, v_now
  );

  insert into billing.usage_reservations (completion_id, user_id, period_start, payer, tokens, cost, expires_at)
  values (
    p_completion_id, v_user, v_period, v_payer, v_prompt.token_bound + v_output, v_prompt_cost + v_output * v_output_price,
    v_now + p_reservation_lifetime
  );

  return query select p_completion_id, true, v_answered, v_model.name, v_output, v_payer,
    v_prompt.token_bound + v_output, v_prompt_cost + v_output * v_output_price,
    (v_model.price).id, (v_model.price).input, (v_model.price).cached_input, (v_model.price).output, (v_model.price).reasoning,
    (v_model.price).currency, v_prompt.messages,
    v_key.id, v_key.ciphertext, v_key.nonce, v_key.key_version;
end
$$;

revoke all on all functions in schema chatbot from public;
grant execute on function chatbot.begin_completion to authenticated;
