"""Runs of inline text with their marks, and their white space as browsers show it. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

_BLANK = " \t\r\n\f\v\u200b\ufeff\xa0"
_SPACE = re.compile(r"[ \t\r\n\f\v\u200b\ufeff]+")


class Run(NamedTuple):
    """A piece of inline text that is marked up the same throughout."""

    text: str
    marks: int = 0  # BOLD, ITALIC, CODE, STRIKE of elements.py, added up
    href: str = ""  # the target of its link as written, "" outside of one


_run: Callable[[tuple[str, int, str]], Run] = partial(tuple.__new__, Run)  # half the time of Run(...)
Stretch = tuple[str, int, str]  # what a Run is, before its white space is collapsed
BREAK: Stretch = ("\n", -1, "")  # a br
_PARAGRAPH = 2  # breaks in a row from which a new paragraph begins


def paragraphs(runs: list[Stretch]) -> list[list[Run]]:
    """`runs` split at two or more line breaks in a row, each part with its white space collapsed, no empty ones."""
    parts: list[list[Stretch]] = []
    current: list[Stretch] = []
    breaks = 0
    for run in runs:
        if run[1] == -1:
            breaks += 1
            continue
        if breaks:
            if not run[0].strip(_BLANK):
                continue
            if breaks >= _PARAGRAPH and current:
                parts.append(current)
                current = []
            elif current:
                current.append(BREAK)
            breaks = 0
        current.append(run)
    parts.append(current)
    return [collapsed for part in parts if part and (collapsed := collapse(part))]


def code_lines(runs: list[Stretch]) -> str:
    """`runs` as code, a line for each break."""
    pieces = []
    for index, (text, marks, _) in enumerate(runs):
        if marks != -1:
            wrapped = text[:1] in ("\n", "\r") and (index == 0 or runs[index - 1] == BREAK)  # the page's own line end
            text = _SPACE.sub(" ", text.lstrip() if wrapped else text)
        pieces.append(text)
    return "\n".join([line.rstrip() for line in "".join(pieces).replace("\xa0", " ").split("\n")]).strip("\n")


def collapse(runs: list[Stretch]) -> list[Run]:
    """`runs` with white space as browsers show it: runs of it are one space, none at the ends or beside a break."""
    if len(runs) == 1:
        return _alone(*runs[0])
    out: list[Run] = []
    space = True  # the text so far ends in white space
    for text, marks, href in runs:
        if marks == -1:
            _trim(out)
            out.append(_run(("\n", 0, "")))
            space = True
            continue
        text = _spaced(text)
        if space:
            text = text.lstrip(" ")
        if text:
            space = text[-1] == " "
            last = out[-1] if out else None
            if last is not None and last[1] == marks and last[2] == href and last[0] != "\n":
                out[-1] = _run((last[0] + text, marks, href))
            else:
                out.append(_run((text, marks, href)))
    _trim(out)
    while out and not out[0].text.strip():
        del out[0]
    return out if any(run.text.strip("\xa0\u200b \n") for run in out) else []


def _alone(text: str, marks: int, href: str) -> list[Run]:
    text = _spaced(text).lstrip(" ").rstrip(" \xa0\n")
    return [_run((text, marks, href))] if marks != -1 and text.strip() else []


def _spaced(text: str) -> str:
    return text if text.isprintable() and "  " not in text else _SPACE.sub(" ", text)


def _trim(out: list[Run]) -> None:
    while out:
        last = out[-1]
        text = last.text.rstrip(" \xa0\n")
        if text:
            if text != last.text:
                out[-1] = last._replace(text=text)
            return
        out.pop()
