"""Make the console's responses: pages, parts of pages, forms that queue jobs, differences of texts.

Pages of strangers go into an iframe without network."""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from difflib import unified_diff
from functools import cache
from importlib import resources
from typing import Any, TypeVar, cast

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from syndicator.app.clock import utc_now
from syndicator.app.places import OpenedInstance
from syndicator.console.guard import UNREADABLE, form_of, session_of
from syndicator.console.shared_state import Console
from syndicator.core.errors import NotAnArticle, UsageError, WorkerFailed
from syndicator.core.reasons import ConditionReason as Kind
from syndicator.core.reasons import FetchReason
from syndicator.core.text import span
from syndicator.filing import worker_functions
from syndicator.health.conditions import Condition
from syndicator.health.summary import Health
from syndicator.operations.jobs.queue import Job
from syndicator.operations.operation import fields_of, need_operation

# a link of our templates to a page of the console
_LINK = re.compile(r"""((?:href|src|action|formaction|hx-get|hx-post)=")/""")
_SETTING = re.compile(r"\b(?:site|fetch|publish)\.\w+")
T = TypeVar("T")
# a page without a script waits so long for its job, then says that it is under way
_PATIENCE_SECONDS = 0.8
_SCRIPT_PATIENCE_SECONDS = 0.05  # a page with a script asks again
_SECTIONS = ("Add", "Articles", "Sources", "Tags", "Changes", "Settings")
NAVIGATION = (("/", "Today"), *((f"/{name.lower()}", name) for name in _SECTIONS))
_MOST_DIFF_LINES = 400  # lines of a difference that are shown
_CONTEXT_LINES = 2  # around a changed line
_LINE_KINDS = {"+": "add", "-": "del", "@": "at"}  # of a line of a difference, by its first sign
# conditions that rules for the pages of a source may end
_MENDED_BY_RULES = (Kind.EXTRACTION_COLLAPSED, Kind.SELECTOR_UNMATCHED, Kind.ENTRIES_WAIT)


def render(request: Request, template: str, **values: Any) -> bytes:
    """Return the HTML of a template. Behind a proxy, the path prefix of the request is put before
    the links that the template itself has. Values are escaped, so that no value can look like such
    a link."""
    html = _make_environment().get_template(template).render(**values)
    prefix = request.scope["prefix"]
    if prefix:
        html = _LINK.sub(rf"\1{prefix}/", html)
    return html.encode("utf-8", "replace")


@cache
def _make_environment() -> Environment:
    """Return the environment of the console's templates, with their filters."""
    environment = Environment(
        loader=PackageLoader("syndicator.console"),
        auto_reload=False,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "ago": ago,
        "day": day,
        "short_day": short_day,
        "web": web,
        "plural": plural,
        "label": label,
        "name_fields": name_fields,
        "cure": cure,
        "sentence": sentence,
    }
    environment.globals["messages"] = _load_labels()["messages"]
    return environment


@cache
def _load_labels() -> dict[str, dict[str, Any]]:
    """Return the texts of labels.toml. The keys are "names", "cures" and "messages"; each has texts
    by code."""
    return tomllib.loads((resources.files("syndicator.console") / "labels.toml").read_text())


def label(name: str) -> str:
    """Return the name that the console shows for an operation, condition, field or filter. A name
    without a label becomes words with a capital letter."""
    words = name.replace("-", " ").replace("_", " ")
    return str(_load_labels()["names"].get(name, words.capitalize()))


def name_fields(message: str) -> str:
    """Return an error message in which each setting has its label before it, such as “Web address”
    (site.url). A setting without a label stays as it is."""
    names = _load_labels()["names"]

    def add_label(match: re.Match[str]) -> str:
        name = match[0]
        return f"“{names[name]}” ({name})" if name in names else name

    return _SETTING.sub(add_label, message)


def cure(condition: Condition) -> str:
    """Return what ends a condition, in words of the console. If the console has no words for it,
    return its usual cure, which may name a command."""
    reason = condition.code or condition.kind.value
    return str(_load_labels()["cures"].get(reason, condition.cure))


def sentence(comment: str) -> str:
    """Return the first sentence of a comment, with a capital letter, a full stop, and quotation
    marks in place of backticks."""
    first = comment.strip(". ").partition(". ")[0].strip("., ")
    quoted = re.sub("`([^`]*)`", "“\\1”", first)
    return f"{quoted[:1].upper()}{quoted[1:]}."


def ago(then: datetime | None, now: datetime) -> str:
    """Return the time between `then` and `now` in words: "4 minutes ago", "in 4 minutes", or
    "never" for None."""
    if then is None:
        return "never"
    age = now - then
    distance = abs(age)
    words = span(distance) if distance >= timedelta(minutes=1) else "less than a minute"
    is_in_future = age < timedelta()
    return f"in {words}" if is_in_future else f"{words} ago"


def day(moment: datetime | None) -> str:
    """Return a time like 2026-11-26 13:05 UTC; "" for None."""
    return "" if moment is None else f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def short_day(moment: datetime, now: datetime) -> str:
    """Return a day like "26 Nov". If its year is not the year of `now`, the year is added."""
    date = moment.astimezone(UTC)
    written = f"{date.day} {date:%b}"
    if date.year != now.year:
        written += f" {date:%Y}"
    return written


def web(address: str | None) -> str:
    """Return an address if it begins with http:// or https://. Return "#" for anything else,
    because a link to `javascript:` would run a script."""
    if address and address.lower().startswith(("http://", "https://")):
        return address
    return "#"


def plural(count: int, noun: str, many: str = "") -> str:
    """Return a number with its noun: "297 articles", "1 article". `many`: the plural of an
    irregular noun, else ""."""
    if count == 1:
        return f"1 {noun}"
    plural_noun = many or f"{noun}s"
    return f"{count:,} {plural_noun}"


def console_of(request: Request) -> Console:
    return cast(Console, request.app.state.console)


async def look_up(request: Request, look: Callable[[OpenedInstance], T]) -> T:
    """Return `look(instance)` for the opened instance. UsageError, which means that an article or
    source does not exist, becomes HTTPException(404)."""
    try:
        return await console_of(request).look(look)
    except UsageError as error:
        raise HTTPException(404) from error


def find_job(request: Request, *operation_names: str) -> Job | None:
    """Return the job whose id is in the query of the address; None if there is no such job.
    `operation_names`: return None, too, if the job is of another operation; without names, every
    operation is accepted."""
    job = console_of(request).queue.get(request.query_params.get("job", ""))
    if job is None:
        return None
    if operation_names and job.act not in operation_names:
        return None
    return job


def need_job(request: Request) -> Job:
    """Return the job that the path names. Raises HTTPException(404) if there is none."""
    job = console_of(request).queue.get(request.path_params["id"])
    if job is None:
        raise HTTPException(404)
    return job


def find_awaited_job(job: Job | None) -> str:
    """Return the id of `job` if the page must wait for its result. Return "" if there is no job or
    its result is known."""
    # while feeds are built, the result of the operation is known already
    if job is None or job.ended or job.status == "building":
        return ""
    return job.id


def show_page(request: Request, template: str, *, status: int = 200, **values: Any) -> Response:
    """Return a whole page. `values`: variables of its template, besides those that all pages
    have."""
    console = console_of(request)
    session = session_of(request)
    job = find_job(request)
    has_change = job is not None and bool(job.change)
    variables = {
        "now": utc_now(),
        "token": session.token,
        "who": session.who,
        "site": console.settings.site.title,
        "navigation": NAVIGATION,
        "here": request.url.path,
        "job": job,
        "undone": console.log.undone() if has_change else set(),
        **values,
    }
    return Response(render(request, template, **variables), status, media_type="text/html")


def show_part(request: Request, template: str, **values: Any) -> Response:
    """Return HTML that a script puts into the page that is open. `values`: variables of its
    template, besides the time and the token."""
    token = session_of(request).token
    html = render(request, template, now=utc_now(), token=token, **values)
    return Response(html, media_type="text/html")


async def queue_form(
    request: Request,
    operation_name: str,
    next_page: str,
    /,
    *,
    dry_run: bool = False,
    **further_arguments: Any,
) -> Response:
    """Queue an operation. Its arguments are those in the form; `further_arguments` replace those of
    the same name. A request of a script (htmx) gets the state of the job as a part of the page; any
    other is redirected to `next_page` with the id of the job."""
    form = form_of(request)
    arguments: dict[str, Any] = {}
    for field in fields_of(need_operation(operation_name)):
        if field.name in form:
            arguments[field.name] = field.parse(form.text(field.name))
    arguments |= further_arguments
    console = console_of(request)
    job = console.ask(operation_name, arguments, session_of(request).who, dry_run=dry_run)
    if request.headers.get("hx-request"):
        current = await console.until(job.id, _SCRIPT_PATIENCE_SECONDS)
        return show_part(request, "strip.html", job=current, undone=set())
    await console.until(job.id, _PATIENCE_SECONDS)
    separator = "&" if "?" in next_page else "?"
    return RedirectResponse(f"{next_page}{separator}job={job.id}", 303)


async def call_worker(request: Request, function: Callable[..., T], *arguments: Any) -> T:
    """Return `function(*arguments)`, called in the worker process. Raises HTTPException if the
    worker fails, as when it takes too long."""
    try:
        return await console_of(request).worker.call(function, *arguments)
    except WorkerFailed as error:
        raise HTTPException(UNREADABLE, f"That took too long: {error}") from error


def keep_local_path(path: str) -> str:
    """Return `path` if it is the path of a page of the console, else "/". This keeps redirects from
    leading to another site."""
    is_inside = path.startswith("/") and not path.startswith("//") and "\\" not in path
    return path if is_inside and path.isprintable() else "/"


async def show_in_frame(request: Request, page: tuple[bytes, str, Mapping[str, str]]) -> Response:
    """Return a page of another site for a frame that has no access to the network. `page`: the
    page's bytes, address and headers. A page that cannot be shown becomes a text that says why."""
    try:
        html, policy = await console_of(request).worker.call(
            worker_functions.make_pointable_copy, *page
        )
    except (NotAnArticle, WorkerFailed) as error:
        return PlainTextResponse(f"This page cannot be shown: {error}\n", 422)
    headers = {"content-security-policy": policy, "x-frame-options": "SAMEORIGIN"}
    return Response(html, media_type="text/html", headers=headers)


def list_differences(old_text: str | None, new_text: str | None) -> list[tuple[str, str]]:
    """Return the lines that differ between two texts, with a few lines around them, each as (kind,
    line). The kind is "add", "del", "same", or "at" for a line that gives a position. None stands
    for a missing file."""
    old_lines = (old_text or "").splitlines()
    new_lines = (new_text or "").splitlines()
    lines: list[tuple[str, str]] = []
    for line in unified_diff(old_lines, new_lines, lineterm="", n=_CONTEXT_LINES):
        if line.startswith(("---", "+++")):  # the names of the two texts
            continue
        kind = _LINE_KINDS.get(line[:1], "same")
        lines.append((kind, line))
    surplus = len(lines) - _MOST_DIFF_LINES
    if surplus > 0:
        return [*lines[:_MOST_DIFF_LINES], ("at", f"… {surplus} lines more")]
    return lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """A button that queues the operation `act` with the arguments `args`. `strong`: the page shows
    it as the one to try first."""

    act: str
    args: Mapping[str, str]
    strong: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A condition with buttons that may end it. `name`: the name of its subject. `link`: the
    address of a page with more about it, or "". `link_says`: the text of that link."""

    condition: Condition
    name: str = ""  # of its subject
    remedies: tuple[Remedy, ...] = ()
    link: str = ""
    link_says: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Troubles:
    """The conditions of an instance. `need`: those that the operator must end. `know`: those that
    end by themselves."""

    need: tuple[Trouble, ...]
    know: tuple[Trouble, ...]


def describe_troubles(health: Health, names: Mapping[str, str]) -> Troubles:
    """Return the conditions of an instance for the first page. Articles on hold are left out,
    because that page lists them apart. `names`: the names of sources, by key."""
    need: list[Trouble] = []
    know: list[Trouble] = []
    for condition in health.conditions:
        if condition.kind == Kind.ARTICLES_ON_HOLD:  # they have a list of their own
            continue
        if condition.needs_you:
            need.append(describe_trouble(condition, names))
        else:
            know.append(describe_trouble(condition, names))
    return Troubles(need=tuple(need), know=tuple(know))


def describe_trouble(condition: Condition, names: Mapping[str, str] | None = None) -> Trouble:
    """Return a condition with buttons that may end it. `names`: the names of sources, by key. A
    condition of a source that has no name there is called by its subject."""
    source_names = names or {}
    source_name = source_names.get(condition.source)
    link = ""
    link_says = ""
    if condition.kind == Kind.ARTICLES_ON_HOLD:
        link = "/articles?filter=hold"
        link_says = f"See {plural(condition.count, 'article')}"
    elif condition.source and condition.kind in _MENDED_BY_RULES:
        link = f"/sources/{condition.source}/mend"
        link_says = "Mend"
    elif condition.source:
        link = f"/sources/{condition.source}"
        link_says = "Details"
    return Trouble(
        condition=condition,
        name=source_name or condition.subject or label(condition.kind.value),
        remedies=tuple(_list_remedies(condition)),
        link=link,
        link_says=link_says,
    )


def _list_remedies(condition: Condition) -> list[Remedy]:
    """Return the buttons for a condition, the most promising first."""
    arguments = {"key": condition.source}
    retry = Remedy(act="retry", args=arguments)
    rest = Remedy(act="rest", args=arguments)
    remove = Remedy(act="remove-source", args=arguments)
    if condition.kind == Kind.FEED_HELD:
        return [Remedy(act="build", args={}, strong=True)]
    if not condition.source:
        return []
    if condition.kind == Kind.SOURCE_MOVED:
        return [Remedy(act="adopt-move", args=arguments, strong=True)]
    if condition.kind == Kind.SOURCE_GONE or condition.code == FetchReason.GONE:
        return [replace(remove, strong=True), retry, rest]
    if condition.kind in (Kind.SOURCE_FAILING, Kind.SOURCE_SILENT):
        return [replace(retry, strong=True), rest]
    if condition.kind == Kind.FLOOD:
        return [rest, remove]
    return [retry]


def describe_numbers(health: Health) -> str:
    """Return the numbers of an instance in one line: "297 articles · 12 feeds · last run 4 minutes
    ago"."""
    counts = health.figures.counts
    parts = [plural(counts.articles, "article"), plural(counts.feeds, "feed")]
    if counts.pending:
        parts.append(f"{plural(counts.pending, 'entry', 'entries')} pending")
    if counts.refused:
        parts.append(f"{counts.refused:,} refused")
    parts.append(f"last run {ago(counts.last_run, health.now)}")
    return " · ".join(parts)
