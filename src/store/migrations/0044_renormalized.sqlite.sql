-- What stored pages say under the present mapping, gathered beside what is in use until both are compared.
CREATE TABLE renormalized_parts (
  user_id TEXT NOT NULL REFERENCES connections (user_id) ON DELETE CASCADE,
  type TEXT NOT NULL,
  key TEXT NOT NULL,
  kind TEXT NOT NULL,
  version INTEGER NOT NULL,
  versioned INTEGER NOT NULL,
  day TEXT,
  main INTEGER NOT NULL DEFAULT 0,
  body BLOB,
  PRIMARY KEY (user_id, type, key, kind)
) STRICT;
