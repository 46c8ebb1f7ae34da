-- What limits refused to a user since a day, the latest first.
create function billing.refusals_of(p_user_id uuid, p_from date)
returns table (kind text, cap text, count bigint, first_at timestamptz, last_at timestamptz)
language sql
stable
set search_path = ''
as $$
  select r.kind, nullif(r.cap, ''), sum(r.count)::bigint, min(r.first_at), max(r.last_at)
  from billing.refusals r
  where r.user_id = p_user_id and r.day >= p_from
  group by r.kind, r.cap
  order by max(r.last_at) desc;
$$;

revoke all on function billing.refusals_of from public;
grant execute on function billing.refusals_of to service_role;
