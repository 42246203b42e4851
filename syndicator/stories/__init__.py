"""Stories: which articles of different outlets report the same event. Pure."""
