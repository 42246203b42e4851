"""Compare two versions of an article: list the changed fields, and lines to show. Pure."""

import dataclasses
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Any

from syndicator.articles import fields
from syndicator.core.model import Article
from syndicator.core.text import one_line
from syndicator.upkeep.passes.revision import FieldChange

LONGEST = 60  # characters of a value that are shown
MOST_PARAGRAPHS = 6  # of a changed body that are shown
_BEFORE = 12  # characters shown before the first that differs
_SHOWN = (
    "title",
    "author",
    "coverImage",
    "excerpt",
    "tags",
    "category",
    "language",
    "robots",
    "rights",
    "partial",
)


def find_changed_values(old: Article, new: Article) -> dict[str, Any]:
    """Return the values of `new` that differ from those of `old`, by attribute."""
    names = [attribute.name for attribute in dataclasses.fields(Article)]
    return {name: getattr(new, name) for name in names if getattr(new, name) != getattr(old, name)}


def list_changes(old: Article, new: Article) -> tuple[FieldChange, ...]:
    """Return the changed fields that an operator sees."""
    changes = []
    for key in _SHOWN:
        before = _join_words(fields.row(key).written(old))
        after = _join_words(fields.row(key).written(new))
        if before != after:
            changes.append(FieldChange(field=key, old=before, new=after))
    if old.body != new.body:
        had = _paragraphs(old)
        has = _paragraphs(new)
        gone = _beyond(had, Counter(has))
        came = _beyond(has, Counter(had))
        changes.append(FieldChange(field="body", old="\n\n".join(gone), new="\n\n".join(came)))
    return tuple(changes)


def _join_words(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def _paragraphs(article: Article) -> list[str]:
    return [part.strip() for part in article.body.split("\n\n") if part.strip()]


def _beyond(parts: Sequence[str], others: Counter[str]) -> list[str]:
    more = []
    for part in parts:
        if others[part] > 0:
            others[part] -= 1
        else:
            more.append(part)
    return more


def show_change(change: FieldChange, before: Article, after: Article) -> Iterator[str]:
    """Yield lines that show a changed field: `title: old → new`, or paragraphs of a body."""
    if change.field != "body":
        yield (
            f"{change.field}:"
            f" {' → '.join(value or 'none' for value in _apart(change.old, change.new))}"
        )
        return
    marked = list(_differ(_paragraphs(before), _paragraphs(after)))
    gone = sum(line.startswith("-") for line in marked)
    yield f"body: -{gone} +{len(marked) - gone} paragraphs"
    yield from (f"  {line}" for line in marked[:MOST_PARAGRAPHS])
    if len(marked) > MOST_PARAGRAPHS:
        yield f"  … {len(marked) - MOST_PARAGRAPHS} more"


def _differ(old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    for tag, first, last, to, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        gone = list(old[first:last])
        came = list(new[to:end])
        if len(gone) == len(came):
            for paragraph, other in zip(gone, came, strict=True):
                was, now = _apart(paragraph, other)
                yield from (f"- {was}", f"+ {now}")
        else:
            yield from (f"- {_cut(paragraph)}" for paragraph in gone)
            yield from (f"+ {_cut(paragraph)}" for paragraph in came)


def _apart(old: str, new: str) -> tuple[str, str]:
    """Return both values cut so that their first difference is visible."""
    old_line = one_line(old)
    new_line = one_line(new)
    shorter = min(len(old_line), len(new_line))
    longer = max(len(old_line), len(new_line))
    unequal = (index for index in range(shorter) if old_line[index] != new_line[index])
    differs_at = next(unequal, shorter)
    is_cut = longer > LONGEST
    is_late = differs_at > LONGEST // 2
    start = differs_at - _BEFORE if is_cut and is_late else 0
    return _cut(old_line, start), _cut(new_line, start)


def _cut(words: str, start: int = 0) -> str:
    line = one_line(words)[start:]
    shown = line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"
    return f"…{shown}" if start and shown else shown
