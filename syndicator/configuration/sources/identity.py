"""Choose keys of sources; decide which source moved, was replaced or was edited. Pure.
Also lists the files of sources."""

import contextlib
import hashlib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from syndicator.configuration.entry_rules import before_collapse
from syndicator.core import urls
from syndicator.core.model import Cadence, Discovery, Rules, Source, SourceState
from syndicator.core.ports import FeedRow, Move

# Words in a URL that do not name its owner.
_SERVING = frozenset(
    re.findall(
        r"\w+",
        """www feed feeds rss rss2 rdf atom xml json index videos category categories topic topics tag tags section
        sections all everything latest alternate default html htm php aspx en us""",  # noqa: E501
    )
)
_SHORT = {
    "artificial-intelligence": "ai",
    "machine-learning": "ml",
    "ai-artificial-intelligence": "ai",
}
# Names shared by many sites: the word before them in the host names the owner.
_COMMON = frozenset(
    {"blog", "blogs", "news", "medium", "substack", "github", "gitlab", "wordpress", "blogspot"}
)
_LONGEST = 40  # characters; sources.toml allows 60, a number may follow


def files_of(path: Path) -> list[Path]:
    """Return `path` (sources.toml) and the files of sources.d beside it, sorted by name."""
    more = path.with_suffix(".d").glob("*.toml")
    return [
        path,
        *sorted(file for file in more if not (file.is_dir() or file.name.startswith("."))),
    ]


def key_for(url: str, taken: Collection[str] = ()) -> str:
    """Return a short readable key for `url` that is not in `taken`: "techcrunch-ai" for
    TechCrunch's AI category."""
    words = _site_words(url) + _path_words(url)
    base = "-".join(dict.fromkeys(word for word in words if word))
    if len(base) > _LONGEST:  # cut between words if possible
        base = base[: _LONGEST + 1].rsplit("-", 1)[0][:_LONGEST].strip("-")
    base = base or "source"
    if re.fullmatch(r"con|prn|aux|nul|(com|lpt)[0-9]", base):
        base += "-feed"  # Windows keeps these names for devices
    key = base
    number = 2
    while key in taken:
        key = f"{base}-{number}"
        number = number + 1
    return key


def _site_words(url: str) -> list[str]:
    host = urls.host(url).split(":")[0]
    site = urls.domain(url)
    if host == site and re.fullmatch(r"[\d.]+", host):
        return [host.replace(".", "-")]
    name, _, ending = site.partition(".")
    before = [
        part
        for part in host.removesuffix(site).strip(".").split(".")
        if part and _slug(part) not in _SERVING
    ]
    if name in _COMMON:
        return [_slug(before[-1])] if before else [name, _slug(ending)]
    return [_slug(name), *(_slug(part) for part in before)]


def _path_words(url: str) -> list[str]:
    parts = urlsplit(url)
    words = [_SHORT.get(_slug(word), _slug(word)) for word in parts.path.split("/")]
    words = [re.sub(r"-(xml|rss|atom|json|rdf|html|php)$", "", word) for word in words]
    words = [word for word in words if word and word not in _SERVING and not word.isdigit()]
    if not words and parts.query:
        words = [_slug(pair.partition("=")[2]) for pair in parts.query.split("&")][:1]
    return words[-2:]


def _slug(word: str) -> str:
    with contextlib.suppress(UnicodeError):
        word = word.encode().decode("idna") if word.startswith("xn--") else word
    plain = unicodedata.normalize("NFKD", word).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def moves(states: Sequence[SourceState]) -> tuple[Move, ...]:
    """Return the sources fetched at another address because theirs moved."""
    moved = [state for state in states if _target(state) not in ("", state.url)]
    if not moved:
        return ()
    owners: dict[str, list[str]] = defaultdict(list)
    for state in states:
        for address in [
            state.url,
            *([state.redirects.effective_url] if state.redirects.effective_url else []),
        ]:
            owners[urls.alias(address)].append(state.key)
    return tuple(
        Move(
            source=state.key,
            url=urls.redacted(state.url),
            moved_to=urls.redacted(_target(state)),
            since=state.redirects.moved_at,
            warning="" if state.redirects.site_moved else _warning(state, _target(state), owners),
            site_moved=state.redirects.site_moved,
        )
        for state in moved
    )


def _target(state: SourceState) -> str:
    """Return the present or coming address in place of the operator's, or "" if its site has not
    moved."""
    if state.has_moved:
        return state.redirects.effective_url or ""
    return (state.redirects.moved_to if state.redirects.site_moved else None) or ""


def _warning(moved: SourceState, target: str, owners: Mapping[str, Sequence[str]]) -> str:
    """Return a warning about a move, which may lead to a stranger's feed, or "". `owners`: source
    keys by address."""
    others = [key for key in owners[urls.alias(target)] if key != moved.key]
    if others:
        return (
            f"this is the feed of {others[0]}, which you follow too: remove {moved.key} if one is"
            " enough"
        )
    if not urls.same_site(target, moved.url):
        return "another site: look whether it is the feed you want, else `syndicator remove` it"
    return ""


Addresses = Mapping[str, tuple[str, ...]]  # key of a source -> its addresses, newest last


def successions(
    wanted: Mapping[str, str], addresses: Addresses, rows: Mapping[str, FeedRow]
) -> dict[str, str]:
    """Return successors by removed source with a feed (`rows`): the source at its newest address
    still in use."""
    heirs_by_key: dict[str, str] = {}
    gone = sorted(addresses.keys() & rows.keys() - wanted.keys())
    at = {urls.alias(url): key for key, url in wanted.items()} if gone else {}
    for key in gone:
        target = rows[key].moved_to
        heirs = [at[alias] for alias in map(urls.alias, reversed(addresses[key])) if alias in at]
        if heirs and (target is None or target.slug not in wanted):
            heirs_by_key[key] = heirs[0]
    return heirs_by_key


def departures(
    wanted: Mapping[str, str], addresses: Addresses, rows: Mapping[str, FeedRow]
) -> list[str]:
    """Return sources whose feed stops redirecting: its target was removed, or their key has an
    unrelated address."""
    return [
        key
        for key in sorted(wanted.keys() & rows.keys())
        if (target := rows[key].moved_to) is not None
        and (target.slug not in wanted or not is_at(wanted[key], addresses.get(key, ())))
    ]


def with_address(addresses: tuple[str, ...], url: str) -> tuple[str, ...]:
    """Return the addresses with `url` as the newest."""
    if addresses and (addresses[-1] == url or urls.alias(addresses[-1]) == urls.alias(url)):
        return addresses
    return (*(other for other in addresses if urls.alias(other) != urls.alias(url)), url)


def find_sources_at_new_site(
    urls_by_key: Mapping[str, str], former_urls: Mapping[str, Sequence[str]]
) -> list[str]:
    """Return the keys of sources that are new, or that have a new address on another site.
    `urls_by_key`: the address of each source now; `former_urls`: those that each had, the newest
    last."""
    keys = []
    for key, url in sorted(urls_by_key.items()):
        former = former_urls.get(key, ())
        if not former or urls.site(former[-1]) != urls.site(url):
            keys.append(key)
    return keys


def is_at(url: str, addresses: Iterable[str]) -> bool:
    """Return True if `url` is an alias of one of the addresses."""
    return urls.alias(url) in map(urls.alias, addresses)


def reconciled(source: Source, state: SourceState | None) -> SourceState:
    """Return the state of `source` as written now. A new address resets validators and health."""
    terms = _digest(source)
    rules = source.rules.digest
    fresh = SourceState(key=source.key, url=source.url, terms=terms, rules=rules)
    if state is None:
        return fresh
    if state.url != source.url:
        return replace(
            fresh,
            visits=replace(state.visits, last_visit=None),
            cadence=Cadence(recent=state.cadence.recent),
            discovery=Discovery(forgotten=True),
        )
    now = replace(state, terms=terms, rules=rules)
    if rules != state.rules:
        bodies = before_collapse(state.pages.bodies)
        now = replace(now, pages=replace(state.pages, unmatched={}, bodies=bodies))
    if state.terms not in ("", terms):  # the edit may have corrected a failure: visit now
        return replace(
            now,
            backoff=replace(now.backoff, failures=0),
            schedule=replace(
                now.schedule, next_due=None, feed_due=None, due_why="sources.toml was edited"
            ),
        )
    return now


def as_followed(source: Source, state: SourceState | None) -> Source:
    """Return `source` with the address and kind that were found at its first visit."""
    if state is None or source.kind != "auto" or source.url != state.url:
        return source
    if state.discovery.found == "list":
        return replace(source, kind="list")
    if state.discovery.found == "feed":
        return replace(source, url=state.address, kind="feed")
    return source


def _digest(source: Source) -> str:
    """Return 16 hex characters for those fields of `source` that affect how it is visited and
    read."""
    terms = (
        source.kind,
        source.every,
        source.cron,
        source.robots,
        source.allow,
        sorted(source.headers_env.items()),
    )
    # an earlier version's digests stay
    more: tuple[object, ...] = () if source.rules == Rules() else (source.rules,)
    more += () if source.speaks_for is None else (source.speaks_for,)
    more += (source.keep, source.mute) if source.keep or source.mute else ()
    more = (*more, "force") if source.force else more
    more = (*more, "browser") if source.browser else more
    newsletter = (source.sender, source.list_id, source.after)
    more = (*more, *newsletter) if newsletter != (None, None, "keep") else more
    more = (*more, "cookies", source.cookies) if source.cookies else more
    return hashlib.sha256(repr((*terms, source.enabled, *more)).encode()).hexdigest()[:16]
