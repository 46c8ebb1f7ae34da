-- Everybody on the plan was looked at, unless it has changed once more meanwhile.
create function billing.end_review(p_plan_id text, p_changed_at timestamptz)
returns void
language sql
set search_path = ''
as $$
  update billing.plans
  set is_review_due = false
  where id = p_plan_id and updated_at = p_changed_at;
$$;

revoke all on function billing.end_review from public;
grant execute on function billing.end_review to service_role;
