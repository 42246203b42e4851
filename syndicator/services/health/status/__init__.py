"""What `status` tells."""
