-- chatbot is the machinery, billing the ledger: neither is served by Supabase's REST API, and in both
-- users hold no table rights, only the right to execute some functions. Postgres lets everyone execute a new function,
-- and default privileges of a schema cannot take that away: each function's file revokes it and names who may.
create schema chatbot;
create schema billing;

revoke all on schema chatbot, billing from public;
grant usage on schema chatbot, billing to authenticated, service_role;
