"""Keep files beside the articles for facts that outlive the database, and win over it."""
