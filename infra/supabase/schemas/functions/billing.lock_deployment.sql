-- Everybody waits for each other here, so it is done only where the deployment is limited, and last.
create function billing.lock_deployment()
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform from billing.deployment_limits l where num_nonnulls(l.token_cap, l.cost_cap, l.concurrent_streams) > 0 for update;
end
$$;

revoke all on function billing.lock_deployment from public;
grant execute on function billing.lock_deployment to service_role;
