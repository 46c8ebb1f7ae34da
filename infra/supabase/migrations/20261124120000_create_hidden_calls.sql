-- Calls that the user does not see, like the one that makes a chat's title: completions without a message, metered by their
-- purpose and counted against the same caps.
drop index chatbot.completions_one_live_per_chat;
create unique index completions_one_live_per_chat on chatbot.completions (chat_id)
where state in ('admitted', 'streaming') and purpose = 'answer';
-- A chat gets its title once, whatever is delivered twice.
create unique index completions_one_title_per_chat on chatbot.completions (chat_id) where purpose = 'title';

alter table chatbot.completions
  drop constraint completions_purpose_length,
  add constraint completions_purpose_known check (purpose in ('answer', 'title'));

create or replace function chatbot.find_live_completion(p_chat_id uuid)
returns uuid
language sql
stable
security definer
set search_path = ''
begin atomic
  select c.id
  from chatbot.completions c
  where c.chat_id = p_chat_id and c.user_id = auth.uid() and c.purpose = 'answer' and c.state in ('admitted', 'streaming');
end;

create or replace function chatbot.request_cancel(p_chat_id uuid)
returns uuid
language sql
security definer
set search_path = ''
begin atomic
  update chatbot.completions
  set cancel_requested = true
  where chat_id = p_chat_id and user_id = auth.uid() and purpose = 'answer' and state in ('admitted', 'streaming')
  returning id;
end;

-- The title of a chat that has no other yet.
create function chatbot.first_words(p_content text)
returns text
language sql
immutable
return coalesce(nullif(left(trim(regexp_replace(left(p_content, 200), '\s+', ' ', 'g')), 60), ''), 'New chat');

-- What a chat began with.
create function chatbot.first_question(p_chat public.chats)
returns text
language sql
stable
set search_path = ''
begin atomic
  select m.content
  from public.messages m
  where m.chat_id = (p_chat).id and m.user_id = (p_chat).user_id and m.role = 'user'
  order by m.seq
  limit 1;
end;

-- What a title is to be made of, once a chat has its first answer; no row where it has a title, or had its turn.
create function chatbot.title_subject(p_completion_id uuid)
returns table (user_id uuid, chat_id uuid, question text, answer text)
language sql
stable
set search_path = ''
begin atomic
  select c.user_id, c.chat_id, left(q.content, 2000), left(a.content, 2000)
  from chatbot.completions c
  join public.chats h on h.id = c.chat_id and h.user_id = c.user_id
  join public.messages a on a.id = c.id and a.role = 'assistant'
  cross join lateral (values (chatbot.first_question(h))) q (content)
  where c.id = p_completion_id and c.purpose = 'answer' and c.state = 'finished' and q.content is not null and h.title = chatbot.first_words(q.content)
    and not exists (select from chatbot.completions t where t.chat_id = c.chat_id and t.purpose = 'title');
end;

-- Admits a call that the user does not see, on the platform's account. Null where it may not be made: the caps have no room, the
-- account is blocked, the model has no price, or the chat had its call.
create function chatbot.begin_hidden_call(
  p_id uuid,
  p_user_id uuid,
  p_chat_id uuid,
  p_purpose text,
  p_model text,
  p_prompt_tokens integer,
  p_prompt_bytes integer,
  p_max_output integer,
  p_lease interval,
  p_reservation_lifetime interval
)
returns integer
language plpgsql
set search_path = ''
as $$
declare
  v_now timestamptz;
  v_limits billing.limits;
  v_period billing.usage_periods;
  v_price billing.model_prices;
  v_fit record;
begin
  select l.* into v_limits from billing.limits_of(p_user_id) l;
  if v_limits.blocked_reason is not null then
    return null;
  end if;

  v_period := billing.lock_period(p_user_id, v_limits.period_anchor_day);
  v_now := billing.moment_in(v_period);
  select p.* into v_price from billing.price_of(p_model, v_now) p;
  if v_price.id is null then
    return null;
  end if;

  perform billing.lock_deployment();
  select f.* into v_fit
  from billing.fit_call(v_period, v_limits, 'platform', v_now, v_price, p_max_output, p_prompt_tokens) f;
  if v_fit.output is null then
    return null;
  end if;

  insert into chatbot.completions (
    id, user_id, chat_id, purpose, model, payer, period_start, price_id, prompt_bound, prompt_bytes, max_output_tokens, prompt_message_ids,
    lease_expires_at, created_at, called_at
  )
  values (
    p_id, p_user_id, p_chat_id, p_purpose, p_model, 'platform', v_period.period_start, v_price.id, p_prompt_tokens, p_prompt_bytes, v_fit.output, '{}',
    clock_timestamp() + p_lease, v_now, v_now
  )
  on conflict do nothing;
  if not found then
    return null;
  end if;

  insert into billing.usage_reservations (completion_id, user_id, period_start, payer, tokens, cost, created_at, expires_at)
  values (p_id, p_user_id, v_period.period_start, 'platform', v_fit.tokens, v_fit.cost, v_now, clock_timestamp() + p_reservation_lifetime);
  return v_fit.output;
end
$$;

-- Unless the user has named the chat meanwhile.
create function chatbot.give_title(p_chat_id uuid, p_title text)
returns void
language sql
set search_path = ''
begin atomic
  update public.chats h
  set title = p_title
  where h.id = p_chat_id and chatbot.first_question(h) is not null and h.title = chatbot.first_words(chatbot.first_question(h));
end;

revoke all on all functions in schema chatbot from public;
grant execute on function chatbot.first_words, chatbot.first_question, chatbot.title_subject, chatbot.begin_hidden_call, chatbot.give_title to service_role;
