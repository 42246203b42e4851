"""Be polite to hosts: pause between requests, back off, obey robots.txt."""
