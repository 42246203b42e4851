"""Compare two versions of an article: list the changed fields, and lines that show them. Pure."""

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
    """Return the values of `new` that differ from those of `old`, by name of the field of
    Article."""
    names = [attribute.name for attribute in dataclasses.fields(Article)]
    return {name: getattr(new, name) for name in names if getattr(new, name) != getattr(old, name)}


def list_changes(old: Article, new: Article) -> tuple[FieldChange, ...]:
    """Return the changed fields that an operator sees. For the body, the change has only the
    paragraphs that the other version lacks."""
    changes = []
    for key in _SHOWN:
        old_value = _join_words(fields.row(key).written(old))
        new_value = _join_words(fields.row(key).written(new))
        if old_value != new_value:
            changes.append(FieldChange(field=key, old=old_value, new=new_value))
    if old.body != new.body:
        old_paragraphs = _split_paragraphs(old)
        new_paragraphs = _split_paragraphs(new)
        removed = _list_surplus(old_paragraphs, Counter(new_paragraphs))
        added = _list_surplus(new_paragraphs, Counter(old_paragraphs))
        changes.append(FieldChange(field="body", old="\n\n".join(removed), new="\n\n".join(added)))
    return tuple(changes)


def _join_words(value: object) -> str:
    """Return the value of a field as text: the items of a list are separated by commas, None is
    ""."""
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def _split_paragraphs(article: Article) -> list[str]:
    return [part.strip() for part in article.body.split("\n\n") if part.strip()]


def _list_surplus(paragraphs: Sequence[str], others: Counter[str]) -> list[str]:
    """Return the paragraphs that the other version does not have. Of a paragraph that it has fewer
    times, the surplus is returned. `others`: by paragraph, how often the other version has it; the
    counts are used up."""
    surplus = []
    for paragraph in paragraphs:
        if others[paragraph] > 0:
            others[paragraph] -= 1
        else:
            surplus.append(paragraph)
    return surplus


def show_change(change: FieldChange, old: Article, new: Article) -> Iterator[str]:
    """Yield lines that show a changed field, such as `title: old → new`. For the body, the first
    line counts removed and added paragraphs, and the others show the first of them."""
    if change.field != "body":
        old_value, new_value = _cut_at_difference(change.old, change.new)
        yield f"{change.field}: {old_value or 'none'} → {new_value or 'none'}"
        return
    marked = list(_mark_differences(_split_paragraphs(old), _split_paragraphs(new)))
    removed = sum(line.startswith("-") for line in marked)
    yield f"body: -{removed} +{len(marked) - removed} paragraphs"
    yield from (f"  {line}" for line in marked[:MOST_PARAGRAPHS])
    if len(marked) > MOST_PARAGRAPHS:
        yield f"  … {len(marked) - MOST_PARAGRAPHS} more"


def _mark_differences(old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    """Yield the removed paragraphs with "-" in front and the added ones with "+", shortened. Where
    as many were added as removed, old and new are shown in pairs, each cut so that their first
    difference is visible."""
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for tag, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        if tag == "equal":
            continue
        removed = list(old[old_start:old_end])
        added = list(new[new_start:new_end])
        if len(removed) == len(added):
            for paragraph, replacement in zip(removed, added, strict=True):
                old_part, new_part = _cut_at_difference(paragraph, replacement)
                yield f"- {old_part}"
                yield f"+ {new_part}"
        else:
            yield from (f"- {_cut(paragraph)}" for paragraph in removed)
            yield from (f"+ {_cut(paragraph)}" for paragraph in added)


def _cut_at_difference(old: str, new: str) -> tuple[str, str]:
    """Return both values as lines of at most LONGEST characters. If their first difference would be
    cut off, both begin shortly before it."""
    old_line = one_line(old)
    new_line = one_line(new)
    first_difference = min(len(old_line), len(new_line))  # if one is the beginning of the other
    for index, (old_character, new_character) in enumerate(zip(old_line, new_line, strict=False)):
        if old_character != new_character:
            first_difference = index
            break
    is_cut = max(len(old_line), len(new_line)) > LONGEST
    is_late = first_difference > LONGEST // 2
    start = 0
    if is_cut and is_late:
        start = first_difference - _BEFORE
    return _cut(old_line, start), _cut(new_line, start)


def _cut(words: str, start: int = 0) -> str:
    """Return at most LONGEST characters of `words`, from the index `start` on, on one line. Each
    end that was cut has an ellipsis."""
    line = one_line(words)[start:]
    if len(line) > LONGEST:
        line = line[: LONGEST - 1] + "…"
    return f"…{line}" if start and line else line
