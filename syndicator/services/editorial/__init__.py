"""What the operator decides of single articles."""
