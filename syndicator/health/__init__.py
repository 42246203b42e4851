"""Find faults, follow them over time, alert, and measure: status, metrics, `check`."""
