-- Tells of a cap that use has reached, or of which 80 % are used. A user of null is all.
create function billing.note_cap(
  p_user_id uuid,
  p_limits billing.limits,
  p_price billing.model_prices,
  p_cap text,
  p_limit numeric,
  p_used numeric,
  p_starts_at timestamptz,
  p_resets_at timestamptz
)
returns void
language plpgsql
set search_path = ''
as $$
begin
  if billing.is_reached(p_limits, p_cap, p_limit, p_used, p_price) then
    perform billing.reach_cap(p_user_id, p_cap, p_limit, p_used, p_starts_at, p_resets_at, billing.clock());
  elsif p_used * 100 >= p_limit * 80 then
    perform billing.raise_cap_alert('cap_warning', p_user_id, p_cap, p_limit, p_used, p_starts_at, p_resets_at);
  end if;
end
$$;

revoke all on function billing.note_cap from public;
grant execute on function billing.note_cap to service_role;
