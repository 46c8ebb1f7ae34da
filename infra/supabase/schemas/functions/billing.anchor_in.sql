-- When periods begin in the month of p_at that lies p_months away.
create function billing.anchor_in(p_at timestamptz, p_months integer, p_anchor_day integer)
returns timestamptz
language sql
immutable
return least(
  date_trunc('month', p_at at time zone 'UTC') + make_interval(months => p_months, days => p_anchor_day - 1),
  date_trunc('month', p_at at time zone 'UTC') + make_interval(months => p_months + 1) - interval '1 day'
) at time zone 'UTC';

revoke all on function billing.anchor_in from public;
grant execute on function billing.anchor_in to service_role;
