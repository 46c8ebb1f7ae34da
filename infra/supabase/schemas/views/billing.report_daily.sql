create view billing.report_daily as
select
  d.day,
  d.user_id,
  d.model,
  d.purpose,
  d.payer,
  d.calls,
  d.input_tokens,
  d.cached_input_tokens,
  d.cache_write_tokens,
  d.output_tokens,
  d.reasoning_tokens,
  d.cost
from billing.usage_daily d;

revoke all on billing.report_daily from public, anon, authenticated;
grant select on billing.report_daily to billing_reader, service_role;

comment on view billing.report_daily is 'One row per day, user, model, purpose and payer.';
comment on column billing.report_daily.day is 'The day in UTC; what is known only after a period was closed counts to the day on which it became known.';
comment on column billing.report_daily.user_id is 'The user.';
comment on column billing.report_daily.model is 'The model, as it is named in the settings.';
comment on column billing.report_daily.purpose is 'answer, or title: a call that the user does not see.';
comment on column billing.report_daily.payer is 'platform, or own_key: on the user''s own key.';
comment on column billing.report_daily.calls is 'Model calls, each attempt for itself.';
comment on column billing.report_daily.input_tokens is 'Tokens of the prompts, cached ones included.';
comment on column billing.report_daily.cached_input_tokens is 'Those of the prompts that the provider had cached.';
comment on column billing.report_daily.cache_write_tokens is 'Those of the prompts that the provider wrote to its cache.';
comment on column billing.report_daily.output_tokens is 'Tokens of the answers, reasoning included.';
comment on column billing.report_daily.reasoning_tokens is 'Those of the answers that are reasoning.';
comment on column billing.report_daily.cost is 'In the currency of the prices; 0 on own keys.';
