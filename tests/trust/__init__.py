"""Between sources: who announces what, when, what the web answers; and what must stand among the
articles and in each feed. The cases are data (`cases/*.toml`); `python -m tests.trust` prints them
with their results."""
