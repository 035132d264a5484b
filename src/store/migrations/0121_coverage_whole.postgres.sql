-- 0: a kind of page was refused, or could not be read: the day is asked for again, though seldom.
ALTER TABLE coverage ADD COLUMN whole INTEGER NOT NULL DEFAULT 1;
