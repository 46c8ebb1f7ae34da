-- A refusal as its user may know it, with the time that it is worth to wait: until the cap starts anew or, where it fits but for what
-- running answers hold, until enough of those must have ended.
create function billing.explain_refusal(p_refusal jsonb, p_at timestamptz)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  v_wait interval := (p_refusal ->> 'resetsAt')::timestamptz - p_at;
begin
  if p_refusal ->> 'reason' = 'reserved' then
    v_wait := least(v_wait, billing.wait_for_reservations(p_refusal));
  end if;

  -- Who else uses the deployment, and how much, is nobody's business.
  if p_refusal ->> 'cap' like 'deployment%' then
    p_refusal := p_refusal - array['limit', 'used', 'reserved', 'reservedBy', 'needed', 'wouldFit', 'startsAt'];
  end if;
  return p_refusal || jsonb_build_object('retryAfterSeconds', greatest(1, ceil(extract(epoch from v_wait))));
end
$$;

revoke all on function billing.explain_refusal from public;
grant execute on function billing.explain_refusal to service_role;
