-- The inbound loops that work on this database: what one that died held, the others do.
CREATE TABLE intake_servers (
  id TEXT PRIMARY KEY,
  seen_at INTEGER NOT NULL
) STRICT;
