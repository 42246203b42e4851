"""Plan changes that mend articles (try rules, read again); `Change.act` carries them out later."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, TypedDict, Unpack

from syndicator.configuration.sources.plain_values import table
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
    convert_to_json,
    operation,
)
from syndicator.operations.sources import Key, need_source, need_stamp, plan_source_edit

if TYPE_CHECKING:
    from syndicator.app.container import App
    from syndicator.core.model import Problem, Rules, Source
    from syndicator.upkeep.model.ask import Scope
    from syndicator.upkeep.model.report import AskReport
    from syndicator.upkeep.passes.choose import Choice
    from syndicator.upkeep.passes.one_pass import Plan
    from syndicator.upkeep.passes.try_rules import Tried

# articles at most whose former texts are logged, so that the model's changes can be undone
_MOST_TOUCHED = 2000
_LOOK_SECONDS = 0.3  # between two looks at a cancelled job
_EDGE_CHARACTERS = 160  # characters at both ends of a text

Css = Annotated[
    tuple[str, ...] | None, Argument("CSS selectors of it; empty for none.", "CSS", lines=True)
]
All = Annotated[bool, Argument("Every article.")]
Since = Annotated[datetime | None, Argument("Articles added on or after this day (UTC).", "DATE")]


class GivenRules(TypedDict, total=False):
    """The rules that an operator changes. A rule that is missing stays as it is."""

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
    from syndicator.upkeep.passes import try_rules as trying

    source = need_source(app, key)
    read_pages = partial(
        trying.try_rules, app.archive, app.configuration, source.key, limit=trying.POINTED
    )
    try:
        pages_by_new_rules = read_pages(_merge_rules(source, changes))
        pages_by_present_rules = read_pages(source.rules)
    except RulesError as error:
        raise UsageError(str(error)) from error
    present_by_id = {page.id: page for page in pages_by_present_rules}
    pages = [
        {
            "id": page.id,
            "title": page.title,
            "with": _describe_reading(page),
            "now": _describe_reading(present_by_id.get(page.id)),
        }
        for page in pages_by_new_rules
    ]
    data = {
        "pages": pages,
        "matched": trying.count_matched(pages_by_new_rules),
        "score": trying.find_mean_score(pages_by_new_rules),
    }
    return Change(
        subject=source.key, sentence=f"tried on {len(pages_by_new_rules)} kept pages", data=data
    )


def _describe_reading(page: Tried | None) -> dict[str, Any] | None:
    """Return as JSON the article that rules read on a kept page; None if there is no page. "failed"
    says why no article was read, "" if one was. "matches": by rule, how many elements it matched.
    "letters": length of the text."""
    if page is None:
        return None
    if page.trial is None:
        return {"failed": "reading it was given up"}
    trial = page.trial
    draft = trial.draft  # the article, None if the page is no article
    if draft is None:
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
        "begins": body[:_EDGE_CHARACTERS],
        "ends": body[-_EDGE_CHARACTERS:] if len(body) > _EDGE_CHARACTERS else "",
    }


@operation("save-rules", quick=True, unlocked=True)
def save_rules(app: App, key: Key, stamp: Stamp = None, **changes: Unpack[GivenRules]) -> Change:
    """Write rules of a source. A rule that is not given stays as it is; articles stay until they
    are read again."""
    source = need_source(app, key)
    need_stamp(source, stamp)
    edited = replace(source, rules=_merge_rules(source, changes))
    return plan_source_edit(
        app, source, edited, "rules saved; articles stay until they are read again"
    )


def _merge_rules(source: Source, changes: GivenRules) -> Rules:
    """Return the rules of `source` after an edit. In `changes`, a rule that is missing or None
    stays as it is, an empty one is removed, and any other replaces the present one. Raises
    ConfigError or RulesError if a rule is invalid."""
    from syndicator.configuration.sources.schema import make_source

    source_table: dict[str, Any] = dict(table(source))  # as in sources.toml
    rules: dict[str, Any] = dict(source_table.pop("rules", {}))
    for name, value in changes.items():
        if value is not None:
            rules[name] = value
    rules_in_toml: dict[str, Any] = {}
    for name, value in rules.items():
        is_removed = value == ()
        if is_removed:
            continue
        rules_in_toml[name] = list(value) if isinstance(value, tuple) else value
    if rules_in_toml:
        source_table["rules"] = rules_in_toml
    # checks the rules as those of a source in sources.toml
    return make_source(source_table).rules


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
    from syndicator.upkeep.passes.choose import Choice, count_due_again
    from syndicator.upkeep.passes.reread import plan_reread, write_reread

    choice = Choice(what=source, since=_add_utc(since), outdated=outdated)
    fetch_problems = _fetch_pages(app, choice, progress) if fetch else ()
    planned = plan_reread(app.archive, app.configuration, choice, progress=progress)
    problems = (*fetch_problems, *planned.problems)
    # number of entries that the old rules refused or put off; the next visit fetches them again
    due_again = count_due_again(app.archive, app.configuration.sources, choice)
    count = len(planned.articles)
    has_changes = count > 0
    articles = [
        {
            "id": article.id,
            "title": article.title,
            "path": article.path,
            "changes": article.revision.changes,
        }
        for article in planned.articles
    ]
    data = {
        "looked": planned.looked,
        "unkept": planned.lacking,
        "due_again": due_again,
        "feeds": planned.feeds,
        "problems": problems,
        "articles": convert_to_json(articles),
        "count": count,
        "written": (),
    }
    return Change(
        subject=source or "articles",
        sentence=f"{source or 'all'}: {counted(count, 'article')} read again",
        lines=lambda dry_run: _list_revisions(app, planned, source, due_again, dry_run=dry_run),
        data=data,
        feeds=planned.feeds,
        problems=problems,
        touches=tuple(f"article:{article.path}" for article in planned.articles),
        logged=has_changes,
        build=has_changes,
        act=lambda progress: write_reread(app.archive, planned, progress),
    )


def _fetch_pages(app: App, choice: Choice, progress: Progress) -> tuple[Problem, ...]:
    """Fetch and keep the missing pages of the articles in `choice`. Return a problem for each page
    that could not be fetched."""
    from syndicator.upkeep.passes.reread import fetch_pages, list_without_page

    missing = list_without_page(app.archive, app.configuration.sources, choice)
    if not missing:
        return ()
    return asyncio.run(fetch_pages(app.archive, app.configuration, missing, progress))


def _add_utc(day: datetime | None) -> datetime | None:
    return day.replace(tzinfo=UTC) if day else None


def _list_revisions(
    app: App, planned: Plan, source: str, due_again: int, *, dry_run: bool
) -> Iterator[str]:
    """Yield the lines that a terminal shows about articles that are read again: how each changes,
    how many have no kept page, and how many entries will be asked for again.

    `planned`: the result of reading. `source`: key of their source, "" for all. `due_again`: number
    of these entries. `dry_run`: True to show only the first EXAMPLES articles, and, for one source,
    also what its rules match."""
    yield f"{len(planned.articles)} of {counted(planned.looked, 'article')} change"
    listed = planned.articles[:EXAMPLES] if dry_run else planned.articles
    for article in listed:
        yield f"\n{one_line(article.title)}  ({article.path})"
        for line in article.revision.lines:
            yield f"  {line}"
    unlisted_count = len(planned.articles) - len(listed)
    if unlisted_count:
        yield f"\n… and {counted(unlisted_count, 'article')} more"
    if planned.lacking:
        option = f" --source {source}" if source else ""
        unkept = counted(len(planned.lacking), "article")
        yield (
            f"left as they are: {unkept}, of which no page is kept"
            f" (store.pages_days = {app.configuration.settings.store.pages_days});"
            f" `syndicator reread{option} --fetch` asks for these pages once more"
        )
    if due_again:
        yield (
            f"{due_again} entries that were refused or put off under the old rules are"
            " asked for once more at the next `syndicator refresh`"
        )
    is_of_one_source = source in app.configuration.sources
    if dry_run and is_of_one_source:
        yield from _list_rule_matches(app, source)


def _list_rule_matches(app: App, key: str) -> Iterator[str]:
    """Yield lines that say on how many of its newest kept pages each rule of a source matches. No
    lines if the source has no rules. `key`: key of the source."""
    from syndicator.upkeep.passes.try_rules import count_matched, find_mean_score, try_rules

    rules = app.configuration.sources[key].rules
    trials = try_rules(app.archive, app.configuration, key, rules)
    matched = count_matched(trials)  # number of pages by rule
    if not matched:
        return
    yield (
        f"rules of {key} on {counted(len(trials), 'kept page')}; their texts have"
        f" {find_mean_score(trials):.0%} in common with what is read without rules"
    )
    for rule, page_count in matched.items():
        yield f"  {rule} matches on {page_count or 'none'}"


@operation("describe", command="describe")
def describe(app: App, progress: Progress, all: All = False, since: Since = None) -> Change:
    """Describe articles again after taxonomy.toml was edited or tags were learnt. Fetches nothing,
    keeps hand edits."""
    from syndicator.upkeep.passes.describe_all import plan_descriptions
    from syndicator.upkeep.passes.one_pass import write_plan

    _need_which(is_all=all, since=since)
    planned = plan_descriptions(
        app.archive, app.configuration, since=_add_utc(since), progress=progress
    )
    rows = []
    articles = []
    for article in planned.articles:
        revision = article.revision
        rows.append((article.title, "; ".join(revision.lines)))
        result = {"values": revision.values, "why": revision.lines, "score": revision.score}
        articles.append(
            {"id": article.id, "title": article.title, "path": article.path, "told": result}
        )
    table_of_articles = ("Articles", ("article", "change and reason"), rows) if rows else None
    data = {
        "looked": planned.looked,
        "articles": articles,
        "feeds": planned.feeds,
        "problems": planned.problems,
    }
    return Change(
        subject="articles",
        sentence=f"{len(planned.articles)} of {counted(planned.looked, 'article')} change",
        table=table_of_articles,
        data=convert_to_json(data),
        feeds=planned.feeds,
        problems=planned.problems,
        touches=tuple(f"article:{article.path}" for article in planned.articles),
        is_empty=not planned.articles,
        act=lambda progress: write_plan(app.archive, planned, progress),
    )


def _need_which(*, is_all: bool, since: datetime | None) -> None:
    """Raise UsageError if a command does not say which articles are meant: all (`is_all`), or those
    added `since` a day."""
    if not is_all and since is None:
        raise UsageError(
            "say which articles: --all, or --since with a day, such as --since 2026-11-24"
        )


@operation("ask-model", command="describe --llm")
def ask_model(app: App, all: All = False, since: Since = None) -> Change:
    """Let the language model of [describe.llm] describe articles that it has not described yet."""
    from syndicator.upkeep import reconcile
    from syndicator.upkeep.model import ask
    from syndicator.upkeep.model.report import AskReport

    _need_which(is_all=all, since=since)
    if not app.configuration.settings.describe.llm.url:
        raise ConfigError(
            f"{app.configuration.folder}/syndicator.toml: describe.llm.url is empty; set it to your"
            " model's endpoint"
        )
    problems = reconcile.update_from_files(app.archive, app.configuration)
    first_day = _add_utc(since) or ask.ALWAYS
    scope = ask.Scope(since=first_day, again=True)
    unasked_ids = ask.list_unasked(app.archive, app.configuration.settings, scope)
    total = len(unasked_ids)
    sentence = f"the language model would be asked about up to {counted(total, 'article')}"
    index = app.archive.store.index
    touches: tuple[str, ...] = ()
    if total <= _MOST_TOUCHED:  # with more, the log of changes would be too large
        touches = tuple(f"article:{index.path(article_id)}" for article_id in unasked_ids)

    def ask_about_all(progress: Progress) -> dict[str, Any]:
        """Ask the model when the change is applied. Return the fields of the `Change` that replace
        those of the plan."""
        described: list[str] = []  # titles, filled while the model is asked

        def report_progress() -> None:
            """Called from time to time while the model is asked."""
            progress(len(described), total)

        report = asyncio.run(_ask_until_stopped(app, scope, described, report_progress))
        lines = [*(f"described: {title}" for title in described), *report.lines()]
        return {
            "sentence": f"{counted(len(described), 'article')} described by the language model",
            "lines": lambda dry_run: lines,
            "data": {"waiting": total, "llm": convert_to_json(report)},
            "fault": report.fault,
        }

    return Change(
        subject="articles",
        sentence=sentence,
        lines=lambda dry_run: [sentence],
        data={"waiting": total, "llm": convert_to_json(AskReport())},
        problems=problems,
        touches=touches,
        act=ask_about_all,
    )


async def _ask_until_stopped(
    app: App, scope: Scope, titles: list[str], report_progress: Callable[[], None]
) -> AskReport:
    """Ask the language model about the articles of `scope`, and return a report.

    `titles`: a list to which the title of each described article is added. `report_progress`:
    called again and again meanwhile; it raises CancelledJob to stop. CancelledJob and Ctrl-C end
    the questions after the current article."""
    from syndicator.upkeep.model.ask import ask_about_articles

    stop = asyncio.Event()
    asking = asyncio.create_task(
        ask_about_articles(
            app.archive, app.configuration, stop=stop, scope=scope, filed=titles.append
        )
    )
    while not asking.done():
        try:
            if not stop.is_set():
                report_progress()
            await asyncio.wait({asking}, timeout=_LOOK_SECONDS)
        except (CancelledJob, asyncio.CancelledError):
            stop.set()  # the loop still waits for the current article
    return await asking
