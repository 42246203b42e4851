"""What the pages of the console show, read for them."""
