-- Adds to the counts of what limits refused; a cap that was used up for a send is reached. Nothing here waits for a send, nor a send for it.
-- Whose account is gone meanwhile is not counted.
create function billing.record_refusals(p_refusals jsonb)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_now timestamptz := billing.clock();
begin
  -- In an order, so that instances that write of the same users do not wait for each other in a circle.
  insert into billing.refusals as r (user_id, day, kind, cap, count, first_at, last_at)
  select n."userId", (t.last_at at time zone 'UTC')::date, n.kind, n.cap, n.count, t.first_at, t.last_at
  from jsonb_to_recordset(p_refusals) n (
    "userId" uuid, kind text, cap text, count bigint, "firstSecondsAgo" double precision, "lastSecondsAgo" double precision,
    "resetsAt" timestamptz
  )
  join chatbot.accounts a on a.id = n."userId"
  -- What a cap refused counts to the cap's own period or day, also where it is written after that.
  cross join lateral (values (n."resetsAt" - interval '1 microsecond')) e (ends_at)
  cross join lateral (
    values (
      least(v_now - make_interval(secs => n."firstSecondsAgo"), e.ends_at),
      least(v_now - make_interval(secs => n."lastSecondsAgo"), e.ends_at)
    )
  ) t (first_at, last_at)
  order by 1, 2, 3, 4
  on conflict (user_id, day, kind, cap) do update
  set count = r.count + excluded.count,
      first_at = least(r.first_at, excluded.first_at),
      last_at = greatest(r.last_at, excluded.last_at);

  perform billing.reach_cap(
    n."userId", n.cap, n."limit", n.used, n."startsAt", n."resetsAt", v_now - make_interval(secs => n."lastSecondsAgo")
  )
  from jsonb_to_recordset(p_refusals) n (
    "userId" uuid, kind text, cap text, "lastSecondsAgo" double precision, "limit" numeric, used numeric, "startsAt" timestamptz,
    "resetsAt" timestamptz
  )
  join chatbot.accounts a on a.id = n."userId"
  where n.kind = 'cap' and n.cap not like 'deployment%' and num_nulls(n."limit", n.used, n."startsAt", n."resetsAt") = 0
  -- As the settlement tells of them.
  order by n."userId", n.cap like 'daily%' desc, n.cap;

  -- Those of the deployment come without figures, as users learn of them.
  perform billing.reach_cap(
    null, n.cap, c.cap_limit, c.used, m.starts_at, n.resets_at, v_now - make_interval(secs => n.seconds_ago)
  )
  from (
    select u.cap, u."resetsAt" as resets_at, min(u."lastSecondsAgo") as seconds_ago
    from jsonb_to_recordset(p_refusals) u (kind text, cap text, "lastSecondsAgo" double precision, "resetsAt" timestamptz)
    where u.kind = 'cap' and u.cap like 'deployment%'
    group by u.cap, u."resetsAt"
  ) n
  cross join lateral billing.period_start(n.resets_at - interval '1 microsecond') m (starts_at)
  cross join billing.deployment_limits l
  left join billing.deployment_periods p on p.period_start = m.starts_at
  cross join lateral (
    values (
      case n.cap when 'deployment_cost' then l.cost_cap else l.token_cap end,
      coalesce(case n.cap when 'deployment_cost' then p.cost else p.tokens end, 0)
    )
  ) c (cap_limit, used)
  where c.cap_limit is not null
  order by n.cap;
end
$$;

revoke all on function billing.record_refusals from public;
grant execute on function billing.record_refusals to service_role;
