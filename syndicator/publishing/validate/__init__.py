"""What must hold of a feed's bytes before they replace what is published."""
