-- The text of an answer that is not stored with its message yet.
create function chatbot.draft_text(p_completion_id uuid)
returns text
language sql
stable
set search_path = ''
as $$
  select coalesce(string_agg(d.text, '' order by d.seq), '')
  from chatbot.completion_deltas d
  where d.completion_id = p_completion_id;
$$;

revoke all on function chatbot.draft_text from public;
grant execute on function chatbot.draft_text to service_role;
