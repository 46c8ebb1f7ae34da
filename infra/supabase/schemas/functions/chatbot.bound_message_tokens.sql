create function chatbot.bound_message_tokens()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  -- No tokenizer makes more tokens of a text than it has bytes. Who knows better sets the column along with the text.
  if new.token_bound is null or (tg_op = 'UPDATE' and new.token_bound = old.token_bound) then
    new.token_bound := octet_length(new.content);
  end if;
  return new;
end
$$;

revoke all on function chatbot.bound_message_tokens from public;
