-- Rows of before get what they were computed with; none of their figures change.
alter table billing.usage_events disable trigger usage_events_append_only;

alter table billing.usage_events
  -- The rates of the price, per million tokens, as they were charged.
  add column input_rate numeric,
  add column cached_input_rate numeric,
  add column output_rate numeric,
  add column reasoning_rate numeric,
  -- The day in UTC that it counts to: that of the call, or, where the call's period was closed, that of its record.
  add column day date;

update billing.usage_events e
set input_rate = p.input,
    cached_input_rate = p.cached_input,
    output_rate = p.output,
    reasoning_rate = p.reasoning,
    day = (e.occurred_at at time zone 'UTC')::date
from billing.model_prices p
where p.id = e.price_id;

alter table billing.usage_events
  alter column input_rate set not null,
  alter column cached_input_rate set not null,
  alter column output_rate set not null,
  alter column reasoning_rate set not null,
  alter column day set not null,
  add constraint usage_events_purpose_known check (purpose in ('answer', 'title')),
  add constraint usage_events_rates_not_negative check (
    input_rate >= 0 and cached_input_rate >= 0 and output_rate >= 0 and reasoning_rate >= 0
  ),
  -- What was used cannot be known before it was.
  add constraint usage_events_not_early check (day >= (occurred_at at time zone 'UTC')::date);

alter table billing.usage_events enable always trigger usage_events_append_only;
