-- Every index of a table that grows with each person costs a page of its own in each commit. Days are found by time
-- (records_time); main records are looked up among their parts.
DROP INDEX records_day;
DROP INDEX records_main;
