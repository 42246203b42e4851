"""Rules that cut blocks which the score keeps: by wording and shape, and at the edges of the text."""
