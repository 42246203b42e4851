"""Write published files to an outlet, redirect moved addresses, notify hubs."""
