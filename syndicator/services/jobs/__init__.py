"""What the console changes: jobs that are queued, done one after the other under the lock of runs, and kept in a log of
changes by which each can be undone."""
