-- Public list prices in US dollars per million tokens, as published by OpenAI for the standard tier.
-- Reasoning tokens are billed as output.
insert into billing.model_prices (model, valid_from, input, cached_input, output, reasoning)
values
  ('gpt-4o', '2024-10-01T00:00:00Z', 2.50, 1.25, 10.00, 10.00),
  ('gpt-4o-mini', '2024-10-01T00:00:00Z', 0.15, 0.075, 0.60, 0.60),
  ('gpt-4.1', '2025-04-14T00:00:00Z', 2.00, 0.50, 8.00, 8.00),
  ('gpt-4.1-mini', '2025-04-14T00:00:00Z', 0.40, 0.10, 1.60, 1.60),
  ('gpt-4.1-nano', '2025-04-14T00:00:00Z', 0.10, 0.025, 0.40, 0.40);
