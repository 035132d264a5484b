-- Days that a provider will send by itself, after we asked: not read yet, and not to be asked for again.
CREATE TABLE promises (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES connections (user_id) ON DELETE CASCADE,
  type TEXT NOT NULL,
  start_day TEXT NOT NULL,
  end_day TEXT NOT NULL,
  asked_at BIGINT NOT NULL,
  arrived_at BIGINT,
  closes_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX promises_days ON promises (user_id, type, start_day, end_day);
CREATE INDEX promises_closing ON promises (closes_at);
-- Until when some of it may arrive; spares everyone else the look.
ALTER TABLE connections ADD COLUMN promised_until BIGINT;
-- Who is next among environments and their users.
CREATE INDEX jobs_share ON jobs (lane, environment_id, next_at, id) WHERE state = 'pending';
CREATE INDEX jobs_busy ON jobs (lane, environment_id) WHERE state = 'running';
