-- The first day of the month whose period is over longest and can be closed; null where there is none.
create function billing.month_to_close(p_close_after interval)
returns date
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select date_trunc('month', p.period_start at time zone 'UTC')::date
    from billing.usage_periods p
    where p.period_end < billing.clock() - p_close_after and p.status <> 'closed'
      and not exists (
        select from billing.usage_reservations r where r.user_id = p.user_id and r.period_start = p.period_start
      )
    order by p.period_end
    limit 1
  );
end
$$;

revoke all on function billing.month_to_close from public;
grant execute on function billing.month_to_close to service_role;
