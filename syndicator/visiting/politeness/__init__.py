"""How often a host is asked: a pause between requests, back-off when it says so, robots.txt."""
