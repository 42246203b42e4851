"""What a start mends of what went wrong before."""
