-- Refusals carry a SQLSTATE of class CB, one per problem code, and their facts as JSON in the hint.
create function chatbot.refuse(p_sqlstate text, p_message text, p_facts jsonb default '{}')
returns void
language plpgsql
set search_path = ''
as $$
begin
  raise exception '%', p_message using errcode = p_sqlstate, hint = p_facts::text;
end
$$;

revoke all on function chatbot.refuse from public;
grant execute on function chatbot.refuse to service_role;
