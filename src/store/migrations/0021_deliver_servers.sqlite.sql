-- The delivery loops that work on this database: they share every limit.
CREATE TABLE deliver_servers (
  id TEXT PRIMARY KEY,
  seen_at INTEGER NOT NULL
) STRICT;
