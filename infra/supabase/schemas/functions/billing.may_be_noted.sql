-- Whether there may be anything to tell of a cap: the settlement of a call looks no closer at one that is far away.
create function billing.may_be_noted(p_limits billing.limits, p_cap text, p_limit numeric, p_used numeric, p_price billing.model_prices)
returns boolean
language sql
immutable
return p_used > 0 and p_limit is not null and (
  p_used * 100 >= p_limit * 80
  or (
    case when p_cap like '%cost' then billing.smallest_cost(p_limits, p_price) else billing.smallest_tokens(p_limits) end > p_limit - p_used
  ) is not false
);

revoke all on function billing.may_be_noted from public;
grant execute on function billing.may_be_noted to service_role;
