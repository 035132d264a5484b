-- Whom an unreadable notification was for, so that a mended parser can have it. What was kept before had every header, secrets of
-- the provider's among them.
ALTER TABLE quarantined_notifications ADD COLUMN environment_ids TEXT;
ALTER TABLE quarantined_notifications ADD COLUMN variant TEXT;
UPDATE quarantined_notifications SET headers = '{}';
