"""Writes docs/reasons.md, the list of every reason code, from syndicator/core/reasons/: `python
-m tools.reasons`."""

from __future__ import annotations

import inspect
from pathlib import Path

from syndicator.core.reasons import GROUPS, Reason

PLACE = Path(__file__).resolve().parent.parent / "docs" / "reasons.md"
_HEAD = """\
# Reason codes

Made from `syndicator/core/reasons/` by `python -m tools.reasons`; edit that.

`status`, `show`, the log and `--json` give a code for each failure. Codes never change, so scripts may compare them.
An HTTP error without a code of its own here is `http-` and its status, such as `http-503`.
"""  # noqa: E501


def document() -> str:
    """The page."""
    return "\n".join((_HEAD, *map(_section, GROUPS)))


def _section(group: type[Reason]) -> str:
    """A table of one group."""
    meaning = " ".join((inspect.getdoc(group) or "").split())
    lines = [f"## {meaning}", "", "code | meaning | cure", "---|---|---"]
    rows = (
        f"`{reason.value}` | {reason.means} | {reason.cure.removeprefix('nothing: ')}"
        for reason in group
    )
    lines += [row.rstrip() for row in rows]
    return "\n".join((*lines, ""))


if __name__ == "__main__":
    PLACE.parent.mkdir(exist_ok=True)
    PLACE.write_text(document(), encoding="utf-8")
