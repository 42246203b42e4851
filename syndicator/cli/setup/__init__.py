"""Commands that begin, try and repair: init, config, demo, check, db, reindex."""
