-- Counts chats that came, or went, with one statement.
create function chatbot.note_chats()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_sign constant integer := case tg_op when 'INSERT' then 1 else -1 end;
begin
  perform chatbot.note_storage(c.user_id, v_sign * c.chats, v_sign * c.bytes, tg_op = 'INSERT')
  from (
    select g.user_id, count(*)::integer as chats, sum(octet_length(g.title) + coalesce(octet_length(g.system_prompt), 0)) as bytes
    from changed g
    group by g.user_id
  ) c;
  return null;
end
$$;

revoke all on function chatbot.note_chats from public;
