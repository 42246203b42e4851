"""Politeness to hosts: pauses between requests, back-off, robots.txt."""
