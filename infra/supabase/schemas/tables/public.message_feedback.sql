create table public.message_feedback (
  message_id uuid not null,
  user_id uuid not null default auth.uid(),
  value text not null,
  comment text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint message_feedback_pkey primary key (message_id),
  constraint message_feedback_message_fkey foreign key (message_id, user_id) references public.messages (id, user_id) on delete cascade,
  constraint message_feedback_value_known check (value in ('up', 'down')),
  constraint message_feedback_comment_length check (char_length(comment) between 1 and 2000)
);

-- What operators read.
create index message_feedback_newest_first on public.message_feedback (updated_at desc, message_id desc);

create trigger message_feedback_touch_updated_at
before update on public.message_feedback
for each row execute function chatbot.touch_updated_at();

alter table public.message_feedback enable row level security;
alter table public.message_feedback force row level security;

create policy "Users read their own feedback" on public.message_feedback
for select to authenticated
using (user_id = (select auth.uid()));

create policy "Users give feedback as themselves" on public.message_feedback
for insert to authenticated
with check (user_id = (select auth.uid()));

create policy "Users change their own feedback" on public.message_feedback
for update to authenticated
using (user_id = (select auth.uid()))
with check (user_id = (select auth.uid()));

create policy "Users withdraw their own feedback" on public.message_feedback
for delete to authenticated
using (user_id = (select auth.uid()));

revoke all on public.message_feedback from public, anon, authenticated, service_role;
grant select, delete on public.message_feedback to authenticated;
grant insert (message_id, user_id, value, comment) on public.message_feedback to authenticated;
grant update (value, comment) on public.message_feedback to authenticated;
grant select, insert, update, delete on public.message_feedback to service_role;

comment on table public.message_feedback is 'What a user thinks of an answer.';
comment on column public.message_feedback.message_id is 'The answer.';
comment on column public.message_feedback.user_id is 'Whose it is.';
comment on column public.message_feedback.value is 'up or down.';
comment on column public.message_feedback.comment is 'In their words.';
comment on column public.message_feedback.created_at is 'When the row was made.';
comment on column public.message_feedback.updated_at is 'When it was last changed.';
