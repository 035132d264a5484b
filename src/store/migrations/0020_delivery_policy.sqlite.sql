-- How each destination is sent to, whom it hears of, and how it fares.
ALTER TABLE destinations ADD COLUMN delivery TEXT NOT NULL DEFAULT '{}';
ALTER TABLE destinations ADD COLUMN user_ids TEXT;
ALTER TABLE destinations ADD COLUMN reference_ids TEXT;
ALTER TABLE destinations ADD COLUMN previous_secrets_sealed TEXT;
ALTER TABLE destinations ADD COLUMN opened_until INTEGER;
ALTER TABLE destinations ADD COLUMN warned_at INTEGER;

-- What was a setting of webhooks alone.
UPDATE destinations SET
  delivery = json_patch('{}', json_object(
    'timeout_seconds', json_extract(settings, '$.timeout_seconds'),
    'pause_on_gone', CASE json_extract(settings, '$.pause_on_gone') WHEN 0 THEN json('false') END)),
  settings = json_remove(settings, '$.timeout_seconds', '$.pause_on_gone')
WHERE type = 'webhook';

-- Tokens of destinations with a rate limit, shared by all servers.
CREATE TABLE destination_rates (
  destination_id TEXT PRIMARY KEY REFERENCES destinations (id) ON DELETE CASCADE,
  tokens REAL NOT NULL,
  filled_at INTEGER NOT NULL
) STRICT;

-- Strict order: the place of a delivery among those of its user and destination.
ALTER TABLE deliveries ADD COLUMN order_key TEXT;
ALTER TABLE deliveries ADD COLUMN order_no INTEGER;
CREATE INDEX deliveries_order ON deliveries (destination_id, order_key, order_no) WHERE order_key IS NOT NULL;
