-- Which bytes of its event a delivery carries, where the event is too large for one; null: all of them.
ALTER TABLE deliveries ADD COLUMN part TEXT;
