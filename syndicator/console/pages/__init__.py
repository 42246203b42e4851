"""What pages show, made of values. Pure."""
