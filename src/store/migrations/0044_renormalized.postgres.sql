-- What stored pages say under the present mapping, gathered beside what is in use until both are compared.
CREATE TABLE renormalized_parts (
  user_id TEXT NOT NULL REFERENCES connections (user_id) ON DELETE CASCADE,
  type TEXT NOT NULL,
  key TEXT NOT NULL,
  kind TEXT NOT NULL,
  version BIGINT NOT NULL,
  versioned BIGINT NOT NULL,
  day TEXT,
  main BIGINT NOT NULL DEFAULT 0,
  body BYTEA,
  PRIMARY KEY (user_id, type, key, kind)
);
