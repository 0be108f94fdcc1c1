-- Up Migration

-- Set before the job of a plan is started, and no reason to pass it over: whoever removes the schedule
-- leaves it alone, as its job may run by then; and whoever finds it claimed and not started starts it.
alter table holdfast.plans add column claimed_at timestamptz;
