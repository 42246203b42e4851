"""Command reread, and the changes of an article in readable lines."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from datetime import UTC
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Annotated

import typer

from syndicator.cli import printing
from syndicator.cli.base import CONFIG, Config, DryRun, Json, Since, app, build, opened_for_change, say_feeds
from syndicator.cli.help import source_keys
from syndicator.cli.logs import one_line
from syndicator.cli.printing import counted
from syndicator.core.model import Article
from syndicator.pipeline.results import FieldChange

if TYPE_CHECKING:
    from syndicator.core.model import Problem
    from syndicator.services.container import App
    from syndicator.services.mending.reread import Changed, Plan, Which


LONGEST = 60  # characters of a value that are shown
MOST_PARAGRAPHS = 6  # of a changed body that are shown
_BEFORE = 12  # characters shown before the first that differs


def lines(change: FieldChange, before: Article, after: Article) -> Iterator[str]:
    """A change of one field: `title: old → new`; of a body how many paragraphs go and come, and the first of them."""
    if change.field != "body":
        yield f"{change.field}: {' → '.join(value or 'none' for value in _apart(change.old, change.new))}"
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
            for one, other in zip(gone, came, strict=True):
                was, now = _apart(one, other)
                yield from (f"- {was}", f"+ {now}")
        else:
            yield from (f"- {_cut(one)}" for one in gone)
            yield from (f"+ {_cut(one)}" for one in came)


def _apart(old: str, new: str) -> tuple[str, str]:
    """Two values, cut so that where they begin to differ is in sight."""
    old, new = one_line(old), one_line(new)
    least = min(len(old), len(new))
    same = next((place for place in range(least) if old[place] != new[place]), least)
    start = same - _BEFORE if max(len(old), len(new)) > LONGEST and same > LONGEST // 2 else 0
    return _cut(old, start), _cut(new, start)


def _cut(words: str, start: int = 0) -> str:
    line = one_line(words)[start:]
    shown = line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"
    return f"…{shown}" if start and shown else shown


@app.command()
def reread(
    source: Annotated[
        str,
        typer.Option(
            "--source", metavar="K|URL|ID", autocompletion=source_keys, help="Articles of one source, or one article."
        ),
    ] = "",
    since: Since = None,
    outdated: Annotated[
        bool, typer.Option("--outdated", help="Only articles that an older version of Syndicator read.")
    ] = False,
    fetch: Annotated[
        bool, typer.Option("--fetch", help="First ask for pages that are not kept any more, also with --dry-run.")
    ] = False,
    dry_run: DryRun = False,
    json: Json = False,
    config: Config = CONFIG,
) -> None:
    """Read kept pages again after the rules of a source were edited. Fetches nothing unless asked, keeps hand edits."""
    from syndicator.services.mending import reread as rereading
    from syndicator.services.mending.reread import Which

    which = Which(what=source, since=since.replace(tzinfo=UTC) if since else None, outdated=outdated)
    with opened_for_change(config) as opened:
        failed = _fetched(opened, which) if fetch else ()
        with printing.counting("read") as count:
            planned = rereading.plan(opened, which, progress=count)
        if not json:
            _say(planned, opened.settings.store.pages_days, source)
            if dry_run and source in opened.sources:
                _say_rules(opened, source)
        written: tuple[str, ...] = ()
        if not dry_run:
            with printing.counting("written") as count:
                rereading.apply_plan(opened, planned, count)
            written = build(opened) if planned.articles else ()
    problems = (*failed, *planned.problems)
    if json:
        parts = {name: getattr(planned, name) for name in ("looked", "unkept", "due_again", "feeds")}
        articles = [_plain(one) for one in planned.articles]
        printing.as_json(
            {**parts, "problems": problems, "articles": articles, "applied": not dry_run, "written": written}
        )
    elif planned.articles:
        printing.say("nothing was changed (--dry-run)" if dry_run else f"{counted(len(written), 'file')} written")
    printing.log_problems(problems)


def _fetched(opened: App, which: Which) -> tuple[Problem, ...]:
    from syndicator.services.mending import reread as fetching

    missing = fetching.unkept(opened, which)
    with printing.counting("fetched") as count:
        return asyncio.run(fetching.fetch(opened, missing, count)) if missing else ()


def _plain(one: Changed) -> dict[str, object]:

    changes = printing.plain(one.now.changes)
    return {"id": one.before.id, "title": one.before.title, "path": one.path, "changes": changes}


def _say(planned: Plan, pages_days: int, source: str) -> None:

    printing.say(f"{len(planned.articles)} of {counted(planned.looked, 'article')} change")
    for one in planned.articles:
        printing.say(f"\n{one_line(one.before.title)}  ({one.path})")
        for change in one.now.changes:
            for line in lines(change, one.before, one.now.article):
                printing.say(f"  {line}")
    if planned.feeds:
        printing.say("")
    say_feeds(planned.feeds)
    if planned.unkept:
        meant = f" --source {source}" if source else ""
        printing.say(
            f"left as they are: {counted(len(planned.unkept), 'article')}, of which no page is kept "
            f"(store.pages_days = {pages_days}); `syndicator reread{meant} --fetch` asks for these pages once more"
        )
    if planned.due_again:
        printing.say(
            f"{planned.due_again} entries that were refused or put off under the old rules are asked for once more at "
            "the next `syndicator refresh`"
        )


def _say_rules(opened: App, key: str) -> None:
    """What the rules of a source do on its newest kept pages, whether or not an article changes by it."""
    from syndicator.services.mending.try_rules import pages_matched, score, try_out

    tried = try_out(opened, key, opened.sources[key].rules)
    if not (matched := pages_matched(tried)):
        return
    same = f"their texts have {score(tried):.0%} in common with what is read without rules"
    printing.say(f"rules of {key} on {counted(len(tried), 'kept page')}; {same}")
    for rule, pages in matched.items():
        printing.say(f"  {rule} matches on {pages or 'none'}")
