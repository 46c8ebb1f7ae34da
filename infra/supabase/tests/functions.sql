begin;
set local search_path = public, extensions;
select plan(7);

create temp view functions as
select p.oid, p.oid::regprocedure::text as signature, p.proname, n.nspname || '.' || p.proname as name, p.proacl, p.proowner, p.prosecdef,
  p.proconfig, p.proargnames, p.prorettype, p.prosqlbody, p.prosrc
from pg_proc p
join pg_namespace n on n.oid = p.pronamespace
where n.nspname in ('public', 'chatbot', 'billing')
  and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e');

select bag_eq(
  $$
    select f.name, a.grantee::regrole::text
    from functions f
    cross join lateral aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) a
    where a.privilege_type = 'EXECUTE' and a.grantee <> f.proowner
  $$,
  $$
    values
      ('billing.allowed_models', 'authenticated'),
      ('billing.cheapest_price', 'service_role'),
      ('billing.is_reached', 'service_role'),
      ('billing.may_be_noted', 'service_role'),
      ('billing.min_output', 'service_role'),
      ('billing.my_daily', 'authenticated'),
      ('billing.my_refusals', 'authenticated'),
      ('billing.note_cap', 'service_role'),
      ('billing.note_caps', 'service_role'),
      ('billing.note_deployment_caps', 'service_role'),
      ('billing.reach_cap', 'service_role'),
      ('billing.record_refusals', 'service_role'),
      ('billing.refusals_of', 'service_role'),
      ('billing.smallest_cost', 'service_role'),
      ('billing.smallest_prompt', 'service_role'),
      ('billing.smallest_tokens', 'service_role'),
      ('chatbot.message_overhead', 'service_role'),
      ('billing.my_events', 'authenticated'),
      ('billing.make_default', 'service_role'),
      ('chatbot.note_storage', 'service_role'),
      ('chatbot.note_token_counts', 'service_role'),
      ('chatbot.uncounted_texts', 'service_role'),
      ('chatbot.begin_erasure', 'authenticated'),
      ('chatbot.begin_operations', 'service_role'),
      ('chatbot.finish_operation', 'service_role'),
      ('chatbot.note_progress', 'service_role'),
      ('chatbot.owner_hash', 'service_role'),
      ('chatbot.erase_account', 'authenticated'),
      ('chatbot.erase_texts', 'authenticated'),
      ('chatbot.erase_usage', 'authenticated'),
      ('chatbot.require_account', 'authenticated'),
      ('billing.usage_summary_of', 'service_role'),
      ('chatbot.begin_background_completion', 'service_role'),
      ('chatbot.awaits_title', 'service_role'),
      ('chatbot.first_words', 'authenticated'),
      ('chatbot.first_words', 'service_role'),
      ('chatbot.give_title', 'service_role'),
      ('chatbot.title_subject', 'service_role'),
      ('billing.anchor_in', 'service_role'),
      ('billing.caps_of', 'service_role'),
      ('billing.change_user_plan', 'service_role'),
      ('billing.clock', 'service_role'),
      ('billing.archive_period', 'service_role'),
      ('billing.close_periods', 'service_role'),
      ('billing.is_month_closed', 'service_role'),
      ('billing.month_to_archive', 'service_role'),
      ('billing.month_to_close', 'service_role'),
      ('billing.cost_of', 'service_role'),
      ('billing.current_period', 'service_role'),
      ('billing.end_review', 'service_role'),
      ('billing.events_of', 'service_role'),
      ('billing.explain_refusal', 'service_role'),
      ('billing.attempts_of', 'service_role'),
      ('billing.count_usage', 'service_role'),
      ('billing.receipt_of', 'service_role'),
      ('billing.ledger_sums', 'service_role'),
      ('billing.fit_to_caps', 'service_role'),
      ('billing.hash_of', 'service_role'),
      ('billing.input_cost', 'service_role'),
      ('billing.limit_deployment', 'service_role'),
      ('billing.limits_of', 'service_role'),
      ('billing.lock_deployment', 'service_role'),
      ('billing.lock_period', 'service_role'),
      ('billing.output_cost', 'service_role'),
      ('billing.period_end', 'service_role'),
      ('billing.period_start', 'service_role'),
      ('billing.price_of', 'service_role'),
      ('billing.raise_alert', 'service_role'),
      ('billing.raise_cap_alert', 'service_role'),
      ('billing.clamp_to_period', 'service_role'),
      ('chatbot.first_question', 'service_role'),
      ('billing.record_attempt', 'service_role'),
      ('billing.record_for_deployment', 'service_role'),
      ('billing.record_usage', 'service_role'),
      ('billing.release_reservations', 'service_role'),
      ('billing.review_plan', 'service_role'),
      ('billing.review_user', 'service_role'),
      ('billing.settling_time', 'service_role'),
      ('billing.usage_summary', 'authenticated'),
      ('billing.statement_of', 'service_role'),
      ('billing.status_under', 'service_role'),
      ('billing.wait_for_reservations', 'service_role'),
      ('chatbot.admission_of', 'service_role'),
      ('chatbot.append_deltas', 'service_role'),
      ('chatbot.begin_attempt', 'service_role'),
      ('chatbot.begin_completion', 'authenticated'),
      ('chatbot.begin_timer_run', 'service_role'),
      ('chatbot.delete_provider_key', 'authenticated'),
      ('chatbot.describe_provider_key', 'authenticated'),
      ('chatbot.draft_text', 'service_role'),
      ('chatbot.end_timer_run', 'service_role'),
      ('chatbot.estimate_completion', 'authenticated'),
      ('chatbot.find_live_completion', 'authenticated'),
      ('chatbot.finish_completion', 'service_role'),
      ('chatbot.follow_completion', 'authenticated'),
      ('chatbot.interrupt_dead', 'service_role'),
      ('chatbot.interrupt_dead_completion', 'authenticated'),
      ('chatbot.is_followed', 'service_role'),
      ('chatbot.persist_message', 'service_role'),
      ('chatbot.prompt_of', 'service_role'),
      ('chatbot.put_provider_key', 'authenticated'),
      ('chatbot.read_answer', 'authenticated'),
      ('chatbot.read_draft', 'authenticated'),
      ('chatbot.refuse', 'service_role'),
      ('chatbot.request_stop', 'authenticated'),
      ('chatbot.search_vector', 'authenticated'),
      ('chatbot.search_vector', 'service_role'),
      ('chatbot.cancel_blocked', 'service_role'),
      ('chatbot.sweep_completions', 'service_role'),
      ('chatbot.consume_rate_limit', 'service_role'),
      ('chatbot.texts_to_count', 'service_role')
  $$,
  'each function is executable by those it was granted to, and by nobody else'
);
select is_empty(
  $$select signature from functions where has_function_privilege('anon', oid, 'execute')$$,
  'nobody executes anything without signing in'
);
select is_empty(
  $$select signature from functions where prosecdef and has_function_privilege('service_role', oid, 'execute')$$,
  'the service has rights of its own and borrows none'
);
select bag_eq(
  $$select name from functions where prosecdef$$,
  $$
    select name
    from functions
    where has_function_privilege('authenticated', oid, 'execute') and proname not in ('search_vector', 'first_words')
    union all
    values ('chatbot.note_uncounted_text'), ('chatbot.note_chats'), ('chatbot.note_chat_text'), ('chatbot.note_messages'), ('chatbot.note_message_text'),
      ('chatbot.remember_deleted_chats'), ('chatbot.refuse_deleted_chat')
  $$,
  'what runs with its owner''s rights is what users call, and what notes along with their rows what is not theirs to write'
);
select is_empty(
  $$select signature from functions where prosecdef and proconfig is distinct from array['search_path=""']$$,
  'what runs with its owner''s rights looks names up nowhere'
);
select is_empty(
  $$
    select signature
    from functions
    where proconfig is distinct from array['search_path=""'] and (prosqlbody is null or proconfig is not null)
  $$,
  'nor does anything else, unless its names were looked up when it was made'
);
select is_empty(
  $$
    select signature
    from functions
    where prosecdef and prorettype <> 'trigger'::regtype
      and ('p_user_id' = any (proargnames) or position('auth.uid()' in pg_get_functiondef(oid)) = 0)
  $$,
  'what users call takes the user from the claims, never from a parameter'
);

select * from finish();
rollback;
