-- How many servers in a row ended while they held it.
ALTER TABLE deliveries ADD COLUMN crashes INTEGER NOT NULL DEFAULT 0;
CREATE INDEX deliveries_suspects ON deliveries (crashes, next_at) WHERE state = 'pending' AND crashes >= 3;
