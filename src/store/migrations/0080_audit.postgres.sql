-- Who did what, and who looked at whose data. No values, no secrets, no references of people.
CREATE TABLE audit_log (
  id TEXT PRIMARY KEY,
  at BIGINT NOT NULL,
  environment_id TEXT,
  actor TEXT NOT NULL,
  actor_id TEXT,
  address TEXT,
  action TEXT NOT NULL,
  user_id TEXT,
  subject TEXT,
  details TEXT,
  -- What is noted once in a while instead of each time.
  once TEXT
);
CREATE INDEX audit_log_time ON audit_log (at, id);
CREATE INDEX audit_log_environment ON audit_log (environment_id, at, id);
CREATE INDEX audit_log_user ON audit_log (user_id, at, id) WHERE user_id IS NOT NULL;
CREATE UNIQUE INDEX audit_log_once ON audit_log (once) WHERE once IS NOT NULL;
