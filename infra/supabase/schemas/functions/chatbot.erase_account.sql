-- Erases the caller's account, once their texts are erased and their usage is moved. What stays is under an id that belongs to nobody.
create function chatbot.erase_account()
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_user uuid := auth.uid();
  v_operation text := (select e.operation_id from chatbot.erasures e where e.user_id = v_user);
begin
  -- Whoever made a chat at the last moment is waited for.
  perform from auth.users u where u.id = v_user for update;
  loop
    exit when chatbot.erase_texts(5000);
  end loop;
  loop
    exit when chatbot.erase_usage();
  end loop;

  delete from chatbot.rate_buckets where user_id = v_user;
  delete from billing.reached_caps where user_id = v_user;
  -- All tables of public, the keys, the plan and the refusals go with their user, and so does what tells the new id.
  delete from auth.users where id = v_user;
  perform chatbot.finish_operation(v_operation);
end
$$;

revoke all on function chatbot.erase_account from public;
grant execute on function chatbot.erase_account to authenticated;
