-- Wrong tokens by where they came from and by what they were for, so that a restart does not begin to count anew.
CREATE TABLE sign_in_failures (
  name TEXT PRIMARY KEY,
  failures BIGINT NOT NULL,
  blocked_until BIGINT NOT NULL,
  forget_at BIGINT NOT NULL
);
CREATE INDEX sign_in_failures_end ON sign_in_failures (forget_at);
