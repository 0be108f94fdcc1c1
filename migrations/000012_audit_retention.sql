-- Up Migration

-- The clean-up drops the oldest entries, by their time.
create index audit_at on holdfast.audit (at);
