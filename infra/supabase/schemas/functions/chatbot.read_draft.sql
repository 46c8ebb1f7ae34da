-- What may be shown of an answer that is not stored with its message yet: to its owner only.
create function chatbot.read_draft(p_message_id uuid)
returns table (content text, status text, finish_reason text, receipt jsonb)
language sql
stable
security definer
set search_path = ''
as $$
  select
    chatbot.draft_text(c.id),
    case
      when c.ended_at is null then 'streaming'
      when c.state = 'finished' then 'complete'
      else c.state
    end,
    c.finish_reason,
    c.receipt
  from chatbot.completions c
  where c.id = p_message_id and c.user_id = auth.uid() and c.persisted_at is null;
$$;

revoke all on function chatbot.read_draft from public;
grant execute on function chatbot.read_draft to authenticated;
