-- Events, deliveries and attempts are partitioned by their ids, which begin with the time (docs/adr/0020). What there is becomes
-- the first partition as it stands: it is read once, to know that none of its ids lies beyond its bound, and not copied.
-- Later partitions are made and dropped by the server (store/partitions.ts).
SET LOCAL statement_timeout = 0;

DO $$
DECLARE
  -- The midnight (UTC) after the next hour.
  ends_at BIGINT := (((extract(epoch FROM clock_timestamp()) * 1000)::bigint + 3600000) / 86400000 + 1) * 86400000;
  digits TEXT := lpad(to_hex(ends_at), 12, '0');
  bound TEXT := left(digits, 8) || '-' || right(digits, 4) || '-0000-0000-000000000000';
  name TEXT;
  old TEXT;
  definitions TEXT[];
  definition TEXT;
  index_name TEXT;
  is_empty BOOLEAN;
BEGIN
  FOREACH name IN ARRAY ARRAY['attempts', 'deliveries', 'events'] LOOP
    old := name || '_before';
    EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', name);
    IF name = 'attempts' THEN
      ALTER TABLE attempts DROP CONSTRAINT attempts_delivery_id_fkey;
    END IF;
    definitions := ARRAY(SELECT pg_get_indexdef(indexrelid) FROM pg_index
      WHERE indrelid = name::regclass AND NOT indisprimary ORDER BY indexrelid);
    FOR index_name IN SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = name::regclass LOOP
      EXECUTE format('ALTER INDEX %I RENAME TO %I', index_name, index_name || '_before');
    END LOOP;
    EXECUTE format('ALTER TABLE %I RENAME TO %I', name, old);
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING STORAGE, PRIMARY KEY (id)) PARTITION BY RANGE (id)',
      name, old);
    FOREACH definition IN ARRAY definitions LOOP
      EXECUTE definition;
    END LOOP;
    IF name = 'deliveries' THEN
      ALTER TABLE deliveries ADD CONSTRAINT deliveries_destination_id_fkey
        FOREIGN KEY (destination_id) REFERENCES destinations (id) ON DELETE CASCADE;
    END IF;
    EXECUTE format('CREATE TABLE %I PARTITION OF %I DEFAULT', name || '_default', name);
    EXECUTE format('SELECT NOT EXISTS (SELECT 1 FROM %I)', old) INTO is_empty;
    IF is_empty THEN
      EXECUTE format('DROP TABLE %I', old);
    ELSE
      -- Ids from a clock that was ahead.
      EXECUTE format('WITH ahead AS (DELETE FROM %I WHERE id >= %L RETURNING *) INSERT INTO %I SELECT * FROM ahead',
        old, bound, name || '_default');
      EXECUTE format('ALTER TABLE %I ADD CONSTRAINT in_bounds CHECK (id < %L)', old, bound);
      EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (MINVALUE) TO (%L)', name, old, bound);
      EXECUTE format('ALTER TABLE %I DROP CONSTRAINT in_bounds', old);
    END IF;
  END LOOP;
END $$;

-- Attempts go with their delivery. No foreign key: it would forbid dropping a partition of deliveries.
CREATE FUNCTION delete_attempts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM attempts a USING gone WHERE a.delivery_id = gone.id;
  RETURN NULL;
END $$;

CREATE TRIGGER deliveries_gone AFTER DELETE ON deliveries REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION delete_attempts();
