"""Commands on articles and their descriptions."""
