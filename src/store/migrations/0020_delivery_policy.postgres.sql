-- How each destination is sent to, whom it hears of, and how it fares.
ALTER TABLE destinations ADD COLUMN delivery TEXT NOT NULL DEFAULT '{}';
ALTER TABLE destinations ADD COLUMN user_ids TEXT;
ALTER TABLE destinations ADD COLUMN reference_ids TEXT;
ALTER TABLE destinations ADD COLUMN previous_secrets_sealed TEXT;
ALTER TABLE destinations ADD COLUMN opened_until BIGINT;
ALTER TABLE destinations ADD COLUMN warned_at BIGINT;

-- What was a setting of webhooks alone.
UPDATE destinations SET
  delivery = jsonb_strip_nulls(jsonb_build_object(
    'timeout_seconds', settings::jsonb -> 'timeout_seconds',
    'pause_on_gone', CASE WHEN settings::jsonb -> 'pause_on_gone' = 'false' THEN false END))::text,
  settings = (settings::jsonb - 'timeout_seconds' - 'pause_on_gone')::text
WHERE type = 'webhook';

-- Tokens of destinations with a rate limit, shared by all servers.
CREATE TABLE destination_rates (
  destination_id TEXT PRIMARY KEY REFERENCES destinations (id) ON DELETE CASCADE,
  tokens DOUBLE PRECISION NOT NULL,
  filled_at BIGINT NOT NULL
);

-- Strict order: the place of a delivery among those of its user and destination.
ALTER TABLE deliveries ADD COLUMN order_key TEXT;
ALTER TABLE deliveries ADD COLUMN order_no BIGINT;
CREATE INDEX deliveries_order ON deliveries (destination_id, order_key, order_no) WHERE order_key IS NOT NULL;
