"""Serve the console, the operators' page: the commands as forms. Not imported if off."""
