create function chatbot.is_followed(p_id uuid, p_within interval)
returns boolean
language sql
stable
set search_path = ''
as $$
  select coalesce((select c.followed_at > clock_timestamp() - p_within from chatbot.completions c where c.id = p_id), false);
$$;

revoke all on function chatbot.is_followed from public;
grant execute on function chatbot.is_followed to service_role;
