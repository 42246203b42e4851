"""The command add, and what it shares with import."""
