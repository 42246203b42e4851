"""Who may use the console, and how browsers are kept from being used against it."""
