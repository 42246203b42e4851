"""Write feeds and pages as bytes, in each format."""
