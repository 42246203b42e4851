"""Read and write the smaller tables of the database, one module each."""
