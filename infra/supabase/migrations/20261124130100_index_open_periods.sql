-- Who is on a plan that has changed is looked for among those who have a period, not among all periods that ever were.
create index usage_periods_open on billing.usage_periods (user_id) where status <> 'closed';
