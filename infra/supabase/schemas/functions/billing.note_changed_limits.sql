create function billing.note_changed_limits()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  new.is_review_due := true;
  return new;
end
$$;

revoke all on function billing.note_changed_limits from public;
