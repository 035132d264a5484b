-- Calls to providers, counted in slices of each limit's window, for all servers on this database. Slot -1 is a refusal by the
-- provider: nothing more until it ends.
CREATE TABLE budget_slots (
  name TEXT NOT NULL,
  slot INTEGER NOT NULL,
  used INTEGER NOT NULL,
  ends_at INTEGER NOT NULL,
  PRIMARY KEY (name, slot)
) STRICT;
CREATE INDEX budget_slots_ending ON budget_slots (ends_at);
