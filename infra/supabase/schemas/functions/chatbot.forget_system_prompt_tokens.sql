create function chatbot.forget_system_prompt_tokens()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  new.system_prompt_tokens := null;
  return new;
end
$$;

revoke all on function chatbot.forget_system_prompt_tokens from public;
