"""Files beside the articles for facts that must outlive the database, and win over it."""
