create function billing.refuse_cap(p_refusal jsonb)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_cap text := format(
    '%s cap of %s',
    case when p_refusal ->> 'cap' like '%cost' then 'cost' else 'token' end,
    case
      when p_refusal ->> 'cap' like 'daily%' then 'today'
      when p_refusal ->> 'cap' = 'own_key_tokens' then 'your own key in this period'
      else 'this period'
    end
  );
  v_is_of_deployment boolean := p_refusal ->> 'cap' like 'deployment%';
begin
  perform chatbot.refuse(
    'CB010',
    case
      when v_is_of_deployment and p_refusal ->> 'reason' = 'reserved'
        then 'Answers that are being written hold what the service may still use this month. Send again when some of them have ended.'
      when v_is_of_deployment then 'The service has used up what it may use this month.'
      when p_refusal ->> 'reason' = 'reserved'
        then format('Answers that are being written hold what is left of the %s. Send again when they have ended.', v_cap)
      when (p_refusal ->> 'wouldFit')::numeric > 0
        then format(
          'The %s is reached: this send needs %s, and %s is left.',
          v_cap, trim_scale((p_refusal ->> 'needed')::numeric), trim_scale((p_refusal ->> 'wouldFit')::numeric)
        )
      else format('The %s is reached.', v_cap)
    end,
    p_refusal
  );
end
$$;

revoke all on function billing.refuse_cap from public;
