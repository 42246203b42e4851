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
from syndicator.publishing.entries import Entries, list_renderers
from syndicator.publishing.entry_cache import EntryKind, KeptEntries
from syndicator.publishing.output import redirects
from syndicator.publishing.page_design import Look
from syndicator.publishing.render.head import Removed
from syndicator.publishing.selection import fingerprints
from syndicator.publishing.stories.explanation import Split
from syndicator.publishing.web.calendar import plan_feed_calendar
from syndicator.publishing.web.pages import Pages
from syndicator.publishing.web.shared_pages import SharedPages


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """The input of a build. `specs`: all feeds to publish; `rows`: rows of all feeds, also ended
    ones; `marks`: by feed, the numbers of the changes since its last build; `planned`: the feeds
    that this build compares with their articles, None for all; `feeds_to_keep`: feeds that are not
    configured but keep their files; `whole`: make every file again; `source_of`: returns an
    article's source with the settings that apply to the article; `remake`: makes the HTML of an
    article id that has none, in a process that can be killed; `excused`: ids of pruned articles;
    `tags`: of taxonomy.toml; `markdown`: returns the body of an article id; `look`: templates and
    styles of the operator; `entry_cache`: the cache of entries of earlier builds; `news`: for each
    story of the front page, its article ids; `digests`: each digest with its issues; `split`:
    returns the sentences of a text in a language; `now`: the time of the build, None if no report
    waits for an hour to end; `icons`: names of icon files by source key."""

    specs: Sequence[FeedSpec]
    rows: Sequence[FeedRow]
    marks: Mapping[FeedKey, Collection[int]]
    index: ArticleIndex
    outlet: Outlet
    settings: Settings
    sources: Mapping[str, Source]
    instance: uuid.UUID
    planned: Collection[FeedKey] | None = None
    feeds_to_keep: Collection[FeedKey] = ()
    whole: bool = False
    source_of: Callable[[Article], Source | None] | None = None
    remake: Callable[[str], str | None] | None = None
    excused: Collection[str] = ()
    tags: Collection[str] = ()
    markdown: Callable[[str], str] = lambda id: ""
    look: Look | None = None
    entry_cache: KeptEntries | None = None
    news: Sequence[Sequence[str]] = ()
    digests: Sequence[tuple[Digest, Sequence[Mapping[str, Any]]]] = ()
    split: Split = lambda text, language: [text]
    now: datetime | None = None
    icons: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Site:
    """The input of a build, and the values that all kinds of files use. `rows`: the rows of all
    feeds by key; `shared_fingerprint`: of the settings that all files depend on;
    `pages_fingerprint`: of the templates and settings that only pages depend on;
    `common_fingerprint`: both, one after the other; `removed`: withdrawn articles by feed, oldest
    first; `entry_counts`: by written feed, the number of its entries and that of its articles."""

    inputs: Inputs
    index: ArticleIndex = field(init=False)
    outlet: Outlet = field(init=False)
    settings: Settings = field(init=False)
    pages: Pages = field(init=False)
    shared_pages: SharedPages = field(init=False)
    kept: KeptEntries = field(init=False)
    entries: Entries = field(init=False)
    rows: dict[FeedKey, FeedRow] = field(init=False)
    shared_fingerprint: str = field(init=False)
    pages_fingerprint: str = field(init=False)
    common_fingerprint: str = field(init=False)
    outdated: Collection[FeedKey] = field(init=False)  # owners of files that are out of date
    removed: dict[FeedKey, list[Removed]] = field(init=False)
    former_keys: dict[FeedKey, list[FeedKey]] = field(init=False)  # of a feed that moved
    entry_counts: dict[FeedKey, tuple[int, int]] = field(default_factory=dict)
    _story_entries: Entries = field(init=False)
    _folded_entries: Entries = field(init=False)

    def __post_init__(self) -> None:
        """Derive all values from `inputs`, and tell the cache of entries that a build begins."""
        inputs = self.inputs
        self.index = inputs.index
        self.outlet = inputs.outlet
        self.settings = inputs.settings

        listed_specs = [*inputs.specs, *digests.plan_digest_feeds(inputs.digests, inputs.settings)]
        self.pages = Pages(listed_specs, inputs.settings, inputs.look, inputs.tags)
        self.shared_pages = SharedPages(self.pages)
        look = self.pages.templates.look
        self.shared_fingerprint = fingerprints.fingerprint_shared_input(
            inputs.settings, inputs.instance
        )
        self.pages_fingerprint = fingerprints.fingerprint_pages(inputs.settings, look)
        self.common_fingerprint = self.shared_fingerprint + self.pages_fingerprint
        # cached entries stay valid while the same input comes with each build
        self.kept = inputs.entry_cache or KeptEntries()
        self.kept.begin(
            repr((self.shared_fingerprint, inputs.settings, look.digest, sorted(inputs.tags)))
        )
        self._make_entries()

        self.outdated = inputs.index.list_outdated_owners()
        self.rows = {row.key: row for row in inputs.rows}
        # None: all feeds are compared with their files
        compared = None if inputs.planned is None else {*inputs.planned, ALL}
        self.rows |= {row.key: row for row in inputs.index.feeds(compared)}
        self._find_former_keys_and_withdrawals()

    def _make_entries(self) -> None:
        """Prepare three sources of feed entries: entries of articles, entries of stories, and
        folded entries, which stand for a story in a feed of articles (as earlier versions published
        them)."""
        inputs = self.inputs
        self.entries = Entries(
            inputs.index,
            inputs.source_of or self._get_source,
            inputs.instance,
            inputs.settings,
            list_renderers(self.pages),
            inputs.remake,
            inputs.tags,
            inputs.markdown,
            self.kept,
        )
        self.entries.split = inputs.split
        self.entries.icons = inputs.icons
        self.pages.icons = inputs.icons
        self._story_entries = replace(
            self.entries, kind=EntryKind.STORY, articles=self.entries, stories_of={}
        )
        if inputs.now is not None:
            self._story_entries.now = inputs.now
        self._folded_entries = replace(
            self.entries, kind=EntryKind.FOLDED, folds=inputs.index.read_story_entries()
        )

    def _get_source(self, article: Article) -> Source | None:
        return self.inputs.sources.get(article.source_key)

    def _find_former_keys_and_withdrawals(self) -> None:
        """Fill two mappings: `former_keys`, feed -> the keys that it had before it moved, and
        `removed`, feed -> the articles that were withdrawn from it, oldest first."""
        new_keys = redirects.resolve_moves(list(self.rows.values()))
        self.former_keys = defaultdict(list)
        for old_key, new_key in new_keys.items():
            self.former_keys[new_key].append(old_key)
        self.removed = defaultdict(list)
        for withdrawal in sorted(self.index.withdrawn(), key=lambda item: (item.at, item.id)):
            urn = entry_urn(self.inputs.instance, withdrawal.id)
            for key in withdrawal.feeds:
                # A source with a new key is still the same source: its feed also names articles
                # withdrawn under the old key. A feed of another axis, such as a tag that was merged
                # into another tag, does not.
                current_key = new_keys.get(key, key) if key.axis == SOURCE else key
                self.removed[current_key].append(Removed(urn=urn, when=withdrawal.at))

    @property
    def planned(self) -> list[FeedSpec]:
        """The feeds whose files this build compares with their articles."""
        return [spec for spec in self.inputs.specs if self.is_compared(spec.key)]

    @property
    def has_new_articles(self) -> bool:
        """True if pages about all feeds, such as the front page, must be made again because
        articles changed."""
        if self.inputs.whole:
            return True
        if self.is_everything_left:
            # The feed of everything is left to a later build. Leave these pages, too, so that they
            # show no article that this feed lacks.
            return False
        # Marks of other feeds count, too: if a second source announces an article that exists
        # already, only the feed of that source is marked.
        changed = [key for key, marks in self.inputs.marks.items() if marks]
        return any(key == ALL or self.is_compared(key) for key in changed)

    @property
    def is_everything_left(self) -> bool:
        """True if the feed of everything changed and is left to a later build."""
        published = any(spec.key == ALL for spec in self.inputs.specs)
        return published and self.is_marked(ALL) and not self.is_compared(ALL)

    def is_compared(self, key: FeedKey) -> bool:
        """Return True if this build compares the files of a feed with its articles, and does not
        leave the feed to a later build."""
        return self.inputs.planned is None or key in self.inputs.planned

    @property
    def open_month(self) -> str:
        """The month in which the newest article was added, such as "2026-11"; "" if there are no
        articles."""
        row = self.rows.get(ALL)
        if row is None or row.latest_added is None:
            return ""
        return row.latest_added.strftime("%Y-%m")

    def plan_calendar_of_everything(self) -> None:
        """Plan the calendar pages of the feed of everything, unless they are planned already or
        there are none. Other pages link them, also in a build that does not make this feed."""
        if self.pages.archived and ALL.slug not in self.pages.calendars:
            specs_by_key = {spec.key: spec for spec in self.pages.specs}
            days = self.index.days(ALL)
            calendar_pages = plan_feed_calendar(specs_by_key[ALL], days, "")
            self.pages.calendars[ALL.slug] = calendar_pages

    def is_marked(self, key: FeedKey) -> bool:
        """Return True if articles of the feed changed since it was built."""
        return bool(self.inputs.marks.get(key))

    def get_entries(self, key: FeedKey) -> Entries:
        """Return the source of entries for the feed `key`. The feed of stories gets entries of
        stories; feeds with archives get folded entries, which may stand for a story; other feeds
        get entries of articles."""
        if key == STORIES:
            return self._story_entries
        return self._folded_entries if AXES[key.axis].archived else self.entries
