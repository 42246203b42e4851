"""Files beside the articles with facts that must outlive the database.
They belong to no single article."""
