"""Say of a story who was first and what each outlet adds; rank stories. Pure."""
