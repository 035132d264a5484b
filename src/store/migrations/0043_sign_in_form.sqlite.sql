-- How often a form of ours was filled in without success.
ALTER TABLE auth_flows ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0;
