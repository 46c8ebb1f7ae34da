-- A completion whose process died, with what it is charged by: what was counted of its prompt and its draft.
create function billing.count_usage(p_completion chatbot.completions, p_input_tokens integer, p_output_tokens integer)
returns chatbot.completions
language plpgsql
stable
set search_path = ''
as $$
declare
  v_reasoning integer;
begin
  select coalesce(max(d.reasoning_tokens), 0) into v_reasoning
  from chatbot.completion_deltas d
  where d.completion_id = p_completion.id;

  p_completion.input_tokens := least(p_input_tokens, p_completion.prompt_bound);
  p_completion.cached_input_tokens := 0;
  p_completion.cache_write_tokens := 0;
  p_completion.output_tokens := least(p_output_tokens + v_reasoning, p_completion.max_output_tokens);
  p_completion.reasoning_tokens := least(v_reasoning, p_completion.output_tokens);
  p_completion.usage_quality := 'estimated';
  return p_completion;
end
$$;

revoke all on function billing.count_usage from public;
grant execute on function billing.count_usage to service_role;
