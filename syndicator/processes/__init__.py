"""Child processes for strangers' bytes: one runner with two grades, limited and shut off."""
