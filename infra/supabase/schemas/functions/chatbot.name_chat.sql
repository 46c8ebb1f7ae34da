-- The first message of a chat names it, where nobody has.
create function chatbot.name_chat()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  -- Nearly always it has its name, and a look is cheaper than an update of nothing.
  if exists (select from public.chats c where c.id = new.chat_id and c.title_source = 'default') then
    update public.chats
    set title = chatbot.first_words(new.content),
        title_source = 'words'
    where id = new.chat_id and user_id = new.user_id and title_source = 'default' and chatbot.first_words(new.content) is not null;
  end if;
  return null;
end
$$;

revoke all on function chatbot.name_chat from public;
