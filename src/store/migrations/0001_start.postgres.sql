-- Times are milliseconds since the epoch; yes and no are 1 and 0; *_sealed is encrypted (platform/seal.ts).

CREATE TABLE instance_settings (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
);

CREATE TABLE environments (
  id TEXT PRIMARY KEY,
  dev_id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  signing_secret_sealed TEXT NOT NULL,
  settings TEXT NOT NULL DEFAULT '{}',
  created_at BIGINT NOT NULL
);

CREATE TABLE api_keys (
  id TEXT PRIMARY KEY,
  environment_id TEXT NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
  key_hash TEXT NOT NULL UNIQUE,
  key_sealed TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT,
  last_used_at BIGINT
);
CREATE INDEX api_keys_environment ON api_keys (environment_id);

CREATE TABLE dashboard_sessions (
  token_hash TEXT PRIMARY KEY,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);

CREATE TABLE sources (
  environment_id TEXT NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
  provider TEXT NOT NULL,
  enabled SMALLINT NOT NULL,
  client_id TEXT,
  client_secret_sealed TEXT,
  scopes TEXT,
  verification_token_sealed TEXT NOT NULL,
  settings TEXT NOT NULL DEFAULT '{}',
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (environment_id, provider)
);

CREATE TABLE destinations (
  id TEXT PRIMARY KEY,
  environment_id TEXT NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
  type TEXT NOT NULL,
  name TEXT NOT NULL,
  settings TEXT NOT NULL,
  secrets_sealed TEXT NOT NULL,
  event_types TEXT,
  providers TEXT,
  state TEXT NOT NULL,
  state_reason TEXT,
  failing_since BIGINT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE INDEX destinations_environment ON destinations (environment_id);

CREATE TABLE widget_sessions (
  id TEXT PRIMARY KEY,
  environment_id TEXT NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
  providers TEXT,
  language TEXT,
  reference_id TEXT,
  success_url TEXT,
  failure_url TEXT,
  show_disconnect SMALLINT NOT NULL DEFAULT 0,
  state TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX widget_sessions_expiry ON widget_sessions (expires_at);

CREATE TABLE auth_flows (
  id TEXT PRIMARY KEY,
  environment_id TEXT NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
  provider TEXT NOT NULL,
  user_id TEXT NOT NULL,
  session_id TEXT,
  reference_id TEXT,
  success_url TEXT,
  failure_url TEXT,
  language TEXT,
  state_hash TEXT UNIQUE,
  browser_hash TEXT,
  verifier_sealed TEXT,
  state TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX auth_flows_expiry ON auth_flows (expires_at);

CREATE TABLE sdk_tokens (
  token_hash TEXT PRIMARY KEY,
  environment_id TEXT NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
  reference_id TEXT,
  expires_at BIGINT NOT NULL
);

CREATE TABLE connections (
  user_id TEXT PRIMARY KEY,
  environment_id TEXT NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
  provider TEXT NOT NULL,
  provider_user_id TEXT NOT NULL,
  reference_id TEXT,
  scopes TEXT,
  active SMALLINT NOT NULL,
  state TEXT NOT NULL,
  time_zone TEXT,
  tokens_sealed TEXT,
  token_expires_at BIGINT,
  token_version BIGINT NOT NULL DEFAULT 0,
  refresh_lease_until BIGINT NOT NULL DEFAULT 0,
  last_webhook_update BIGINT,
  last_polled_at BIGINT,
  next_poll_at BIGINT,
  most_recent_data_at BIGINT,
  created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX connections_account ON connections (environment_id, provider, provider_user_id);
CREATE INDEX connections_provider_user ON connections (provider, provider_user_id);
CREATE INDEX connections_reference ON connections (environment_id, reference_id);
CREATE INDEX connections_listing ON connections (environment_id, created_at, user_id);
CREATE INDEX connections_poll ON connections (next_poll_at) WHERE next_poll_at IS NOT NULL;

-- What a provider sent, as it came. The same answer to the same question is kept once.
CREATE TABLE pages (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES connections (user_id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  request TEXT NOT NULL,
  question TEXT NOT NULL,
  digest TEXT NOT NULL,
  time_zone TEXT,
  run_at BIGINT NOT NULL,
  received_at BIGINT NOT NULL,
  body BYTEA NOT NULL
);
ALTER TABLE pages ALTER COLUMN body SET STORAGE EXTERNAL;
CREATE UNIQUE INDEX pages_digest ON pages (user_id, digest);
CREATE INDEX pages_question ON pages (user_id, question, run_at);
CREATE INDEX pages_order ON pages (user_id, run_at, id);

-- The latest version of each page kind's contribution to a record. A null body says: this kind holds the record gone.
CREATE TABLE record_parts (
  user_id TEXT NOT NULL REFERENCES connections (user_id) ON DELETE CASCADE,
  type TEXT NOT NULL,
  key TEXT NOT NULL,
  kind TEXT NOT NULL,
  version BIGINT NOT NULL,
  versioned SMALLINT NOT NULL,
  day TEXT,
  main SMALLINT NOT NULL DEFAULT 0,
  body BYTEA,
  PRIMARY KEY (user_id, type, key, kind)
);
ALTER TABLE record_parts ALTER COLUMN body SET STORAGE EXTERNAL;

CREATE TABLE records (
  user_id TEXT NOT NULL REFERENCES connections (user_id) ON DELETE CASCADE,
  type TEXT NOT NULL,
  key TEXT NOT NULL,
  summary_id TEXT,
  day TEXT,
  main SMALLINT NOT NULL DEFAULT 0,
  start_at BIGINT NOT NULL,
  start_day TEXT NOT NULL,
  version BIGINT NOT NULL,
  digest TEXT NOT NULL,
  updated_at BIGINT NOT NULL,
  body BYTEA NOT NULL,
  PRIMARY KEY (user_id, type, key)
);
ALTER TABLE records ALTER COLUMN body SET STORAGE EXTERNAL;
CREATE INDEX records_time ON records (user_id, type, start_at);
CREATE INDEX records_day ON records (user_id, type, start_day);
CREATE INDEX records_main ON records (user_id, type, day) WHERE main = 1;

-- When each local day of each type was last read from the provider as a whole.
CREATE TABLE coverage (
  user_id TEXT NOT NULL REFERENCES connections (user_id) ON DELETE CASCADE,
  type TEXT NOT NULL,
  day TEXT NOT NULL,
  read_at BIGINT NOT NULL,
  PRIMARY KEY (user_id, type, day)
);

CREATE TABLE jobs (
  id TEXT PRIMARY KEY,
  lane TEXT NOT NULL,
  kind TEXT NOT NULL,
  environment_id TEXT REFERENCES environments (id) ON DELETE CASCADE,
  user_id TEXT,
  dedupe_key TEXT NOT NULL,
  payload TEXT NOT NULL,
  progress TEXT,
  state TEXT NOT NULL,
  attempts BIGINT NOT NULL DEFAULT 0,
  next_at BIGINT NOT NULL,
  lease_id TEXT,
  lease_until BIGINT,
  last_error TEXT,
  created_at BIGINT NOT NULL,
  finished_at BIGINT
);
CREATE UNIQUE INDEX jobs_pending_twin ON jobs (dedupe_key) WHERE state = 'pending';
CREATE INDEX jobs_running_twin ON jobs (dedupe_key) WHERE state = 'running';
CREATE INDEX jobs_due ON jobs (lane, next_at, id) WHERE state = 'pending';
CREATE INDEX jobs_leased ON jobs (lease_until) WHERE state = 'running';
CREATE INDEX jobs_user ON jobs (user_id, created_at);

-- Notifications that could not be read: kept whole, so that a mended parser can have them.
CREATE TABLE quarantined_notifications (
  id TEXT PRIMARY KEY,
  environment_id TEXT,
  provider TEXT NOT NULL,
  reason TEXT NOT NULL,
  headers TEXT NOT NULL,
  body BYTEA NOT NULL,
  received_at BIGINT NOT NULL
);

CREATE TABLE events (
  id TEXT PRIMARY KEY,
  environment_id TEXT NOT NULL,
  user_id TEXT,
  reference_id TEXT,
  provider TEXT,
  type TEXT NOT NULL,
  trace_id TEXT NOT NULL,
  reference TEXT NOT NULL,
  ordering_at BIGINT,
  byte_length BIGINT NOT NULL,
  record_count BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  body BYTEA NOT NULL
);
ALTER TABLE events ALTER COLUMN body SET STORAGE EXTERNAL;
CREATE INDEX events_listing ON events (environment_id, created_at, id);
CREATE INDEX events_user ON events (user_id, created_at);
CREATE INDEX events_reference ON events (reference);

CREATE TABLE deliveries (
  id TEXT PRIMARY KEY,
  event_id TEXT NOT NULL,
  environment_id TEXT NOT NULL,
  destination_id TEXT NOT NULL REFERENCES destinations (id) ON DELETE CASCADE,
  lane TEXT NOT NULL,
  after_id TEXT,
  state TEXT NOT NULL,
  attempts BIGINT NOT NULL DEFAULT 0,
  next_at BIGINT NOT NULL,
  lease_id TEXT,
  lease_until BIGINT,
  last_status BIGINT,
  last_error TEXT,
  created_at BIGINT NOT NULL,
  finished_at BIGINT
) WITH (fillfactor = 70);
CREATE INDEX deliveries_due ON deliveries (destination_id, lane, next_at, id) WHERE state = 'pending';
CREATE INDEX deliveries_leased ON deliveries (lease_until) WHERE state = 'sending';
CREATE INDEX deliveries_after ON deliveries (after_id) WHERE after_id IS NOT NULL;
CREATE INDEX deliveries_event ON deliveries (event_id);
CREATE INDEX deliveries_listing ON deliveries (environment_id, created_at, id);

CREATE TABLE attempts (
  id TEXT PRIMARY KEY,
  delivery_id TEXT NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
  number BIGINT NOT NULL,
  started_at BIGINT NOT NULL,
  duration_ms BIGINT NOT NULL,
  outcome TEXT NOT NULL,
  status BIGINT,
  error TEXT,
  response TEXT
);
CREATE INDEX attempts_delivery ON attempts (delivery_id, number);

CREATE TABLE inspector_requests (
  id TEXT PRIMARY KEY,
  bin TEXT NOT NULL,
  method TEXT NOT NULL,
  path TEXT NOT NULL,
  headers TEXT NOT NULL,
  signature_valid SMALLINT,
  received_at BIGINT NOT NULL,
  body BYTEA NOT NULL
);
CREATE INDEX inspector_listing ON inspector_requests (bin, received_at, id);

CREATE TABLE simulator_state (
  key TEXT COLLATE "C" PRIMARY KEY,
  value TEXT NOT NULL,
  expires_at BIGINT
);
