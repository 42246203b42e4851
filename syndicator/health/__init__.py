"""Faults and figures: status, conditions, alerts, metrics, check."""
