"""What a visit works with, wired once by `app`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from syndicator.articles.article_store import ArticleStore
from syndicator.articles.snapshots import Snapshots
from syndicator.describing.taxonomy.files import TaxonomyFiles
from syndicator.ports import Fetcher, VisitStore
from syndicator.settings import Settings
from syndicator.worker import Worker

# What a fault in our own code raises on somebody's strange bytes: it costs that page or visit, named, and not the run.
# What the disk and the store raise is not among them: that ends the run.
BUGS = (ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    settings: Settings
    fetcher: Fetcher
    store: VisitStore
    article_store: ArticleStore
    snapshots: Snapshots
    worker: Worker
    taxonomy: TaxonomyFiles
    clock: Callable[[], datetime]
    jitter: Callable[[], float]  # in [0, 1)
    environ: Mapping[str, str]  # where the credentials of sources are
    progress: Callable[[str], None]


def said(bug: BaseException) -> str:
    """A fault of ours in one line."""
    return f"a bug of ours: {type(bug).__name__}: {bug}"[:300]
