-- Asks answers to stop whose users are blocked, or have reached a cap since those were admitted, where the plan stops them at it; how
-- many. No answer is written for an hour, so of caps only those are looked at that were reached within one.
create function chatbot.cancel_blocked()
returns integer
language sql
set search_path = ''
as $$
  with reached as materialized (
    select r.user_id, r.cap, r.starts_at, r.resets_at, r.reached_at
    from billing.reached_caps r
    where r.reached_at > (select billing.clock() - interval '1 hour')
  ),
  blocked as materialized (
    select u.user_id, null::text as payer, null::timestamptz as starts_at, null::timestamptz as resets_at, null::timestamptz as reached_at
    from billing.user_plans u
    where u.blocked_reason is not null
    union all
    select r.user_id, case r.cap when 'own_key_tokens' then 'own_key' else 'platform' end, r.starts_at, r.resets_at, r.reached_at
    from reached r
    where r.cap not like 'deployment%'
    union all
    -- A cap of the deployment is everybody's.
    select c.user_id, c.payer, r.starts_at, r.resets_at, r.reached_at
    from reached r
    cross join chatbot.completions c
    where r.cap like 'deployment%' and c.payer = 'platform' and c.state in ('admitted', 'streaming')
  ),
  stopped as (
    update chatbot.completions c
    set cancel_requested = true
    where c.state in ('admitted', 'streaming') and not c.cancel_requested
      and exists (
        select
        from blocked b
        cross join billing.limits_of(b.user_id) l
        where b.user_id = c.user_id
          and (
            b.payer is null
            or (l.stops_at_cap and c.payer = b.payer and c.created_at between b.starts_at and b.reached_at and c.created_at < b.resets_at)
          )
      )
    returning c.id
  )
  select count(*)::integer from stopped;
$$;

revoke all on function chatbot.cancel_blocked from public;
grant execute on function chatbot.cancel_blocked to service_role;
