"""Group articles of different outlets that report the same event into stories."""
