"""Files beside the articles: what must outlive the database and belongs to no article alone."""
