"""Serve the HTTP API for other programs: lists and operations, behind tokens."""
