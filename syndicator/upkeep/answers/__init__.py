"""What searches and lists of related articles need of new texts, made and kept."""
