-- After the insertion, which has waited for a deletion of the same id that was under way.
create function chatbot.refuse_deleted_chat()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform chatbot.check_not_deleted(new.user_id, new.id);
  return null;
end
$$;

revoke all on function chatbot.refuse_deleted_chat from public;
