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
  v_max_output integer;
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
  v_now := billing.clamp_to_period(v_period);

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
  v_max_output := least(v_model.max_output, v_limits.max_output_tokens);
  select p.token_bound into v_prompt
  from chatbot.choose_prompt(
    v_user, p_chat_id, v_anew, v_model.context - v_max_output, v_model.in_bytes, case when v_model.in_bytes then p_bytes else p_token_bound end
  ) p;
  prompt_tokens := v_prompt.token_bound;

  select f.* into v_fit
  from billing.fit_to_caps(v_period, v_limits, payer, v_now, v_model.price, v_max_output, prompt_tokens) f;
  max_output_tokens := v_fit.output;
  tokens := v_fit.tokens;
  cost := v_fit.cost;
  refusal := v_fit.refusal;
  return next;
end
$$;

revoke all on function chatbot.estimate_completion from public;
grant execute on function chatbot.estimate_completion to authenticated;
