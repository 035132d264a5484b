-- Bodies outside of the database that nothing names any more. A path that ends in a slash is all that lies below it.
CREATE TABLE body_deletions (
  path TEXT NOT NULL,
  due_at BIGINT NOT NULL,
  PRIMARY KEY (path, due_at)
);
CREATE INDEX body_deletions_due ON body_deletions (due_at);
