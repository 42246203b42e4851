"""What `show` prints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from syndicator.core.model import ReadArticle


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An article, its file, and why it is so: by field, and by what else there is to say."""

    article: ReadArticle
    markdown: str
    why: Mapping[str, Any]
