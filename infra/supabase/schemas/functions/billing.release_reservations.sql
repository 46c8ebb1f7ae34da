-- Reservations that nothing will settle any more.
create function billing.release_reservations()
returns void
language sql
set search_path = ''
as $$
  delete from billing.usage_reservations r
  where r.completion_id in (
    select o.completion_id
    from billing.usage_reservations o
    where o.expires_at < now()
      and not exists (select from chatbot.completions c where c.id = o.completion_id and c.recorded_at is null)
    limit 1000
  );
$$;

revoke all on function billing.release_reservations from public;
grant execute on function billing.release_reservations to service_role;
