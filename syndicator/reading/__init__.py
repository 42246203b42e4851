"""Reading: turns a page into an article's title, author, dates, cover and markdown body."""

from typing import Final

# Goes up by one in every release that makes another article of the same page: articles that an earlier version read are
# then offered to `reread --outdated`. 0 stands for the versions that did not note it.
READING_VERSION: Final = 6
