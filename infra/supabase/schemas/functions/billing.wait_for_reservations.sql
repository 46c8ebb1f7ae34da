-- How long it takes at the most until so many of the reservations of a cap have ended that what is needed fits, the first to end first.
create function billing.wait_for_reservations(p_refusal jsonb)
returns interval
language sql
stable
set search_path = ''
as $$
  with held as (
    select v.completion_id, v.expires_at, v.tokens, v.cost
    from billing.usage_reservations v
    where v.completion_id = any (array(select r.id::uuid from jsonb_array_elements_text(p_refusal -> 'reservedBy') r (id)))
    union all
    select v.completion_id, v.expires_at, v.tokens, v.cost
    from billing.usage_reservations v
    where p_refusal ->> 'cap' like 'deployment%' and v.payer = 'platform'
      and v.created_at >= (p_refusal ->> 'startsAt')::timestamptz and v.created_at < (p_refusal ->> 'resetsAt')::timestamptz
  ),
  ends as (
    select
      least(
        h.expires_at - billing.settling_time(),
        -- What has ended is settled within seconds; what died, by the timer's next run.
        case when c.id is null or c.ended_at is not null or c.lease_expires_at < clock_timestamp() then clock_timestamp() + interval '30 seconds' end
      ) as at,
      case when p_refusal ->> 'cap' like '%cost' then h.cost else h.tokens end as amount
    from held h
    left join chatbot.completions c on c.id = h.completion_id
  ),
  freed as (
    select e.at, sum(e.amount) over (order by e.at) as amount
    from ends e
  )
  select
    coalesce(
      min(f.at) filter (where f.amount >= (p_refusal ->> 'needed')::numeric - (p_refusal ->> 'wouldFit')::numeric),
      max(f.at)
    ) - clock_timestamp()
  from freed f;
$$;

revoke all on function billing.wait_for_reservations from public;
grant execute on function billing.wait_for_reservations to service_role;
