"""Workers: processes on one machine or many that share a database. Each takes hosts from the queue, and each offers to
hand hosts out and to build: one does."""
