create type billing.limits as (
  plan_id text,
  token_cap bigint,
  cost_cap numeric,
  own_key_token_cap bigint,
  daily_token_cap bigint,
  daily_cost_cap numeric,
  period_anchor_day integer,
  requests_per_minute integer,
  concurrent_streams integer,
  max_output_tokens integer,
  models_allowed text[],
  stops_at_cap boolean,
  blocked_reason text
);
