"""Draw pages that scripts fill, with the system's Chromium, which has no network of its own."""
