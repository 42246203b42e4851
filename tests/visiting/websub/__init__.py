"""What hubs are asked, promise and are worth."""
