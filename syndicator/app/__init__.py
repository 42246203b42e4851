"""The one place that wires settings into objects, and reconciles what the operator wrote with what we remember."""
