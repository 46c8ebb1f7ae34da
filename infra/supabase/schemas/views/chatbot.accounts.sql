create view chatbot.accounts as
select u.id
from auth.users u
where not exists (select from chatbot.erasures e where e.user_id = u.id);

comment on view chatbot.accounts is 'Who has an account that is not being erased: what the service writes of anybody else would outlive them.';
comment on column chatbot.accounts.id is 'As in auth.users, which the service may not read.';

revoke all on chatbot.accounts from public, anon, authenticated, service_role;
grant select on chatbot.accounts to service_role;
