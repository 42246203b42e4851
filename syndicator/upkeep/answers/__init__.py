"""Make and keep what searches and lists of related articles need of new texts."""
