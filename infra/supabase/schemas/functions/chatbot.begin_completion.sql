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
  -- How long the same body counts as a repeat, where nothing else tells it from a second send.
  p_repeats_for interval,
  p_disconnect_grace_seconds integer,
  p_lease interval,
  -- How long the answer may take at the most.
  p_deadline interval,
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
  v_fit record;
  v_answered uuid;
  v_restores_previous boolean;
  v_payer text;
  v_live uuid[];
  v_max_output integer;
begin
  if v_user is null then
    perform chatbot.refuse('CB001', 'Sign in first.');
  end if;

  select l.* into v_limits from billing.limits_of(v_user) l;
  if v_limits.blocked_reason is not null then
    perform chatbot.refuse('CB002', v_limits.blocked_reason);
  end if;

  v_period := billing.lock_period(v_user, v_limits.period_anchor_day);
  v_now := billing.clamp_to_period(v_period);

  -- The same call again, after its acknowledgement was lost: what was decided stands.
  perform from chatbot.completions c where c.id = p_completion_id and c.user_id = v_user;
  if found then
    return query select * from chatbot.admission_of(p_completion_id);
    if not found then
      return query select * from chatbot.repeat_of(p_completion_id);
    end if;
    return;
  end if;

  select r.* into v_existing from chatbot.find_repeat(v_user, p_chat_id, p_idempotency_key, p_fingerprint, p_repeats_for) r;
  if v_existing.state = 'failed' then
    -- As long as it is the same message.
    p_message_id := coalesce(
      (select m.id from public.messages m where m.id = v_existing.user_message_id and m.content = p_content), p_message_id
    );
  elsif v_existing.id is not null then
    -- An answer may run for a moment longer than its chat is there.
    perform chatbot.check_not_deleted(v_user, p_chat_id);
    return query select * from chatbot.repeat_of(v_existing.id);
    return;
  end if;

  perform chatbot.consume_rate_limit(v_user, 'send', v_limits.requests_per_minute);

  update public.chats c
  set updated_at = v_now
  where c.id = p_chat_id and c.user_id = v_user
  returning c.model into v_chat;
  if not found and p_create_chat then
    insert into public.chats as c (id, user_id, title, title_source)
    select p_chat_id, v_user, coalesce(w.words, 'New chat'), case when w.words is null then 'default' else 'words' end
    from chatbot.first_words(p_content) w (words)
    on conflict do nothing
    returning c.model into v_chat;
  end if;
  if not found then
    perform chatbot.refuse('CB003', 'There is no such chat.');
  end if;

  perform chatbot.interrupt_dead(v_user);

  select c.id, c.user_message_id into v_existing
  from chatbot.completions c
  where c.chat_id = p_chat_id and c.user_id = v_user and c.purpose = 'answer' and c.state in ('admitted', 'streaming');
  if found then
    if coalesce(chatbot.asks_again(v_user, p_chat_id, v_existing.user_message_id, p_trigger, p_message_id, p_is_edit, p_content), false) then
      return query select * from chatbot.repeat_of(v_existing.id);
      return;
    end if;
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

  v_restores_previous := p_trigger = 'regenerate-message'
    or exists (select from public.messages m where m.id = p_message_id and m.content = p_content);
  v_answered := chatbot.start_turn(v_user, p_chat_id, p_completion_id, p_trigger, p_message_id, p_is_edit, p_client_id, p_content, p_token_bound);

  insert into public.messages (id, chat_id, user_id, role, content, status, model, token_bound)
  values (p_completion_id, p_chat_id, v_user, 'assistant', '', 'streaming', v_model.name, 0);

  if chatbot.take_stop(v_user, p_chat_id, v_answered) then
    perform chatbot.begin_stopped(
      p_completion_id, v_user, p_chat_id, v_answered, v_model.name, v_payer, v_period.period_start, (v_model.price).id, v_model.max_output,
      p_idempotency_key, p_fingerprint, v_now
    );
    return query select * from chatbot.repeat_of(p_completion_id);
    return;
  end if;

  v_max_output := least(v_model.max_output, v_limits.max_output_tokens);
  select p.* into v_prompt
  from chatbot.choose_prompt(v_user, p_chat_id, p_completion_id, v_model.context - v_max_output, v_model.in_bytes) p;

  perform billing.check_deployment_limits();
  select f.* into v_fit
  from billing.fit_to_caps(v_period, v_limits, v_payer, v_now, v_model.price, v_max_output, v_prompt.token_bound) f;
  if v_fit.output is null then
    perform billing.refuse_cap(v_fit.refusal);
  end if;

  insert into chatbot.completions (
    id, user_id, chat_id, user_message_id, restores_previous, model, payer, period_start, price_id, prompt_bound, prompt_bytes, max_output_tokens,
    prompt_message_ids, prompt_message_bytes, lease_expires_at, disconnect_grace_seconds, idempotency_key, request_fingerprint, trace_parent, created_at,
    -- What is admitted is called next. A crash just before the call leaves an estimated charge, which can be reversed; an unmetered
    -- call can never be recovered.
    called_at
  )
  values (
    p_completion_id, v_user, p_chat_id, v_answered, v_restores_previous, v_model.name, v_payer, v_period.period_start, (v_model.price).id,
    v_prompt.token_bound, v_prompt.bytes, v_fit.output, v_prompt.message_ids, v_prompt.message_bytes, clock_timestamp() + p_lease, p_disconnect_grace_seconds,
    p_idempotency_key, p_fingerprint, p_trace_parent, v_now, v_now
  );

  insert into billing.usage_reservations (completion_id, user_id, period_start, payer, tokens, cost, created_at, expires_at)
  values (
    p_completion_id, v_user, v_period.period_start, v_payer, v_fit.tokens, v_fit.cost, v_now,
    clock_timestamp() + p_deadline + billing.settling_time()
  );

  return query select * from chatbot.admission_of(p_completion_id);
end
$$;

revoke all on function chatbot.begin_completion from public;
grant execute on function chatbot.begin_completion to authenticated;
