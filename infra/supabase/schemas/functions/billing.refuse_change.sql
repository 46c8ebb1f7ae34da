-- What was used stays as it was written. Only the erasure of an account may give it to another id.
create function billing.refuse_change()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  v_callers text;
begin
  get diagnostics v_callers = pg_context;
  if tg_op <> 'UPDATE' or v_callers !~ '\mchatbot\.erase_usage\(\)' then
    raise exception '%.% is append-only', tg_table_schema, tg_table_name using errcode = 'CB090';
  end if;
  return null;
end
$$;

revoke all on function billing.refuse_change from public;
