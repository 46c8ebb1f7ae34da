-- Whether a stop of the answer to this message came before its send. It counts once.
create function chatbot.take_stop(p_user_id uuid, p_chat_id uuid, p_message_id uuid)
returns boolean
language sql
set search_path = ''
as $$
  with taken as (
    delete from chatbot.stop_requests s
    where s.user_id = p_user_id and s.chat_id = p_chat_id and s.message_id = p_message_id
    returning s.expires_at
  )
  select exists (select from taken t where t.expires_at > clock_timestamp());
$$;

revoke all on function chatbot.take_stop from public;
