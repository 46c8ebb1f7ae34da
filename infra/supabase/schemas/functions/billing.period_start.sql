-- The period that p_at lies in begins here; by default periods are calendar months in UTC.
create function billing.period_start(p_at timestamptz, p_anchor_day integer default 1)
returns timestamptz
language sql
immutable
return case
  when billing.anchor_in(p_at, 0, p_anchor_day) <= p_at then billing.anchor_in(p_at, 0, p_anchor_day)
  else billing.anchor_in(p_at, -1, p_anchor_day)
end;

revoke all on function billing.period_start from public;
grant execute on function billing.period_start to service_role;
