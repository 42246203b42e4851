"""The article because of which a feed is held: what its operator has to mend or withdraw."""

from __future__ import annotations

import re
import uuid
from typing import Final

from syndicator.core.formats import ATOM
from syndicator.core.model import FeedKey, entry_urn
from syndicator.core.ports import ArticleIndex
from syndicator.publishing import paths
from syndicator.publishing.validate import schema

_URN: Final = re.compile(r"urn:uuid:[0-9a-f-]{36}")
_EVERY: Final = 2**31 - 1


def named(fault: str, key: FeedKey, live: bytes, index: ArticleIndex, instance: uuid.UUID) -> str:
    """What to add to a `fault` that names the id of an entry of the feed `key`: the article's title, address and file;
    where it is not known any more, what its `live` Atom file tells of it. "" where there is nothing to add."""
    urn = next(iter(_URN.findall(fault)), "")
    ids = index.ids(key, limit=_EVERY, since=None, most=_EVERY) if urn else []
    id = next((one for one in ids if entry_urn(instance, one) == urn), "")
    article = index.articles([id]).get(id) if id else None
    if article:
        return f': "{article.title}", {article.url}, file {index.path(id)}'
    told = schema.told_of(live, urn) if urn and live else ""
    file = paths.file_name(key, ATOM)
    cure = f"restore its file, or delete {file} of the public folder if it is meant to be gone, and build"
    return f": {told}, which no article file is known for: {cure}" if told else ""
