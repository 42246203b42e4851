"""What is wrong with the operator's templates."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from syndicator.configuration.settings import Settings
from syndicator.core.reasons import FeedFileReason
from syndicator.publishing.look import TEMPLATES, look
from syndicator.services.check.finding import Finding

_PLACED: Final = re.compile(rf"{TEMPLATES}/(?P<name>.+?), line (?P<line>\d+): (?P<said>.*)", re.DOTALL)


def templates(config: Path, settings: Settings) -> Iterator[Finding]:
    """Templates that stand for none of ours and are not used by one that does, and those with which pages cannot be
    made: errors, since none of them is used then. A folder without any costs nothing."""
    given = look(config)
    if not given.templates:
        return
    from syndicator.publishing.web.pages import faults, template_names  # loads a library of templates

    ours = template_names()
    for name in sorted(given.templates.keys() - ours):
        if not any(name in text for other, text in given.templates.items() if other != name):
            path, near = config / TEMPLATES / name, difflib.get_close_matches(name, ours, 1)
            meant = f"did you mean {near[0]}?" if near else f"ours are {', '.join(sorted(ours))}"
            detail = f"no template of ours has this name, and none of yours uses it; {meant}"
            yield Finding(
                severity="warning", what=str(path), reason=FeedFileReason.TEMPLATE, detail=detail, file=str(path)
            )
    for fault in faults(given, settings):
        placed = _PLACED.fullmatch(fault)
        path, line = (
            (config / TEMPLATES / placed["name"], int(placed["line"])) if placed else (config / TEMPLATES, None)
        )
        yield Finding(
            severity="error",
            what=f"{path}:{line}" if line else str(path),
            reason=FeedFileReason.TEMPLATE,
            detail=f"{placed['said'] if placed else fault}; our own templates are used until it is mended",
            file=str(path),
            line=line,
        )
