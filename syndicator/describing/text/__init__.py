"""Split sentences, detect languages, compare texts by words and by vectors."""
