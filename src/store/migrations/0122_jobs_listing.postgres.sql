-- Lists of jobs, and what is old of them, without looking at every job there is.
CREATE INDEX jobs_listing ON jobs (environment_id, created_at, id);
CREATE INDEX jobs_finished ON jobs (kind, finished_at) WHERE finished_at IS NOT NULL;
