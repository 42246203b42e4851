"""List and make the published files of each kind, a module for each kind."""
