"""Parse a page's bytes into a document, and the document into blocks of text."""
