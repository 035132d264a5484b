-- A delivery's last attempt is part of its row; the table of attempts holds those that did not succeed.
ALTER TABLE deliveries ADD COLUMN sent_at BIGINT;
ALTER TABLE deliveries ADD COLUMN duration_ms BIGINT;
ALTER TABLE deliveries ADD COLUMN response TEXT;
