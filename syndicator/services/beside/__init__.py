"""What must outlive the database: kept in files beside the articles, and believed where they differ from it."""
