"""What is wrong, for `status`, the health feed, alerts and metrics."""
