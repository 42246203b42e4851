"""Command show: print an article as published, and explain it in lines (--why)."""

import asyncio
import json
import logging
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from syndicator.cli import printing
from syndicator.cli.base import CONFIG, Config, Json, command, open_to_read
from syndicator.operations.operation import Argument

if TYPE_CHECKING:
    from syndicator.showing.explain import Shown


_LINES_KEPT_FREE = 3  # lines of the screen below the reasons: where more is, and the prompt
_SIZE_OF_PIPE = 1_000_000  # columns and lines of a pipe
_FEWEST_LINES = 12  # lines of reasons on any screen
_PARTS_PRINTED_APART = ("cut", "candidates", "from")  # parts of a reading that are printed apart


def format_reasons(reasons: Mapping[str, Any]) -> Iterator[str]:
    """Yield lines that say why an article is as it is. `reasons`: values, lists and mappings, by
    name. The parts of lists and mappings become indented lines."""
    for name, value in reasons.items():
        if isinstance(value, Mapping):
            yield from _format_parts(name, value)
        elif isinstance(value, list | tuple):
            yield f"{name}:" if value else f"{name}: none"
            for item in value:
                yield f"    {_format_value(item)}"
        else:
            yield f"{name}: {_format_value(value)}"


def _format_parts(name: str, parts: Mapping[str, Any]) -> Iterator[str]:
    """Yield lines about how the field `name` of an article was read. `parts`: facts by their name.
    "from" is the place in the page where the value was found, "candidates" are the values that were
    considered, and "cut" is the list of removed texts."""
    has_only_facts = parts and "from" not in parts
    if has_only_facts:
        yield f"{name}:"
    else:
        yield f"{name}: {parts.get('from') or 'none'}"
    for key, value in parts.items():
        if key not in _PARTS_PRINTED_APART:
            yield f"    {key}: {_format_value(value)}"
    for candidate in parts.get("candidates", ()):
        yield f"    looked at {candidate}"
    for cut in parts.get("cut", ()):
        yield f"    cut by {cut['rule']}: {cut['text']}"


def _format_value(value: Any) -> str:
    """Return a value as text. A string is returned unchanged; None gives "none", and any other
    value gives JSON."""
    if value is None:
        return "none"
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, default=str)


@command()
def show(
    what: Annotated[
        str,
        Argument(
            "The URL or id of an article, an article file, or a saved page.",
            "URL|FILE|ID",
            positional=True,
        ),
    ],
    url: Annotated[str | None, Argument("The URL that a saved page came from.")] = None,
    why: Annotated[
        bool, Argument("Print why it is as it is: its fields, text and feeds, on one screen.")
    ] = False,
    trace: Annotated[
        bool, Argument("Print the article, then all that led to its fields and text.")
    ] = False,
    feed: Annotated[
        str, Argument("Print its entry in feeds, as atom, rss or json.", "FORMAT")
    ] = "",
    json: Json = False,
    config: Config = CONFIG,
) -> None:
    """Print an article as it is published, or as its page would be. Writes nothing."""
    # what this library logs about odd pages is not for operators
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    if feed:
        _print_entry(what, feed, config)
        return
    report = _read_article(what, url, config)
    if json:
        printing.print_json(
            {"article": report.article, "markdown": report.markdown, "why": dict(report.why)}
        )
        return
    if why:
        _print_reasons(report)
    if why and not trace:
        printing.say(f"the article: `syndicator show {what}`; every step: --trace")
        return
    sys.stdout.write(report.markdown)
    if trace:
        # an empty line between the article and the steps
        printing.say("" if report.markdown.endswith("\n") else "\n")
        for line in format_reasons(report.why):
            printing.say(line)


def _print_reasons(report: "Shown") -> None:
    """Print in plain words why an article has its fields, text and feeds. On a terminal, print only
    as many lines as fit on the screen. `report`: the article and the reasons."""
    from syndicator.showing.plain_reasons import fit_reasons, list_reasons

    reasons = list_reasons(report.article, report.why)
    # a pipe has no size: print all
    columns = _SIZE_OF_PIPE
    lines = _SIZE_OF_PIPE
    if sys.stdout.isatty():
        screen = shutil.get_terminal_size()
        columns = screen.columns
        lines = max(screen.lines - _LINES_KEPT_FREE, _FEWEST_LINES)
    for line in fit_reasons(reasons, columns=columns, lines=lines):
        printing.say(line)


def _read_article(what: str, url: str | None, config: Path) -> "Shown":
    """Return an article and the reasons for its fields, text and feeds. `what`: the article's
    address, id or file, or the file of a saved page. `url`: the address that a saved page came
    from, or None. `config`: the configuration folder."""
    from syndicator.app.container import open_app
    from syndicator.app.lookup import find_article_id
    from syndicator.showing import explain

    path = Path(what)
    if not path.exists() and _is_address(what):
        address = what if "://" in what else f"https://{what}"
        with open_app(config) as opened:
            return asyncio.run(explain.show_url(address, opened.archive, opened.configuration))
    has_instance = (config / "sources.toml").exists()
    if not has_instance:
        return explain.show_file(path, url)
    with open_app(config) as opened:
        if not path.exists():  # then it may be an id
            article_id = find_article_id(opened.archive, what)
            if article_id:
                return explain.show_filed(opened.archive, opened.configuration, article_id)
        return explain.show_file(path, url, opened.archive, opened.configuration)


def _print_entry(what: str, format: str, config: Path) -> None:
    """Print the entry that stands for an article in our feeds. `what`: the article's address, id or
    file. `format`: "atom", "rss" or "json". `config`: the configuration folder."""
    from syndicator.showing.explain import render_entry

    with open_to_read(config) as opened:
        data = render_entry(opened.archive, opened.configuration, what, format)
    sys.stdout.write(data.decode("utf-8") + "\n")


def _is_address(what: str) -> bool:
    """Return True if `what` looks like a web address, such as example.org/page, and not like a path
    or an id."""
    if "://" in what:
        return True
    if what.startswith((".", "~")):
        return False
    if Path(what).suffix in (".md", ".html", ".htm"):
        return False
    host = what.split("/", 1)[0]
    return "." in host.strip(".")  # as in example.org; a path or an id has no dot inside
