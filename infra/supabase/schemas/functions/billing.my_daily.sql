-- The caller's own figures.
create function billing.my_daily(p_from date, p_to date)
returns setof billing.usage_daily
language sql
stable
security definer
set search_path = ''
as $$
  select d.*
  from billing.usage_daily d
  where d.user_id = auth.uid() and d.day between p_from and p_to
  order by d.day, d.model, d.purpose, d.payer;
$$;

revoke all on function billing.my_daily from public;
grant execute on function billing.my_daily to authenticated;
