-- Whose event a request brought: it goes with the person.
ALTER TABLE inspector_requests ADD COLUMN user_id TEXT;
CREATE INDEX inspector_of_user ON inspector_requests (user_id) WHERE user_id IS NOT NULL;
