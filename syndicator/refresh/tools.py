"""What a visit works with, wired once by `app`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from syndicator.articles.pages import Pages
from syndicator.articles.shelf import Shelf
from syndicator.describing.files import TaxonomyFiles
from syndicator.ports import Fetcher, VisitStore
from syndicator.settings import Settings
from syndicator.worker import Worker


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    settings: Settings
    fetcher: Fetcher
    store: VisitStore
    shelf: Shelf
    pages: Pages
    worker: Worker
    taxonomy: TaxonomyFiles
    clock: Callable[[], datetime]
    jitter: Callable[[], float]  # in [0, 1)
    environ: Mapping[str, str]  # where the credentials of sources are
    progress: Callable[[str], None]
