-- Counts what all users use together, where that is capped; last, as everybody waits for each other here.
create function billing.record_for_deployment(
  p_period_start timestamptz,
  p_tokens bigint,
  p_cost numeric,
  -- Of the user, whose smallest send it is that has to fit.
  p_limits billing.limits,
  p_price billing.model_prices
)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_period billing.deployment_periods;
begin
  if exists (select from billing.deployment_limits l where num_nonnulls(l.token_cap, l.cost_cap) > 0) then
    insert into billing.deployment_periods as d (period_start, tokens, cost)
    select p_period_start, p_tokens, p_cost
    -- A month that was over before there were limits is not begun: it would lack what was used then.
    where p_period_start >= billing.period_start(billing.clock())
      or exists (select from billing.deployment_periods b where b.period_start = p_period_start)
    on conflict (period_start) do update
    set tokens = d.tokens + excluded.tokens,
        cost = d.cost + excluded.cost
    returning d.* into v_period;

    perform billing.note_deployment_caps(v_period, p_limits, p_price);
  end if;
end
$$;

revoke all on function billing.record_for_deployment from public;
grant execute on function billing.record_for_deployment to service_role;
