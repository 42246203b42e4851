"""The words that every floor shares: articles, requests, reasons, addresses, Protocols. No I/O, no
clock."""
