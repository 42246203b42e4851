"""Find faults of an installation for `check`: folders, disks, clock, articles, templates.

Each has its cure."""

import asyncio
import difflib
import ipaddress
import os
import queue
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from syndicator.app.archive import Archive
from syndicator.app.clock import utc_now
from syndicator.app.container import open_app
from syndicator.app.read_configuration import Configuration
from syndicator.articles import frontmatter
from syndicator.articles.beside.rights_toml import BELIEVED, RightsFile
from syndicator.articles.stores.paths import is_ours
from syndicator.configuration.settings import Settings, load
from syndicator.configuration.sources.registry import placed_sources
from syndicator.configuration.sources.schema import Placed
from syndicator.configuration.toml_files import TomlFile, read_toml_file
from syndicator.core import text, urls
from syndicator.core.axes import ALL
from syndicator.core.errors import ConfigError, SyndicatorError
from syndicator.core.model import Problem, Source
from syndicator.core.ports.articles import ArticleStore
from syndicator.core.reasons import (
    CheckReason,
    ConditionReason,
    FeedFileReason,
    FetchReason,
    FileReason,
)
from syndicator.describing.taxonomy.vocabulary import load_any
from syndicator.filing.ownership import find_known_article
from syndicator.health.check import config_files
from syndicator.health.check.config_files import (
    SEVERITIES,
    Finding,
    Severity,
    in_file,
    of_fault,
    of_problem,
)
from syndicator.health.conditions import Disk, is_nearly_full, room
from syndicator.health.observing import disks_of
from syndicator.publishing import paths
from syndicator.publishing.page_design import TEMPLATES, load_look
from syndicator.sending.hubs import try_hubs
from syndicator.store.engine import Store
from syndicator.upkeep import recovery as recovery
from syndicator.upkeep.ownership import line
from syndicator.upkeep.reconcile import ignored, unread
from syndicator.upkeep.recovery import AHEAD
from syndicator.visiting.drawing import launcher
from syndicator.visiting.fetch import ssrf
from syndicator.visiting.fetch.cookie_files import CookieFiles

Lookup = Callable[[str, int], object]

_ASKED = 3  # names; one that resolves is enough
_SECONDS = 5.0  # for the next answer
_RESERVED = (".example", ".test", ".invalid", ".localhost")  # RFC 2606: in no DNS
_KEY = re.compile(r"(\w+):")
_LINE = re.compile(r"line (\d+): ")
_PLACED: Final = re.compile(
    rf"{TEMPLATES}/(?P<name>.+?), line (?P<line>\d+): (?P<said>.*)", re.DOTALL
)
_NAMED = 20  # sites in one line; a choice


def folders(settings: Settings) -> Iterator[Finding]:
    """Report folders that are not writable, and full disks."""
    for folder in settings.folders:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            probe = folder / ".check"
            probe.write_bytes(b"")
            probe.unlink()
        except OSError as error:
            taken = not folder.is_dir() and (folder.exists() or folder.is_symlink())
            cure = "it is no folder; move it away" if taken else "give this user write access"
            detail = f"{error.strerror}; {cure}"
            yield Finding(
                severity="error", what=str(folder), reason=CheckReason.NOT_WRITABLE, detail=detail
            )
    yield from full(disks_of(settings.folders))


def full(disks: Iterable[Disk]) -> Iterator[Finding]:
    for disk in disks:
        if is_nearly_full(disk):
            detail = f"{room(disk)}; free some space: `syndicator prune` deletes kept pages"
            yield Finding(
                severity="warning", what=disk.path, reason=ConditionReason.DISK, detail=detail
            )


def clock(
    now: datetime, *, installed: datetime, last_run: datetime | None, articles: str = ""
) -> Iterator[Finding]:
    """Report a clock behind the last run, the installation or the articles (`articles`: the
    fault)."""
    for time, when in ((last_run, "the last run was"), (installed, "this program was installed")):
        if time and time > now + AHEAD:
            detail = (
                f"it says {now:%Y-%m-%d %H:%M} UTC, and {when} at {time:%Y-%m-%d %H:%M}; set it"
            )
            yield Finding(
                severity="error", what="clock", reason=ConditionReason.CLOCK, detail=detail
            )
            return
    if articles:
        yield Finding(severity="error", what="clock", reason=ConditionReason.CLOCK, detail=articles)


def names(sources: Iterable[Source], lookup: Lookup) -> Iterator[Finding]:
    """Report if none of the first few host names resolves."""
    hosts = list(
        dict.fromkeys(
            urlsplit(source.url).hostname or ""
            for source in sources
            if source.enabled and not urls.is_mailbox(source.url)
        )
    )
    asked = [host for host in hosts if not _is_address(host) and not host.endswith(_RESERVED)][
        :_ASKED
    ]
    if not asked or _one_resolves(asked, lookup):
        return
    detail = (
        f"none of {', '.join(asked)} resolves: see the network of this machine, and"
        " /etc/resolv.conf"
    )
    yield Finding(severity="warning", what="names of hosts", reason=FetchReason.DNS, detail=detail)


def _is_address(host: str) -> bool:
    with suppress(ValueError):
        ipaddress.ip_address(host)
        return True
    return host in ("", "localhost")


def _one_resolves(hosts: Sequence[str], lookup: Lookup) -> bool:
    answers: queue.Queue[bool] = queue.Queue()

    def ask(host: str) -> None:
        try:
            lookup(host, 443)
            answers.put(item=True)
        except (OSError, UnicodeError, ValueError):
            answers.put(item=False)

    for host in hosts:
        threading.Thread(target=ask, args=(host,), daemon=True).start()
    with suppress(queue.Empty):
        return any(answers.get(timeout=_SECONDS) for _ in hosts)
    return False


def browser(placed: Sequence[Placed], find_obstacle: Callable[[], str]) -> Iterator[Finding]:
    """Report at the sources with browser = true why no page can be drawn on this machine."""
    drawn = [entry for entry in placed if entry.source.enabled and entry.source.browser]
    if not drawn:
        return
    if obstacle := find_obstacle():
        for entry in drawn:
            yield of_fault(entry.fault(f"browser: {obstacle}", "browser"), FetchReason.NO_BROWSER)


def by_hand(store: ArticleStore, names: config_files.Names) -> Iterator[Finding]:
    """Report faults of hand-written articles."""
    for stamp in store.walk():
        try:
            data = store.read(stamp.path)
            if is_ours(data):
                continue
            article = frontmatter.load(data, stamp.path)
        except (ConfigError, OSError):
            continue
        lines = {
            line.partition(b":")[0].strip(): number
            for number, line in enumerate(data.splitlines(), 1)
        }
        file = f"{store.name}/{stamp.path}"
        if article.category and (
            detail := names.lack(config_files.CATEGORY, article.category, str)
        ):
            yield in_file(
                file,
                lines.get(b"category"),
                CheckReason.UNKNOWN_NAME,
                detail,
                "warning",
                "category",
            )
        if article.cover and urls.host(article.cover) == "":
            detail = (
                f"coverImage {article.cover!r} is no whole address, and feeds leave it out; write"
                " https://..."
            )
            yield in_file(
                file,
                lines.get(b"coverImage"),
                CheckReason.BAD_COVER,
                detail,
                "warning",
                "coverImage",
            )


def broken(archive: Archive) -> Iterator[Finding]:
    """Report unreadable article files, with the line if known, and second files of an article."""
    for problem in unread(archive.store, archive.article_store):
        path = f"{archive.article_store.name}/{problem.what}"
        detail = problem.detail.removeprefix(f"{path}:").strip()
        key = _KEY.match(detail)
        named = _LINE.match(detail)
        line = (
            int(named[1])
            if named
            else _line(archive.article_store, problem.what, key[1])
            if key
            else None
        )
        severity: Severity = "warning" if problem.reason == FileReason.VANISHED else "error"
        more = _LINE.sub("", detail)
        yield in_file(
            path, line, problem.reason, more, severity, key=key[1] if key and not named else ""
        )


def _line(store: ArticleStore, path: str, key: str) -> int | None:
    try:
        lines = store.read(path).decode("utf-8", "replace").splitlines()
    except OSError:
        return None
    return next((number for number, line in enumerate(lines, 1) if line.startswith(f"{key}:")), 1)


def templates(config: Path, settings: Settings) -> Iterator[Finding]:
    """Report unused templates, and those that cannot make pages."""
    own = load_look(config)
    if not own.templates:
        return
    # loads a library of templates
    from syndicator.publishing.web.pages import find_template_faults, template_names

    ours = template_names()
    for name in sorted(own.templates.keys() - ours):
        if not any(name in text for other, text in own.templates.items() if other != name):
            path = config / TEMPLATES / name
            near = difflib.get_close_matches(name, ours, 1)
            meant = f"did you mean {near[0]}?" if near else f"ours are {', '.join(sorted(ours))}"
            detail = f"no template of ours has this name, and none of yours uses it; {meant}"
            yield in_file(path, None, FeedFileReason.TEMPLATE, detail, "warning")
    for fault in find_template_faults(own, settings):
        path = config / TEMPLATES
        line = None
        detail = fault
        if placed := _PLACED.fullmatch(fault):
            path = path / placed["name"]
            line = int(placed["line"])
            detail = placed["said"]
        detail += "; our own templates are used until it is mended"
        yield in_file(path, line, FeedFileReason.TEMPLATE, detail)


def check(
    config: Path,
    *,
    strict: bool = False,
    environ: Mapping[str, str] = os.environ,
    clock: Callable[[], datetime] = utc_now,
    lookup: Lookup = ssrf.resolve_with_system,
) -> list[Finding]:
    """Return all findings, the gravest first. `strict`: missing settings that publishing needs are
    errors."""
    set_wrong = (*config_files.dropped(config, environ), *config_files.variables(environ))
    findings = [*set_wrong, *_look(config, strict, environ, clock, lookup)]
    return sorted(
        findings, key=lambda item: (SEVERITIES.index(item.severity), item.file, item.line or 0)
    )


def _look(
    config: Path,
    strict: bool,
    environ: Mapping[str, str],
    clock: Callable[[], datetime],
    lookup: Lookup,
) -> Iterator[Finding]:
    if wrong := config_files.faults(config, environ):
        yield from wrong
        return
    settings = load(config, environ)
    placed = placed_sources(config / "sources.toml")
    yield from config_files.settings(config, settings, environ, strict=strict)
    yield from config_files.sources(placed, environ)
    yield from config_files.cookie_files(placed, CookieFiles(config, utc_now), utc_now())
    yield from config_files.given(placed)
    yield from config_files.beside(config)
    yield from templates(config, settings)
    yield from browser(placed, launcher.find_obstacle)
    shut = list(folders(settings))
    yield from shut
    if not settings.fetch.proxy:  # a proxy looks names up for itself
        yield from names((entry.source for entry in placed), lookup)
    if not all(Path(folder.what).is_dir() for folder in shut):
        return  # no database or article can be opened
    try:
        with open_app(config, environ=environ) as app:
            yield from _opened(app.archive, app.configuration, placed, clock())
    except (SyndicatorError, OSError) as error:
        yield Finding(
            severity="error", what=str(config), reason=CheckReason.CANNOT_OPEN, detail=str(error)
        )


def _opened(
    archive: Archive, configuration: Configuration, placed: Sequence[Placed], now: datetime
) -> Iterator[Finding]:
    status = archive.store.status
    last = status.counts().last_run
    behind = recovery.describe_clock_fault(archive.store, now)
    installed = datetime.fromtimestamp(Path(__file__).stat().st_mtime, UTC)
    yield from clock(now, installed=installed, last_run=last, articles=behind)
    yield from _names(archive, configuration, placed)
    yield from (
        of_problem(problem, "warning")
        for problem in _unanswered(archive.rights_file, configuration.sources, now)
    )
    yield from broken(archive)
    yield from front_pages(archive.store, configuration.sources)
    yield from map(of_problem, status.check())
    yield from (of_problem(problem, "warning") for problem in status.list_invalid_feeds())
    for problem in ignored(archive.article_store):
        yield replace(of_problem(problem, "warning"), file=problem.what)
    # else feeds have no public address that a hub could fetch
    if configuration.settings.site.url and configuration.settings.publish.hubs:
        yield from _check_hubs(archive.clock, configuration.settings)


def front_pages(store: Store, sources: Mapping[str, Source]) -> Iterator[Finding]:
    """Name the sources at a site's front page that an earlier version filed as an article, with the
    commands that mend them."""
    for source in sources.values():
        if not urls.is_front_page(source.url):
            continue
        alias = urls.alias(source.url)
        article = find_known_article(store.visits.look_up([alias]), [alias], source.url)
        if article is None or article.source_key != source.key:
            continue
        follow = f"`syndicator refresh --source {source.key} --relearn` follows the site"
        if source.kind == "page":
            follow = f'take kind = "page" out of its table; {follow}'
        detail = f"article {article.id}; `syndicator withdraw {article.id}` takes it away; {follow}"
        yield Finding(
            severity="warning",
            what=f"source {source.key}",
            reason=CheckReason.FRONT_PAGE_FILED,
            detail=detail,
        )


def _check_hubs(clock: Callable[[], datetime], settings: Settings) -> Iterator[Finding]:
    """Report the hubs that take no notice of a change. The notice subscribes nobody."""
    name = paths.file_name(ALL, settings.publish.formats[0])
    for problem in asyncio.run(try_hubs(clock, settings, name)):
        answer = ": ".join(filter(None, (problem.reason, problem.detail)))
        detail = f"told that {name} changed, it fails with {answer}"
        yield of_problem(replace(problem, reason=CheckReason.HUB_REFUSES, detail=detail), "warning")


def _names(
    archive: Archive, configuration: Configuration, placed: Sequence[Placed]
) -> Iterator[Finding]:
    words = load_any(configuration.folder / "taxonomy.toml")
    rows = [row for row in archive.store.index.feeds() if not row.dropped]
    categories = [category.name for category in words.category]
    axes = (config_files.CATEGORY, config_files.TAG)
    used = {axis: [row.name for row in rows if row.key.axis == axis] for axis in axes}
    used[config_files.CATEGORY] += [entry.source.category or "" for entry in placed]
    used[config_files.TAG] += [tag for entry in placed for tag in entry.source.tags]
    names = config_files.Names(
        categories=[*categories, configuration.settings.describe.uncategorised]
        if categories
        else [],
        tags=[tag.name for tag in words.tag],
        aliases={alias: tag.name for tag in words.tag for alias in tag.aliases},
        sources=list(configuration.sources),
        used=used,
    )
    feeds = configuration.folder / "feeds.toml"
    file = read_toml_file(feeds) if feeds.exists() else TomlFile(feeds, {})
    unknown = (
        *config_files.in_sources(placed, names),
        *config_files.in_queries(file, configuration.queries, names),
    )
    yield from (of_fault(fault, CheckReason.UNKNOWN_NAME, "warning") for fault in unknown)
    yield from by_hand(archive.article_store, names)
    there = {
        *map(
            paths.stem,
            (ALL, *(row.key for row in rows), *(query.key for query in configuration.queries)),
        )
    }
    there |= {f"categories/{text.slug(name)}" for name in categories} | {
        f"sources/{key}" for key in configuration.sources
    }
    there |= {f"tags/{text.slug(tag.name)}" for tag in words.tag}
    path = configuration.folder / "syndicator.toml"
    file = read_toml_file(path) if path.exists() else TomlFile(path, {})
    archives = configuration.settings.publish.archives
    for number, name in enumerate(archives if isinstance(archives, tuple) else ()):
        if "/" in name and name not in there:
            detail = f"archives: no feed is called {name!r}; name one of feeds.html by path"
            yield of_fault(
                file.fault(detail, "publish", "archives", number),
                CheckReason.UNKNOWN_NAME,
                "warning",
            )
    for number, digest in enumerate(configuration.settings.digest):
        if digest.of not in there:
            detail = (
                f"of: no feed is called {digest.of!r}, so the digest stays empty; name one of"
                " feeds.html by path"
            )
            yield of_fault(
                file.fault(detail, "digest", number, "of"), CheckReason.UNKNOWN_NAME, "warning"
            )


def _unanswered(
    rights_file: RightsFile, sources: Mapping[str, Source], now: datetime
) -> Iterator[Problem]:
    """Yield rights to confirm: older than owners, or with a link not seen lately."""
    for source in sources.values():
        if source.speaks_for is not None:
            continue
        for host, end in rights_file.ending(source.key, now.date()).items():
            detail = (
                f"the front page of {host} was last seen to link its feed on {end - BELIEVED}; from"
                f" {end} on the feed's data on articles there is ignored; to use it, write in"
                f" sources.toml: {line(source, [host])}"
            )
            yield Problem(what=source.key, reason=CheckReason.RIGHT_ENDS, detail=detail)
        if sites := rights_file.before(source.key):
            more = (
                f" and {len(sites) - _NAMED} more, named in {rights_file}"
                if len(sites) > _NAMED
                else ""
            )
            detail = (
                f"it still writes the articles of {len(sites)} domains that are not its own; write"
                " in sources.toml those that it may write for:"
                f" {line(source, sites[:_NAMED])}{more}; speaks_for = [] reads them all from their"
                " own pages"
            )
            yield Problem(what=source.key, reason=CheckReason.SPEAKS_FOR, detail=detail)
