"""Stretches of inline text: their white space as browsers show it. Pure."""

from __future__ import annotations

import re
from typing import NamedTuple

_SPACE = re.compile(r"[ \t\r\n\f\v\u200b\ufeff]+")


class Run(NamedTuple):
    """A stretch of inline text with its marks and the target of its link."""

    text: str
    marks: int = 0
    href: str = ""


def paragraphs(runs: list[Run]) -> list[list[Run]]:
    """`runs` parted at two or more line breaks in a row, each part with its white space collapsed."""
    parts: list[list[Run]] = []
    current: list[Run] = []
    breaks = 0
    for run in runs:
        if run.marks == -1:
            breaks += 1
            continue
        if not run.text.strip(" \t\r\n\f\v\u200b\ufeff\xa0") and breaks:
            continue
        if breaks >= 2 and current:
            parts.append(current)
            current = []
        elif breaks == 1 and current:
            current.append(Run("\n", -1))
        breaks = 0
        current.append(run)
    parts.append(current)
    return [collapsed for part in parts if (collapsed := collapse(part))]


def collapse(runs: list[Run]) -> list[Run]:
    """`runs` with white space as browsers show it: runs of it are one space, none at the ends or beside a break."""
    out: list[Run] = []
    space = True  # the text so far ends in white space
    for text, marks, href in runs:
        if marks == -1:
            _trim(out)
            out.append(Run("\n", 0, ""))
            space = True
            continue
        text = _SPACE.sub(" ", text)
        if space:
            text = text.lstrip(" ")
        if text:
            space = text[-1] == " "
            if out and out[-1].marks == marks and out[-1].href == href and out[-1].text != "\n":
                out[-1] = Run(out[-1].text + text, marks, href)
            else:
                out.append(Run(text, marks, href))
    _trim(out)
    while out and not out[0].text.strip():
        del out[0]
    return out if any(run.text.strip("\xa0\u200b \n") for run in out) else []


def _trim(out: list[Run]) -> None:
    while out:
        text = out[-1].text.rstrip(" \xa0\n")
        if text:
            out[-1] = out[-1]._replace(text=text)
            return
        out.pop()


def one_line(runs: list[tuple[str, int, str]]) -> list[Run]:
    return collapse([Run(text, marks, href) for text, marks, href in runs])
