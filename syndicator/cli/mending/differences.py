"""What changes of an article, in lines that one can read. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from syndicator.cli.visible import one_line
from syndicator.core.model import Article
from syndicator.pipeline.results import FieldChange

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
    """The paragraphs that differ, as a unified diff has them."""
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
