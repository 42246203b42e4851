"""Commands for the operator: status, check, show, withdraw, reindex, prune."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer

from syndicator.cli.base import CONFIG, Config, Json, app


@app.command()
def status(json: Json = False, config: Config = CONFIG) -> None:
    """How the sources, the article store and the feeds are, and what went wrong."""
    from syndicator.cli import printing
    from syndicator.services import reconcile
    from syndicator.services.container import open_app

    with open_app(config) as opened:
        reconcile.sources(opened)
        summary = opened.store.status.summary()
    if json:
        printing.as_json(summary)
        return
    ill = [state for state in summary.sources if state.reason or state.disabled]
    last = summary.last_run.isoformat() if summary.last_run else "never"
    printing.say(
        f"{len(summary.sources)} sources ({len(ill)} ill), {summary.articles} articles, {summary.feeds} feeds, "
        f"{summary.pending} entries pending, last run {last}"
    )
    rows = [(state.key, state.disabled or state.reason, state.failures, state.due_why, state.detail) for state in ill]
    if rows:
        printing.table("Sources with trouble", ("source", "reason", "failures", "next", "detail"), rows)
    warned = [(state.key, state.warning) for state in summary.sources if state.warning]
    if warned:
        printing.table("Warnings", ("source", "warning"), warned)
    for title, found in (("Entries refused", summary.refused), ("Feeds held", summary.held)):
        if found:
            printing.table(title, ("what", "reason", "detail"), [(one.what, one.reason, one.detail) for one in found])
    if summary.llm is not None:
        printing.language_model(summary.llm)


@app.command()
def check(json: Json = False, config: Config = CONFIG) -> None:
    """The doctor: what would keep this installation from working, and its cure. Leaves with 78 when it finds any."""
    from syndicator.cli import printing
    from syndicator.errors import ConfigError
    from syndicator.services.check import check as examine

    found = examine(config)
    if json:
        printing.as_json(found)
    for problem in found:
        if not json:
            printing.say(f"{problem.what}: {problem.reason}: {problem.detail}")
    if found:
        sys.exit(ConfigError.exit_code)
    if not json:
        printing.say("all is well")


@app.command()
def show(
    what: Annotated[
        str, typer.Argument(metavar="URL-or-FILE", help="A page's address, a saved page, or an article file.")
    ],
    url: Annotated[str | None, typer.Option("--url", help="Where a saved page came from.")] = None,
    why: Annotated[
        bool, typer.Option("--why", help="Where each field is from, and what was cut by which rule.")
    ] = False,
    json: Json = False,
    config: Config = CONFIG,
) -> None:
    """The markdown that a page would become, and why. Nothing is written."""
    import logging

    from syndicator.cli import printing
    from syndicator.services import explain
    from syndicator.services.container import open_app

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # its remarks on odd pages are not for operators
    path = Path(what)
    if "://" in what or (not path.exists() and _is_address(what)):
        with open_app(config) as opened:
            shown = asyncio.run(explain.show_url(what if "://" in what else f"https://{what}", opened))
    elif (config / "sources.toml").exists():
        with open_app(config) as opened:
            shown = explain.show_file(path, url, opened)
    else:
        shown = explain.show_file(path, url, None)
    if json:
        printing.as_json({"article": shown.article, "markdown": shown.markdown, "why": dict(shown.why)})
    elif why:
        printing.why(shown.why)
    else:
        sys.stdout.write(shown.markdown)


def _is_address(what: str) -> bool:
    """True for example.org/page, False for what can only be a path."""
    host = what.split("/", 1)[0]
    return (
        "." in host.strip(".") and not what.startswith((".", "~")) and Path(what).suffix not in (".md", ".html", ".htm")
    )


@app.command()
def withdraw(
    what: Annotated[str, typer.Argument(metavar="URL|ID", help="An article's address or id.")],
    json: Json = False,
    config: Config = CONFIG,
) -> None:
    """Take an article off every feed and page. It never comes back."""
    from syndicator.cli import printing
    from syndicator.services import maintain
    from syndicator.services.build import build_feeds
    from syndicator.services.container import locked, open_app
    from syndicator.settings import load

    with locked(load(config), wait=True), open_app(config) as opened:
        article = maintain.withdraw(opened, what)
        report = asyncio.run(build_feeds(opened))
    if json:
        printing.as_json({"withdrawn": article.id, "url": article.url, "written": report.written})
    else:
        printing.say(f"withdrawn: {article.title} ({article.url}); {len(report.written)} files written")


@app.command()
def reindex(json: Json = False, config: Config = CONFIG) -> None:
    """Rebuild the database from the article files."""
    from syndicator.cli import printing
    from syndicator.services import maintain
    from syndicator.services.container import locked, open_app
    from syndicator.settings import load

    with locked(load(config), wait=True), open_app(config, create=True) as opened:
        done = maintain.reindex(opened)
    if json:
        printing.as_json(done)
    else:
        printing.say(f"{done.articles} articles indexed; `syndicator build` publishes them")
    printing.problems(done.problems)


@app.command()
def prune(
    pages_days: Annotated[int | None, typer.Option(min=0, help="Keep raw pages of this many days.")] = None,
    json: Json = False,
    config: Config = CONFIG,
) -> None:
    """Drop what is kept only for a while: raw pages older than store.pages_days."""
    from syndicator.cli import printing
    from syndicator.services import maintain
    from syndicator.services.container import locked, open_app
    from syndicator.settings import load

    with locked(load(config), wait=True), open_app(config) as opened:
        gone = maintain.prune(opened, pages_days=pages_days)
    if json:
        printing.as_json({"pages": gone})
    else:
        printing.say(f"{gone} kept pages dropped")
