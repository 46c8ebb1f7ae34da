-- The tokens of a prompt whose process died before it said them, from what was counted now. What of it was edited or deleted since can no
-- longer be counted: it is charged by its bytes, up to the bound, so that deleting never refunds.
create function billing.count_input(p_completion chatbot.completions, p_counted integer)
returns integer
language plpgsql
stable
set search_path = ''
as $$
declare
  v_bytes integer;
begin
  select coalesce(sum(octet_length(p.content)), 0) into v_bytes from chatbot.prompt_of(p_completion.id) p;
  if v_bytes > p_completion.prompt_bytes and not exists (
    -- An answer in the prompt that ended late has more text now; any other text that grew is another text.
    select
    from chatbot.completions l
    where l.id = any (p_completion.prompt_message_ids) and l.lease_epoch > 2
  ) then
    return p_completion.prompt_bound;
  end if;

  return least(p_counted + greatest(p_completion.prompt_bytes - v_bytes, 0), p_completion.prompt_bound);
end
$$;

revoke all on function billing.count_input from public;
grant execute on function billing.count_input to service_role;
