"""The operator's language model describes filed articles that still have our own descriptions."""
