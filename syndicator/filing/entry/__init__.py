"""Process one entry: file its article, or record why there is none."""
