"""Gather all that a build reads: feeds, their articles, settings and page design."""

import uuid
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from syndicator.configuration.settings import Digest, Settings
from syndicator.core.axes import ALL, AXES, SOURCE, STORIES
from syndicator.core.model import Article, FeedKey, FeedSpec, Source, entry_urn
from syndicator.core.ports import FeedRow, Outlet
from syndicator.publishing import digests
from syndicator.publishing.article_index import ArticleIndex
from syndicator.publishing.entries import Entries, renderers
from syndicator.publishing.entry_cache import EntryKind, KeptEntries
from syndicator.publishing.output import redirects
from syndicator.publishing.page_design import Look
from syndicator.publishing.render.head import Removed
from syndicator.publishing.selection import fingerprints
from syndicator.publishing.stories.explanation import Split
from syndicator.publishing.web.calendar import calendar_of
from syndicator.publishing.web.pages import Pages


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """Everything that a build is given. `specs`: all feeds to publish; `rows`: all feeds that ever
    were; `marks`: the numbers of the changes since the last build, by feed; `planned`: the feeds to
    look at, None for all; `left_alone`: feeds that keep their files; `whole`: make every file anew;
    `source_of`: returns an article's source with the settings that hold for the article; `remake`:
    returns missing HTML of an article id, made in a process that can be killed; `excused`: ids of
    pruned articles; `tags`: of taxonomy.toml; `markdown`: returns the body of an article id;
    `news`: the article ids of each story of the front page; `digest`: each digest with its
    issues; `split`: returns the sentences of a text in a language; `now`: the time of the build,
    None if nothing waits for an hour to end; `icons`: names of pictures by source key."""

    specs: Sequence[FeedSpec]
    rows: Sequence[FeedRow]
    marks: Mapping[FeedKey, Collection[int]]
    index: ArticleIndex
    outlet: Outlet
    settings: Settings
    sources: Mapping[str, Source]
    instance: uuid.UUID
    planned: Collection[FeedKey] | None = None
    left_alone: Collection[FeedKey] = ()
    whole: bool = False
    source_of: Callable[[Article], Source | None] | None = None
    remake: Callable[[str], str | None] | None = None
    excused: Collection[str] = ()
    tags: Collection[str] = ()
    markdown: Callable[[str], str] = lambda id: ""
    look: Look | None = None
    kept: KeptEntries | None = None
    news: Sequence[Sequence[str]] = ()
    digest: Sequence[tuple[Digest, Sequence[Mapping[str, Any]]]] = ()
    split: Split = lambda text, language: [text]
    now: datetime | None = None
    icons: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Site:
    """The inputs of a build, and what its kinds of files share. `rows`: the feeds by key; `shared`,
    `pages_fingerprint`: fingerprints of the input of all files, and of all pages; `about`: of both;
    `shown`: numbers of entries and of articles by written feed."""

    inputs: Inputs
    index: ArticleIndex = field(init=False)
    outlet: Outlet = field(init=False)
    settings: Settings = field(init=False)
    pages: Pages = field(init=False)
    kept: KeptEntries = field(init=False)
    entries: Entries = field(init=False)
    rows: dict[FeedKey, FeedRow] = field(init=False)
    shared: str = field(init=False)
    pages_fingerprint: str = field(init=False)
    about: str = field(init=False)
    outdated: Collection[FeedKey] = field(init=False)  # owners of files that are out of date
    removed: dict[FeedKey, list[Removed]] = field(init=False)
    former: dict[FeedKey, list[FeedKey]] = field(init=False)  # keys that moved to a feed
    shown: dict[FeedKey, tuple[int, int]] = field(default_factory=dict)
    _of_stories: Entries = field(init=False)
    _folded: Entries = field(init=False)

    def __post_init__(self) -> None:
        given = self.inputs
        self.index = given.index
        self.outlet = given.outlet
        self.settings = given.settings
        named = [*given.specs, *digests.specs(given.digest, given.settings)]
        self.pages = Pages(named, given.settings, given.look, given.tags)
        self.kept = given.kept or KeptEntries()
        self.shared = fingerprints.common(given.settings, given.instance)
        self.pages_fingerprint = fingerprints.of_pages(given.settings, self.pages.templates.look)
        self.about = self.shared + self.pages_fingerprint
        look = self.pages.templates.look.digest
        self.kept.begin(repr((self.shared, given.settings, look, sorted(given.tags))))
        self.entries = Entries(
            given.index,
            given.source_of or (lambda article: given.sources.get(article.source_key)),
            given.instance,
            given.settings,
            renderers(self.pages),
            given.remake,
            given.tags,
            given.markdown,
            self.kept,
        )
        self.entries.split = given.split
        self.entries.icons = given.icons
        self.pages.icons = given.icons
        self._of_stories = replace(
            self.entries, kind=EntryKind.STORY, articles=self.entries, stories_of={}
        )
        if given.now is not None:
            self._of_stories.now = given.now
        self._folded = replace(self.entries, kind=EntryKind.FOLDED, folds=given.index.folds())
        self.outdated = given.index.outdated()
        self.rows = {row.key: row for row in given.rows}
        among = None if given.planned is None else {*given.planned, ALL}
        self.rows |= {row.key: row for row in given.index.feeds(among)}
        self._follow_moves()

    def _follow_moves(self) -> None:
        """Find the former keys of each feed, and the articles that were withdrawn from it."""
        heirs = redirects.moved(list(self.rows.values()))
        self.former = defaultdict(list)
        for old, heir in heirs.items():
            self.former[heir].append(old)
        self.removed = defaultdict(list)
        for item in sorted(self.index.withdrawn(), key=lambda item: (item.at, item.id)):
            urn = entry_urn(self.inputs.instance, item.id)
            for key in item.feeds:
                # only a source takes over what was withdrawn under its former key
                heir = heirs.get(key, key) if key.axis == SOURCE else key
                self.removed[heir].append(Removed(urn=urn, when=item.at))

    @property
    def planned(self) -> list[FeedSpec]:
        """The feeds to look at."""
        return [spec for spec in self.inputs.specs if self.looks_at(spec.key)]

    @property
    def is_news(self) -> bool:
        """True if pages about all feeds, such as the front page, show other articles now. They wait
        for the feed of everything, so that they are not ahead of it."""
        if self.inputs.whole:
            return True
        if self.is_left:
            return False
        # Not only marks of the feed of everything count: an article that another source announces,
        # too, marks the feed of that source alone.
        changed = [key for key, marks in self.inputs.marks.items() if marks]
        return any(key == ALL or self.looks_at(key) for key in changed)

    @property
    def is_left(self) -> bool:
        """True if the feed of everything changed and is left to a later build."""
        published = any(spec.key == ALL for spec in self.inputs.specs)
        return published and self.is_marked(ALL) and not self.looks_at(ALL)

    def looks_at(self, key: FeedKey) -> bool:
        """Return True if this build looks at a feed, instead of leaving it as it is."""
        return self.inputs.planned is None or key in self.inputs.planned

    @property
    def open_month(self) -> str:
        """The month of the newest article, "" without any."""
        row = self.rows.get(ALL)
        return row.latest_added.strftime("%Y-%m") if row and row.latest_added else ""

    def link_everything(self) -> None:
        """Let other pages link the calendar of the feed of everything although this build may not
        look at it."""
        if self.pages.archived and ALL.slug not in self.pages.calendars:
            spec = next(spec for spec in self.pages.specs if spec.key == ALL)
            self.pages.calendars[ALL.slug] = calendar_of(spec, self.index.days(ALL), "")

    def is_marked(self, key: FeedKey) -> bool:
        return bool(self.inputs.marks.get(key))

    def entries_of(self, key: FeedKey) -> Entries:
        """Return the entries as the feed `key` shows them."""
        if key == STORIES:
            return self._of_stories
        return self._folded if AXES[key.axis].archived else self.entries
