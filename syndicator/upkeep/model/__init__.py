"""Let the operator's language model describe filed articles that we described ourselves."""
