-- What limits refused to the caller since a day, the latest first.
create function billing.my_refusals(p_from date)
returns table (kind text, cap text, count bigint, first_at timestamptz, last_at timestamptz)
language sql
stable
security definer
set search_path = ''
as $$
  select r.* from billing.refusals_of(auth.uid(), p_from) r;
$$;

revoke all on function billing.my_refusals from public;
grant execute on function billing.my_refusals to authenticated;
