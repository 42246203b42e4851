"""Ask the operator's language model to describe an article; check its answers."""
