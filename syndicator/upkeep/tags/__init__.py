"""Learn, suggest, try, decide and rename tags and categories of filed articles."""
