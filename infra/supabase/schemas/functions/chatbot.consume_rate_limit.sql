-- Takes a token from a bucket, whose capacity is a minute's worth, refilled evenly.
create function chatbot.consume_rate_limit(p_user_id uuid, p_kind text, p_per_minute integer)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_now timestamptz := clock_timestamp();
  v_left double precision;
begin
  insert into chatbot.rate_buckets as b (user_id, kind, tokens, updated_at)
  values (p_user_id, p_kind, p_per_minute - 1, v_now)
  on conflict (user_id, kind) do update
  -- Who waited for another's turn must not turn the time back.
  set tokens = least(p_per_minute, b.tokens + greatest(0, extract(epoch from v_now - b.updated_at)) * p_per_minute / 60) - 1,
      updated_at = greatest(v_now, b.updated_at)
  where least(p_per_minute, b.tokens + greatest(0, extract(epoch from v_now - b.updated_at)) * p_per_minute / 60) >= 1;

  if not found then
    select b.tokens + greatest(0, extract(epoch from v_now - b.updated_at)) * p_per_minute / 60
    into v_left
    from chatbot.rate_buckets b
    where b.user_id = p_user_id and b.kind = p_kind;

    perform chatbot.refuse('CB008', 'Too many sends in a short time.', jsonb_build_object(
      'limit', p_per_minute,
      'windowSeconds', 60,
      'retryAfterSeconds', ceil((1 - v_left) * 60 / p_per_minute)
    ));
  end if;
end
$$;

revoke all on function chatbot.consume_rate_limit from public;
grant execute on function chatbot.consume_rate_limit to service_role;
