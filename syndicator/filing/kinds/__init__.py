"""Kinds of sources, a module each behind the interface in kind.py; what an address is."""
