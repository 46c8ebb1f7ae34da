-- For tools that read by SQL: the names and the columns of the views it may read stay. They show no texts and no keys. Whoever may
-- read them is made a member of billing_reader, which can do nothing else.
do $$
begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'billing_reader') then
    create role billing_reader nologin;
  end if;
end
$$;

grant usage on schema billing to billing_reader;
