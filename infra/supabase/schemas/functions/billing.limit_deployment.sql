-- Limits all users together. What they have used this month is counted from the rollup, as it is not counted along without
-- caps; who settles at the same time waits.
create function billing.limit_deployment(p_token_cap bigint, p_cost_cap numeric, p_requests_per_minute integer, p_concurrent_streams integer)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_month timestamptz := billing.period_start(billing.clock());
  v_period billing.deployment_periods;
begin
  lock table billing.usage_daily in share row exclusive mode;
  update billing.deployment_limits
  set token_cap = p_token_cap,
      cost_cap = p_cost_cap,
      requests_per_minute = p_requests_per_minute,
      concurrent_streams = p_concurrent_streams;

  insert into billing.deployment_periods as p (period_start, tokens, cost)
  select v_month, coalesce(sum(d.input_tokens + d.output_tokens), 0), coalesce(sum(d.cost), 0)
  from billing.usage_daily d
  where d.day >= (v_month at time zone 'UTC')::date and d.day < (billing.period_end(v_month) at time zone 'UTC')::date and d.payer = 'platform'
  having num_nonnulls(p_token_cap, p_cost_cap) > 0
  on conflict (period_start) do update
  set tokens = excluded.tokens,
      cost = excluded.cost
  returning p.* into v_period;

  delete from billing.reached_caps r where r.user_id = '00000000-0000-0000-0000-000000000000' and r.starts_at = v_month;
  -- The nil UUID has the default plan.
  perform billing.note_deployment_caps(v_period, l)
  from billing.limits_of('00000000-0000-0000-0000-000000000000') l;
end
$$;

revoke all on function billing.limit_deployment from public;
grant execute on function billing.limit_deployment to service_role;
