-- The owner is a lexeme of its own, so that one index intersects "mine" with the words asked for.
create function chatbot.search_vector(owner uuid, body text)
returns tsvector
language sql
immutable
parallel safe
return array_to_tsvector(array[owner::text])
  -- Of a long text the start is found. Each change of its row makes this anew, so it must not take long, and a tsvector holds a mebibyte.
  || to_tsvector('simple'::regconfig, left(body, 32768));

revoke all on function chatbot.search_vector from public;
grant execute on function chatbot.search_vector to authenticated, service_role;
