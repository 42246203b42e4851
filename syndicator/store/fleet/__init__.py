"""Let several machines share one database: hosts, jobs and locks."""
