"""Commands that show what is published and mend it."""
