-- Whether all periods that begin in a month are closed, and none can begin in it any more.
create function billing.is_month_closed(p_month date)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
declare
  v_start timestamptz := p_month::timestamp at time zone 'UTC';
  v_next timestamptz := (p_month + interval '1 month') at time zone 'UTC';
  v_after_next timestamptz := (p_month + interval '2 months') at time zone 'UTC';
begin
  return v_next <= billing.clock()
    and exists (select from billing.usage_periods p where p.period_start >= v_start and p.period_start < v_next)
    -- A period that begins within the month ends before the one after the next, which bounds what is read of those that are not closed.
    and not exists (
      select
      from billing.usage_periods p
      where p.status <> 'closed' and p.period_end < v_after_next and p.period_end > v_start and p.period_start >= v_start and p.period_start < v_next
    )
    -- Whose periods begin on another day than the first may begin one that lies in this month until the next one is over.
    and (
      v_after_next <= billing.clock()
      or not (
        exists (select from billing.user_plans u where u.period_anchor_day <> 1)
        or exists (select from billing.plans l where l.period_anchor_day <> 1)
      )
    );
end
$$;

revoke all on function billing.is_month_closed from public;
grant execute on function billing.is_month_closed to service_role;
