"""Tags and categories of filed articles: learn, suggest and try them, decide on them, rename
them."""
