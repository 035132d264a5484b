-- Where the work belongs in a trace (a W3C traceparent); null unless traces are on.
ALTER TABLE jobs ADD COLUMN trace TEXT;
ALTER TABLE events ADD COLUMN trace TEXT;
