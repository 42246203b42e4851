"""Store article files in an object store; with parts that stores in folders use, too."""
