"""Make the console's responses: pages, parts, forms that queue jobs, cures, differences.

Untrusted pages go into an iframe without network."""

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
from syndicator.app.places import Place
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
from syndicator.operations.operation import fields_of, need

_LINK = re.compile(r"""((?:href|src|action|formaction|hx-get|hx-post)=")/""")
_SETTING = re.compile(r"\b(?:site|fetch|publish)\.\w+")
T = TypeVar("T")
# a page without a script waits so long for its job, then says that it is under way
_PATIENCE_SECONDS = 0.8
_SECTIONS = ("Add", "Articles", "Sources", "Tags", "Changes", "Settings")
NAVIGATION = (("/", "Today"), *((f"/{name.lower()}", name) for name in _SECTIONS))
_MOST = 400  # lines shown
_KINDS = {"+": "add", "-": "del", "@": "at"}


def render(request: Request, template: str, **values: Any) -> bytes:
    """Render a template. Values are escaped, so that only our own links get the proxy's path
    prefix."""
    html = _environment().get_template(template).render(**values)
    prefix = request.scope["prefix"]
    return (_LINK.sub(rf"\1{prefix}/", html) if prefix else html).encode("utf-8", "replace")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("syndicator.console"),
        auto_reload=False,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        function.__name__: function
        for function in (ago, day, short_day, web, plural, label, name_fields, cure, sentence)
    }
    environment.globals["messages"] = _labels()["messages"]
    return environment


@cache
def _labels() -> dict[str, dict[str, Any]]:
    return tomllib.loads((resources.files("syndicator.console") / "labels.toml").read_text())


def label(name: str) -> str:
    """Return the console's name of an operation, condition, field or filter."""
    return str(_labels()["names"].get(name, name.replace("-", " ").replace("_", " ").capitalize()))


def name_fields(words: str) -> str:
    """Return an error of the settings with the label of each field that it names."""
    names = _labels()["names"]

    def with_label(match: re.Match[str]) -> str:
        name = match[0]
        return f"“{names[name]}” ({name})" if name in names else name

    return _SETTING.sub(with_label, words)


def cure(condition: Condition) -> str:
    return str(_labels()["cures"].get(condition.code or condition.kind.value, condition.cure))


def sentence(comment: str) -> str:
    """Return the first sentence of a comment, capitalised and with a full stop."""
    first = re.sub("`([^`]*)`", "“\\1”", comment.strip(". ").partition(". ")[0].strip("., "))
    return f"{first[:1].upper()}{first[1:]}."


def ago(then: datetime | None, now: datetime) -> str:
    """Return the distance from `now` to `then` in words: "4 minutes ago" or "in 4 minutes"."""
    if then is None:
        return "never"
    behind = now - then
    words = span(abs(behind)) if abs(behind) >= timedelta(minutes=1) else "less than a minute"
    return f"in {words}" if behind < timedelta() else f"{words} ago"


def day(when: datetime | None) -> str:
    """Return a time like 2026-11-26 13:05 UTC."""
    return "" if when is None else f"{when.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def short_day(when: datetime, now: datetime) -> str:
    """Return a day like 26 Nov, with the year if it is not that of `now`."""
    year = "" if when.astimezone(UTC).year == now.year else f" {when.astimezone(UTC):%Y}"
    return f"{when.astimezone(UTC).day} {when.astimezone(UTC):%b}{year}"


def web(address: str | None) -> str:
    """Return the address if it is http or https, "#" for anything else, such as javascript."""
    return address if address and address.lower().startswith(("http://", "https://")) else "#"


def plural(count: int, noun: str, many: str = "") -> str:
    """Return a count with its noun: 297 articles, 1 article."""
    return f"{count:,} {noun if count == 1 else many or noun + 's'}"


def console_of(request: Request) -> Console:
    return cast(Console, request.app.state.console)


async def looked_up(request: Request, look: Callable[[Place], T]) -> T:
    """Return `look(place)` for the instance. Raises HTTPException(404) on UsageError."""
    try:
        return await console_of(request).look(look)
    except UsageError as error:
        raise HTTPException(404) from error


def job_of(request: Request, *acts: str) -> Job | None:
    """Return the job that the query names, if its operation is one of `acts` (none: any)."""
    job = console_of(request).queue.get(request.query_params.get("job", ""))
    return job if job and (not acts or job.act in acts) else None


def need_job(request: Request) -> Job:
    """Return the job that the path names. Raises HTTPException(404)."""
    if (job := console_of(request).queue.get(request.path_params["id"])) is None:
        raise HTTPException(404)
    return job


def awaited(job: Job | None) -> str:
    """Return the id of a job to wait for, else ""."""
    return job.id if job and not job.ended and job.status != "building" else ""


def page(request: Request, template: str, *, status: int = 200, **values: Any) -> Response:
    """Return an HTML page. `values`: variables for `template`, besides common ones."""
    console = console_of(request)
    session = session_of(request)
    job = job_of(request)
    shell = {
        "now": utc_now(),
        "token": session.token,
        "who": session.who,
        "site": console.settings.site.title,
        "navigation": NAVIGATION,
        "here": request.url.path,
        "job": job,
        "undone": console.log.undone() if job and job.change else set(),
    }
    return Response(render(request, template, **(shell | values)), status, media_type="text/html")


def part(request: Request, template: str, **values: Any) -> Response:
    html = render(request, template, now=utc_now(), token=session_of(request).token, **values)
    return Response(html, media_type="text/html")


async def ask_form(
    request: Request, name: str, then: str, /, *, dry_run: bool = False, **more: Any
) -> Response:
    """Queue an operation with the form's arguments and `more`. Show its status strip, or go to
    `then`."""
    form = form_of(request)
    args = {
        field.name: field.parse(form.text(field.name))
        for field in fields_of(need(name))
        if field.name in form
    }
    console = console_of(request)
    job = console.ask(name, args | more, session_of(request).who, dry_run=dry_run)
    if request.headers.get("hx-request"):
        return part(request, "strip.html", job=await console.until(job.id, 0.05), undone=set())
    await console.until(job.id, _PATIENCE_SECONDS)
    return RedirectResponse(f"{then}{'&' if '?' in then else '?'}job={job.id}", 303)


async def worked(request: Request, job: Callable[..., T], *arguments: Any) -> T:
    """Return job(*arguments), run in the worker process. Raises HTTPException."""
    try:
        return await console_of(request).worker.call(job, *arguments)
    except WorkerFailed as error:
        raise HTTPException(UNREADABLE, f"That took too long: {error}") from error


def local(path: str) -> str:
    """Return `path` if it is a page of the console, else "/": redirects never lead elsewhere."""
    inside = path.startswith("/") and not path.startswith("//") and "\\" not in path
    return path if inside and path.isprintable() else "/"


async def framed(request: Request, page: tuple[bytes, str, Mapping[str, str]]) -> Response:
    """Return an untrusted page (bytes, address, headers) for an iframe without network."""
    try:
        html, policy = await console_of(request).worker.call(worker_functions.shown_page, *page)
    except (NotAnArticle, WorkerFailed) as error:
        return PlainTextResponse(f"This page cannot be shown: {error}\n", 422)
    headers = {"content-security-policy": policy, "x-frame-options": "SAMEORIGIN"}
    return Response(html, media_type="text/html", headers=headers)


def of_texts(before: str | None, after: str | None) -> list[tuple[str, str]]:
    """Return changed lines with their context, as (kind, line): "add", "del", "same", "at" for a
    position."""
    lines = unified_diff((before or "").splitlines(), (after or "").splitlines(), lineterm="", n=2)
    shown = [
        (_KINDS.get(line[:1], "same"), line)
        for line in lines
        if not line.startswith(("---", "+++"))
    ]
    more = len(shown) - _MOST
    return shown[:_MOST] + ([("at", f"… {more} lines more")] if more > 0 else [])


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """A button with an operation and its arguments. `strong`: try this one first."""

    act: str
    args: Mapping[str, str]
    strong: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A condition, buttons that may end it, and a link to more."""

    condition: Condition
    name: str = ""  # of its subject
    remedies: tuple[Remedy, ...] = ()
    link: str = ""
    link_says: str = ""


def troubles(
    health: Health, names: Mapping[str, str]
) -> tuple[tuple[Trouble, ...], tuple[Trouble, ...]]:
    # articles on hold have a list of their own
    shown = [
        condition for condition in health.conditions if condition.kind != Kind.ARTICLES_ON_HOLD
    ]
    need = tuple(trouble(condition, names) for condition in shown if condition.needs_you)
    return need, tuple(trouble(condition, names) for condition in shown if not condition.needs_you)


def trouble(condition: Condition, names: Mapping[str, str] | None = None) -> Trouble:
    link = ""
    says = ""
    if condition.kind == Kind.ARTICLES_ON_HOLD:
        link = "/articles?filter=hold"
        says = f"See {plural(condition.count, 'article')}"
    elif (
        condition.kind in (Kind.EXTRACTION_COLLAPSED, Kind.SELECTOR_UNMATCHED, Kind.ENTRIES_WAIT)
        and condition.source
    ):
        link = f"/sources/{condition.source}/mend"
        says = "Mend"
    elif condition.source:
        link = f"/sources/{condition.source}"
        says = "Details"
    name = (
        (names or {}).get(condition.source or "")
        or condition.subject
        or label(condition.kind.value)
    )
    return Trouble(
        condition=condition,
        name=name,
        remedies=tuple(_remedies(condition)),
        link=link,
        link_says=says,
    )


def _remedies(condition: Condition) -> list[Remedy]:
    key = {"key": condition.source}
    retry = Remedy(act="retry", args=key)
    rest = Remedy(act="rest", args=key)
    if condition.kind == Kind.FEED_HELD:
        return [Remedy(act="build", args={}, strong=True)]
    if not condition.source:
        return []
    if condition.kind == Kind.SOURCE_MOVED:
        return [Remedy(act="adopt-move", args=key, strong=True)]
    if condition.kind == Kind.SOURCE_GONE or condition.code == FetchReason.GONE:
        return [Remedy(act="remove-source", args=key, strong=True), retry, rest]
    if condition.kind in (Kind.SOURCE_FAILING, Kind.SOURCE_SILENT):
        return [replace(retry, strong=True), rest]
    if condition.kind == Kind.FLOOD:
        return [rest, Remedy(act="remove-source", args=key)]
    return [retry]


def number_line(health: Health) -> str:
    counts = health.figures.counts
    parts = (
        plural(counts.articles, "article"),
        plural(counts.feeds, "feed"),
        plural(counts.pending, "entry", "entries") + " pending" if counts.pending else "",
        f"{counts.refused:,} refused" if counts.refused else "",
        f"last run {ago(counts.last_run, health.now)}",
    )
    return " · ".join(filter(None, parts))
