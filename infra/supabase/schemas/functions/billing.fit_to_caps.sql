-- The worst case of a call, cut to what still fits: the output tokens that it may have and the cost of its prompt; where it
-- does not fit, what is in the way.
create function billing.fit_to_caps(
  p_period billing.usage_periods,
  p_limits billing.limits,
  p_payer text,
  p_at timestamptz,
  p_price billing.model_prices,
  p_most integer,
  p_prompt_tokens integer,
  -- Null is what p_prompt_tokens cost.
  p_prompt_cost numeric default null,
  p_exclude uuid default null,
  out output integer,
  out tokens integer,
  out cost numeric,
  out refusal jsonb
)
language plpgsql
set search_path = ''
as $$
declare
  c_least constant integer := billing.min_output(p_most);
  v_is_free boolean := p_payer = 'own_key';
  v_prompt_cost numeric := case when v_is_free then 0 else coalesce(p_prompt_cost, p_prompt_tokens * billing.input_cost(p_price)) end;
  v_output_cost numeric := case when v_is_free then 0 else billing.output_cost(p_price) end;
  v_caps record;
begin
  -- One look at all caps: others settle meanwhile. What is null, as there is no cap, is passed over by least() and min().
  select
    least(
      p_most,
      min(r.room) filter (where c.unit = 'tokens') - p_prompt_tokens,
      -- Exact, where a quotient might be rounded up.
      div(min(r.room) filter (where c.unit = 'cost') - v_prompt_cost, nullif(v_output_cost, 0))
    ) as output,
    -- A price of nothing leaves the prompt to be paid.
    coalesce(min(r.room) filter (where c.unit = 'cost') >= v_prompt_cost, true) as is_prompt_paid,
    jsonb_agg(
      jsonb_build_object(
        'cap', c.cap,
        'reason', case when r.room + c.reserved < r.needed then 'used' else 'reserved' end,
        'limit', c.cap_limit,
        'used', c.used,
        'reserved', c.reserved,
        'reservedBy', c.reserved_by,
        'needed', r.needed,
        'wouldFit', greatest(r.room, 0),
        'startsAt', c.starts_at,
        'resetsAt', c.resets_at
      )
      -- What takes longest to go away is what the user has to know.
      order by r.room + c.reserved < r.needed desc, c.resets_at desc, c.cap like 'deployment%', c.cap
    ) filter (where r.room < r.needed) as refusals
  into v_caps
  from billing.caps_of(p_period, p_limits, p_payer, p_at, p_exclude) c
  cross join lateral (
    values (
      c.cap_limit - c.used - c.reserved,
      case c.unit when 'tokens' then p_prompt_tokens + c_least else v_prompt_cost + c_least * v_output_cost end
    )
  ) r (room, needed);

  if v_caps.output >= c_least and v_caps.output > 0 and (v_caps.is_prompt_paid or v_is_free) then
    output := v_caps.output;
    tokens := p_prompt_tokens + output;
    cost := v_prompt_cost + output * v_output_cost;
  else
    refusal := billing.explain_refusal(v_caps.refusals -> 0, p_at);
  end if;
end
$$;

revoke all on function billing.fit_to_caps from public;
grant execute on function billing.fit_to_caps to service_role;
