"""One module a command or page, shared by the command line and the daemon; container.py wires
settings into objects."""
