"""Print for people and programs: lines, JSON, tables, local times, errors."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from syndicator.cli import logs
from syndicator.cli.logs import log as log
from syndicator.cli.logs import one_line, visible
from syndicator.core.errors import SyndicatorError
from syndicator.core.program import write_as_typed
from syndicator.core.text import count_columns
from syndicator.core.text import counted as counted
from syndicator.operations.operation import convert_to_json as convert_to_json

if TYPE_CHECKING:
    from syndicator.configuration.settings import Settings

_WIDEST_COLUMN = 60  # of a column; a longer cell shifts the rest of its line


def format_local_time(moment: datetime | None, if_none: str = "") -> str:
    """Return a time in the zone of this machine, as 2026-11-26 13:05; `if_none` for None."""
    if moment is None:
        return if_none
    return moment.astimezone().strftime("%Y-%m-%d %H:%M")


def print_json(value: Any) -> None:
    """Print `value` as a JSON document. Control characters are escaped; other characters only if
    standard output cannot encode them."""
    document = visible(json.dumps(convert_to_json(value), ensure_ascii=False, indent=2))
    try:
        document.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        document = json.dumps(convert_to_json(value), indent=2)
    print(document)


def print_answer(data: Any, lines: Iterable[str], *, json: bool) -> None:
    """Print the answer of a command: with `json`, `data` as JSON for programs, else `lines` for
    people."""
    if json:
        print_json(data)
        return
    for line in lines:
        say(line)


def print_secret_address(settings: Settings) -> str:
    """If the feeds are private, print their secret address, and return it. If standard output is no
    terminal, or the feeds are not private, print nothing and return "": the address must not get
    into a log."""
    if not settings.publish.secret_path or not sys.stdout.isatty():
        return ""
    address = f"{settings.base_url}phone.html"
    print(f"your feeds, for nobody else: {address}")
    return address


def print_address_for_phones(settings: Settings) -> None:
    """Print the secret address of private feeds, and a QR code with which a phone can open it.
    Print nothing if the feeds are not private or this is no terminal."""
    address = print_secret_address(settings)
    if not address:
        return
    encoding = (sys.stdout.encoding or "").lower()
    if "utf" not in encoding:  # the code is drawn with blocks of Unicode
        return
    from syndicator.publishing.web.shell import draw_qr_lines

    for line in draw_qr_lines(address):
        # white on black in any theme
        print(f"\x1b[97;40m{line}\x1b[0m")


def complain(error: SyndicatorError, *, as_json: bool) -> int:
    """Print an error to standard error, as a line of the log if the log is JSON. `as_json`: print
    it also as JSON to standard output. Return the exit code of the error."""
    if logs.get_options().json:
        log(str(error), "error", reason=error.reason, exit_code=error.exit_code)
    else:
        print(visible(write_as_typed(f"syndicator: {error}")), file=sys.stderr)
    if as_json:
        complain_in_json(str(error), error.reason, error.exit_code)
    return error.exit_code


def complain_in_json(message: str, reason: str, code: int) -> None:
    print_json({"error": message, "reason": reason, "exit_code": code})


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table. On a terminal, print the title and aligned columns; otherwise, print the cells
    with tabs between them, without the title. `columns`: the names of the columns."""
    if sys.stdout.isatty():
        print_aligned_table(title, columns, rows)
        return
    print("\t".join(columns))
    for row in rows:
        print("\t".join(_format_cells(row)))


def print_aligned_table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]
) -> None:
    """Print a table with aligned columns below its title. `title`: "" for none. `columns`: the
    names of the columns."""
    text_rows = [_format_cells(row) for row in rows]
    if title:
        print(f"\n{title}")

    widths = []  # of the columns, in characters
    for index, column in enumerate(columns):
        cell_widths = [count_columns(row[index]) for row in text_rows]
        widest = max([count_columns(column), *cell_widths])
        widths.append(min(_WIDEST_COLUMN, widest))

    head = _align_row(columns, widths)
    # bold on a terminal
    print(f"\x1b[1m{head}\x1b[0m" if sys.stdout.isatty() else head)
    for row in text_rows:
        print(_align_row(row, widths))


def _format_cells(row: Sequence[object]) -> list[str]:
    """Return the cells of a row as texts, each on one line. Commands of this program in them begin
    as the operator typed them."""
    return [write_as_typed(one_line(cell)) for cell in row]


def _align_row(cells: Sequence[str], widths: Sequence[int]) -> str:
    """Return the cells of a row as a line of text. Spaces after each cell fill its column.
    `widths`: the widths of the columns in characters."""
    padded = []
    for cell, column_width in zip(cells, widths, strict=True):
        padded.append(cell + " " * (column_width - count_columns(cell)))
    return "  ".join(padded).rstrip()


def say(line: str) -> None:
    """Print a line for people. Control characters are escaped."""
    print(visible(write_as_typed(line)), flush=True)


def is_quiet() -> bool:
    return logs.get_options().quiet


def is_verbose() -> bool:
    return logs.get_options().steps
