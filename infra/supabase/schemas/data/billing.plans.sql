insert into billing.plans (id, name, is_default, token_cap, cost_cap, own_key_token_cap)
values ('free', 'Free', true, 1000000, 10, 10000000);
