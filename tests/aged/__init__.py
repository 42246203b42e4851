"""An instance that an older version made and used for three months, and what must hold when a newer
one takes over."""
