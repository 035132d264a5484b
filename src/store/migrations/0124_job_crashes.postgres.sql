-- How many processes in a row ended while they were at it.
ALTER TABLE jobs ADD COLUMN crashes integer NOT NULL DEFAULT 0;
CREATE INDEX jobs_suspects ON jobs (next_at) WHERE state = 'pending' AND crashes >= 3;
