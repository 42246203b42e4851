"""Define articles, entries, sources, feeds and outcomes as frozen values; make their ids.
Without I/O, clock or third-party packages."""

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
# "private": whole on a private instance, nothing on a public one
SourceContent = Literal["full", "excerpt", "link", "private"]
SourceKind = Literal["auto", "feed", "page", "list"]
EntryStatus = Literal["pending", "done", "refused", "skipped"]

# the rules of the first version, in `repr(Rules)`
_FIRST_RULES = ("select", "remove", "title_suffix", "content", "keep")
_ID_CHARS = 26  # of an article's id: 130 bits
_VERSION_BIT = 76  # the lowest of the four bits that have a UUID's version (RFC 9562)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Rules:
    """The operator's selectors for pages (`page_rules`). The first match wins; `select`, `remove`,
    `links` take all."""

    select: tuple[str, ...] = ()  # CSS: the body is here
    remove: tuple[str, ...] = ()  # CSS: never part of the body
    title_suffix: str | None = None  # cut from titles
    content: Literal["page", "feed"] = "page"  # "feed": the body is the entry's own content
    keep: tuple[str, ...] = ()  # texts that stay although they repeat across articles
    title: tuple[str, ...] = ()  # CSS, perhaps with an attribute, as the next three
    author: tuple[str, ...] = ()
    date: tuple[str, ...] = ()  # of publication
    cover: tuple[str, ...] = ()
    links: tuple[str, ...] = ()  # the source is a page that lists articles: these are their links

    def __repr__(self) -> str:
        """Return the original fields, and later ones that are set: stored digests of this text
        survive new rules."""
        shown = []
        for rule in fields(self):
            value = getattr(self, rule.name)
            if rule.name in _FIRST_RULES or value != rule.default:
                shown.append(f"{rule.name}={value!r}")
        return f"Rules({', '.join(shown)})"

    @property
    def digest(self) -> str:
        """16 hex characters for the rules that differ from their default; stable when later
        versions add rules."""
        changed = []
        for rule in fields(self):
            value = getattr(self, rule.name)
            if value != rule.default:
                changed.append((rule.name, value))
        return hashlib.sha256(repr(sorted(changed)).encode()).hexdigest()[:16]


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
    force: bool = False  # every or cron override the wishes of feed and server
    robots: Literal["obey", "ignore"] = "obey"
    allow: tuple[str, ...] = ()  # "10.0.0.0/8:443": private addresses permitted for its origin
    # header name -> environment variable
    headers_env: Mapping[str, str] = field(default_factory=dict)
    cookies: str = ""  # file of a session at its site, below the folder of the configuration
    backfill: int = 20
    # hosts whose articles it may write; None: not decided
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
    """The last answer with a body, for conditional requests (RFC 9111 4.3)."""

    etag: str | None = None
    last_modified: str | None = None
    validators_at: datetime | None = None
    body_digest: str | None = None
    pushed_newer: datetime | None = None  # time of a push with entries missing from the last fetch


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitTimes:
    """When a source was visited."""

    first_visit: datetime | None = None
    last_visit: datetime | None = None
    last_success: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BackOff:
    """The failures of a source since its last success, which delay or end its visits."""

    failures: int = 0  # in a row
    failing_since: datetime | None = None  # None without failure, or from an earlier version
    reason: str | None = None  # of the last failure
    detail: str = ""
    gone_times: int = 0  # 410 in a row
    gone_since: datetime | None = None
    disabled: str | None = None  # reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirects:
    """The permanent redirects of a source, and the address in use because of them."""

    moved_to: str | None = None  # permanent redirect seen
    moved_times: int = 0  # visits in a row with this redirect
    effective_url: str | None = None  # adopted move
    moved_at: datetime | None = None  # time of adoption, None if by an earlier version
    site_moved: bool = False  # its articles moved along: both hosts confirmed it


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """The kind of document that stands at the address of a source. "": nothing else than was
    expected. A feed that was `found` is at `Redirects.effective_url`."""

    found: Literal["", "feed", "list"] = ""
    forgotten: bool = False  # must be found out, although it worked before
    listing: Wrapper | None = None  # of a source of kind "list"


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """The statements of a feed about itself."""

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
    """A record of the last pages of a source."""

    # lengths of the last texts, newest first, 0 for a refused page; at most 20
    bodies: tuple[int, ...] = ()
    # walls before its last pages, "" for none; newest first, at most 10
    walls: tuple[str, ...] = ()
    # selectors, and the number of pages in a row without a match (page_rules.counted)
    unmatched: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """The next visit of a source (visiting.cadence), and what is left for it."""

    next_due: datetime | None = None
    due_why: str = ""
    waiting: int = 0  # entries left to the next run
    # next fetch of the feed, if the source is due earlier for waiting entries
    feed_due: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """State of a source between visits. Times are aware UTC. Names of fields are those of the
    stored document, which has no groups: each is unique."""

    # from sources.toml, by upkeep.reconcile
    key: str
    url: str  # as the operator wrote it, when last read
    terms: str = ""  # digest of the other fields that affect visits
    rules: str | None = None  # digest of its rules, None from an earlier version

    # from visits, by visiting.source_state and filing.visit
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
        """True if nobody knows what stands at its address."""
        return self.discovery.forgotten or self.visits.last_success is None

    @property
    def address(self) -> str:
        """The address that is asked."""
        return self.redirects.effective_url or self.url

    @property
    def has_moved(self) -> bool:
        """True if it is asked at another address because it redirected there for good."""
        is_found_feed = self.discovery.found == "feed" and self.redirects.moved_at is None
        return bool(self.redirects.effective_url) and not is_found_feed

    def forgets(self) -> Self:
        """Return the state as due now, to find out what stands at its address."""
        forgetful = replace(self.asked_whole(), discovery=Discovery(forgotten=True))
        if self.discovery.found != "feed":
            return forgetful
        redirects = replace(self.redirects, effective_url=None, moved_at=None)
        return replace(forgetful, redirects=redirects)

    def asked_whole(self) -> Self:
        """Return the state as due now, without validators: the next visit fetches and reads the
        whole feed."""
        validators = replace(self.validators, etag=None, last_modified=None, body_digest=None)
        return replace(self, validators=validators, schedule=replace(self.schedule, next_due=None))


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosure:
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
    """An entry of a feed before its page is read. HTML fields are not sanitised."""

    id: str  # the entry's own id, else its link, else a digest of its content
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
    listed: bool = False  # from a list page: the article's own page takes precedence
    fault: str = ""  # of a mail that cannot be read: "code: detail" of an EntryReason

    @property
    def digest(self) -> str:
        """32 hex characters that change if title, link, texts or update time of the entry
        change."""
        parts = (self.title, self.url, self.summary, self.content, str(self.updated))
        data = "\x1f".join(parts).encode("utf-8", "replace")
        return hashlib.sha256(data).hexdigest()[:32]


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
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
    listing: Wrapper | None = None  # of a page that lists articles
    next_url: str = ""  # next page of the list


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The result of reading a page, before it is described."""

    url: str  # canonical
    title: str
    author: str | None
    published: datetime | None
    updated: datetime | None
    cover: str | None
    description: str  # the publisher's own, "" when none
    body: str  # markdown
    language: str | None  # as the page declares it
    keywords: tuple[str, ...] = ()  # publisher's tags
    section: str = ""
    sitename: str = ""
    partial: bool = False
    robots: tuple[str, ...] = ()  # nosnippet, max-snippet:50, noarchive, noindex
    rights: tuple[str, ...] = ()  # usage statements, each a line of core/usage/statements.py
    aliases: tuple[str, ...] = ()  # other URLs of the same article
    duplicate_of: str | None = None  # a canonical on another host
    alternate: str | None = None  # AMP or print page to fetch
    blocks: tuple[str, ...] = ()  # digests of the body's blocks, to learn what repeats on a host
    trace: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """The feed of an entry when its article was filed (RFC 4287 section 4.2.11)."""

    title: str = ""
    url: str = ""  # the feed's address
    site: str = ""
    id: str = ""  # the feed's own id
    updated: datetime | None = None  # of the entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """An article. `id` never changes; times are UTC in whole seconds; articles/fields.py maps
    fields to the file."""

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
    source_id: str = ""  # the entry's own id
    digest: str = ""  # of our last version: articles/edits.py
    excerpt_by: str = ""  # author of the excerpt: a word of articles/edits.By, "" if unknown
    tags_by: str = ""
    enclosure: Enclosure | None = None
    also: tuple[str, ...] = ()  # addresses of copies
    revisions: tuple[str, ...] = ()  # when the text changed: ISO times
    origin: Origin = Origin()
    aliases: tuple[str, ...] = ()  # its other addresses
    keywords: tuple[str, ...] = ()  # publisher's tags
    section: str = ""  # the publisher's section
    merged_into: str = ""  # id of the article shown instead of this copy
    split_from: tuple[str, ...] = ()  # ids of articles that it is no copy of, by the operator
    # Schema 2 and later
    authors: tuple[str, ...] = ()  # one name each
    rights: tuple[str, ...] = ()  # what its publisher says of its use: core/usage/statements.py
    hold: bool = False  # on hold: in no feed or page until the operator releases it
    hold_reason: str = ""  # schema 4: a code of `reasons.HoldReason`, "" if held by hand
    carriers: tuple[str, ...] = ()  # keys of the other sources that announced it
    title_by: str = ""  # "": the publisher
    category_by: str = ""  # "": see normal_form.category_by
    digest2: str = ""  # as digest, of the editable fields of schema 2
    # schema 5: an old page announced by other sites only: not in general feeds
    unlisted: bool = False

    @property
    def text(self) -> str:
        """The body as plain text, one line per paragraph, heading, list item or table row."""
        return _text.plain(self.body)

    def was_filed_at(self, url: str) -> bool:
        """Return True if the article was filed at the canonical `url`, even if it has another
        address now: its id is made of it."""
        return self.id == make_article_id(url)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadArticle(Article):
    """An article as read from its page, with values that its file lacks."""

    # the candidate chosen for each field, and cut text
    trace: Mapping[str, Any] = field(default_factory=dict)
    blocks: tuple[str, ...] = ()  # digests of the body's blocks, to learn what repeats on a host
    alternate: str | None = None  # AMP or print page to fetch
    doubts: tuple[str, ...] = ()  # codes of `reasons.HoldReason` from reading
    category_score: float | None = None  # probability of `category`; None without categories

    def filed(self) -> Article:
        """Return the article alone, as its file stores it."""
        values = {attribute.name: getattr(self, attribute.name) for attribute in fields(Article)}
        return Article(**values)


class FeedKey(NamedTuple):
    axis: str  # a name of `axes.AXES`
    slug: str


class Older(StrEnum):
    """The place of entries that a feed's head no longer shows."""

    OF_AXIS = "of-axis"  # in archives, if the feeds of the axis have them
    OWN = "own"  # in archives although others of the axis have none
    NONE = "none"  # nowhere: there is the head only


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedSpec:
    """A feed to publish: its name, contents and formats."""

    key: FeedKey
    name: str  # AI
    title: str  # AI - Example feeds
    first_slug: str  # its first slug, part of its id
    description: str = ""
    query: str | None = None
    limit: int = 50
    window_hours: int = 72
    most: int = 500
    most_older: int = 200  # with articles older than a day
    share: float = 1.0  # maximum share of one source while others have articles
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
    """The result of a visit. Every visit ends with one."""

    key: str
    at: datetime
    status: Literal["new", "unchanged", "failed", "disabled"]
    reason: str | None = None
    detail: str = ""
    announced: int = 0
    added: tuple[str, ...] = ()  # article ids
    changed: tuple[str, ...] = ()
    pending: int = 0
    waiting: int = 0  # of these, left to the next run for lack of time
    skipped: tuple[Problem, ...] = ()
    next_due: datetime | None = None
    no_network: bool = False
    due_why: str = ""  # reason for next_due
    refused: int = 0  # entries that will make no article
    seconds: float = 0.0  # duration of the visit
    bytes: int = 0  # of the feed's answer, 0 if unchanged or not fetched


def make_article_id(key: str) -> str:
    """Return the id for the canonical URL `key`: the first 26 characters of its SHA-256 in
    lower-case base32."""
    digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()
    return base64.b32encode(digest).decode().lower()[:_ID_CHARS]


def entry_urn(instance: uuid.UUID, article_id: str) -> str:
    """Return the published id of an article: the URN of uuid5(instance, id)."""
    return uuid.uuid5(instance, article_id).urn


def story_urn(instance: uuid.UUID, name: str) -> str:
    """Return the published id of a story: a version 8 UUID, so that it cannot equal an article's
    version 5 UUID."""
    value = uuid.uuid5(instance, f"story:{name}").int
    without_version = value & ~(15 << _VERSION_BIT)
    return uuid.UUID(int=without_version | 8 << _VERSION_BIT).urn


def is_of_story(urn: str) -> bool:
    """Return True if `urn` comes from `story_urn`."""
    return urn.rpartition(":")[2][14:15] == "8"


def feed_urn(instance: uuid.UUID, axis: str, first_slug: str) -> str:
    """Return the published id of a feed: the URN of uuid5(instance, "feed:<axis>:<first slug>")."""
    return uuid.uuid5(instance, f"feed:{axis}:{first_slug}").urn
