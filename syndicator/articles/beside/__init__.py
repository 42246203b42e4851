"""Files beside the articles: facts that must outlive the database and belong to no single
article."""
