-- However chats are deleted. Where they go with their user, nobody is left for whom their ids could come back.
create function chatbot.remember_deleted_chats()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  -- What an id takes: it counts against the quota of stored bytes, as whoever makes chats and deletes them stores it for good.
  c_bytes constant bigint := 100;
  v_noted record;
begin
  for v_noted in
    with noted as (
      insert into chatbot.deleted_chats as d (user_id, chat_id)
      select c.user_id, c.id
      from changed c
      join auth.users u on u.id = c.user_id
      on conflict do nothing
      returning d.user_id
    )
    select n.user_id, count(*) as ids
    from noted n
    group by n.user_id
  loop
    perform chatbot.note_storage(v_noted.user_id, 0, v_noted.ids * c_bytes, false);
  end loop;
  return null;
end
$$;

revoke all on function chatbot.remember_deleted_chats from public;
