-- Refuses a caller whose account is gone, or is being erased: their token outlives it. Only the erasure itself goes on.
create function chatbot.require_account(p_is_erasing boolean)
returns void
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  if not exists (
    select
    from auth.users u
    where u.id = auth.uid() and (p_is_erasing or not exists (select from chatbot.erasures e where e.user_id = u.id))
  ) then
    perform chatbot.refuse('CB001', 'The account of this token no longer exists.');
  end if;
end
$$;

revoke all on function chatbot.require_account from public;
grant execute on function chatbot.require_account to authenticated;
