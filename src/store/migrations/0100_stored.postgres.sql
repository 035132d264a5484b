-- Whose attempts these are, for what an environment keeps of them. Those of before have none and go with their delivery.
ALTER TABLE attempts ADD COLUMN environment_id TEXT;
CREATE INDEX attempts_environment ON attempts (environment_id, started_at);

-- How much of each kind was written in each hour, and up to which moment of it that is counted.
CREATE TABLE stored_hours (
  environment_id TEXT NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  hour BIGINT NOT NULL,
  items BIGINT NOT NULL,
  bytes BIGINT NOT NULL,
  counted_until BIGINT NOT NULL,
  PRIMARY KEY (environment_id, kind, hour)
);
