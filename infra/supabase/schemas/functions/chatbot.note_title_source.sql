-- Whoever sets a title without saying where it is from is the user, by way of Supabase's own API.
create function chatbot.note_title_source()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if tg_op = 'INSERT' then
    if new.title_source = 'default' and new.title <> 'New chat' then
      new.title_source := 'user';
    end if;
  elsif new.title <> old.title and new.title_source = old.title_source then
    new.title_source := 'user';
  end if;
  return new;
end
$$;

revoke all on function chatbot.note_title_source from public;
