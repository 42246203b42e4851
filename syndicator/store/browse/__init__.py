"""What a person looks for among all articles: pages of a list, with the newest first."""
