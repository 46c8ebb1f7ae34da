-- Takes what the deployment allows all users together; its caps are looked at along with the user's.
create function billing.check_deployment_limits()
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_limits record;
begin
  select l.* into v_limits from billing.deployment_limits l;
  if v_limits.requests_per_minute is not null then
    perform chatbot.consume_rate_limit('00000000-0000-0000-0000-000000000000', 'deployment', v_limits.requests_per_minute);
  end if;

  perform billing.lock_deployment();
  if (
    select count(*)
    from (select from chatbot.completions c where c.state in ('admitted', 'streaming') limit v_limits.concurrent_streams) live
  ) >= v_limits.concurrent_streams
  then
    perform chatbot.refuse('CB009', 'Too many answers are being written at once.');
  end if;
end
$$;

revoke all on function billing.check_deployment_limits from public;
