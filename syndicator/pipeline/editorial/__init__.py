"""Which articles wait for the operator before they are published."""
