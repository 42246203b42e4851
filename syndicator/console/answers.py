"""Answers: a page in its frame, the outcome of a job, templates, a stranger's page in a frame."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from importlib import resources
from typing import Any, TypeVar

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from syndicator.console.console import Console
from syndicator.console.guard import UNREADABLE, form_of, session_of
from syndicator.core.errors import NotAnArticle, UsageError, WorkerFailed
from syndicator.core.text import span
from syndicator.operations.jobs.queue import Job
from syndicator.operations.operation import fields_of, need
from syndicator.pipeline import jobs
from syndicator.services.health.conditions import Condition
from syndicator.services.places import Place
from syndicator.services.showing.glance import now, vocabulary

_LINK = re.compile(r"""((?:href|src|action|formaction|hx-get|hx-post)=")/""")


def render(request: Request, template: str, **values: Any) -> bytes:
    """A template with its values, in UTF-8. Whatever is shown is escaped, so that only our own links get the prefix."""
    made, prefix = _environment().get_template(template).render(**values), request.scope["prefix"]
    return (_LINK.sub(rf"\1{prefix}/", made) if prefix else made).encode("utf-8", "replace")


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("syndicator.console"),
        auto_reload=False,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {one.__name__: one for one in (ago, day, web, plural, label, cure, sentence)}
    made.globals["messages"] = _labels()["messages"]
    return made


@cache
def _labels() -> dict[str, dict[str, Any]]:
    return tomllib.loads((resources.files("syndicator.console") / "labels.toml").read_text())


def label(name: str) -> str:
    """An operation, a condition, a field or a filter as a page calls it."""
    return str(_labels()["names"].get(name, name.replace("-", " ").replace("_", " ").capitalize()))


def cure(condition: Condition) -> str:
    """What helps, as the console calls it."""
    return str(_labels()["cures"].get(condition.code or condition.kind.value, condition.cure))


def sentence(said: str) -> str:
    """The first sentence of a comment, as a sentence."""
    first = re.sub("`([^`]*)`", "“\\1”", said.strip(". ").partition(". ")[0].strip("., "))
    return f"{first[:1].upper()}{first[1:]}."


def ago(then: datetime | None, now: datetime) -> str:
    """The time between as words: "4 minutes ago", or "in 4 minutes"."""
    if then is None:
        return "never"
    behind = now - then
    said = span(abs(behind)) if abs(behind) >= timedelta(minutes=1) else "less than a minute"
    return f"in {said}" if behind < timedelta() else f"{said} ago"


def day(when: datetime | None) -> str:
    """A time as it is read: 2026-11-26 13:05 UTC."""
    return "" if when is None else f"{when.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def web(address: str | None) -> str:
    """An address that may stand in a link: of the web, and nothing that a browser would run."""
    return address if address and address.lower().startswith(("http://", "https://")) else "#"


def plural(count: int, one: str, many: str = "") -> str:
    """297 articles, 1 article."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


T = TypeVar("T")

_PATIENCE_SECONDS = 0.8  # that a page without a script waits for what it asked for, before it says that it is under way
NAVIGATION = (
    ("/", "Today"),
    ("/add", "Add"),
    ("/articles", "Articles"),
    ("/sources", "Sources"),
    ("/tags", "Tags"),
    ("/changes", "Changes"),
    ("/settings", "Settings"),
)


def console_of(request: Request) -> Console:
    found: Console = request.app.state.console
    return found


async def looked_up(request: Request, look: Callable[[Place], T]) -> T:
    """The result of `look` at the instance. Raises HTTPException(404) if there is no such thing (UsageError)."""
    try:
        return await console_of(request).look(look)
    except UsageError as error:
        raise HTTPException(404) from error


def job_of(request: Request) -> Job | None:
    """The job that a page shows."""
    return console_of(request).queue.get(request.query_params.get("job", ""))


def need_job(request: Request) -> Job:
    """The job that the path names. Raises HTTPException(404)."""
    if (job := console_of(request).queue.get(request.path_params["id"])) is None:
        raise HTTPException(404)
    return job


def awaited(job: Job | None) -> str:
    """The id of a job that a page waits for, "" if its result is there."""
    return job.id if job and not job.ended and job.status != "building" else ""


def page(request: Request, template: str, *, status: int = 200, **values: Any) -> Response:
    """A page of the console. `values` are what its template shows besides the frame."""
    console, session, job = console_of(request), session_of(request), job_of(request)
    shell = {
        "now": now(),
        "token": session.token,
        "who": session.who,
        "site": console.settings.site.title,
        "navigation": NAVIGATION,
        "here": request.url.path,
        "job": job,
        "read_vocabulary": partial(vocabulary, console.config),
        "undone": console.log.undone() if job and job.change else set(),
    }
    return Response(render(request, template, **(shell | values)), status, media_type="text/html")


def part(request: Request, template: str, **values: Any) -> Response:
    """A part of a page, which a script puts in its place."""
    made = render(request, template, now=now(), token=session_of(request).token, **values)
    return Response(made, media_type="text/html")


async def ask_form(request: Request, name: str, then: str, /, *, dry_run: bool = False, **more: Any) -> Response:
    """Queue an operation with the arguments that the form has, and `more`. A script gets the status strip, a form the
    page `then`."""
    form = form_of(request)
    args = {one.name: one.parse(form.text(one.name)) for one in fields_of(need(name)) if one.name in form}
    console = console_of(request)
    job = console.ask(name, args | more, session_of(request).who, dry_run=dry_run)
    if request.headers.get("hx-request"):
        return part(request, "strip.html", job=await console.until(job.id, 0.05), undone=set())
    await console.until(job.id, _PATIENCE_SECONDS)
    return RedirectResponse(f"{then}{'&' if '?' in then else '?'}job={job.id}", 303)


async def worked(request: Request, job: Callable[..., T], *arguments: Any) -> T:
    """The result of a job of the worker on a stranger's page. Raises HTTPException if that takes too long."""
    try:
        return await console_of(request).worker.call(job, *arguments)
    except WorkerFailed as error:
        raise HTTPException(UNREADABLE, f"That took too long: {error}") from error


def local(path: str) -> str:
    """A path of the console to go to next; the first page for whatever leads elsewhere."""
    inside = path.startswith("/") and not path.startswith("//") and "\\" not in path
    return path if inside and path.isprintable() else "/"


async def framed(request: Request, kept: tuple[bytes, str, Mapping[str, str]]) -> Response:
    """The page (its bytes, address and headers) for a frame that has an origin of its own and no network."""
    try:
        made, policy = await console_of(request).worker.call(jobs.shown_page, *kept)
    except (NotAnArticle, WorkerFailed) as error:
        return PlainTextResponse(f"This page cannot be shown: {error}\n", 422)
    headers = {"content-security-policy": policy, "x-frame-options": "SAMEORIGIN"}
    return Response(made, media_type="text/html", headers=headers)
