-- Notes the files that a month's report was written to, once, and tells of it.
create function billing.archive_period(p_month date, p_files jsonb, p_operation_id text)
returns void
language plpgsql
set search_path = ''
as $$
begin
  insert into billing.archived_periods (month, files) values (p_month, p_files) on conflict do nothing;
  if found then
    perform chatbot.note_progress(p_operation_id, jsonb_build_object('files', jsonb_array_length(p_files)));
    perform billing.raise_alert(
      'period_archived/' || to_char(p_month, 'YYYY-MM'),
      'period_archived',
      null,
      jsonb_build_object('month', to_char(p_month, 'YYYY-MM'), 'files', p_files)
    );
  end if;
end
$$;

revoke all on function billing.archive_period from public;
grant execute on function billing.archive_period to service_role;
