create function billing.review_changed_user()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  perform billing.review_user(coalesce(new.user_id, old.user_id));
  return null;
end
$$;

revoke all on function billing.review_changed_user from public;
