"""Operations that mend articles: try and save rules, read kept pages again, describe articles
again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Annotated, Any, TypedDict, Unpack

from syndicator.configuration.sources.rules_table import table
from syndicator.core import text
from syndicator.core.errors import ConfigError, RulesError, UsageError
from syndicator.core.text import counted, one_line
from syndicator.operations.operation import (
    EXAMPLES,
    Argument,
    CancelledJob,
    Change,
    Progress,
    Stamp,
    operation,
    plain,
)
from syndicator.operations.sources import Key, edit_of, need_stamp, source_of_key
from syndicator.upkeep.descriptions.enrich_report import EnrichReport

if TYPE_CHECKING:
    from syndicator.app.container import App
    from syndicator.core.model import Article, Rules, Source
    from syndicator.filing.results import FieldChange
    from syndicator.upkeep.descriptions.enrich import Scope
    from syndicator.upkeep.descriptions.enrich_report import EnrichReport
    from syndicator.upkeep.reread import Plan, Tried

# articles at most whose former texts are logged, so that the model's changes can be undone
_MOST_TOUCHED = 2000
_LOOK_SECONDS = 0.3  # between two looks at a cancelled job
_EDGE = 160  # characters at both ends of a text

Css = Annotated[
    tuple[str, ...] | None, Argument("CSS selectors of it; empty for none.", "CSS", lines=True)
]
All = Annotated[bool, Argument("Every article.")]
Since = Annotated[datetime | None, Argument("Articles added on or after this day (UTC).", "DATE")]
LONGEST = 60  # characters of a value that are shown
MOST_PARAGRAPHS = 6  # of a changed body that are shown
_BEFORE = 12  # characters shown before the first that differs


class GivenRules(TypedDict, total=False):
    """The rules that an operator changes; a missing rule stays as it is."""

    select: Css
    remove: Css
    title: Css
    author: Css
    date: Css
    cover: Css


RULES = tuple(GivenRules.__annotations__)


@operation("try-rules", unlocked=True, is_question=True)
def try_rules(app: App, key: Key, **changes: Unpack[GivenRules]) -> Change:
    """Show how rules read the newest kept pages of a source. A rule that is not given stays as it
    is."""
    from syndicator.upkeep import reread

    source = source_of_key(app, key)
    try:
        rules = _rules_of(source, changes)
        tried = reread.try_out(
            app.archive, app.configuration, source.key, rules, most=reread.POINTED
        )
        now = {
            page.id: page
            for page in reread.try_out(
                app.archive, app.configuration, source.key, source.rules, most=reread.POINTED
            )
        }
    except RulesError as error:
        raise UsageError(str(error)) from error
    both = [(page, _reading(page), _reading(now.get(page.id))) for page in tried]
    pages = [
        {"id": page.id, "title": page.title, "with": wanted, "now": before}
        for page, wanted, before in both
    ]
    data = {"pages": pages, "matched": reread.pages_matched(tried), "score": reread.score(tried)}
    return Change(subject=source.key, sentence=f"tried on {len(tried)} kept pages", data=data)


def _reading(page: Tried | None) -> dict[str, Any] | None:
    if page is None:
        return None
    if (trial := page.trial) is None:
        return {"failed": "reading it was given up"}
    if (draft := trial.draft) is None:
        return {"failed": f"it is no article then: {trial.kind}", "matches": dict(trial.matches)}
    body = text.plain(draft.body)
    return {
        "failed": "",
        "matches": dict(trial.matches),
        "letters": trial.after,
        "title": draft.title or "",
        "author": draft.author or "",
        "date": f"{draft.published:%Y-%m-%d}" if draft.published else "",
        "cover": draft.cover or "",
        "begins": body[:_EDGE],
        "ends": body[-_EDGE:] if len(body) > _EDGE else "",
    }


@operation("save-rules", quick=True, unlocked=True)
def save_rules(app: App, key: Key, stamp: Stamp = None, **changes: Unpack[GivenRules]) -> Change:
    """Write rules of a source. A rule that is not given stays as it is; articles stay until they
    are read again."""
    source = source_of_key(app, key)
    need_stamp(source, stamp)
    wanted = replace(source, rules=_rules_of(source, changes))
    return edit_of(app, source, wanted, "rules saved; articles stay until they are read again")


def _rules_of(source: Source, changes: GivenRules) -> Rules:
    """Return the source's rules with `changes`. Raises ConfigError, RulesError."""
    from syndicator.configuration.sources.schema import source_of

    values: dict[str, Any] = {
        name: value for name, value in table(source).items() if name != "rules"
    }
    merged = {
        **table(source).get("rules", {}),
        **{name: value for name, value in changes.items() if value is not None},
    }
    rules = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in merged.items()
        if value != ()
    }
    return source_of({**values, "rules": rules} if rules else values).rules


@operation("reread", command="reread")
def reread(
    app: App,
    progress: Progress,
    source: Annotated[
        str, Argument("Articles of one source, or one article.", "K|URL|ID", completes="source")
    ] = "",
    since: Since = None,
    outdated: Annotated[
        bool, Argument("Only articles that an older version of Syndicator read.")
    ] = False,
    fetch: Annotated[
        bool, Argument("First ask for pages that are not kept any more, also with --dry-run.")
    ] = False,
) -> Change:
    """Read kept pages again after the rules of a source were edited. Fetches nothing unless asked,
    keeps hand edits."""
    from syndicator.upkeep import reread

    which = reread.Which(what=source, since=_day(since), outdated=outdated)
    missing = reread.unkept(app.archive, app.configuration.sources, which) if fetch else []
    failed = (
        asyncio.run(reread.fetch(app.archive, app.configuration, missing, progress))
        if missing
        else ()
    )
    planned = reread.plan(app.archive, app.configuration, which, progress=progress)
    problems, count = (*failed, *planned.problems), len(planned.articles)
    articles = [
        {
            "id": item.before.id,
            "title": item.before.title,
            "path": item.path,
            "changes": plain(item.now.changes),
        }
        for item in planned.articles
    ]
    parts = {name: getattr(planned, name) for name in ("looked", "unkept", "due_again", "feeds")}
    return Change(
        subject=source or "articles",
        sentence=f"{source or 'all'}: {counted(count, 'article')} read again",
        lines=lambda dry_run: _said(app, planned, source, dry_run=dry_run),
        data={**parts, "problems": problems, "articles": articles, "count": count, "written": ()},
        feeds=planned.feeds,
        problems=problems,
        touches=tuple(f"article:{article.path}" for article in planned.articles),
        logged=bool(count),
        build=bool(count),
        act=lambda progress: reread.apply_plan(app.archive, planned, progress),
    )


def _day(since: datetime | None) -> datetime | None:
    return since.replace(tzinfo=UTC) if since else None


def _said(app: App, planned: Plan, source: str, *, dry_run: bool) -> Iterator[str]:
    yield f"{len(planned.articles)} of {counted(planned.looked, 'article')} change"
    shown = planned.articles[:EXAMPLES] if dry_run else planned.articles
    for article in shown:
        yield f"\n{one_line(article.before.title)}  ({article.path})"
        for change in article.now.changes:
            yield from (f"  {line}" for line in lines(change, article.before, article.now.article))
    if len(shown) < len(planned.articles):
        yield f"\n… and {counted(len(planned.articles) - len(shown), 'article')} more"
    if planned.unkept:
        meant = f" --source {source}" if source else ""
        yield (
            f"left as they are: {counted(len(planned.unkept), 'article')}, of which no page is kept"
            f" (store.pages_days = {app.configuration.settings.store.pages_days});"
            f" `syndicator reread{meant} --fetch` asks for these pages once more"
        )
    if planned.due_again:
        yield (
            f"{planned.due_again} entries that were refused or put off under the old rules are"
            " asked for once more at the next `syndicator refresh`"
        )
    if dry_run and source in app.configuration.sources:
        yield from _rules(app, source)


def _rules(app: App, key: str) -> Iterator[str]:
    """Yield lines on the effect of a source's rules on its newest kept pages."""
    from syndicator.upkeep.reread import pages_matched, score, try_out

    tried = try_out(app.archive, app.configuration, key, app.configuration.sources[key].rules)
    if not (matched := pages_matched(tried)):
        return
    same = f"their texts have {score(tried):.0%} in common with what is read without rules"
    yield f"rules of {key} on {counted(len(tried), 'kept page')}; {same}"
    yield from (f"  {rule} matches on {pages or 'none'}" for rule, pages in matched.items())


@operation("describe", command="describe")
def describe(app: App, progress: Progress, all: All = False, since: Since = None) -> Change:
    """Describe articles again after taxonomy.toml was edited or tags were learnt. Fetches nothing,
    keeps hand edits."""
    from syndicator.upkeep.descriptions import redescribe

    _need_which(all, since)
    planned = redescribe.plan(app.archive, app.configuration, since=_day(since), progress=progress)
    rows = tuple((item.title, "; ".join(item.told.why)) for item in planned.articles)
    count = f"{len(planned.articles)} of {counted(planned.looked, 'article')} change"
    return Change(
        subject="articles",
        sentence=count,
        table=("Articles", ("article", "change and reason"), rows) if rows else None,
        data=plain(planned),
        feeds=planned.feeds,
        problems=planned.problems,
        touches=tuple(f"article:{article.path}" for article in planned.articles),
        is_empty=not planned.articles,
        act=lambda progress: redescribe.apply(app.archive, planned, progress),
    )


def _need_which(all: bool, since: datetime | None) -> None:
    if not all and since is None:
        raise UsageError(
            "say which articles: --all, or --since with a day, such as --since 2026-11-24"
        )


@operation("ask-model", command="describe --llm")
def ask_model(app: App, all: All = False, since: Since = None) -> Change:
    """Let the language model of [describe.llm] describe articles that it has not described yet."""
    from syndicator.upkeep import reconcile
    from syndicator.upkeep.descriptions import enrich

    _need_which(all, since)
    if not app.configuration.settings.describe.llm.url:
        raise ConfigError(
            f"{app.configuration.folder}/syndicator.toml: describe.llm.url is empty; set it to your"
            " model's endpoint"
        )
    problems = reconcile.files(app.archive, app.configuration)
    scope = enrich.Scope(since=_day(since) or enrich.ALWAYS, again=True)
    ids = enrich.unasked(app.archive, app.configuration.settings, scope)
    asked = f"the language model would be asked about up to {counted(len(ids), 'article')}"

    def act(progress: Progress) -> dict[str, Any]:
        titles: list[str] = []
        report = asyncio.run(_asked(app, scope, titles, lambda: progress(len(titles), len(ids))))
        lines = [*(f"described: {title}" for title in titles), *report.lines()]
        return {
            "sentence": f"{counted(len(titles), 'article')} described by the language model",
            "lines": lambda dry_run: lines,
            "data": {"waiting": len(ids), "llm": plain(report)},
            "fault": report.fault,
        }

    return Change(
        subject="articles",
        sentence=asked,
        lines=lambda dry_run: [asked],
        data={"waiting": len(ids), "llm": plain(EnrichReport())},
        problems=problems,
        touches=tuple(
            f"article:{app.archive.store.index.path(id)}" for id in ids if len(ids) <= _MOST_TOUCHED
        ),
        act=act,
    )


async def _asked(
    app: App, scope: Scope, titles: list[str], look: Callable[[], None]
) -> EnrichReport:
    """Ask the language model; Ctrl-C or a cancelled job stops it after the current article."""
    from syndicator.upkeep.descriptions.enrich import enrich

    stop = asyncio.Event()
    asking = asyncio.create_task(
        enrich(app.archive, app.configuration, stop=stop, scope=scope, filed=titles.append)
    )
    while not asking.done():
        try:
            if not stop.is_set():
                look()
            await asyncio.wait({asking}, timeout=_LOOK_SECONDS)
        except (CancelledJob, asyncio.CancelledError):
            stop.set()
    return await asking


def lines(change: FieldChange, before: Article, after: Article) -> Iterator[str]:
    """Yield lines that show a changed field: `title: old → new`, or paragraphs of a body."""
    if change.field != "body":
        yield (
            f"{change.field}:"
            f" {' → '.join(value or 'none' for value in _apart(change.old, change.new))}"
        )
        return
    marked = list(_differ(_paragraphs(before), _paragraphs(after)))
    gone = sum(line.startswith("-") for line in marked)
    yield f"body: -{gone} +{len(marked) - gone} paragraphs"
    yield from (f"  {line}" for line in marked[:MOST_PARAGRAPHS])
    if len(marked) > MOST_PARAGRAPHS:
        yield f"  … {len(marked) - MOST_PARAGRAPHS} more"


def _paragraphs(article: Article) -> list[str]:
    return [part for part in article.body.split("\n\n") if part.strip()]


def _differ(old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    for tag, first, last, to, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        gone, came = list(old[first:last]), list(new[to:end])
        if len(gone) == len(came):
            for paragraph, other in zip(gone, came, strict=True):
                was, now = _apart(paragraph, other)
                yield from (f"- {was}", f"+ {now}")
        else:
            yield from (f"- {_cut(paragraph)}" for paragraph in gone)
            yield from (f"+ {_cut(paragraph)}" for paragraph in came)


def _apart(old: str, new: str) -> tuple[str, str]:
    """Return both values cut so that their first difference is visible."""
    old, new = one_line(old), one_line(new)
    least = min(len(old), len(new))
    same = next((place for place in range(least) if old[place] != new[place]), least)
    start = same - _BEFORE if max(len(old), len(new)) > LONGEST and same > LONGEST // 2 else 0
    return _cut(old, start), _cut(new, start)


def _cut(words: str, start: int = 0) -> str:
    line = one_line(words)[start:]
    shown = line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"
    return f"…{shown}" if start and shown else shown
