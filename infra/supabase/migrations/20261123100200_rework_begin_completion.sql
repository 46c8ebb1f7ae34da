drop function chatbot.begin_completion;
drop function chatbot.build_prompt;
drop function chatbot.take_send;
drop function chatbot.choose_model;

-- Makes room for the turn: stores or finds the user's message, takes what it replaces out of the history, and
-- returns the id of the message to answer.
create or replace function chatbot.take_turn(
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
  -- So many are out of the history in a fraction of a second.
  c_furthest_back constant integer := 10000;
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

  if (
    select count(*)
    from (
      select
      from public.messages m
      where m.chat_id = p_chat_id and m.user_id = p_user_id and m.superseded_by is null and m.seq > v_keep_to
      limit c_furthest_back + 1
    ) later
  ) > c_furthest_back
  then
    perform chatbot.refuse('CB006', 'The message lies more than 10,000 messages back. Begin a new chat from there.');
  end if;

  update public.messages
  set superseded_by = p_completion_id
  where chat_id = p_chat_id and user_id = p_user_id and seq > v_keep_to and superseded_by is null;

  return v_answered;
end
$$;

-- The newest messages of the chat that fit into p_budget tokens, oldest first, what they are at most, and their bytes; together
-- with one of p_more tokens that is not stored.
create function chatbot.choose_prompt(
  p_user_id uuid,
  p_chat_id uuid,
  p_completion_id uuid,
  p_budget integer,
  -- For a model whose vocabulary nobody has counted with.
  p_in_bytes boolean,
  p_more integer default null
)
returns table (message_ids uuid[], token_bound integer, bytes integer)
language plpgsql
stable
set search_path = ''
as $$
declare
  -- What a chat format adds around each message, and once around the whole.
  c_per_message constant integer := 8;
  v_row record;
  v_ids uuid[] := '{}';
  v_bound integer := c_per_message;
  v_bytes integer := 0;
begin
  select octet_length(ch.system_prompt) as bytes, ch.system_prompt_tokens as tokens
  into v_row
  from public.chats ch
  where ch.id = p_chat_id and ch.user_id = p_user_id and ch.system_prompt is not null;
  if found then
    v_bytes := v_row.bytes;
    v_bound := v_bound + c_per_message + case when p_in_bytes then v_row.bytes else coalesce(v_row.tokens, v_row.bytes) end;
  end if;
  if p_more is not null then
    v_bound := v_bound + c_per_message + p_more;
  end if;

  for v_row in
    select m.id, t.bytes, case when p_in_bytes or m.status = 'streaming' then t.bytes else m.token_bound end as tokens
    from public.messages m
    cross join lateral (
      select case m.status when 'streaming' then octet_length(chatbot.draft_text(m.id)) else octet_length(m.content) end as bytes
    ) t
    where m.chat_id = p_chat_id and m.user_id = p_user_id and m.superseded_by is null and m.id is distinct from p_completion_id
    order by m.seq desc
  loop
    continue when v_row.tokens = 0;
    exit when v_bound + c_per_message + v_row.tokens > p_budget;
    v_bound := v_bound + c_per_message + v_row.tokens;
    v_bytes := v_bytes + v_row.bytes;
    v_ids := v_row.id || v_ids;
  end loop;

  if v_bound > p_budget or (v_ids = '{}' and p_more is null) then
    perform chatbot.refuse('CB011', 'The message does not fit into the model''s context.', jsonb_build_object(
      'contextTokens', p_budget
    ));
  end if;

  return query select v_ids, v_bound, v_bytes;
end
$$;

-- The prompt of a completion, in order.
create function chatbot.prompt_of(p_id uuid)
returns table (seq bigint, role text, content text)
language sql
stable
set search_path = ''
begin atomic
  select -1, 'system', ch.system_prompt
  from chatbot.completions c
  join public.chats ch on ch.id = c.chat_id
  where c.id = p_id and c.purpose = 'answer' and ch.system_prompt is not null
  union all
  select m.seq, m.role, case m.status when 'streaming' then chatbot.draft_text(m.id) else m.content end
  from chatbot.completions c
  join public.messages m on m.id = any (c.prompt_message_ids)
  where c.id = p_id;
end;

-- The prompt and the answer of a completion whose usage the provider did not report, to be counted.
create or replace function chatbot.texts_to_count(p_id uuid)
returns table (role text, content text)
language sql
stable
set search_path = ''
begin atomic
  select p.role, p.content
  from chatbot.prompt_of(p_id) p
  union all
  select 'answer', chatbot.draft_text(p_id);
end;

-- What was decided for a completion, for the instance that calls the model; of one that is only to be followed no more than its id.
create type chatbot.admission as (
  completion_id uuid,
  is_new boolean,
  model text,
  max_output_tokens integer,
  payer text,
  reserved_tokens integer,
  reserved_cost numeric,
  attempt integer,
  attempt_id uuid,
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
);

create function chatbot.admission_of(p_id uuid)
returns setof chatbot.admission
language sql
stable
set search_path = ''
begin atomic
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
    k.key_version
  from chatbot.completions c
  join billing.usage_reservations r on r.completion_id = c.id
  join billing.model_prices p on p.id = c.price_id
  left join chatbot.provider_keys k on c.payer = 'own_key' and k.user_id = c.user_id and k.provider = 'openai'
  where c.id = p_id and c.state in ('admitted', 'streaming');
end;

-- Which of the configured models answers: the one asked for, else the chat's, else the user's, else the first;
-- only one that the plan allows and that has a price in force at that moment.
create function chatbot.choose_model(p_user_id uuid, p_asked text, p_chat_model text, p_models jsonb, p_allowed text[], p_at timestamptz)
returns table (name text, context integer, max_output integer, own_key boolean, in_bytes boolean, price billing.model_prices)
language sql
set search_path = ''
begin atomic
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
end;

-- Who pays for a call: the user, where the model may be called with a key of their own and there is one.
create function chatbot.payer_of(p_user_id uuid, p_takes_own_key boolean)
returns text
language sql
stable
set search_path = ''
begin atomic
  select case
    when p_takes_own_key and exists (select from chatbot.provider_keys k where k.user_id = p_user_id and k.provider = 'openai') then 'own_key'
    else 'platform'
  end;
end;

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
returns setof chatbot.admission
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_user uuid := auth.uid();
  v_now timestamptz;
  v_period billing.usage_periods;
  v_limits billing.limits;
  v_chat record;
  v_model record;
  v_prompt record;
  v_existing record;
  v_repeat chatbot.admission;
  v_fit record;
  v_answered uuid;
  v_gives_back boolean;
  v_payer text;
  v_live uuid[];
  v_most integer;
begin
  if v_user is null then
    perform chatbot.refuse('CB001', 'Sign in first.');
  end if;

  select l.* into v_limits from billing.limits_of(v_user) l;
  if v_limits.blocked_reason is not null then
    perform chatbot.refuse('CB002', v_limits.blocked_reason);
  end if;

  v_period := billing.lock_period(v_user, v_limits.period_anchor_day);
  v_now := billing.moment_in(v_period);

  -- The same call again, after its acknowledgement was lost: what was decided stands.
  perform from chatbot.completions c where c.id = p_completion_id and c.user_id = v_user;
  if found then
    return query select * from chatbot.admission_of(p_completion_id);
    if not found then
      v_repeat.completion_id := p_completion_id;
      v_repeat.is_new := false;
      return next v_repeat;
    end if;
    return;
  end if;

  select c.id, c.request_fingerprint into v_existing
  from chatbot.completions c
  where c.user_id = v_user and c.idempotency_key = p_idempotency_key;
  if found then
    if v_existing.request_fingerprint <> p_fingerprint then
      perform chatbot.refuse('CB007', 'The same key or message id came before with another body.');
    end if;
    v_repeat.completion_id := v_existing.id;
    v_repeat.is_new := false;
    return next v_repeat;
    return;
  end if;

  perform chatbot.take_token(v_user, 'send', v_limits.requests_per_minute);

  update public.chats c
  set updated_at = v_now
  where c.id = p_chat_id and c.user_id = v_user
  returning c.model into v_chat;
  if not found and p_create_chat then
    insert into public.chats as c (id, user_id, title)
    values (p_chat_id, v_user, chatbot.first_words(p_content))
    on conflict do nothing
    returning c.model into v_chat;
  end if;
  if not found then
    perform chatbot.refuse('CB003', 'There is no such chat.');
  end if;

  perform chatbot.interrupt_dead(v_user);

  select c.id into v_existing
  from chatbot.completions c
  where c.chat_id = p_chat_id and c.purpose = 'answer' and c.state in ('admitted', 'streaming');
  if found then
    perform chatbot.refuse('CB005', 'An answer is still being written in this chat.', jsonb_build_object('messageId', v_existing.id));
  end if;

  select coalesce(array_agg(c.id), '{}') into v_live
  from chatbot.completions c
  where c.user_id = v_user and c.purpose = 'answer' and c.state in ('admitted', 'streaming');
  if cardinality(v_live) >= v_limits.concurrent_streams then
    perform chatbot.refuse('CB009', 'Too many answers are being written at once.', jsonb_build_object(
      'limit', v_limits.concurrent_streams,
      'liveCompletions', to_jsonb(v_live)
    ));
  end if;

  select m.* into v_model
  from chatbot.choose_model(v_user, p_model, v_chat.model, p_models, v_limits.models_allowed, v_now) m;
  if not found then
    perform chatbot.refuse('CB004', 'The model is not available on this plan.', jsonb_build_object('model', p_model));
  end if;

  v_payer := chatbot.payer_of(v_user, v_model.own_key);

  v_gives_back := p_trigger = 'regenerate-message'
    or exists (select from public.messages m where m.id = p_message_id and m.content = p_content);
  v_answered := chatbot.take_turn(v_user, p_chat_id, p_completion_id, p_trigger, p_message_id, p_is_edit, p_client_id, p_content, p_token_bound);

  insert into public.messages (id, chat_id, user_id, role, content, status, model, token_bound)
  values (p_completion_id, p_chat_id, v_user, 'assistant', '', 'streaming', v_model.name, 0);

  v_most := least(v_model.max_output, v_limits.max_output_tokens);
  select p.* into v_prompt
  from chatbot.choose_prompt(v_user, p_chat_id, p_completion_id, v_model.context - v_most, v_model.in_bytes) p;

  perform billing.enter_deployment();
  select f.* into v_fit
  from billing.fit_call(v_period, v_limits, v_payer, v_now, v_model.price, v_most, v_prompt.token_bound) f;
  if v_fit.output is null then
    perform billing.refuse_cap(v_fit.refusal);
  end if;

  insert into chatbot.completions (
    id, user_id, chat_id, user_message_id, gives_back, model, payer, period_start, price_id, prompt_bound, prompt_bytes, max_output_tokens,
    prompt_message_ids, lease_expires_at, linger_seconds, idempotency_key, request_fingerprint, trace_parent, created_at,
    -- What is admitted is called next. Who is killed in between has been metered for a call that was not made, which can be
    -- put right; a call that nobody metered could not.
    called_at
  )
  values (
    p_completion_id, v_user, p_chat_id, v_answered, v_gives_back, v_model.name, v_payer, v_period.period_start, (v_model.price).id,
    v_prompt.token_bound, v_prompt.bytes, v_fit.output, v_prompt.message_ids, clock_timestamp() + p_lease, p_linger_seconds, p_idempotency_key, p_fingerprint, p_trace_parent,
    v_now, v_now
  );

  insert into billing.usage_reservations (completion_id, user_id, period_start, payer, tokens, cost, created_at, expires_at)
  values (
    p_completion_id, v_user, v_period.period_start, v_payer, v_fit.tokens, v_fit.cost, v_now, clock_timestamp() + p_reservation_lifetime
  );

  return query select * from chatbot.admission_of(p_completion_id);
end
$$;

-- What a send would be admitted with, without sending it: the same decisions as the admission's.
create function chatbot.estimate_completion(
  -- Null is a new chat.
  p_chat_id uuid,
  -- The most tokens that the new message can be; null is none, as for a regenerate.
  p_token_bound integer,
  p_bytes integer,
  p_model text,
  p_models jsonb
)
returns table (
  model text,
  payer text,
  prompt_tokens integer,
  max_output_tokens integer,
  tokens integer,
  cost numeric,
  currency text,
  refusal jsonb
)
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_user uuid := auth.uid();
  v_limits billing.limits;
  v_period billing.usage_periods;
  v_chat record;
  v_model record;
  v_prompt record;
  v_fit record;
  v_most integer;
  v_anew uuid;
  v_now timestamptz;
begin
  if v_user is null then
    perform chatbot.refuse('CB001', 'Sign in first.');
  end if;

  select l.* into v_limits from billing.limits_of(v_user) l;
  if v_limits.blocked_reason is not null then
    perform chatbot.refuse('CB002', v_limits.blocked_reason);
  end if;
  v_period := billing.current_period(v_user, v_limits.period_anchor_day);
  v_now := billing.moment_in(v_period);

  select c.model into v_chat from public.chats c where c.id = p_chat_id and c.user_id = v_user;
  if not found and p_chat_id is not null then
    perform chatbot.refuse('CB003', 'There is no such chat.');
  end if;

  if p_token_bound is null then
    if not exists (
      select from public.messages m where m.chat_id = p_chat_id and m.user_id = v_user and m.superseded_by is null and m.role = 'user'
    ) then
      perform chatbot.refuse('CB003', 'There is no user message to answer.');
    end if;
    -- The answer that is written anew is not in its own prompt.
    select case when m.role <> 'user' then m.id end into v_anew
    from public.messages m
    where m.chat_id = p_chat_id and m.user_id = v_user and m.superseded_by is null
    order by m.seq desc
    limit 1;
  end if;

  select m.* into v_model
  from chatbot.choose_model(v_user, p_model, v_chat.model, p_models, v_limits.models_allowed, v_now) m;
  if not found then
    perform chatbot.refuse('CB004', 'The model is not available on this plan.', jsonb_build_object('model', p_model));
  end if;

  model := v_model.name;
  payer := chatbot.payer_of(v_user, v_model.own_key);
  currency := (v_model.price).currency;
  v_most := least(v_model.max_output, v_limits.max_output_tokens);
  select p.token_bound into v_prompt
  from chatbot.choose_prompt(
    v_user, p_chat_id, v_anew, v_model.context - v_most, v_model.in_bytes, case when v_model.in_bytes then p_bytes else p_token_bound end
  ) p;
  prompt_tokens := v_prompt.token_bound;

  select f.* into v_fit
  from billing.fit_call(v_period, v_limits, payer, v_now, v_model.price, v_most, prompt_tokens) f;
  max_output_tokens := v_fit.output;
  tokens := v_fit.tokens;
  cost := v_fit.cost;
  refusal := v_fit.refusal;
  return next;
end
$$;

-- Makes a further call out of a completion, after one that gave no token: where that one was taken, the provider may charge for
-- its prompt, and the reservation grows by it. No row where the call may not be made: the completion is not the caller's any
-- more, its prompt is gone, the model is not for this plan, or the caps have no room.
create function chatbot.begin_attempt(
  p_id uuid,
  p_epoch integer,
  p_attempt_id uuid,
  -- Whether the call before was taken.
  p_was_called boolean,
  p_model text,
  p_context integer,
  p_max_output integer
)
returns setof chatbot.admission
language plpgsql
set search_path = ''
as $$
declare
  v_completion chatbot.completions;
  v_limits billing.limits;
  v_period billing.usage_periods;
  v_price billing.model_prices;
  v_spent record;
  v_fit record;
begin
  -- In the order in which the admission locks them.
  select u.* into v_period
  from billing.usage_periods u
  join chatbot.completions c on c.user_id = u.user_id and c.period_start = u.period_start
  where c.id = p_id
  for update of u;
  select c.* into v_completion
  from chatbot.completions c
  where c.id = p_id and c.lease_epoch = p_epoch and c.state in ('admitted', 'streaming')
  for update;
  if not found then
    return;
  end if;

  -- Else it is the same again, after its acknowledgement was lost.
  if v_completion.attempt_id is distinct from p_attempt_id then
    select l.* into v_limits from billing.limits_of(v_completion.user_id) l;
    select p.* into v_price from billing.price_of(p_model, billing.clock()) p;
    if v_price.id is null or p_model <> all (coalesce(v_limits.models_allowed, array[p_model]))
      -- The chat may have been deleted meanwhile.
      or not exists (select from chatbot.prompt_of(p_id) m where m.content <> '')
    then
      return;
    end if;

    if p_was_called then
      insert into chatbot.abandoned_attempts (id, completion_id, attempt, model, price_id)
      values (coalesce(v_completion.attempt_id, p_id), p_id, v_completion.attempt, v_completion.model, v_completion.price_id);
    end if;

    select
      (count(*) + 1) * v_completion.prompt_bound as tokens,
      coalesce(sum(billing.cost_of(p, v_completion.prompt_bound, 0, 0, 0)), 0) as cost
    into v_spent
    from chatbot.abandoned_attempts a
    join billing.model_prices p on p.id = a.price_id
    where a.completion_id = p_id;

    perform billing.lock_deployment();
    select f.* into v_fit
    from billing.fit_call(
      v_period,
      v_limits,
      v_completion.payer,
      v_completion.created_at,
      v_price,
      least(p_max_output, v_limits.max_output_tokens, p_context - v_completion.prompt_bound),
      v_spent.tokens::integer,
      v_spent.cost + v_completion.prompt_bound * billing.input_cost(v_price),
      p_id
    ) f;
    if v_fit.output is null then
      -- Nothing of this may stay: the call before is still the last.
      delete from chatbot.abandoned_attempts where completion_id = p_id and attempt = v_completion.attempt;
      return;
    end if;

    update chatbot.completions
    set attempt = attempt + p_was_called::integer,
        attempt_id = p_attempt_id,
        model = p_model,
        price_id = v_price.id,
        max_output_tokens = v_fit.output,
        called_at = clock_timestamp()
    where id = p_id;
    update billing.usage_reservations
    set tokens = v_fit.tokens,
        cost = v_fit.cost
    where completion_id = p_id;
  end if;

  return query select * from chatbot.admission_of(p_id);
end
$$;

revoke all on all functions in schema chatbot, billing from public;
grant execute on function chatbot.begin_completion, chatbot.estimate_completion to authenticated;
grant execute on function chatbot.begin_attempt, chatbot.admission_of, chatbot.prompt_of to service_role;
