"""Select feeds, their articles, and the feeds that must be built again."""
