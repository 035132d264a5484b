-- Which API of the source a connection was made with; null for the source's own.
ALTER TABLE connections ADD COLUMN variant TEXT;
-- When its subscription at the provider was last looked after.
ALTER TABLE connections ADD COLUMN subscribed_at INTEGER;
CREATE INDEX connections_subscribed ON connections (subscribed_at) WHERE subscribed_at IS NOT NULL;
-- JSON of the secret ones among the credentials besides client id and secret.
ALTER TABLE sources ADD COLUMN extra_sealed TEXT;
-- The API of the source that a sign-in was begun with.
ALTER TABLE auth_flows ADD COLUMN variant TEXT;
