"""Choose keys of sources; decide which source moved, was replaced or was edited. Pure.

One function lists the files of sources."""

import contextlib
import hashlib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from syndicator.configuration.entry_rules import drop_collapsed
from syndicator.core import urls
from syndicator.core.model import Cadence, Discovery, Rules, Source, SourceState
from syndicator.core.ports import FeedRow, Move

# Words in a URL that many feeds have, and that say nothing about whose or which feed it is.
_SERVING_LABELS = frozenset(
    re.findall(
        r"\w+",
        """www feed feeds rss rss2 rdf atom xml json index videos category categories topic topics tag tags section
        sections all everything latest alternate default html htm php aspx en us""",  # noqa: E501
    )
)
# words of a path -> shorter words for the key
_SHORT_WORDS = {
    "artificial-intelligence": "ai",
    "machine-learning": "ml",
    "ai-artificial-intelligence": "ai",
}
# Names shared by many sites: the word before them in the host names the owner.
_SHARED_NAMES = frozenset(
    {"blog", "blogs", "news", "medium", "substack", "github", "gitlab", "wordpress", "blogspot"}
)
# Windows keeps these names for devices
_DEVICE_NAME = re.compile(r"con|prn|aux|nul|(com|lpt)[0-9]")
_LONGEST_KEY = 40  # characters; sources.toml allows 60, a number may follow


def list_source_files(path: Path) -> list[Path]:
    """Return the files that sources are read from: first `path`, which is sources.toml, also if it
    does not exist, then the .toml files in the folder sources.d beside it, sorted by name. Folders
    and hidden files are left out."""
    files = [
        file
        for file in path.with_suffix(".d").glob("*.toml")
        if not file.is_dir() and not file.name.startswith(".")
    ]
    return [path, *sorted(files)]


def make_source_key(url: str, used_keys: Collection[str] = ()) -> str:
    """Return a short readable key for a source, made of its URL, such as "techcrunch-ai" for
    TechCrunch's AI category. `used_keys`: keys of other sources; if the key is one of them, it gets
    a number, as in "techcrunch-ai-2"."""
    words = _list_site_words(url) + _list_path_words(url)
    base = "-".join(dict.fromkeys(word for word in words if word))
    if len(base) > _LONGEST_KEY:
        # Cut between words if possible. Look at one character more than fits: if it is a hyphen,
        # the word before it fits whole.
        whole_words = base[: _LONGEST_KEY + 1].rpartition("-")[0]
        base = (whole_words or base)[:_LONGEST_KEY].strip("-")
    if not base:
        base = "source"
    if _DEVICE_NAME.fullmatch(base):  # Windows has no files of this name
        base += "-feed"
    key = base
    number = 2
    while key in used_keys:
        key = f"{base}-{number}"
        number += 1
    return key


def _list_site_words(url: str) -> list[str]:
    """Return the words of a URL's host that name the owner of the site: the name of the domain and
    the subdomains, such as ["example", "news"] for news.example.org. For a domain that many owners
    share, such as github, return only the subdomain, ["alice"] for alice.github.io."""
    host = urls.host(url).split(":")[0]  # without the port
    domain = urls.domain(url)
    is_ip_address = host == domain and re.fullmatch(r"[\d.]+", host) is not None
    if is_ip_address:
        return [host.replace(".", "-")]
    subdomains = []
    for label in host.removesuffix(domain).strip(".").split("."):
        word = _make_slug(label)
        # labels such as "www" or "feeds" name no owner
        if label and word not in _SERVING_LABELS:
            subdomains.append(word)
    name, _, ending = domain.partition(".")
    if name not in _SHARED_NAMES:
        return [_make_slug(name), *subdomains]
    if subdomains:
        return [subdomains[-1]]  # the one directly below the shared domain
    return [name, _make_slug(ending)]


def _list_path_words(url: str) -> list[str]:
    """Return at most two words of a URL's path that say what the feed is about: its last segments,
    without those such as "feed" or a number. If there are none, return the value of the first
    parameter of the URL's query."""
    parts = urlsplit(url)
    words = []
    for segment in parts.path.split("/"):
        slug = _make_slug(segment)
        # "news.xml" has become "news-xml"
        word = re.sub(r"-(xml|rss|atom|json|rdf|html|php)$", "", _SHORT_WORDS.get(slug, slug))
        says_nothing = not word or word in _SERVING_LABELS or word.isdigit()
        if not says_nothing:
            words.append(word)
    if not words and parts.query:
        first_pair = parts.query.split("&")[0]
        words = [_make_slug(first_pair.partition("=")[2])]
    return words[-2:]


def _make_slug(word: str) -> str:
    """Return a word of a URL in small ASCII letters and digits, with a hyphen for each run of other
    characters and none at the ends: "café.html" becomes "cafe-html"."""
    if word.startswith("xn--"):  # letters outside ASCII in the name of a host
        with contextlib.suppress(UnicodeError):
            word = word.encode().decode("idna")
    # split letters from their accents, then drop all that is not ASCII
    ascii_word = unicodedata.normalize("NFKD", word).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_word).strip("-")


def list_moves(states: Sequence[SourceState]) -> tuple[Move, ...]:
    """Return a move for each source that is visited at another address than the operator wrote, or
    will be soon, because of a permanent redirect or because the whole site moved. `states`: the
    states of all sources."""
    moved_states = [state for state in states if _find_new_address(state) not in ("", state.url)]
    if not moved_states:
        return ()

    # keys of the sources at each address, written and new, in any spelling
    owners: dict[str, list[str]] = defaultdict(list)
    for state in states:
        owners[urls.alias(state.url)].append(state.key)
        if state.redirects.effective_url:
            owners[urls.alias(state.redirects.effective_url)].append(state.key)

    moves = []
    for state in moved_states:
        address = _find_new_address(state)
        site_moved = state.redirects.site_moved
        move = Move(
            source=state.key,
            url=urls.redacted(state.url),
            moved_to=urls.redacted(address),
            since=state.redirects.moved_at,
            warning="" if site_moved else _describe_risk(state, address, owners),
            site_moved=site_moved,
        )
        moves.append(move)
    return tuple(moves)


def _find_new_address(state: SourceState) -> str:
    """Return the new address of a source that has moved, or "" if the source has not moved."""
    if state.has_moved:
        return state.redirects.effective_url or ""
    if state.redirects.site_moved:  # it will be visited there soon
        return state.redirects.moved_to or ""
    return ""


def _describe_risk(moved: SourceState, address: str, owners: Mapping[str, Sequence[str]]) -> str:
    """Return a warning if the source `moved` may have moved to a feed that the operator does not
    want, else "". `address`: its new address. `owners`: the keys of the sources at each address, by
    `urls.alias` of the address."""
    others = [key for key in owners[urls.alias(address)] if key != moved.key]
    if others:
        return (
            f"this is the feed of {others[0]}, which you follow too: remove {moved.key} if one is"
            " enough"
        )
    if not urls.same_site(address, moved.url):
        return "another site: look whether it is the feed you want, else `syndicator remove` it"
    return ""


Addresses = Mapping[str, tuple[str, ...]]  # key of a source -> its addresses, newest last


def find_successors(
    urls_by_key: Mapping[str, str], addresses: Addresses, rows: Mapping[str, FeedRow]
) -> dict[str, str]:
    """Return the successors of removed sources: the key of the removed source, and the key of the
    configured source that now has one of its addresses. If several have one, the source with its
    newest address is the successor. Removed sources without a feed, and those whose feed already
    redirects to a configured source, are left out. `urls_by_key`: the address of each configured
    source. `addresses`: all addresses that each source ever had, the newest last. `rows`: the feed
    of each source. All are by the key of the source."""
    removed_keys = sorted(addresses.keys() & rows.keys() - urls_by_key.keys())
    if not removed_keys:
        return {}
    key_by_alias = {urls.alias(url): key for key, url in urls_by_key.items()}
    successors: dict[str, str] = {}
    for key in removed_keys:
        target = rows[key].moved_to  # the feed that this one redirects to
        has_successor = target is not None and target.slug in urls_by_key
        if has_successor:
            continue
        for url in reversed(addresses[key]):
            successor = key_by_alias.get(urls.alias(url))
            if successor is not None:
                successors[key] = successor
                break
    return successors


def find_departures(
    urls_by_key: Mapping[str, str], addresses: Addresses, rows: Mapping[str, FeedRow]
) -> list[str]:
    """Return the keys of configured sources whose feed redirects to the feed of another source, but
    should no longer do so: the other source was removed, or this source got an address that it
    never had. `urls_by_key`: the address of each configured source. `addresses`: all addresses that
    each source ever had. `rows`: the feed of each source. All are by the key of the source."""
    departed_keys = []
    for key in sorted(urls_by_key.keys() & rows.keys()):
        target = rows[key].moved_to  # the feed that this one redirects to
        if target is None:
            continue
        is_target_removed = target.slug not in urls_by_key
        has_new_address = not is_at(urls_by_key[key], addresses.get(key, ()))
        if is_target_removed or has_new_address:
            departed_keys.append(key)
    return departed_keys


def add_newest_address(addresses: tuple[str, ...], url: str) -> tuple[str, ...]:
    """Return all addresses that a source ever had, with `url` as the newest. `addresses`: those so
    far, the newest last. If the newest is `url` already, in any spelling, they are returned as they
    are; if an older one is, it moves to the end."""
    alias = urls.alias(url)  # the same for all spellings of an address
    if addresses and (addresses[-1] == url or urls.alias(addresses[-1]) == alias):
        return addresses
    others = [address for address in addresses if urls.alias(address) != alias]
    return (*others, url)


def find_sources_at_new_site(
    urls_by_key: Mapping[str, str], former_urls: Mapping[str, Sequence[str]]
) -> list[str]:
    """Return the keys of sources that are new, or whose address is now on another site.
    `urls_by_key`: the present address of each source. `former_urls`: the earlier addresses of each
    source, the newest last; a new source has none. Both are by the key of the source."""
    keys = []
    for key, url in sorted(urls_by_key.items()):
        former = former_urls.get(key, ())
        is_new = not former
        if is_new or urls.site(former[-1]) != urls.site(url):
            keys.append(key)
    return keys


def is_at(url: str, addresses: Iterable[str]) -> bool:
    """Return True if `addresses` contains `url`, or another spelling of it."""
    return urls.alias(url) in map(urls.alias, addresses)


def update_state(source: Source, state: SourceState | None) -> SourceState:
    """Return the state of a source after sources.toml was read. `source`: the source as it is in
    sources.toml now. `state`: its state before, None for a new source. If its address changed, it
    gets a new state, in which only the times of visits and articles stay. After any other edit that
    affects visits, it is due at once, because the edit may end a failure."""
    terms = _compute_digest(source)  # of all fields that affect visits, the rules included
    rules = source.rules.digest
    new_state = SourceState(key=source.key, url=source.url, terms=terms, rules=rules)
    if state is None:
        return new_state
    if state.url != source.url:
        # last_visit is None: visit the new address now
        return replace(
            new_state,
            visits=replace(state.visits, last_visit=None),
            cadence=Cadence(recent=state.cadence.recent),
            discovery=Discovery(forgotten=True),
        )

    updated = replace(state, terms=terms, rules=rules)
    if rules != state.rules:
        # what was observed with the old rules says nothing about the new ones
        bodies = drop_collapsed(state.pages.bodies)
        updated = replace(updated, pages=replace(state.pages, unmatched={}, bodies=bodies))
    is_edited = bool(state.terms) and state.terms != terms  # "" in a state of an earlier version
    if not is_edited:
        return updated
    # the edit may have corrected a failure: visit now
    return replace(
        updated,
        backoff=replace(updated.backoff, failures=0),
        schedule=replace(
            updated.schedule, next_due=None, feed_due=None, due_why="sources.toml was edited"
        ),
    )


def apply_first_visit(source: Source, state: SourceState | None) -> Source:
    """Return a source as it is visited. If the operator left its kind open ("auto"), the first
    visit found out if it is a feed or a list of articles, and at which address: these replace the
    kind and the address. `source`: the source as the operator wrote it. `state`: its state, None
    before the first visit."""
    if state is None or source.kind != "auto" or source.url != state.url:
        return source
    if state.discovery.found == "list":
        return replace(source, kind="list")
    if state.discovery.found == "feed":
        return replace(source, url=state.address, kind="feed")
    return source


def _compute_digest(source: Source) -> str:
    """Return a digest, 16 hex characters, of the fields of a source that affect how it is visited
    and read. It shows if the operator edited them."""
    terms: list[object] = [
        source.kind,
        source.every,
        source.cron,
        source.robots,
        source.allow,
        sorted(source.headers_env.items()),
        source.enabled,
    ]
    # Later versions added the fields below. They count only if they are set, so that the digest of
    # a source without them stays the same and an upgrade does not look like an edit.
    if source.rules != Rules():
        terms.append(source.rules)
    if source.speaks_for is not None:
        terms.append(source.speaks_for)
    if source.keep or source.mute:
        terms += (source.keep, source.mute)
    if source.force:
        terms.append("force")
    if source.browser:
        terms.append("browser")
    newsletter = (source.sender, source.list_id, source.after)
    if newsletter != (None, None, "keep"):  # the defaults
        terms += newsletter
    if source.cookies:
        terms += ("cookies", source.cookies)
    return hashlib.sha256(repr(tuple(terms)).encode()).hexdigest()[:16]
