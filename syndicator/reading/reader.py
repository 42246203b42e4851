"""Read a page into the draft of an article; compare what an operator's rules change. Pure."""

from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any

from syndicator.configuration.page_rules import select_elements
from syndicator.core import text
from syndicator.core.errors import NotAnArticle
from syndicator.core.model import Draft, Entry, Rules
from syndicator.reading import no_article
from syndicator.reading.body import body as bodies
from syndicator.reading.body.body import Body
from syndicator.reading.body.doubt import describe_doubt, is_list
from syndicator.reading.html.document import Document, parse
from syndicator.reading.metadata.metadata import read_metadata
from syndicator.reading.next_page import find_next_page

FIELDS = ("title", "author", "date", "cover")
_SELECTORS = ("select", "remove", *FIELDS)
_MOST_ELEMENTS = 100_000  # elements whose Python objects are kept while a page is read
EMPTY = "empty"  # the kind of a page without text


def count_matches(tree: Any, rules: Rules) -> Mapping[str, int]:
    """Return how many elements of the page `tree` each selector of the operator's `rules` matches,
    by keys such as `select "div.text"`: the name of the rule and the selector. For the rule
    `select`, elements without text are not counted. Raises RulesError for invalid CSS."""
    counts: dict[str, int] = {}
    for rule in _SELECTORS:
        for selector in getattr(rules, rule):
            elements = select_elements(tree, selector)
            if rule == "select":
                elements = [element for element in elements if _has_text(element)]
            counts[f'{rule} "{selector}"'] = len(elements)
    return counts


def _has_text(element: Any) -> bool:
    """Return True if the text in `element` is more than white space."""
    return any(text.strip() for text in element.itertext())


def read(
    html: bytes,
    url: str | None,
    *,
    entry: Entry | None = None,
    rules: Rules | None = None,
    repeated: frozenset[str] = frozenset(),
    headers: Mapping[str, str] | None = None,
    now: datetime | None = None,
    claimed: bool = True,
) -> Draft:
    """Read a page, and return the draft of its article.

    `html`, `headers`: the answer of the server for `url`, which is None for a saved page without
    address. `entry`: the feed's entry that announced the page, None if there is none. `rules`: the
    operator's rules for the source. `repeated`: digests of the texts, ends of titles and pictures
    that many articles of the host share; these are cut or not chosen. `now`: dates more than a day
    after it are ignored. `claimed`: somebody, such as a feed, says that the page is an article; if
    nobody does, a page that may be a list of links is refused more readily.

    Raises NotAnArticle if the page is no article. Raises RulesError if `rules` has invalid CSS."""
    rules = rules or Rules()
    document = parse(html, url or "", headers)
    # lxml makes a new Python object each time an element is used, unless a reference to it exists:
    # this list only keeps such references
    alive = list(islice(document.tree.iter(), _MOST_ELEMENTS))

    match_counts = count_matches(document.tree, rules)
    next_page = find_next_page(document, url or "")
    meta = read_metadata(document, entry=entry, rules=rules, now=now, repeated=repeated)
    body = bodies.read_body(document, meta, entry=entry, rules=rules, repeated=repeated)

    kind = _find_kind(document, meta, body, claimed=claimed, announced=entry is not None)
    if kind is None and not body.markdown.strip():
        kind = EMPTY
    if kind is not None:
        alternate = meta.alternate if kind == EMPTY else None
        raise NotAnArticle(kind, f"{body.letters} letters of text", alternate)
    del alive

    trace: dict[str, Any] = {**meta.trace, "body": _add_doubt(body)}
    if body.page_type:
        trace["type"] = body.page_type.trace()
    if next_page:
        trace["next_page"] = next_page.trace()
    if match_counts:
        trace["rules"] = match_counts
    is_partial = False
    if _is_from_page(body):
        is_partial = no_article.is_partial(document, body.blocks, body.page_blocks)
    digests: tuple[str, ...] = ()
    if body.digests:
        digests = (*body.digests, *meta.blocks)
    return replace(meta, body=body.markdown, partial=is_partial, blocks=digests, trace=trace)


def _is_from_page(body: Body) -> bool:
    """Return True if the body was read from the page, False if it is the text of the feed's
    entry."""
    return body.trace.get("from") == "page"


def _may_judge(body: Body) -> bool:
    """Return True if the body may be used to judge what kind of page it is from. It may if the
    program chose its blocks on the page. It may not if it is the text of a feed, or if a rule
    `select` of the operator chose the blocks."""
    return body.page_type is not None and not body.trace.get("select")


def _find_kind(
    document: Document, meta: Draft, body: Body, *, claimed: bool, announced: bool
) -> str | None:
    """Return the kind of a page that is no article, such as "listing"; None if it is an article.
    `meta`: title and the like of the page; `body`: its text; `announced`: a feed announced the
    page; `claimed`: a feed or somebody else says that it is an article."""
    kind: str | None = None
    if _is_from_page(body):
        kind = no_article.find_kind(document, meta.title, body.blocks, body.page_blocks)
    if not _may_judge(body):
        return kind
    is_other_kind = kind not in (None, EMPTY)
    if is_other_kind:
        return kind
    is_refused = is_list(
        body.listing_odds,
        body.reading_odds,
        letters=body.letters,
        claimed=claimed,
        announced=announced,
        declared=no_article.is_declared(document),
    )
    if is_refused:
        return "listing"
    return kind


def _add_doubt(body: Body) -> Mapping[str, Any]:
    """Return the trace of `body`. If the body may not be the text of the article, the trace says
    why under the key "doubt"."""
    doubt = body.trace.get("doubt")
    if not doubt and _may_judge(body):
        doubt = describe_doubt(body.listing_odds, body.reading_odds)
    return {**body.trace, "doubt": doubt} if doubt else body.trace


def find_page_kind(html: bytes, url: str, headers: Mapping[str, str] | None = None) -> str | None:
    """Return the kind of a page that is no article, such as "listing" or "empty"; None if it is an
    article. Only the page itself is judged, since no feed has announced it. `html`, `headers`: the
    answer of the server for `url`. Called in the worker process."""
    try:
        read(html, url, headers=headers, claimed=False)
    except NotAnArticle as refusal:
        return refusal.kind
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """The effect of new rules on one page, compared with that of the rules before them."""

    matches: Mapping[str, int]  # elements that each selector matches, see count_matches
    before: int  # characters of the text with the rules before; 0 if the page was no article
    after: int  # characters of the text with the rules; 0 if the page is no article
    score: float  # 0 to 1: how far both texts have the same words; 0 if no `select` matches
    draft: Draft | None  # the article as the rules read it, None if the page is no article
    kind: str = ""  # why the page is no article with the rules: a reasons.PageReason


def compare_rules(
    html: bytes,
    url: str,
    rules: Rules,
    before: Rules = Rules(),
    *,
    repeated: frozenset[str] = frozenset(),
    headers: Mapping[str, str] | None = None,
    now: datetime | None = None,
) -> Trial:
    """Read a page twice, with the operator's new `rules` and with the former ones, `before`. Return
    the new article, and how its text differs from the former one. `html`, `headers`: the answer of
    the server for `url`. `repeated`: digests of texts that many articles of the host share. `now`:
    dates more than a day after it are ignored. Raises RulesError if one of the rules has invalid
    CSS."""
    match_counts = count_matches(parse(html, url, headers).tree, rules)
    old_text = ""
    with suppress(NotAnArticle):
        old_draft = read(html, url, rules=before, repeated=repeated, headers=headers, now=now)
        old_text = text.plain(old_draft.body)

    new_draft: Draft | None = None
    new_text = ""
    kind = ""
    try:
        new_draft = read(html, url, rules=rules, repeated=repeated, headers=headers, now=now)
        new_text = text.plain(new_draft.body)
    except NotAnArticle as refusal:
        kind = refusal.kind

    # if no selector of `select` matches, the rule is ignored: the new text does not show its effect
    select_counts = [count for rule, count in match_counts.items() if rule.startswith("select ")]
    is_select_ignored = bool(rules.select) and not any(select_counts)
    score = 0.0 if is_select_ignored else _measure_common_words(old_text, new_text)
    return Trial(
        matches=match_counts,
        before=len(old_text),
        after=len(new_text),
        score=score,
        draft=new_draft,
        kind=kind,
    )


def _measure_common_words(old_text: str, new_text: str) -> float:
    """Return how far two texts have the same words, from 0 (no word in common) to 1 (all words,
    equally often): the F1 score of their words."""
    old_words = Counter(text.words(old_text))
    new_words = Counter(text.words(new_text))
    total = old_words.total() + new_words.total()
    return 2 * (old_words & new_words).total() / max(total, 1)
