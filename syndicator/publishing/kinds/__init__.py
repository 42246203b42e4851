"""The kinds of published files: each module yields the targets of one kind, and renders them."""
