create view billing.report_prices as
select m.id, m.model, m.valid_from, m.input, m.cached_input, m.cache_write, m.output, m.reasoning, m.currency
from billing.model_prices m;

revoke all on billing.report_prices from public, anon, authenticated;
grant select on billing.report_prices to billing_reader, service_role;

comment on view billing.report_prices is 'Prices, each in force until the next of its model.';
comment on column billing.report_prices.id is 'What rows of the ledger refer to.';
comment on column billing.report_prices.model is 'The model.';
comment on column billing.report_prices.valid_from is 'From when it is in force.';
comment on column billing.report_prices.input is 'Of a million uncached input tokens.';
comment on column billing.report_prices.cached_input is 'Of a million cached input tokens.';
comment on column billing.report_prices.cache_write is 'Of a million input tokens that the provider wrote to its cache.';
comment on column billing.report_prices.output is 'Of a million output tokens that are no reasoning.';
comment on column billing.report_prices.reasoning is 'Of a million reasoning tokens.';
comment on column billing.report_prices.currency is 'ISO 4217.';
