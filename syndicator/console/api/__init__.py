"""HTTP API: queries and operations for other programs, behind tokens."""
