-- Changes what p_changes names by its columns, and leaves the rest of a user's plan as it is. Who has no plan of their own is on the
-- default one with these changes. False where there is no plan of that id.
create function billing.change_user_plan(p_user_id uuid, p_changes jsonb)
returns boolean
language plpgsql
set search_path = ''
as $$
begin
  if p_changes ? 'plan_id' and not exists (select from billing.plans p where p.id = p_changes ->> 'plan_id') then
    return false;
  end if;

  insert into billing.user_plans (user_id, plan_id)
  select p_user_id, p.id
  from billing.plans p
  where p.is_default
  on conflict (user_id) do nothing;

  update billing.user_plans u
  set (
    plan_id, token_cap, cost_cap, own_key_token_cap, daily_token_cap, daily_cost_cap, period_anchor_day, requests_per_minute,
    concurrent_streams, max_output_tokens, blocked_reason
  ) = (
    select n.plan_id, n.token_cap, n.cost_cap, n.own_key_token_cap, n.daily_token_cap, n.daily_cost_cap, n.period_anchor_day,
      n.requests_per_minute, n.concurrent_streams, n.max_output_tokens, n.blocked_reason
    from jsonb_populate_record(u, p_changes) n
  )
  where u.user_id = p_user_id;
  return found;
end
$$;

revoke all on function billing.change_user_plan from public;
grant execute on function billing.change_user_plan to service_role;
