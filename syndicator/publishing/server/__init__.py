"""Serve the published files over HTTP."""
