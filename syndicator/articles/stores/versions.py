"""What is written where an article file is, or is not yet. Pure, and the same wherever files are kept."""

from __future__ import annotations

import re
from collections.abc import Collection

from syndicator.articles import edits, hand_edits, normal_form
from syndicator.core.errors import ConfigError
from syndicator.core.model import Article

_ID_LINE = re.compile(rb"^id: *['\"]?([a-z2-7]{6,26})['\"]?\s*$", re.MULTILINE)
_OURS = re.compile(rb"^digest: *\S", re.MULTILINE)  # stands in every file that we wrote
HEAD_BYTES = 1 << 16  # of a file: more than any frontmatter of ours


def first(article: Article) -> tuple[Article, bytes]:
    """A new file of `article`, and the article as it has it."""
    from syndicator.articles import frontmatter

    signed = hand_edits.sign(normal_form.settle(article))
    return signed, frontmatter.dump(signed)


def over(article: Article, old: bytes, path: str, ordered: Collection[str] = ()) -> tuple[Article, bytes]:
    """The file at `path`, which is `old`, with what is new in `article`: fields that a hand edited stay, except those
    `ordered`. Returns the article as the file has it then, and its bytes, `old` where nothing changes. Raises
    ConfigError where `old` is no article."""
    from syndicator.articles import frontmatter

    in_file = edits.claim(as_loaded := frontmatter.load(old, path))
    merged = edits.merge(article, in_file, ordered)
    theirs, body = frontmatter.extra(old, path), frontmatter.body(old, path)
    by_hand = hand_edits.is_hand_edited(in_file, "body")
    data = frontmatter.dump(merged, theirs, body=body if by_hand else None)
    same = merged in (as_loaded, in_file)  # else no spelling of it can be the old bytes
    if same and old == frontmatter.dump(merged, theirs, body=body, aged=True):
        data = old  # as an earlier version wrote it, which is no reason to write it anew
    return merged, data


def loaded(data: bytes, name: str) -> Article:
    """The article in a file, with the marks of what a hand wrote. Raises ConfigError that names it as `name`."""
    from syndicator.articles import frontmatter

    return edits.claim(frontmatter.load(data, name))


def id_in(data: bytes, path: str) -> str | None:
    """The id in a file, None when there is none."""
    from syndicator.articles import frontmatter

    try:
        return frontmatter.load(data, path).id
    except ConfigError:  # a mistake in another line does not make it another article's file
        found = _ID_LINE.search(data)
        return found[1].decode() if found else None


def is_ours(data: bytes) -> bool:
    """True for the bytes of a file that we wrote: a hand's own have no digest."""
    return _OURS.search(data[:HEAD_BYTES]) is not None
