"""What a feed, sitemap or page announces: bytes into entries, whatever their format and however broken."""
