"""Commands that begin and try: init, config, demo."""
