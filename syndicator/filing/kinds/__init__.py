"""Follow each kind of source: a module for each, behind the interface in kind.py."""
