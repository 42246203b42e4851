"""Visit a source, process its entries and file its articles."""
