-- Up Migration

-- By its key a trigger that is repeated finds the plan that it made the first time.
alter table holdfast.plans add column trigger_key text;
create unique index plans_by_trigger_key on holdfast.plans (schedule, scope, trigger_key)
  where trigger_key is not null;
