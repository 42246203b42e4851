"""Find faults of an installation for `check`: folders, disks, clock, articles, templates.

Each has its cure."""

import asyncio
import difflib
import ipaddress
import os
import queue
import re
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
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
from syndicator.configuration.sources.registry import read_placed_sources
from syndicator.configuration.sources.schema import Placed
from syndicator.core import urls
from syndicator.core.axes import ALL
from syndicator.core.errors import ConfigError, SyndicatorError
from syndicator.core.model import Article, Problem, Source
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
    describe_fault,
    describe_problem,
    make_finding,
)
from syndicator.health.check.names import CATEGORY, Names, collect_names, find_unknown_names
from syndicator.health.conditions import Disk, describe_room, is_nearly_full
from syndicator.health.observing import read_disks
from syndicator.publishing import paths
from syndicator.publishing.page_design import TEMPLATES, load_look
from syndicator.sending.hubs import try_hubs
from syndicator.store.engine import Store
from syndicator.upkeep import recovery as recovery
from syndicator.upkeep.ownership import write_speaks_for
from syndicator.upkeep.reconcile import list_ignored_files, list_unreadable_files
from syndicator.upkeep.recovery import AHEAD
from syndicator.visiting.drawing import launcher
from syndicator.visiting.fetch import ssrf
from syndicator.visiting.fetch.cookie_files import CookieFiles

Lookup = Callable[[str, int], object]

_MOST_LOOKED_UP = 3  # host names that are looked up; one that resolves is enough
_LOOKUP_SECONDS = 5.0  # until the next answer of a name server
_HTTPS_PORT: Final = 443
_RESERVED = (".example", ".test", ".invalid", ".localhost")  # RFC 2606: in no DNS
_KEY_PATTERN = re.compile(r"(\w+):")  # begin of a message on a key of the front matter
_LINE_PATTERN = re.compile(r"line (\d+): ")  # in a message of the YAML parser
# a fault of a template, such as "templates/page.html, line 3: unexpected end"
_PLACED: Final = re.compile(
    rf"{TEMPLATES}/(?P<name>.+?), line (?P<line>\d+): (?P<said>.*)", re.DOTALL
)
_MOST_NAMED = 20  # sites in one line; a choice


def check_folders(settings: Settings) -> Iterator[Finding]:
    """Create the missing folders of the settings. Yield a finding for each folder that is not
    writable, and for each disk that is nearly full."""
    for folder in settings.folders:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            probe = folder / ".check"
            probe.write_bytes(b"")
            probe.unlink()
        except OSError as error:
            cure = "give this user write access"
            exists = folder.exists() or folder.is_symlink()  # a link may lead nowhere
            if exists and not folder.is_dir():
                cure = "it is no folder; move it away"
            yield Finding(
                severity="error",
                what=str(folder),
                reason=CheckReason.NOT_WRITABLE,
                detail=f"{error.strerror}; {cure}",
            )
    yield from check_disks(read_disks(settings.folders))


def check_disks(disks: Iterable[Disk]) -> Iterator[Finding]:
    """Yield a finding for each disk that has too little room for more data or more files."""
    for disk in disks:
        if is_nearly_full(disk):
            detail = (
                f"{describe_room(disk)}; free some space: `syndicator prune` deletes kept pages"
            )
            yield Finding(
                severity="warning", what=disk.path, reason=ConditionReason.DISK, detail=detail
            )


def check_clock(
    now: datetime, *, installed: datetime, last_run: datetime | None, articles: str = ""
) -> Iterator[Finding]:
    """Yield a finding if the clock of this machine must be wrong, because it is behind the last run
    or the installation, or because the articles show it. `installed`: when this program was
    installed; `last_run`: None if there was none; `articles`: what is wrong with the clock
    according to the dates of articles, "" for nothing."""
    detail = articles
    if last_run and last_run > now + AHEAD:
        detail = _describe_clock(now, "the last run was", last_run)
    elif installed > now + AHEAD:
        detail = _describe_clock(now, "this program was installed", installed)
    if detail:
        yield Finding(severity="error", what="clock", reason=ConditionReason.CLOCK, detail=detail)


def _describe_clock(now: datetime, event: str, later: datetime) -> str:
    """Return what is wrong with a clock that shows `now`, although an event was at a later time.
    `event`: such as "the last run was"."""
    return f"it says {now:%Y-%m-%d %H:%M} UTC, and {event} at {later:%Y-%m-%d %H:%M}; set it"


def check_host_names(sources: Iterable[Source], lookup: Lookup) -> Iterator[Finding]:
    """Yield a finding if name servers seem not to work: the host names of the first three sites do
    not resolve. `lookup`: resolves a host name and port, or raises OSError."""
    hosts: dict[str, None] = {}  # an ordered set
    for source in sources:
        if not source.enabled or urls.is_mailbox(source.url):
            continue
        host = urlsplit(source.url).hostname or ""
        if _needs_lookup(host):
            hosts[host] = None
    looked_up = list(hosts)[:_MOST_LOOKED_UP]
    if not looked_up:
        return
    if _does_one_resolve(looked_up, lookup):
        return
    detail = (
        f"none of {', '.join(looked_up)} resolves: see the network of this machine, and"
        " /etc/resolv.conf"
    )
    yield Finding(severity="warning", what="names of hosts", reason=FetchReason.DNS, detail=detail)


def _needs_lookup(host: str) -> bool:
    """True if a name server is asked for `host`. False if it is an IP address, localhost, a name
    reserved for examples and tests, or empty."""
    if host in ("", "localhost") or host.endswith(_RESERVED):
        return False
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return True
    return False


def _does_one_resolve(hosts: Sequence[str], lookup: Lookup) -> bool:
    """Look up all host names at the same time, each in a thread. Return True as soon as one
    resolves; False if none does, or if no answer comes for five seconds. `lookup`: resolves a host
    name and port, or raises OSError."""
    answers: queue.Queue[bool] = queue.Queue()  # for each host: True if it resolves

    def look_up(host: str) -> None:
        """The work of one thread."""
        try:
            lookup(host, _HTTPS_PORT)
            answers.put(item=True)
        except (OSError, UnicodeError, ValueError):
            answers.put(item=False)

    for host in hosts:
        threading.Thread(target=look_up, args=(host,), daemon=True).start()
    for _ in hosts:
        try:
            does_resolve = answers.get(timeout=_LOOKUP_SECONDS)
        except queue.Empty:
            return False
        if does_resolve:
            return True
    return False


def check_browser(placed: Sequence[Placed], find_obstacle: Callable[[], str]) -> Iterator[Finding]:
    """Yield a finding for each source that needs a browser (`browser = true`) if this machine
    cannot run one. `placed`: the sources, with their places in the files. `find_obstacle`: returns
    why no browser can run here, "" if it can."""
    need_browser = [entry for entry in placed if entry.source.enabled and entry.source.browser]
    if not need_browser:
        return
    obstacle = find_obstacle()
    if not obstacle:
        return
    for entry in need_browser:
        yield describe_fault(entry.fault(f"browser: {obstacle}", "browser"), FetchReason.NO_BROWSER)


def check_written_articles(store: ArticleStore, names: Names) -> Iterator[Finding]:
    """Yield a finding for each fault in article files that the operator wrote by hand. `names`: the
    categories and tags that exist."""
    for stamp in store.walk():
        try:
            data = store.read(stamp.path)
            if is_ours(data):  # this program wrote the file
                continue
            article = frontmatter.load(data, stamp.path)
        except (ConfigError, OSError):  # `list_broken_files` reports it
            continue
        yield from _check_values(f"{store.name}/{stamp.path}", data, article, names)


def _check_values(file: str, data: bytes, article: Article, names: Names) -> Iterator[Finding]:
    """Yield a finding if an article has an unknown category, and one if the address of its cover
    has no host. `file`: path of its file; `data`: content of the file, in which the numbers of
    lines are looked up; `names`: the categories that exist."""
    line_by_key: dict[bytes, int] = {}
    for number, row in enumerate(data.splitlines(), 1):
        key, _, _ = row.partition(b":")
        line_by_key[key.strip()] = number
    category_fault = ""
    if article.category:
        category_fault = names.explain_invalid(CATEGORY, article.category, str)
    if category_fault:
        line_number = line_by_key.get(b"category")
        reason = CheckReason.UNKNOWN_NAME
        yield make_finding(file, line_number, reason, category_fault, "warning", "category")
    if article.cover and urls.host(article.cover) == "":
        line_number = line_by_key.get(b"coverImage")
        detail = (
            f"coverImage {article.cover!r} is no whole address, and feeds leave it out; write"
            " https://..."
        )
        reason = CheckReason.BAD_COVER
        yield make_finding(file, line_number, reason, detail, "warning", "coverImage")


def list_broken_files(archive: Archive) -> Iterator[Finding]:
    """Yield a finding for each article file that cannot be read, that vanished, or that is the
    second file of an article. It has the number of the faulty line, if that is known."""
    store = archive.article_store
    for problem in list_unreadable_files(archive.store, store):
        path = f"{store.name}/{problem.what}"
        detail = problem.detail.removeprefix(f"{path}:").strip()
        severity: Severity = "warning" if problem.reason == FileReason.VANISHED else "error"
        # the message begins with "line 3: " or with "title: ", the faulty key
        key_match = _KEY_PATTERN.match(detail)
        line_match = _LINE_PATTERN.match(detail)
        key = ""
        line_number = None
        if line_match:
            line_number = int(line_match[1])
        elif key_match:
            key = key_match[1]
            line_number = _find_line(store, problem.what, key)
        message = _LINE_PATTERN.sub("", detail)
        yield make_finding(path, line_number, problem.reason, message, severity, key=key)


def _find_line(store: ArticleStore, path: str, key: str) -> int | None:
    """Return the number of the line that sets `key` in the article file at `path`: 1 if no line
    does, None if the file cannot be read."""
    try:
        rows = store.read(path).decode("utf-8", "replace").splitlines()
    except OSError:
        return None
    for number, row in enumerate(rows, 1):
        if row.startswith(f"{key}:"):
            return number
    return 1


def check_templates(config: Path, settings: Settings) -> Iterator[Finding]:
    """Yield a finding for each template of the operator that nothing uses, and for each that cannot
    make pages. `config`: folder of the configuration, with the templates."""
    design = load_look(config)
    if not design.templates:
        return
    # imported here, because it loads a library of templates, which takes time
    from syndicator.publishing.web.template_samples import (
        find_template_faults,
        list_template_names,
    )

    yield from _list_unused_templates(config, design.templates, list_template_names())
    for fault in find_template_faults(design, settings):
        path = config / TEMPLATES
        line_number = None
        detail = fault
        position = _PLACED.fullmatch(fault)
        if position:
            path = path / position["name"]
            line_number = int(position["line"])
            detail = position["said"]
        detail += "; our own templates are used until it is mended"
        yield make_finding(path, line_number, FeedFileReason.TEMPLATE, detail)


def _list_unused_templates(
    config: Path, texts: Mapping[str, str], known: Collection[str]
) -> Iterator[Finding]:
    """Yield a finding for each template of the operator that has no effect: it replaces no template
    of the program, and no other template of the operator mentions it. `texts`: the operator's
    templates by name; `known`: names of the program's templates."""
    for name in sorted(texts.keys() - known):
        other_texts = [text for other, text in texts.items() if other != name]
        is_mentioned = any(name in text for text in other_texts)
        if is_mentioned:
            continue
        similar = difflib.get_close_matches(name, known, 1)
        cure = f"ours are {', '.join(sorted(known))}"
        if similar:
            cure = f"did you mean {similar[0]}?"
        detail = f"no template of ours has this name, and none of yours uses it; {cure}"
        path = config / TEMPLATES / name
        yield make_finding(path, None, FeedFileReason.TEMPLATE, detail, "warning")


def check(
    config: Path,
    *,
    strict: bool = False,
    environ: Mapping[str, str] = os.environ,
    clock: Callable[[], datetime] = utc_now,
    lookup: Lookup = ssrf.resolve_with_system,
) -> list[Finding]:
    """Examine an installation for `syndicator check`. Return all findings (faults and facts worth
    knowing), errors first, then sorted by file and line. `config`: folder of the configuration.
    `strict`: True to report also missing settings that publishing needs. `lookup`: resolves a host
    name and port, or raises OSError."""
    findings = [
        *config_files.find_dropped_settings(config, environ),
        *config_files.find_unknown_variables(environ),
        *_find_in_order(config, strict, environ, clock, lookup),
    ]

    def make_sort_key(finding: Finding) -> tuple[int, str, int]:
        """Return a key that sorts errors first, then by file and line."""
        return SEVERITIES.index(finding.severity), finding.file, finding.line or 0

    return sorted(findings, key=make_sort_key)


def _find_in_order(
    config: Path,
    strict: bool,
    environ: Mapping[str, str],
    clock: Callable[[], datetime],
    lookup: Lookup,
) -> Iterator[Finding]:
    """Yield the findings of the configuration, then those of folders, then those of articles and
    feeds. Checks that need a faulty part are left out: all others if the configuration cannot be
    read, those of articles and feeds if a folder cannot be made."""
    unreadable = config_files.find_unreadable_files(config, environ)
    if unreadable:
        yield from unreadable
        return
    settings = load(config, environ)
    placed = read_placed_sources(config / "sources.toml")
    yield from config_files.check_settings(config, settings, environ, strict=strict)
    yield from config_files.check_sources(placed, environ)
    yield from config_files.check_cookie_files(placed, CookieFiles(config, utc_now), utc_now())
    yield from config_files.list_source_rights(placed)
    yield from config_files.find_misplaced_files(config)
    yield from check_templates(config, settings)
    yield from check_browser(placed, launcher.find_obstacle)
    faulty_folders = list(check_folders(settings))
    yield from faulty_folders
    if not settings.fetch.proxy:  # a proxy looks names up for itself
        yield from check_host_names((entry.source for entry in placed), lookup)
    if not all(Path(folder.what).is_dir() for folder in faulty_folders):
        return  # no database or article can be opened
    try:
        with open_app(config, environ=environ) as app:
            yield from _check_archive(app.archive, app.configuration, placed, clock())
    except (SyndicatorError, OSError) as error:
        yield Finding(
            severity="error", what=str(config), reason=CheckReason.CANNOT_OPEN, detail=str(error)
        )


def _check_archive(
    archive: Archive, configuration: Configuration, placed: Sequence[Placed], now: datetime
) -> Iterator[Finding]:
    """Yield the findings of an opened instance: on its clock, names, rights, articles, feeds and
    hubs. `placed`: the sources, with their places in the files."""
    status = archive.store.status
    yield from check_clock(
        now,
        installed=datetime.fromtimestamp(Path(__file__).stat().st_mtime, UTC),
        last_run=status.counts().last_run,
        articles=recovery.describe_clock_fault(archive.store, now),
    )
    names = collect_names(archive, configuration, load_any(configuration.folder / "taxonomy.toml"))
    for fault in find_unknown_names(archive, configuration, names, placed):
        yield describe_fault(fault, CheckReason.UNKNOWN_NAME, "warning")
    yield from check_written_articles(archive.article_store, names)
    for problem in _list_open_rights(archive.rights_file, configuration.sources, now):
        yield describe_problem(problem, "warning")
    yield from list_broken_files(archive)
    yield from find_filed_front_pages(archive.store, configuration.sources)
    for problem in status.check():
        yield describe_problem(problem)
    for problem in status.list_invalid_feeds():
        yield describe_problem(problem, "warning")
    for problem in list_ignored_files(archive.article_store):
        yield replace(describe_problem(problem, "warning"), file=problem.what)
    # without the address of the site, feeds have no address that a hub could fetch
    if configuration.settings.site.url and configuration.settings.publish.hubs:
        yield from _check_hubs(archive.clock, configuration.settings)


def find_filed_front_pages(store: Store, sources: Mapping[str, Source]) -> Iterator[Finding]:
    """Yield a finding for each source whose address is the front page of a site, if an earlier
    version of this program made an article of that page by mistake. The finding names the commands
    that mend this. `sources`: by key."""
    for source in sources.values():
        if not urls.is_front_page(source.url):
            continue
        alias = urls.alias(source.url)  # the form in which addresses of articles are stored
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
    """Tell each WebSub hub of the settings that a feed has changed. Yield a finding for each hub
    that refuses this notice. It is sent only to find that out."""
    name = paths.file_name(ALL, settings.publish.formats[0])
    for problem in asyncio.run(try_hubs(clock, settings, name)):
        answer = ": ".join(filter(None, (problem.reason, problem.detail)))
        detail = f"told that {name} changed, it fails with {answer}"
        yield describe_problem(
            replace(problem, reason=CheckReason.HUB_REFUSES, detail=detail), "warning"
        )


def _list_open_rights(
    rights_file: RightsFile, sources: Mapping[str, Source], now: datetime
) -> Iterator[Problem]:
    """Yield a problem for each right of a source to write for another site that the operator should
    confirm or drop. Some rights end because the other site was not seen to link the feed lately;
    others were given by versions of this program that did not check ownership. `rights_file`: the
    stored rights; `sources`: by key."""
    for source in sources.values():
        if source.speaks_for is not None:  # the operator has decided
            continue
        for host, end in rights_file.find_ending_rights(source.key, now.date()).items():
            detail = (
                f"the front page of {host} was last seen to link its feed on {end - BELIEVED}; from"
                f" {end} on the feed's data on articles there is ignored; to use it, write in"
                f" sources.toml: {write_speaks_for(source, [host])}"
            )
            yield Problem(what=source.key, reason=CheckReason.RIGHT_ENDS, detail=detail)
        unchecked_sites = rights_file.before(source.key)
        if not unchecked_sites:
            continue
        proposal = write_speaks_for(source, unchecked_sites[:_MOST_NAMED])
        number_of_others = len(unchecked_sites) - _MOST_NAMED
        if number_of_others > 0:
            proposal += f" and {number_of_others} more, named in {rights_file}"
        detail = (
            f"it still writes the articles of {len(unchecked_sites)} domains that are not its own;"
            f" write in sources.toml those that it may write for: {proposal}; speaks_for = [] reads"
            " them all from their own pages"
        )
        yield Problem(what=source.key, reason=CheckReason.SPEAKS_FOR, detail=detail)
