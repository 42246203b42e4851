"""Turn the bytes of a page into an article: title, author, dates, cover, markdown body."""

from importlib import resources
from typing import Final

# Raise by one in every release that reads the same page differently: `reread --outdated` then
# offers the articles that an earlier version read. 0 means: read before there was this number.
READING_VERSION: Final = 7


def file_text(name: str) -> str:
    """Return the text of the file `name` in reading/data."""
    return resources.files(__name__).joinpath("data", name).read_text("utf-8")
