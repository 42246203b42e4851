"""Queue and run the jobs of the console and the API."""
