create function billing.make_default(p_plan_id text)
returns void
language plpgsql
set search_path = ''
as $$
begin
  update billing.plans set is_default = false where is_default and id <> p_plan_id;
  update billing.plans set is_default = true where id = p_plan_id and not is_default;
end
$$;

revoke all on function billing.make_default from public;
grant execute on function billing.make_default to service_role;
