-- The operations to start now: those that are due and not under way, and those that have shown no sign of life for a while. To start
-- one that runs after all changes nothing. One that is done again is another run, created anew.
create function chatbot.begin_operations(p_close_after interval, p_key_version integer)
returns table (id text, kind text, created_at timestamptz)
language plpgsql
set search_path = ''
as $$
begin
  insert into chatbot.operations as o (id, kind, progress, due_at)
  select 'close-period-' || to_char(m.month, 'YYYY-MM'), 'close_period', '{"periods": 0}', '-infinity'
  from billing.month_to_close(p_close_after) m (month)
  where m.month is not null
  on conflict on constraint operations_pkey do update
  set created_at = clock_timestamp(),
      touched_at = clock_timestamp(),
      due_at = '-infinity',
      finished_at = null
  where o.finished_at is not null;

  insert into chatbot.operations as o (id, kind, progress, due_at)
  select 'archive-period-' || to_char(m.month, 'YYYY-MM'), 'archive_period', '{"files": 0}', '-infinity'
  from billing.month_to_archive() m (month)
  where m.month is not null
  on conflict on constraint operations_pkey do nothing;

  -- Of a version that is not the current one any more nobody would do what is left.
  update chatbot.operations o
  set finished_at = clock_timestamp()
  where o.kind = 'reencrypt_keys' and o.finished_at is null and o.id <> 'reencrypt-keys-' || p_key_version;

  -- Keys that could not be opened are tried again after an hour: their data key may have come back.
  insert into chatbot.operations as o (id, kind, progress, due_at)
  select 'reencrypt-keys-' || p_key_version, 'reencrypt_keys', '{"reencrypted": 0, "unreadable": 0}', '-infinity'
  where exists (select from chatbot.provider_keys k where k.key_version < p_key_version or k.key_version > p_key_version)
  on conflict on constraint operations_pkey do update
  set created_at = clock_timestamp(),
      touched_at = clock_timestamp(),
      due_at = '-infinity',
      finished_at = null,
      progress = excluded.progress
  where o.finished_at < now() - interval '1 hour';

  return query
  with due as (
    select d.id
    from chatbot.operations d
    where d.finished_at is null and d.due_at <= clock_timestamp()
    order by d.due_at
    limit 100
    for update skip locked
  )
  update chatbot.operations o
  set due_at = clock_timestamp() + interval '5 minutes'
  from due d
  where o.id = d.id
  returning o.id, o.kind, o.created_at;
end
$$;

revoke all on function chatbot.begin_operations from public;
grant execute on function chatbot.begin_operations to service_role;
