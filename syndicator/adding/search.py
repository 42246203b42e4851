"""Find what can be followed at an address or in a list (OPML); export our own list."""

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
    if_known,
)
from syndicator.app.beside.kept_feeds import Beside
from syndicator.app.read_configuration import Configuration
from syndicator.configuration.sources import opml
from syndicator.configuration.sources.identity import as_followed
from syndicator.configuration.sources.schema import source_of
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
from syndicator.core.reasons import NOT_A_FEED, FeedReason, FetchReason, explained
from syndicator.describing.taxonomy.vocabulary import load as load_vocabulary
from syndicator.filing import worker_functions
from syndicator.filing.context import feed_request, unset_detail
from syndicator.filing.kinds.kind import Finding, Place
from syndicator.filing.kinds.unanswered import describe_failure, name_setting
from syndicator.filing.kinds.unstated_kind import SHUT, discover, discover_closed
from syndicator.store.engine import Store
from syndicator.visiting.feeds.ranking import last_date

# placeholder for a key that is chosen later, so that the other settings can be checked
_KEYLESS = "a"
# reasons of discovery, whose detail continues a sentence that begins with the address
_OF_DISCOVERY = (
    FeedReason.NOTHING,
    FeedReason.SCRIPTS,
    FeedReason.DEAD_FEEDS,
    FeedReason.BOT_CHECK,
    FeedReason.LOGIN,
    FeedReason.CONSENT,
)


def is_file(address: str) -> bool:
    return address == "-" or Path(address).is_file()


def read_file(address: str, *, is_trusted: bool = False) -> opml.SubscriptionList:
    """Return the subscriptions of a file, or on stdin for "-". `is_trusted`: an export of the
    operator's own, as in `opml.read_opml`. Raises MissingError."""
    try:
        data = sys.stdin.buffer.read() if address == "-" else Path(address).read_bytes()
    except OSError as error:
        raise MissingError(
            f"{address} cannot be read: {error.strerror}; give the path of an OPML file or of a"
            " list of addresses"
        ) from error
    return read_list(data, address, is_trusted=is_trusted)


def read_list(data: bytes, where: str, *, is_trusted: bool = False) -> opml.SubscriptionList:
    """Return the subscriptions of a document with this name: OPML, or addresses, one a line. Raises
    MissingError with the line at fault and the cure."""
    try:
        return read_subscriptions(data, is_trusted=is_trusted)
    except NotAFeed as refusal:
        raise MissingError(f"{where}: {refusal.detail}") from refusal


def as_found(
    beside: Beside,
    configuration: Configuration,
    address: str,
    listed: opml.SubscriptionList,
    folders: opml.Folders = "category",
) -> Found:
    """Return the candidates of a list; `skipped`: outlines that cannot be followed. Only a list of
    the operator's own takes the key of a source that was removed, whose feed has readers, for
    another address."""
    followed = by_address(configuration.sources)
    path = configuration.taxonomy.toml
    reserved = frozenset[str]() if listed.is_trusted else beside.keys()
    defined = load_vocabulary(path).category if path.exists() else ()
    categories = {category.name.casefold(): category.name for category in defined}
    candidates: list[Candidate] = []
    skipped = list(listed.skipped)
    for outline in listed.outlines:
        try:
            values = opml.followed(outline, folders, categories)
            source = source_of({"key": _KEYLESS, **values})
            if "key" not in values or source.key in reserved:
                # chosen when it is added; a source that comes back gets its old one
                source = replace(source, key="")
            candidates.append(if_known(followed, Candidate(source=source, kind="opml")))
        except UsageError as error:
            skipped.append(opml.Skipped(line=outline.line, name=outline.title, why=str(error)))
    skipped.sort(key=lambda outline: outline.line)
    return Found(
        address=address,
        candidates=tuple(candidates),
        whole=True,
        listed=listed,
        skipped=tuple(skipped),
    )


def export(store: Store, configuration: Configuration) -> bytes:
    states = store.visits.states()
    sites = {key: state.channel.site_url for key, state in states.items()}
    sources = [
        as_followed(source, states.get(source.key)) for source in configuration.sources.values()
    ]
    return opml.write_opml(configuration.settings.site.title, sources, sites)


async def look(session: Session, address: str) -> Found:
    """Return the candidates at `address` (URL, OPML file, "-" for stdin), or its error."""
    try:
        if is_file(address):
            return as_found(
                session.archive.beside, session.configuration, address, read_file(address)
            )
        return await _look(session, address, _url(address))
    except SyndicatorError as error:
        return Found(address=address, error=error)


def _url(address: str) -> str:
    if "://" not in address and (
        address.startswith(("/", ".", "~")) or re.fullmatch(r"[^/]+\.(opml|txt)", address, re.I)
    ):
        raise UsageError(f"there is no file {address}; give the path of a list, or a web address")
    url = address if "://" in address else f"https://{address}"
    if not urls.host(url) or (
        "://" not in address and not re.search(r"[.:]|^localhost\b", address)
    ):
        raise UsageError(f"{address!r} is no web address; write it like https://example.org/feed")
    return url


async def _look(session: Session, address: str, url: str) -> Found:
    source = Source(key="", url=url, allow=session.allow, browser=session.browser)
    answer = await _ask(session, source)
    if isinstance(answer, Failed):  # the page may be closed to programs, and its feed open
        findings = await discover_closed(session.run, source, url)
        if not findings:
            raise unanswered(url, _with_setting(session, answer))
        return Found(address=address, candidates=_candidates(session, url, findings))
    try:
        discovered = await discover(session.run, source, url, answer)
    except NotAFeed as refused:
        return Found(address=address, error=_nothing(url, refused), page=_shown(refused, answer))
    except WorkerFailed as failed:
        raise MissingError(f"{url}: it cannot be read: {failed.detail or failed}") from failed
    if discovered.document.kind == "opml":
        return as_found(
            session.archive.beside,
            session.configuration,
            address,
            await _read_opml(session, url, answer),
        )
    candidates = _candidates(session, url, discovered.findings)
    page = answer if discovered.document.kind == "page" else None
    return Found(address=address, candidates=candidates, untried=discovered.untried, page=page)


def _with_setting(session: Session, failed: Failed) -> Failed:
    """Return a failure with the setting that may cure it."""
    run = session.run
    setting = name_setting(failed, run.settings.fetch.proxy, run.environ)
    return replace(failed, detail=f"{failed.detail}; {setting}") if setting else failed


async def _ask(session: Session, source: Source) -> Fetched | Failed:
    """Fetch an address that a person wrote, with the values of its variables."""
    run = session.run
    values = secrets.known(source.url, run.environ)
    if lacking := [name for name in secrets.variables(source.url) if name not in values]:
        raise MissingError(f"{source.url}: {unset_detail(lacking)}")
    state = SourceState(key="", url=source.url)
    answer = await run.fetcher.fetch(feed_request(source, state, run.settings, run.environ))
    if isinstance(answer, NotModified):
        return Failed(url=source.url, reason=FetchReason.NOT_MODIFIED)
    return answer


async def _read_opml(session: Session, url: str, answer: Fetched) -> opml.SubscriptionList:
    call = session.worker.call
    try:
        listed: opml.SubscriptionList = await call(worker_functions.read_subscriptions, answer.body)
    except (NotAFeed, WorkerFailed) as failed:
        raise MissingError(f"{url}: it cannot be read: {failed.detail or failed}") from failed
    return listed


def _nothing(url: str, refused: NotAFeed) -> MissingError:
    """Return the error of an address where there is nothing to follow, with the cure."""
    cure = explained(f"{NOT_A_FEED}{refused.reason}")[1]
    if refused.reason in _OF_DISCOVERY:
        return MissingError(f"{url} {refused.detail}; {cure}")
    return MissingError(f"{url}: {refused}; {cure}")


def _shown(refused: NotAFeed, answer: Fetched) -> Fetched | None:
    """Return the page on which a person may recognize a list."""
    return answer if refused.reason in _OF_DISCOVERY else None


def unanswered(url: str, failed: Failed) -> SyndicatorError:
    """Return the error of an address that does not answer, with its cure."""
    kind = NetworkDown if failed.no_network else MissingError
    return kind(describe_failure(url, failed))


def _candidates(session: Session, url: str, findings: Sequence[Finding]) -> tuple[Candidate, ...]:
    """Return the findings at `url` as sources that can be followed."""
    best, *others = (_candidate(session, finding) for finding in findings)
    candidates = (replace(best, asked=url), *others)
    return tuple(if_known(session.known, candidate) for candidate in candidates)


def _candidate(session: Session, finding: Finding) -> Candidate:
    """Return a finding as `add` and the console show it."""
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
        return _feed_candidate(source, finding)
    return _page_candidate(source, finding)


def _feed_candidate(source: Source, finding: Finding) -> Candidate:
    """Return a feed or a sitemap."""
    feed = finding.feed
    entries = feed.entries if feed else ()
    return Candidate(
        source=source,
        kind="sitemap" if feed and feed.format == "sitemap" else "feed",
        format=feed.format if feed else "",
        announced=len(entries),
        latest=last_date(feed) if feed else None,
        comments=finding.place == Place.COMMENTS,
        same_as=finding.same_as,
        warning=finding.answer.warning,
        entries=entries[:SHOWN],
        other=finding.asked,
        answer=finding.answer,
    )


def _page_candidate(source: Source, finding: Finding) -> Candidate:
    """Return an article, or a page that lists articles."""
    feed = finding.feed
    entries = feed.entries if feed else ()
    learnt = feed.listing if feed else None
    return Candidate(
        source=source,
        kind="article" if finding.kind == "page" else "list",
        format=learnt.by if learnt else "",
        announced=len(entries),
        latest=max((entry.published for entry in entries if entry.published), default=None),
        warning=SHUT if finding.answer.warning else "",
        entries=entries[:MOST_ITEMS],
        answer=finding.answer,
    )
