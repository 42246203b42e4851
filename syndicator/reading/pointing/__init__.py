"""Rules made by pointing: a page to point at, and the selectors of what was pointed to. Pure."""
