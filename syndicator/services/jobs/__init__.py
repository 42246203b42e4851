"""Changes of the console: queued jobs, done in order under the lock of runs, logged so that each can be undone."""
