-- What a send is told that makes no call: the completion to follow.
create function chatbot.repeat_of(p_id uuid)
returns setof chatbot.admission
language sql
stable
set search_path = ''
as $$
  select r.*
  from jsonb_populate_record(null::chatbot.admission, jsonb_build_object('completion_id', p_id, 'is_new', false)) r;
$$;

revoke all on function chatbot.repeat_of from public;
