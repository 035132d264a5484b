-- A delivery's last attempt is part of its row; the table of attempts holds those that did not succeed.
ALTER TABLE deliveries ADD COLUMN sent_at INTEGER;
ALTER TABLE deliveries ADD COLUMN duration_ms INTEGER;
ALTER TABLE deliveries ADD COLUMN response TEXT;
