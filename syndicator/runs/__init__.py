"""Runs: `refresh`, the daemon `up`, builds, and when each is due."""
