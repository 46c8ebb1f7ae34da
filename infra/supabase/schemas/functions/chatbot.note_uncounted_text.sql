-- A text that came with a bound of its own is counted already; the trigger of inserts passes it over.
create function chatbot.note_uncounted_text()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if new.token_bound = octet_length(new.content) and new.content <> '' then
    insert into chatbot.token_counts (message_id, chat_id)
    values (new.id, new.chat_id)
    on conflict (message_id) do update
    set tokens = null,
        changed_at = clock_timestamp();
  else
    delete from chatbot.token_counts where message_id = new.id;
  end if;
  return null;
end
$$;

revoke all on function chatbot.note_uncounted_text from public;
