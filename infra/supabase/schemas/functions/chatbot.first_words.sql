-- What names a chat that has no other title; null where the text has no words.
create function chatbot.first_words(p_content text)
returns text
language sql
immutable
return nullif(left(trim(regexp_replace(left(p_content, 200), '\s+', ' ', 'g')), 60), '');

revoke all on function chatbot.first_words from public;
grant execute on function chatbot.first_words to authenticated, service_role;
