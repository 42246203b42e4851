"""A page read with other rules than before: what they match, and what becomes of its text. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from syndicator.core import text
from syndicator.core.errors import NotAnArticle
from syndicator.core.model import Draft, Rules
from syndicator.reading.html.document import parse
from syndicator.reading.reader import read
from syndicator.reading.rules import matches


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What rules do to one page. `score`: how much its text has in common with what is read without them, from 0 (no
    article is left, or no `select` matches) to 1 (the same words); a low one says where to look."""

    matches: Mapping[str, int]  # by selector, as in `select "div.text"`
    before: int  # characters of the text without the rules
    after: int  # and with them
    score: float
    draft: Draft | None  # as it is read with them
    kind: str = ""  # of page that it is with them, where it is no article: a reasons.PageReason


def tried(
    html: bytes,
    url: str,
    rules: Rules,
    before: Rules = Rules(),
    *,
    repeated: frozenset[str] = frozenset(),
    headers: Mapping[str, str] | None = None,
    now: datetime | None = None,
) -> Trial:
    """The page `html` that was answered at `url`, read with `rules` and with those `before`. Raises RulesError for a
    selector that is no CSS."""

    def draft(by: Rules) -> tuple[Draft | None, str]:
        try:
            return read(html, url, rules=by, repeated=repeated, headers=headers, now=now), ""
        except NotAnArticle as refusal:
            return None, refusal.kind

    found = matches(parse(html, url, headers).tree, rules)
    (old, _), (new, kind) = draft(before), draft(rules)
    told, left = _text(old), _text(new)
    aimed = not rules.select or any(number for rule, number in found.items() if rule.startswith("select "))
    score = _agreement(told, left) if aimed else 0.0
    return Trial(matches=found, before=len(told), after=len(left), score=score, draft=new, kind=kind)


def _text(draft: Draft | None) -> str:
    return text.plain(draft.body) if draft else ""


def _agreement(one: str, other: str) -> float:
    """F1 of the words of two texts, each counted as often as it is there."""
    ours, theirs = Counter(text.words(one)), Counter(text.words(other))
    both, all_ = (ours & theirs).total(), ours.total() + theirs.total()
    return 2 * both / all_ if all_ else 0.0
