-- Up Migration

-- Of a call about many, such as a bulk submit, the first of their ids or names: to be found by each.
alter table holdfast.audit add column targets text[];
create index audit_targets on holdfast.audit using gin (targets) where targets is not null;
