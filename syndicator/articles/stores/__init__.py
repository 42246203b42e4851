"""How article files are kept: what is the same wherever they are, and the object store."""
