create view billing.report_ledger as
select
  e.id,
  e.completion_id,
  e.attempt,
  e.user_id,
  e.chat_id,
  e.purpose,
  e.model,
  e.payer,
  e.quality,
  e.input_tokens,
  e.cached_input_tokens,
  e.cache_write_tokens,
  e.output_tokens,
  e.reasoning_tokens,
  e.input_rate,
  e.cached_input_rate,
  e.cache_write_rate,
  e.output_rate,
  e.reasoning_rate,
  e.cost,
  e.currency,
  e.price_id,
  e.period_start,
  e.day,
  e.occurred_at,
  e.recorded_at,
  e.rejected_report
from billing.usage_events e;

revoke all on billing.report_ledger from public, anon, authenticated;
grant select on billing.report_ledger to billing_reader, service_role;

comment on view billing.report_ledger is 'The ledger: one row per call, and one per correction of a row. Rows are added, never changed.';
comment on column billing.report_ledger.id is 'Sent to the provider with the call as X-Client-Request-Id; an adjustment has one of its own.';
comment on column billing.report_ledger.completion_id is 'The answer, also the id of its message.';
comment on column billing.report_ledger.attempt is 'Which call of the answer, from 1.';
comment on column billing.report_ledger.user_id is 'The user.';
comment on column billing.report_ledger.chat_id is 'The chat, which may have been deleted since.';
comment on column billing.report_ledger.purpose is 'answer, or title: a call that the user does not see.';
comment on column billing.report_ledger.model is 'The model, as it is named in the settings.';
comment on column billing.report_ledger.payer is 'platform, or own_key.';
comment on column billing.report_ledger.quality is 'reported by the provider; estimated, as no report came; adjustment, to what became known later.';
comment on column billing.report_ledger.input_tokens is 'Tokens of the prompt, cached ones included; of an adjustment the difference.';
comment on column billing.report_ledger.cached_input_tokens is 'Those of the prompt that the provider had cached.';
comment on column billing.report_ledger.cache_write_tokens is 'Those of the prompt that the provider wrote to its cache.';
comment on column billing.report_ledger.output_tokens is 'Tokens of the answer, reasoning included.';
comment on column billing.report_ledger.reasoning_tokens is 'Those of the answer that are reasoning.';
comment on column billing.report_ledger.input_rate is 'Price of a million uncached input tokens when the call was admitted.';
comment on column billing.report_ledger.cached_input_rate is 'Price of a million cached input tokens.';
comment on column billing.report_ledger.cache_write_rate is 'Price of a million input tokens that were written to the cache.';
comment on column billing.report_ledger.output_rate is 'Price of a million output tokens that are no reasoning.';
comment on column billing.report_ledger.reasoning_rate is 'Price of a million reasoning tokens.';
comment on column billing.report_ledger.cost is 'The tokens of each kind at their rates, exactly; 0 on own keys.';
comment on column billing.report_ledger.currency is 'ISO 4217.';
comment on column billing.report_ledger.price_id is 'The row of report_prices that the rates are from.';
comment on column billing.report_ledger.period_start is 'The period that it counts to; later than the call''s own where that was closed.';
comment on column billing.report_ledger.day is 'The day in UTC that it counts to.';
comment on column billing.report_ledger.occurred_at is 'When the call was admitted.';
comment on column billing.report_ledger.recorded_at is 'When the row was written.';
comment on column billing.report_ledger.rejected_report is 'What the provider reported, where that was not possible and the row is an estimate.';
