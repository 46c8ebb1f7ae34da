-- Reviews the next users of a plan whose limits have changed; the last of those looked at, null when there are no more.
create function billing.review_plan(p_plan_id text, p_after uuid, p_limit integer)
returns uuid
language plpgsql
set search_path = ''
as $$
declare
  v_looked_at uuid[];
  v_price billing.model_prices;
begin
  select c.* into v_price
  from billing.plans p
  cross join lateral billing.cheapest_price(p.models_allowed) c
  where p.id = p_plan_id;

  select array_agg(b.user_id order by b.user_id) into v_looked_at
  from (
    select u.user_id
    from billing.usage_periods u
    where u.user_id > p_after and u.period_end > billing.clock() and u.status <> 'closed'
    order by u.user_id
    limit p_limit
  ) b;

  perform billing.review_user(u.user_id)
  from billing.usage_periods u
  cross join lateral billing.limits_of(u.user_id) l
  where u.user_id = any (v_looked_at) and u.period_end > billing.clock() and u.status <> 'closed' and l.plan_id = p_plan_id
    and (
      u.status <> billing.status_under(l, u.tokens, u.cost, v_price)
      or u.tokens * 100 >= l.token_cap * 80 or u.cost * 100 >= l.cost_cap * 80 or u.own_key_tokens * 100 >= l.own_key_token_cap * 80
      or num_nonnulls(l.daily_token_cap, l.daily_cost_cap) > 0
      or exists (select from billing.reached_caps r where r.user_id = u.user_id and r.resets_at > billing.clock())
    )
  -- In the order of those who write what was refused to many.
  order by u.user_id;

  return v_looked_at[cardinality(v_looked_at)];
end
$$;

revoke all on function billing.review_plan from public;
grant execute on function billing.review_plan to service_role;
