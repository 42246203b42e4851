"""Read how publishers allow their articles to be used, and derive the terms. Pure."""
