"""What stories say: who was first, what each outlet adds, and how stories rank. Pure."""
