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
from syndicator.core.text import describe_duration
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
    """Return the HTML of a template, filled with `values`. If a proxy puts a prefix before the
    paths of the console, the links of the template get the prefix, too."""
    html = _make_environment().get_template(template).render(**values)
    prefix = request.scope["prefix"]
    # the pattern finds only links of the template itself: quotation marks in values are escaped
    if prefix:
        html = _LINK.sub(rf"\1{prefix}/", html)
    return html.encode("utf-8", "replace")


@cache
def _make_environment() -> Environment:
    """Return the environment of Jinja that fills the console's templates, with the filters that
    they use."""
    environment = Environment(
        loader=PackageLoader("syndicator.console"),
        auto_reload=False,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "ago": describe_age,
        "day": day,
        "short_day": write_short_day,
        "web": keep_web_address,
        "plural": write_count,
        "label": label,
        "name_fields": name_fields,
        "cure": cure,
        "sentence": take_first_sentence,
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
    """Return an error message with the label of each setting that it names: "site.url" becomes
    "“Web address” (site.url)". A setting without a label stays as it is."""
    labels = _load_labels()["names"]

    def add_label(match: re.Match[str]) -> str:
        """Return the text to write in place of the name of a setting."""
        name = match[0]
        return f"“{labels[name]}” ({name})" if name in labels else name

    return _SETTING.sub(add_label, message)


def cure(condition: Condition) -> str:
    """Return what the operator can do to end a condition, in words that fit the console. If the
    console has no words for it, return the general text, which may name a command."""
    reason = condition.code or condition.kind.value
    return str(_load_labels()["cures"].get(reason, condition.cure))


def take_first_sentence(comment: str) -> str:
    """Return the first sentence of `comment`, with a capital letter at its start, a full stop at
    its end, and quotation marks in place of backticks."""
    first = comment.strip(". ").partition(". ")[0].strip("., ")
    quoted = re.sub("`([^`]*)`", "“\\1”", first)
    return f"{quoted[:1].upper()}{quoted[1:]}."


def describe_age(then: datetime | None, now: datetime) -> str:
    """Return the time between `then` and `now` in words: "4 minutes ago", or "in 4 minutes" if
    `then` is later. Return "never" if `then` is None."""
    if then is None:
        return "never"
    age = now - then
    distance = abs(age)
    words = "less than a minute"
    if distance >= timedelta(minutes=1):
        words = describe_duration(distance)
    is_in_future = age < timedelta()
    return f"in {words}" if is_in_future else f"{words} ago"


def day(moment: datetime | None) -> str:
    """Return a time as text, such as "2026-11-26 13:05 UTC"; "" for None."""
    return "" if moment is None else f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def write_short_day(moment: datetime, now: datetime) -> str:
    """Return the day of `moment` in UTC, such as "26 Nov". The year is added if it is not the year
    of `now`."""
    date = moment.astimezone(UTC)
    text = f"{date.day} {date:%b}"
    if date.year != now.year:
        text += f" {date:%Y}"
    return text


def keep_web_address(address: str | None) -> str:
    """Return `address` if it begins with http:// or https://. Return "#", a link to nowhere, for
    any other address, as a link to `javascript:` would run a script."""
    if address and address.lower().startswith(("http://", "https://")):
        return address
    return "#"


def write_count(count: int, noun: str, plural: str = "") -> str:
    """Return a number with its noun: "297 articles", "1 article". `plural`: the plural of the noun;
    if it is "", the plural is the noun with an "s"."""
    if count == 1:
        return f"1 {noun}"
    plural_noun = plural or f"{noun}s"
    return f"{count:,} {plural_noun}"


def console_of(request: Request) -> Console:
    return cast(Console, request.app.state.console)


async def read_or_404(request: Request, read: Callable[[OpenedInstance], T]) -> T:
    """Return what `read` returns for the instance, which is opened read-only. Raises
    HTTPException(404) if `read` raises UsageError, as for an article or source that does not
    exist."""
    try:
        return await console_of(request).read_instance(read)
    except UsageError as error:
        raise HTTPException(404) from error


def find_job(request: Request, *operation_names: str) -> Job | None:
    """Return the job whose id the parameter `job` of the address has; None if there is no such job.
    `operation_names`: if any are given, the job must be of one of these operations, otherwise None
    is returned."""
    job = console_of(request).queue.get(request.query_params.get("job", ""))
    if job is None:
        return None
    if operation_names and job.act not in operation_names:
        return None
    return job


def find_job_or_404(request: Request) -> Job:
    """Return the job whose id is in the path. Raises HTTPException(404) if there is no such job."""
    job = console_of(request).queue.get(request.path_params["id"])
    if job is None:
        raise HTTPException(404)
    return job


def find_awaited_job(job: Job | None) -> str:
    """Return the id of `job` if the page must wait for its result. Return "" if there is no job, or
    if its result is known already."""
    if job is None or job.ended:
        return ""
    if job.status == "building":  # the operation has its result; feeds are built afterwards
        return ""
    return job.id


def show_page(request: Request, template: str, *, status: int = 200, **values: Any) -> Response:
    """Return the response with a whole page. `template`: the file name of its template. `status`:
    the HTTP status. `values`: variables of the template, besides those that all pages have."""
    console = console_of(request)
    session = session_of(request)
    job = find_job(request)  # the page shows its state
    has_change = job is not None and bool(job.change)  # so the page has a button to undo it
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
    """Return the response with a part of a page, which a script puts into the open page.
    `template`: the file name of its template. `values`: variables of the template; the time and the
    token of the session are added."""
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
    """Queue an operation with the arguments in the form that was sent, and answer the request.
    `further_arguments` replace arguments of the same name. `dry_run`: only show what the operation
    would do.

    A request of a script gets the state of the job as a part of the page. Any other request is
    redirected to the path `next_page`, with the id of the job as a parameter."""
    form = form_of(request)
    arguments: dict[str, Any] = {}
    for field in fields_of(need_operation(operation_name)):
        if field.name in form:
            arguments[field.name] = field.parse(form.text(field.name))
    arguments |= further_arguments

    console = console_of(request)
    job = console.queue_job(operation_name, arguments, session_of(request).who, dry_run=dry_run)
    if request.headers.get("hx-request"):  # sent by a script (htmx)
        current = await console.wait_for_job(job.id, _SCRIPT_PATIENCE_SECONDS)
        return show_part(request, "strip.html", job=current, undone=set())
    await console.wait_for_job(job.id, _PATIENCE_SECONDS)
    separator = "&" if "?" in next_page else "?"
    return RedirectResponse(f"{next_page}{separator}job={job.id}", 303)


async def call_worker(request: Request, function: Callable[..., T], *arguments: Any) -> T:
    """Call `function(*arguments)` in the worker process and return its result. Raises HTTPException
    if the worker fails, as when it takes too long."""
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
    """Return a response that shows a page of another site in a frame without access to the network.
    `page`: the HTML of the page, its address and its headers. If the page cannot be shown, the
    response is a text that says why."""
    try:
        # a copy whose elements have numbers, so that a script can say which one was clicked
        html, policy = await console_of(request).worker.call(
            worker_functions.make_pointable_copy, *page
        )
    except (NotAnArticle, WorkerFailed) as error:
        return PlainTextResponse(f"This page cannot be shown: {error}\n", 422)
    headers = {"content-security-policy": policy, "x-frame-options": "SAMEORIGIN"}
    return Response(html, media_type="text/html", headers=headers)


def list_differences(old_text: str | None, new_text: str | None) -> list[tuple[str, str]]:
    """Return the lines that differ between two texts, and a few lines around them, each as (kind,
    line). The kind is "add" or "del" for a line that only the new or only the old text has, "same"
    for a line of both, and "at" for a line that says where in the texts the next lines are. The
    text of a missing file is None."""
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
    """Return the conditions of an instance, such as a source that fails, for the first page: those
    that the operator must end, and the others. `names`: the names of sources, by key."""
    for_operator: list[Trouble] = []
    passing: list[Trouble] = []
    for condition in health.conditions:
        if condition.kind == Kind.ARTICLES_ON_HOLD:  # the first page lists these articles apart
            continue
        trouble = describe_trouble(condition, names)
        if condition.needs_you:
            for_operator.append(trouble)
        else:
            passing.append(trouble)
    return Troubles(need=tuple(for_operator), know=tuple(passing))


def describe_trouble(condition: Condition, names: Mapping[str, str] | None = None) -> Trouble:
    """Return a condition, such as a source that fails, with buttons that may end it and a link to a
    page with more about it. `names`: the names of sources, by key; a condition of any other source
    is called by its subject."""
    source_names = names or {}
    source_name = source_names.get(condition.source)

    # the page with more about the condition
    link = ""
    link_says = ""
    if condition.kind == Kind.ARTICLES_ON_HOLD:
        link = "/articles?filter=hold"
        link_says = f"See {write_count(condition.count, 'article')}"
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
    """Return the buttons that may end a condition, the most promising first. Each button queues an
    operation (`act`); one that is `strong` is the first to try."""
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
    """Return the numbers of an instance in one line, such as "297 articles · 12 feeds · last run 4
    minutes ago"."""
    counts = health.figures.counts
    parts = [write_count(counts.articles, "article"), write_count(counts.feeds, "feed")]
    if counts.pending:
        parts.append(f"{write_count(counts.pending, 'entry', 'entries')} pending")
    if counts.refused:
        parts.append(f"{counts.refused:,} refused")
    parts.append(f"last run {describe_age(counts.last_run, health.now)}")
    return " · ".join(parts)
