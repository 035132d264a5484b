-- Bodies are packed before they come here: trying to compress them once more is in vain, and what leaves room for another row
-- on its page does not need a table beside.
ALTER TABLE events ALTER COLUMN body SET STORAGE EXTERNAL;
ALTER TABLE pages ALTER COLUMN body SET STORAGE EXTERNAL;
ALTER TABLE records ALTER COLUMN body SET STORAGE EXTERNAL;
ALTER TABLE record_parts ALTER COLUMN body SET STORAGE EXTERNAL;
ALTER TABLE pieces ALTER COLUMN body SET STORAGE EXTERNAL;
ALTER TABLE pages SET (toast_tuple_target = 4080);
ALTER TABLE records SET (toast_tuple_target = 4080);
ALTER TABLE record_parts SET (toast_tuple_target = 4080);

-- An event about a person, and new data, change their connection's row: with room on its page that is all it costs.
ALTER TABLE connections SET (fillfactor = 70);
