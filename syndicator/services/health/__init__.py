"""Faults and figures, for `status`, the health feed, alerts and metrics."""
