-- A chat's id stays deleted for its owner.
create function chatbot.check_not_deleted(p_user_id uuid, p_chat_id uuid)
returns void
language plpgsql
set search_path = ''
as $$
begin
  if exists (select from chatbot.deleted_chats d where d.user_id = p_user_id and d.chat_id = p_chat_id) then
    perform chatbot.refuse('CB003', 'The chat was deleted. Begin a new one under another id.');
  end if;
end
$$;

revoke all on function chatbot.check_not_deleted from public;
