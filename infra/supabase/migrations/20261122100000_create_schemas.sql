-- chatbot is the machinery, billing the ledger: neither is served by Supabase's REST API, and in both
-- users hold no table rights, only the right to execute some functions.
create schema chatbot;
create schema billing;

revoke all on schema chatbot, billing from public;
grant usage on schema chatbot, billing to authenticated, service_role;

create function chatbot.touch_updated_at()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  new.updated_at := clock_timestamp();
  return new;
end
$$;

-- The owner is a lexeme of its own, so that one index intersects "mine" with the words asked for.
create function chatbot.search_vector(owner uuid, body text)
returns tsvector
language sql
immutable
parallel safe
return array_to_tsvector(array[owner::text])
  -- A tsvector holds a mebibyte, which an answer of as much can exceed: of a text longer than a user may send, the start is found.
  || to_tsvector('simple'::regconfig, case when octet_length(body) <= 262144 then body else left(body, 65536) end);

-- Postgres lets everyone execute a new function; here each one names who may.
revoke all on all functions in schema chatbot from public;
grant execute on function chatbot.search_vector to authenticated, service_role;
