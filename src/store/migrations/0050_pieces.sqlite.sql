-- What records of one day are made of where it arrives apart: the latest version of each piece.
CREATE TABLE pieces (
  user_id TEXT NOT NULL REFERENCES connections (user_id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  day TEXT NOT NULL,
  id TEXT NOT NULL,
  version INTEGER NOT NULL,
  body BLOB NOT NULL,
  PRIMARY KEY (user_id, kind, day, id)
) STRICT;
