-- The first day of the oldest month that is closed and not archived; null where there is none.
create function billing.month_to_archive()
returns date
language plpgsql
stable
set search_path = ''
as $$
declare
  v_start timestamptz := (select p.period_start from billing.usage_periods p order by p.period_start limit 1);
begin
  return (
    select m.month::date
    from generate_series(
      date_trunc('month', v_start at time zone 'UTC'), date_trunc('month', billing.clock() at time zone 'UTC') - interval '1 month', interval '1 month'
    ) m (month)
    where not exists (select from billing.archived_periods a where a.month = m.month::date) and billing.is_month_closed(m.month::date)
    order by m.month
    limit 1
  );
end
$$;

revoke all on function billing.month_to_archive from public;
grant execute on function billing.month_to_archive to service_role;
