"""What publishers say may be done with their articles, in whatever vocabulary, and what follows from it. Pure."""
