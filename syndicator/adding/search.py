"""Find what can be followed at an address or in a list (OPML); export the followed sources."""

import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from syndicator.adding.new_sources import (
    MOST_ITEMS,
    SHOWN,
    Candidate,
    Found,
    Session,
    by_address,
    recognize_followed,
)
from syndicator.app.beside.kept_feeds import Beside
from syndicator.app.read_configuration import Configuration
from syndicator.configuration.sources import opml
from syndicator.configuration.sources.identity import apply_first_visit
from syndicator.configuration.sources.schema import make_source
from syndicator.configuration.sources.subscription_list import read_subscriptions
from syndicator.core import secrets, urls
from syndicator.core.errors import (
    MissingError,
    NetworkDown,
    NotAFeed,
    SyndicatorError,
    UsageError,
    WorkerFailed,
)
from syndicator.core.model import Failed, Fetched, NotModified, Source, SourceState
from syndicator.core.reasons import NOT_A_FEED, FeedReason, FetchReason, explain_reason
from syndicator.describing.taxonomy.vocabulary import load as load_vocabulary
from syndicator.filing import worker_functions
from syndicator.filing.context import build_feed_request, describe_unset_variables
from syndicator.filing.kinds.kind import Finding, Place
from syndicator.filing.kinds.unanswered import describe_failure, name_setting
from syndicator.filing.kinds.unstated_kind import SHUT, discover, discover_closed
from syndicator.store.engine import Store
from syndicator.visiting.feeds.ranking import find_last_date

# stands for a key that is chosen later, so that the other settings can be checked
_PLACEHOLDER_KEY = "a"
_CURE_OF_NOTHING = (
    "give the address of its feed, or of a page of the site that lists several articles"
)
# Reasons of `discover`. Their details continue a sentence that begins with the address.
_DISCOVERY_REASONS = (
    FeedReason.NOTHING,
    FeedReason.SCRIPTS,
    FeedReason.DEAD_FEEDS,
    FeedReason.BOT_CHECK,
    FeedReason.LOGIN,
    FeedReason.CONSENT,
)

_MAIL_ADDRESS = re.compile(r"[^/@:\s]+@[^/@:\s]+\.[^/@:\s]+")
# "http" or "https" without all of "://" after it; group: the scheme
_BROKEN_SCHEME = re.compile(r"(https?)(?::/?(?=[^/\d])|//?|;//|:///+)(?=\w)", re.I)
_PORT = re.compile(r"^[a-z]+://[^/]*:(\d+)(?:/|$)", re.I)
_HIGHEST_PORT = 65535
_SIGN_OF_HOST = re.compile(r"[.:]|^localhost\b")
# names of files that people give, and that are no names of hosts
_FILE_NAME = re.compile(r"[^/:]+\.(opml|txt|xml|rss|atom|json|html?|md|csv|png|jpe?g|pdf)", re.I)


def is_file(address: str) -> bool:
    """Return True if `address` is the path of a file, or "-" for stdin."""
    return address == "-" or Path(address).is_file()


def read_file(address: str, *, is_trusted: bool = False) -> opml.SubscriptionList:
    """Return the subscriptions in the file `address`, or from stdin if it is "-". `is_trusted`:
    True if the operator exported the file from this program (`opml.read_opml`). Raises UsageError
    if `address` is a URL, and MissingError if the file cannot be read."""
    if "://" in address:
        raise UsageError(f"{address} is no file; `syndicator add {address}` follows an address")
    try:
        data = sys.stdin.buffer.read() if address == "-" else Path(address).read_bytes()
    except OSError as error:
        raise MissingError(
            f"{address} cannot be read: {error.strerror}; give the path of an OPML file or of a"
            " list of addresses"
        ) from error
    return read_list(data, address, is_trusted=is_trusted)


def read_list(data: bytes, where: str, *, is_trusted: bool = False) -> opml.SubscriptionList:
    """Return the subscriptions in a document, which is OPML or a text with one address on each
    line. `where`: the name of the document in messages. `is_trusted`: True if the operator exported
    it from this program. Raises MissingError, which names the faulty line and what to do."""
    try:
        return read_subscriptions(data, is_trusted=is_trusted)
    except NotAFeed as refusal:
        raise MissingError(f"{where}: {refusal.detail}") from refusal


def make_candidates(
    beside: Beside,
    configuration: Configuration,
    address: str,
    listed: opml.SubscriptionList,
    folders: opml.Folders = "category",
) -> Found:
    """Return the subscriptions in `listed` as candidates, and the outlines (entries of the list)
    that cannot be followed. `address`: where the list comes from. `folders`: how a folder of the
    list is used: as the category or as a tag of its sources.

    The key of a removed source stays reserved for its address, as the source may still have
    readers. Only a list that the operator exported from this program may give the key to another
    address."""
    sources_by_address = by_address(configuration.sources)
    reserved_keys = frozenset[str]() if listed.is_trusted else beside.keys()
    # the categories of the taxonomy: their names, by these names in lower case
    categories: dict[str, str] = {}
    taxonomy_file = configuration.taxonomy.toml
    if taxonomy_file.exists():
        for category in load_vocabulary(taxonomy_file).category:
            categories[category.name.casefold()] = category.name
    candidates: list[Candidate] = []
    skipped = list(listed.skipped)
    for outline in listed.outlines:
        try:
            values = opml.make_source_table(outline, folders, categories)
            source = make_source({"key": _PLACEHOLDER_KEY, **values})
        except UsageError as error:
            skipped.append(opml.Skipped(line=outline.line, name=outline.title, why=str(error)))
            continue
        if "key" not in values or source.key in reserved_keys:
            # the key is chosen when the source is added; a source that was followed before gets its
            # former key
            source = replace(source, key="")
        candidate = Candidate(source=source, kind="opml")
        candidates.append(recognize_followed(sources_by_address, candidate))
    skipped.sort(key=lambda outline: outline.line)
    return Found(
        address=address,
        candidates=tuple(candidates),
        whole=True,
        listed=listed,
        skipped=tuple(skipped),
    )


def export(store: Store, configuration: Configuration) -> bytes:
    """Return the followed sources as an OPML document. Each has its address in use, which may be
    the target of a redirect."""
    states = store.visits.states()
    sites = {key: state.channel.site_url for key, state in states.items()}
    sources = [
        apply_first_visit(source, states.get(source.key))
        for source in configuration.sources.values()
    ]
    return opml.write_opml(configuration.settings.site.title, sources, sites)


async def find_candidates(session: Session, address: str) -> Found:
    """Return the candidates (what can be followed) at `address`: a URL as people type it, the path
    of a list, or "-" for stdin. Errors are not raised, but returned in the result."""
    try:
        if is_file(address):
            return make_candidates(
                session.archive.beside, session.configuration, address, read_file(address)
            )
        return await _look_at_url(session, address, _complete_url(address))
    except SyndicatorError as error:
        return Found(address=address, error=error)


def _complete_url(address: str) -> str:
    """Return the URL that a person means by `address`: "example.org" gives "https://example.org".
    Raises UsageError if it is not a web address but, for example, a folder, a mail address or a
    plain word."""
    url = address if "://" in address else f"https://{address}"
    mistake = _find_mistake(address, url)
    if mistake:
        raise UsageError(mistake)
    return url


def _find_mistake(address: str, url: str) -> str:
    """Return a message that says why `address` is not a web address, and what to do. Return "" if
    it is one. `url`: the address with a scheme, such as "https://"."""
    if _MAIL_ADDRESS.fullmatch(address):
        return (
            f"{address} is a mail address; newsletters are followed through your mailbox, as"
            " docs/newsletters.md shows"
        )
    scheme = _BROKEN_SCHEME.match(address)
    if scheme:
        rest = address[scheme.end() :]
        return f"{address!r} is no web address; did you mean {scheme[1]}://{rest}?"
    has_scheme = "://" in address
    if not has_scheme and Path(address).is_dir():
        return (
            f"{address} is a folder; `syndicator import {address}` adds the articles in it,"
            " `syndicator add` the sources of a file or a web address"
        )
    is_path = address.startswith(("/", ".", "~")) or _FILE_NAME.fullmatch(address) is not None
    if not has_scheme and is_path:
        return (
            f"there is no file {address}; give the path of a list, or a web address, with https://"
        )
    port = _PORT.search(url)
    if port and int(port[1]) > _HIGHEST_PORT:
        return f"{address}: there is no port {port[1]}; ports go up to {_HIGHEST_PORT}"
    is_plain_word = not has_scheme and _SIGN_OF_HOST.search(address) is None
    if is_plain_word or not urls.host(url):
        return f"{address!r} is no web address; write it like https://example.org/feed"
    return ""


async def _look_at_url(session: Session, address: str, url: str) -> Found:
    """Return the candidates at `url`, which the operator typed as `address`. If there is nothing to
    follow, the result has the error that says so.

    Raises MissingError if `url` gives no answer or the answer cannot be read, and NetworkDown if
    this machine has no network."""
    source = Source(key="", url=url, allow=session.allow, browser=session.browser)
    answer = await _fetch_source(session, source)
    if isinstance(answer, Failed):
        # some services refuse programs on their pages, but not on their feeds
        findings = await discover_closed(session.run, source, url)
        if not findings:
            raise make_unanswered_error(url, _name_helpful_setting(session, answer))
        return Found(address=address, candidates=_make_candidates(session, url, findings))
    try:
        discovered = await discover(session.run, source, url, answer)
    except NotAFeed as refusal:
        # a person may recognize a list on the page
        page = answer if refusal.reason in _DISCOVERY_REASONS else None
        return Found(address=address, error=_make_refusal(url, refusal), page=page)
    except WorkerFailed as failure:
        raise MissingError(f"{url}: it cannot be read: {failure.detail or failure}") from failure
    kind = discovered.document.kind
    if kind == "opml":
        listed = await _read_opml(session, url, answer)
        return make_candidates(session.archive.beside, session.configuration, address, listed)
    return Found(
        address=address,
        candidates=_make_candidates(session, url, discovered.findings),
        untried=discovered.untried,
        page=answer if kind == "page" else None,
    )


def _name_helpful_setting(session: Session, failed: Failed) -> Failed:
    """Return `failed`, a failure to fetch an address. If a setting of this program may help, the
    name of this setting is added to its detail."""
    run = session.run
    setting = name_setting(failed, run.settings.fetch.proxy, run.environ, is_followed=False)
    if not setting:
        return failed
    return replace(failed, detail=f"{failed.detail}; {setting}")


async def _fetch_source(session: Session, source: Source) -> Fetched | Failed:
    """Return the answer from the address of `source`, or the failure. Environment variables in the
    address are replaced by their values; this is safe, as a person typed the address. Raises
    MissingError if a variable is not set."""
    run = session.run
    values = secrets.read_known_values(source.url, run.environ)
    unset_variables = [name for name in secrets.variables(source.url) if name not in values]
    if unset_variables:
        raise MissingError(
            f"{source.url}: {describe_unset_variables(unset_variables, run.environ)}"
        )
    state = SourceState(key="", url=source.url)
    answer = await run.fetcher.fetch(build_feed_request(source, state, run.settings, run.environ))
    if isinstance(answer, NotModified):
        return Failed(url=source.url, reason=FetchReason.NOT_MODIFIED)
    return answer


async def _read_opml(session: Session, url: str, answer: Fetched) -> opml.SubscriptionList:
    """Return the subscriptions in `answer`, an OPML document from `url`. A worker process reads it.
    Raises MissingError if it cannot be read."""
    call = session.worker.call
    try:
        listed: opml.SubscriptionList = await call(worker_functions.read_subscriptions, answer.body)
    except (NotAFeed, WorkerFailed) as failed:
        raise MissingError(f"{url}: it cannot be read: {failed.detail or failed}") from failed
    return listed


def _make_refusal(url: str, refused: NotAFeed) -> MissingError:
    """Return the error that says that there is nothing to follow at `url`, why, and what to do.
    `refused`: the exception that the search raised."""
    _, cure = explain_reason(f"{NOT_A_FEED}{refused.reason}")
    if refused.reason == FeedReason.NOTHING:
        cure = _CURE_OF_NOTHING  # nothing is followed yet that could get rules
    if refused.reason in _DISCOVERY_REASONS:
        return MissingError(f"{url} {refused.detail}; {cure}")
    return MissingError(f"{url}: {refused}; {cure}")


def make_unanswered_error(url: str, failed: Failed) -> SyndicatorError:
    """Return the error for the address `url`, which gave no usable answer. It is NetworkDown if
    this machine's network is down, else MissingError. Its message says why and what to do."""
    message = describe_failure(url, failed)
    return NetworkDown(message) if failed.no_network else MissingError(message)


def _make_candidates(
    session: Session, url: str, findings: Sequence[Finding]
) -> tuple[Candidate, ...]:
    """Return the findings at `url` as candidates. If a source follows one already, the candidate
    has this configured source. `findings`: at least one, the best first."""
    candidates = [_make_candidate(session, finding) for finding in findings]
    # the best one is what a source for `url` itself would follow
    candidates[0] = replace(candidates[0], asked=url)
    return tuple(recognize_followed(session.known, candidate) for candidate in candidates)


def _make_candidate(session: Session, finding: Finding) -> Candidate:
    """Return `finding`, a feed or page that the search found, as a candidate with a new source."""
    title = finding.title[: opml.LONGEST_TITLE].strip() or None
    source = Source(
        key="",
        url=finding.url,
        kind=finding.kind,
        title=title,
        allow=session.allow,
        browser=session.browser,
    )
    if finding.kind == "feed":
        return _make_feed_candidate(source, finding)
    return _make_page_candidate(source, finding)


def _make_feed_candidate(source: Source, finding: Finding) -> Candidate:
    """Return the candidate for a feed or sitemap, with its number of entries, its latest date and
    its first entries. `source`: the new source, still without a key."""
    candidate = Candidate(
        source=source,
        kind="feed",
        comments=finding.place == Place.COMMENTS,
        same_as=finding.same_as,
        warning=finding.answer.warning,
        other=finding.asked,
        answer=finding.answer,
    )
    feed = finding.feed
    if feed is None:
        return candidate
    return replace(
        candidate,
        kind="sitemap" if feed.format == "sitemap" else "feed",
        format=feed.format,
        announced=len(feed.entries),
        latest=find_last_date(feed),
        entries=feed.entries[:SHOWN],
    )


def _make_page_candidate(source: Source, finding: Finding) -> Candidate:
    """Return the candidate for a page. It is a single article, or a list of articles with its
    number of items, its latest date and its first items. `source`: the new source, still without a
    key."""
    is_single_article = finding.kind == "page"
    candidate = Candidate(
        source=source,
        kind="article" if is_single_article else "list",
        warning=SHUT if finding.answer.warning else "",
        answer=finding.answer,
    )
    feed = finding.feed
    if feed is None:
        return candidate
    dates = [entry.published for entry in feed.entries if entry.published]
    recognized_by = feed.listing.by if feed.listing else ""
    return replace(
        candidate,
        format=recognized_by,
        announced=len(feed.entries),
        latest=max(dates, default=None),
        entries=feed.entries[:MOST_ITEMS],
    )
