-- The account's id at the API that this one replaced, where the provider tells it: old and new connections are joined by it.
ALTER TABLE connections ADD COLUMN former_user_id TEXT;
-- When the refresh token ends, where the provider says so.
ALTER TABLE connections ADD COLUMN refresh_ends_at BIGINT;
CREATE INDEX connections_former ON connections (environment_id, provider, former_user_id) WHERE former_user_id IS NOT NULL;
CREATE INDEX connections_variant ON connections (environment_id, provider, variant) WHERE variant IS NOT NULL;
