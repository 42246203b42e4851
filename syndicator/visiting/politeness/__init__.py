"""How often and how hard a host is asked: one queue a host, back-off, robots.txt."""
