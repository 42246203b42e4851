"""Define articles, entries, sources, feeds and outcomes of visits as frozen values; make their ids.
Needs no I/O, clock or third-party packages."""

import base64
import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal, NamedTuple, Self

from syndicator.core import text as _text
from syndicator.core.formats import FORMATS
from syndicator.core.requests import OURS as OURS
from syndicator.core.requests import Failed as Failed
from syndicator.core.requests import Fetched as Fetched
from syndicator.core.requests import FetchResult as FetchResult
from syndicator.core.requests import NotModified as NotModified
from syndicator.core.requests import Request as Request
from syndicator.core.requests import Wrapper

ContentMode = Literal["full", "excerpt", "link"]
# "private": the whole text on a private instance, nothing on a public one
SourceContent = Literal["full", "excerpt", "link", "private"]
SourceKind = Literal["auto", "feed", "page", "list"]
EntryStatus = Literal["pending", "done", "refused", "skipped"]

# the rules that the first version of Syndicator had, see `Rules.__repr__`
_FIRST_RULES = ("select", "remove", "title_suffix", "content", "keep")
_ID_CHARS = 26  # of an article's id: 130 bits
_VERSION_BIT = 76  # the lowest of the four bits that have a UUID's version (RFC 9562)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Rules:
    """The operator's selectors for the pages of a source (`page_rules`). `select`, `remove` and
    `links` take all matches on a page, the others only the first one."""

    select: tuple[str, ...] = ()  # CSS: the body is here
    remove: tuple[str, ...] = ()  # CSS: never part of the body
    title_suffix: str | None = None  # cut from titles
    content: Literal["page", "feed"] = "page"  # "feed": the body is the entry's own content
    keep: tuple[str, ...] = ()  # texts that stay although several articles have them
    title: tuple[str, ...] = ()  # CSS, possibly with an attribute; so are the next three
    author: tuple[str, ...] = ()
    date: tuple[str, ...] = ()  # of publication
    cover: tuple[str, ...] = ()
    links: tuple[str, ...] = ()  # the source is a page that lists articles: these are their links

    def __repr__(self) -> str:
        """Return a text with the rules that the first version of this program had, and those of
        later versions that are set. Digests of this text are stored, so it must not change when a
        version adds a rule."""
        shown = []
        for rule in fields(self):
            value = getattr(self, rule.name)
            if rule.name in _FIRST_RULES or value != rule.default:
                shown.append(f"{rule.name}={value!r}")
        return f"Rules({', '.join(shown)})"

    @property
    def digest(self) -> str:
        """A digest, 16 hexadecimal digits, of the rules that are set. It does not change when a
        later version of this program adds a rule, because unset rules do not count."""
        set_rules = []
        for rule in fields(self):
            value = getattr(self, rule.name)
            if value != rule.default:
                set_rules.append((rule.name, value))
        return hashlib.sha256(repr(sorted(set_rules)).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A source as the operator wrote it in sources.toml."""

    key: str
    url: str
    title: str | None = None
    kind: SourceKind = "auto"
    category: str | None = None  # used if describing finds none
    tags: tuple[str, ...] = ()  # put on every article
    content: SourceContent = "excerpt"
    language: str | None = None
    licence: str | None = None  # lifts nosnippet, max-snippet, noarchive
    every: str | None = None  # "30m", "6h", "1d"
    cron: str | None = None
    force: bool = False  # `every` or `cron` count, whatever feed and server ask for
    robots: Literal["obey", "ignore"] = "obey"
    allow: tuple[str, ...] = ()  # private networks of its host, such as "10.0.0.0/8:443"
    # header name -> environment variable with its value
    headers_env: Mapping[str, str] = field(default_factory=dict)
    cookies: str = ""  # file with cookies for its site, below the folder of the configuration
    backfill: int = 20  # entries that the first visit takes
    # hosts whose articles it may write; None: the operator has not decided
    speaks_for: tuple[str, ...] | None = None
    llm: bool = True
    lead: bool = False  # its reports lead stories
    quotes: bool = True  # stories quote what its reports add
    enabled: bool = True
    browser: bool = False  # a browser draws its pages before they are read
    keep: str | None = None  # query (searching.language): only matching entries are read
    mute: str | None = None  # query: matching entries are not read
    sender: str | None = None  # of a mailbox: "news@example.org" or "@example.org" (`from`)
    list_id: str | None = None  # of a mailbox: the List-Id (`list`)
    after: str = "keep"  # of a mailbox, for mails that are filed: "keep", "seen", "move:FOLDER"
    rules: Rules = Rules()


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What is kept of the last answer with a body, to make conditional requests (RFC 9111 section
    4.3)."""

    etag: str | None = None
    last_modified: str | None = None
    validators_at: datetime | None = None
    body_digest: str | None = None
    pushed_newer: datetime | None = None  # time of a push with entries missing from the last fetch


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitTimes:
    """Times of visits of a source. A time is None if there was no such visit."""

    first_visit: datetime | None = None
    last_visit: datetime | None = None
    last_success: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BackOff:
    """The failures of a source since its last success. They delay its visits, or end them."""

    failures: int = 0  # in a row
    failing_since: datetime | None = None  # None without failure, or from an earlier version
    reason: str | None = None  # of the last failure
    detail: str = ""
    gone_times: int = 0  # 410 in a row
    gone_since: datetime | None = None
    disabled: str | None = None  # reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirects:
    """The permanent redirects of a source, and the address that is used because of them."""

    moved_to: str | None = None  # target of a permanent redirect
    moved_times: int = 0  # visits in a row with this redirect
    effective_url: str | None = None  # the address in use, once we follow the redirect for good
    moved_at: datetime | None = None  # since when, None if an earlier version did so
    site_moved: bool = False  # its articles moved along: both hosts confirmed it


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """What is at the address of a source. `found`: "feed" if it is a page that names a feed
    (`Redirects.effective_url` is the address of this feed); "list" if it is a page that lists
    articles; "" if it is what the operator wrote."""

    found: Literal["", "feed", "list"] = ""
    forgotten: bool = False  # must be found out again, although it worked before
    listing: Wrapper | None = None  # how the list of a page is read


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """What a feed says about itself; "" if it says nothing."""

    feed_title: str = ""
    site_url: str = ""
    feed_id: str = ""
    feed_language: str = ""
    feed_icons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cadence:
    """The times of a feed's entries, and the interval at which it asks to be visited."""

    recent: tuple[datetime, ...] = ()  # publication times, newest first, at most 30
    asked_seconds: int = 0  # interval requested by the feed (ttl, sy:updatePeriod), 0 if none
    span_seconds: int = 0  # between its oldest and newest entry, 0 when unknown
    skip_hours: tuple[int, ...] = ()  # UTC hours and days without visits, as the feed requests
    skip_days: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRecord:
    """What is kept of the last pages of a source, to notice when they can no longer be read."""

    # lengths of the last texts, newest first, 0 for a refused page; at most 20
    bodies: tuple[int, ...] = ()
    # walls before its last pages, "" for none; newest first, at most 10
    walls: tuple[str, ...] = ()
    # selectors, and the number of pages in a row without a match (page_rules.counted)
    unmatched: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When the next visit of a source is (visiting.cadence), and what is left for it."""

    next_due: datetime | None = None
    due_why: str = ""  # reason for `next_due`, in words
    waiting: int = 0  # entries left to the next run
    # next fetch of the feed, if the source is due earlier for waiting entries
    feed_due: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """What is kept of a source between visits. Times are UTC and have a zone. The stored document
    has the fields of all groups side by side, so no two fields may have the same name."""

    # written by upkeep.reconcile, from sources.toml
    key: str
    url: str  # as the operator wrote it, when last read
    terms: str = ""  # digest of the other fields that affect visits
    rules: str | None = None  # digest of its rules, None from an earlier version

    # written by visiting.source_state and filing.visit, from visits
    validators: Validators = Validators()
    visits: VisitTimes = VisitTimes()
    backoff: BackOff = BackOff()
    redirects: Redirects = Redirects()
    discovery: Discovery = Discovery()
    channel: Channel = Channel()
    cadence: Cadence = Cadence()
    pages: PageRecord = PageRecord()
    schedule: Schedule = Schedule()
    warning: str = ""  # for the operator, although visits succeed
    muted: int = 0  # entries that keep and mute leave out, counted at each visit

    @property
    def is_undiscovered(self) -> bool:
        """True if it is not known yet whether a feed, a list or something else is at its
        address."""
        return self.discovery.forgotten or self.visits.last_success is None

    @property
    def address(self) -> str:
        """The address from which the source is fetched."""
        return self.redirects.effective_url or self.url

    @property
    def has_moved(self) -> bool:
        """True if the source is fetched from another address than the operator's, because that
        redirected permanently. The address of a feed that its page named does not count."""
        is_found_feed = self.discovery.found == "feed" and self.redirects.moved_at is None
        return bool(self.redirects.effective_url) and not is_found_feed

    def forget_discovery(self) -> Self:
        """Return this state, due now, without the knowledge if its address has a feed or a list of
        articles. The next visit finds that out again."""
        state = replace(self.asked_whole(), discovery=Discovery(forgotten=True))
        if self.discovery.found != "feed":
            return state
        # the address of the feed is forgotten, too
        redirects = replace(self.redirects, effective_url=None, moved_at=None)
        return replace(state, redirects=redirects)

    def asked_whole(self) -> Self:
        """Return this state, due now, without the values from which the next visit could tell that
        the feed has not changed. That visit then fetches and reads the whole feed."""
        validators = replace(self.validators, etag=None, last_modified=None, body_digest=None)
        return replace(self, validators=validators, schedule=replace(self.schedule, next_due=None))


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosure:
    """Sound or film of an entry (RSS 2.0)."""

    url: str
    type: str = ""
    length: int = 0  # bytes, 0 when unknown
    duration: str = ""  # itunes:duration as given
    # of an episode, one line each: Podcasting 2.0's "transcript URL; type=text/vtt",
    # "chapters URL; type=...", "person NAME; role=guest; href=URL"; Apple's "season 2",
    # "episode 12", "explicit false"
    podcast: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry of a feed before its page is read. Its HTML is not sanitised."""

    id: str  # the id that the feed gives, otherwise its link, otherwise a digest of its content
    url: str = ""
    title: str = ""
    authors: tuple[str, ...] = ()
    published: datetime | None = None
    updated: datetime | None = None
    summary: str = ""  # HTML
    content: str = ""  # HTML
    categories: tuple[str, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    image: str = ""
    language: str = ""
    rights: tuple[str, ...] = ()  # usage statements: core/usage/statements.py
    listed: bool = False  # from a list page: what the article's own page says counts more
    fault: str = ""  # why a mail cannot be read: "code: detail", the code of an EntryReason

    @property
    def digest(self) -> str:
        """A digest, 32 hexadecimal digits, of the entry's title, link, texts and time of the last
        update. It changes if one of these changes."""
        parts = (self.title, self.url, self.summary, self.content, str(self.updated))
        data = "\x1f".join(parts).encode("utf-8", "replace")
        return hashlib.sha256(data).hexdigest()[:32]


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    """A feed, or a page that lists articles, as it was parsed."""

    format: str  # rss20, atom10, rdf, json11, ...
    title: str = ""
    site_url: str = ""
    icons: tuple[str, ...] = ()  # addresses of the pictures that stand for it, the best first
    id: str = ""
    hubs: tuple[str, ...] = ()
    self_url: str = ""  # its rel=self link
    language: str = ""
    ttl_minutes: int | None = None
    update_seconds: int | None = None  # sy:updatePeriod / sy:updateFrequency
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[str, ...] = ()
    complete: bool = True  # False if the XML is ill-formed
    entries: tuple[Entry, ...] = ()
    listing: Wrapper | None = None  # how the list was read, if it is a page that lists articles
    next_url: str = ""  # next page of the list, "" without one


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The result of reading a page, before it is described."""

    url: str  # canonical
    title: str
    author: str | None
    published: datetime | None
    updated: datetime | None
    cover: str | None
    description: str  # that the page gives, "" without one
    body: str  # markdown
    language: str | None  # as the page declares it
    keywords: tuple[str, ...] = ()  # publisher's tags
    section: str = ""
    sitename: str = ""
    partial: bool = False
    robots: tuple[str, ...] = ()  # nosnippet, max-snippet:50, noarchive, noindex
    rights: tuple[str, ...] = ()  # usage statements, each a line of core/usage/statements.py
    aliases: tuple[str, ...] = ()  # other URLs of the same article
    duplicate_of: str | None = None  # URL on another host that the page names as its original
    alternate: str | None = None  # URL of an AMP or print version that should be read instead
    blocks: tuple[str, ...] = ()  # digests of its blocks, to learn which repeat on a host
    trace: Mapping[str, Any] = field(default_factory=dict)  # how each field was chosen


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What the feed of an entry said about itself when its article was filed, as atom:source has it
    (RFC 4287 section 4.2.11)."""

    title: str = ""
    url: str = ""  # the feed's address
    site: str = ""
    id: str = ""  # of the feed
    updated: datetime | None = None  # when the entry was updated


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """An article as its file has it. `id` never changes; times are UTC in whole seconds.
    articles/fields.py defines which key of the file has which field."""

    id: str
    url: str  # `source` in the file
    title: str
    author: str | None = None
    published: datetime | None = None
    updated: datetime | None = None
    cover: str | None = None  # URL; `coverImage` in the file
    excerpt: str = ""
    category: str = ""
    tags: tuple[str, ...] = ()
    body: str = ""  # markdown
    language: str | None = None
    partial: bool = False
    robots: tuple[str, ...] = ()  # noarchive, nosnippet, ...
    added: datetime | None = None
    source_key: str = ""
    source_id: str = ""  # id of its entry in the feed
    digest: str = ""  # of our last version, to notice edits: articles/edits.py
    excerpt_by: str = ""  # who wrote the excerpt: a word of articles/edits.By, "" if unknown
    tags_by: str = ""
    enclosure: Enclosure | None = None
    also: tuple[str, ...] = ()  # addresses of its copies
    revisions: tuple[str, ...] = ()  # when the text changed: ISO times
    origin: Origin = Origin()
    aliases: tuple[str, ...] = ()  # its other addresses
    keywords: tuple[str, ...] = ()  # publisher's tags
    section: str = ""  # the publisher's section
    merged_into: str = ""  # id of the article shown instead of this copy
    split_from: tuple[str, ...] = ()  # ids of articles that the operator said it is no copy of
    # Schema 2 and later
    authors: tuple[str, ...] = ()  # one name each
    rights: tuple[str, ...] = ()  # usage statements of its publisher: core/usage/statements.py
    hold: bool = False  # on hold: in no feed or page until the operator releases it
    hold_reason: str = ""  # schema 4: a code of `reasons.HoldReason`, "" if the operator held it
    carriers: tuple[str, ...] = ()  # keys of the other sources that announced it
    title_by: str = ""  # "": the publisher
    category_by: str = ""  # "": see fields.category_by
    digest2: str = ""  # as `digest`, of the fields of later schemas
    # schema 5: an old page that only other sites announced; it is not in general feeds
    unlisted: bool = False

    @property
    def text(self) -> str:
        """The body as plain text: a line for each paragraph, heading, list item and table row."""
        return _text.plain(self.body)

    def was_filed_at(self, url: str) -> bool:
        """Return True if the article was first stored with the canonical address `url`, from which
        its id was made. It may have another address now."""
        return self.id == make_article_id(url)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadArticle(Article):
    """An article as it was read from its page, with values that its file does not have."""

    # how each field was chosen, and which text was cut
    trace: Mapping[str, Any] = field(default_factory=dict)
    blocks: tuple[str, ...] = ()  # digests of its blocks, to learn which repeat on a host
    alternate: str | None = None  # URL of an AMP or print version that should be read instead
    doubts: tuple[str, ...] = ()  # why it may have been read wrongly: codes of HoldReason
    category_score: float | None = None  # probability of `category`; None without categories

    def filed(self) -> Article:
        """Return the article without the values that reading gave it but its file does not
        have."""
        values = {attribute.name: getattr(self, attribute.name) for attribute in fields(Article)}
        return Article(**values)


class FeedKey(NamedTuple):
    """The key of a published feed, such as ("tag", "ai")."""

    axis: str  # a name of `axes.AXES`
    slug: str


class Older(StrEnum):
    """Where the entries of a feed are that its current document does not have any more."""

    OF_AXIS = "of-axis"  # in archives, if the feeds of its axis have archives
    OWN = "own"  # in archives, although the other feeds of its axis have none
    NONE = "none"  # nowhere


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedSpec:
    """A feed to publish: its name, contents and formats. It shows the newest `limit` articles and
    all of the last `window_hours` hours, but at most `most`."""

    key: FeedKey
    name: str  # such as "AI"
    title: str  # such as "AI - Example feeds"
    first_slug: str  # the slug that it had first, part of its published id
    description: str = ""
    query: str | None = None  # of a saved query
    limit: int = 50
    window_hours: int = 72
    most: int = 500
    most_older: int = 200  # entries, if it has articles older than a day
    share: float = 1.0  # highest share of one source, as long as others have articles
    content: ContentMode | None = None  # None: the setting of each source
    formats: tuple[str, ...] = tuple(FORMATS)
    language: str = "en"
    older: Older = Older.OF_AXIS


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A problem with a source, an entry or a feed, for `status` and `--json`."""

    what: str  # URL, file or feed concerned
    reason: str  # a code of `syndicator.core.reasons`
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The result of a visit. Every visit ends with an outcome."""

    key: str  # of the source
    at: datetime
    status: Literal["new", "unchanged", "failed", "disabled"]
    reason: str | None = None
    detail: str = ""
    announced: int = 0  # entries in the feed
    added: tuple[str, ...] = ()  # ids of new articles
    changed: tuple[str, ...] = ()  # ids of articles with a new text
    pending: int = 0  # entries whose page must still be read
    waiting: int = 0  # pending entries that this visit had no time for
    skipped: tuple[Problem, ...] = ()
    next_due: datetime | None = None
    no_network: bool = False
    due_why: str = ""  # reason for `next_due`, in words
    refused: int = 0  # entries that will make no article
    seconds: float = 0.0  # duration of the visit
    bytes: int = 0  # of the feed's answer, 0 if unchanged or not fetched


def make_article_id(key: str) -> str:
    """Return the id of an article that is filed under the canonical URL `key`: the first 26
    characters of the URL's SHA-256 in lower-case base32."""
    digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()
    return base64.b32encode(digest).decode().lower()[:_ID_CHARS]


def entry_urn(instance: uuid.UUID, article_id: str) -> str:
    """Return the id that an article has in published feeds, such as "urn:uuid:…", a UUID of version
    5 (RFC 9562). `instance`: the UUID of this instance. `article_id`: the id of the article in the
    database."""
    return uuid.uuid5(instance, article_id).urn


def story_urn(instance: uuid.UUID, name: str) -> str:
    """Return the id that a story has in published feeds, such as "urn:uuid:…". `instance`: the UUID
    of this instance. `name`: the id of the story in the database."""
    value = uuid.uuid5(instance, f"story:{name}").int
    # The id of an article is a UUID of version 5. Write 8 (RFC 9562) as the version, so that both
    # are never equal.
    without_version = value & ~(15 << _VERSION_BIT)
    with_version = without_version | 8 << _VERSION_BIT
    return uuid.UUID(int=with_version).urn


def is_of_story(urn: str) -> bool:
    """Return True if an id in a published feed is that of a story, False if it is that of an
    article."""
    # the version of the UUID
    return urn.rpartition(":")[2][14:15] == "8"


def feed_urn(instance: uuid.UUID, axis: str, first_slug: str) -> str:
    """Return the id with which a feed is published, such as "urn:uuid:…", a UUID of version 5 (RFC
    9562). `instance`: the UUID of this instance. `axis`: the name of the feed's axis, such as
    "tag". `first_slug`: the slug (the name in URLs) that the feed had first; a later one does not
    change the id."""
    return uuid.uuid5(instance, f"feed:{axis}:{first_slug}").urn
