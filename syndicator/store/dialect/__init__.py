"""What is true of one kind of database alone."""
