-- What waits for another delivery is looked through now and then.
CREATE INDEX deliveries_waiting ON deliveries (after_id) WHERE state = 'waiting';
