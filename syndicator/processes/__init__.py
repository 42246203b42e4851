"""The worker process, and the schedule of the daemon."""
