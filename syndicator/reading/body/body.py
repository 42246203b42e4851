"""Choose the blocks of a page that are the article's body; write them as markdown. Pure.

Our scores choose, with trafilatura's help (imported here only)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any, Literal, NamedTuple

from syndicator.configuration.page_rules import compiled
from syndicator.core import text as texts
from syndicator.core.model import Draft, Entry, Rules
from syndicator.reading import markdown as writer
from syndicator.reading import no_article, page_type
from syndicator.reading.body import clean, containers, doubt, features, overlap, scorer, sequence
from syndicator.reading.body.block_features import Columns
from syndicator.reading.html import jsonld
from syndicator.reading.html.blocks import Block, read_blocks
from syndicator.reading.html.document import Document
from syndicator.reading.page_type import PageType

# Pages above either are not shown to it: its time is the square of their size. The largest real one
# of 801 has 11,533 elements, the widest element 1,521 children.
_MOST_ELEMENTS = 50_000
_MOST_CHILDREN = 6_000
# a feed's content replaces the page: least letters, and times those of the page
_FEED_TEXT = 200
_FEED_MORE = 2
_HALF = 0.5  # score below which a text is not the article's
SURE = 2.5  # log odds from which no other reading is tried, chosen on folds by domain


def apply_selectors(
    tree: Any, blocks: Sequence[Block], rules: Rules
) -> tuple[list[Block], dict[str, Any]]:
    """Return the blocks left by `rules.select` and `rules.remove`, and notes for the trace. A
    `select` without a match is ignored, so that a redesigned page is still read. Raises RulesError
    for invalid CSS."""
    notes: dict[str, Any] = {}
    left = list(blocks)
    if rules.remove:
        gone = {element for selector in rules.remove for element in compiled(selector)(tree)}
        left = [block for block in left if not _under(block, gone)]
        notes["remove"] = len(blocks) - len(left)
    if rules.select:
        wanted = {element for selector in rules.select for element in compiled(selector)(tree)}
        inside = [block for block in left if _under(block, wanted)]
        notes["select"] = len(inside)
        left = inside or left
    return left, notes


def _under(block: Block, elements: set[Any]) -> bool:
    return any(each in elements for each in (block.element, *block.element.iterancestors()))


Focus = Literal["fast", "balanced"]


def extract_trafilatura(tree: Any, focus: Focus = "fast") -> str:
    """Return the text that trafilatura extracts, "" if there is none or the page is too large.
    "balanced" takes twice the time of "fast"."""
    from trafilatura import bare_extraction

    elements = list(islice(tree.iter(), _MOST_ELEMENTS + 2))
    if len(elements) > _MOST_ELEMENTS + 1 or max(map(len, elements)) > _MOST_CHILDREN:
        return ""
    extracted = bare_extraction(
        tree, fast=focus == "fast", include_comments=False, include_tables=True, with_metadata=False
    )
    body = getattr(extracted, "body", None)
    return "\n".join(["".join(element.itertext()) for element in body]) if body is not None else ""


@dataclass(frozen=True, slots=True)
class Body:
    """A body as markdown. `trace`: how it was chosen, and which rule cut which block."""

    markdown: str
    letters: int = 0
    digests: tuple[str, ...] = ()  # of its blocks, repeats of other pages included
    blocks: tuple[Block, ...] = ()  # those it is made of
    everything: tuple[Block, ...] = ()  # all that the page has
    trace: Mapping[str, Any] = field(default_factory=dict)
    typed: PageType | None = None  # what the page is, where the body is its own
    listing: float = 0.0  # log odds that it is a list
    likely: float = 0.0  # log odds that the reading is right


def read_body(
    document: Document, meta: Draft, *, entry: Entry | None, rules: Rules, repeated: frozenset[str]
) -> Body:
    """Return the body of `document`, or the feed's text if `rules` ask for it or the page is a
    stub."""
    from_feed = overlap.blocks(entry) if entry else []
    if rules.content == "feed" and from_feed:
        return _finish(
            from_feed, from_feed, [], document.base_url, {"from": "feed", "rule": "rules.content"}
        )
    blocks, notes = apply_selectors(document.tree, read_blocks(document.tree), rules)
    page = page_of(document, meta, blocks, selected=bool(notes.get("select")))
    summary = (overlap.words(entry.summary) if entry else "") or meta.description
    reading, odds = _choose(page, "\n".join(block.text for block in from_feed), summary)
    chosen, cuts = clean.attach(page.blocks, reading.choice, reading.scored.heaviest)
    # Texts that only the second look cuts count: if it lets a foot pass on another page, these tell
    # of it.
    vetoed = [
        block
        for block, first in zip(page.blocks, reading.scored.odds, strict=True)
        if first > 0 > block.score - _HALF
    ]
    digests = [
        overlap.digest(block)
        for block in dict.fromkeys((*chosen, *vetoed))
        if overlap.is_comparable(block)
    ]
    chosen, repeats = clean.drop_repeated(chosen, repeated, rules.keep)
    only_repeats = not repeats and clean.has_repeats_alone(chosen, repeated)
    listing = doubt.log_odds("listing", reading.values)
    shown = {name: round(float(scorer.probabilities(each)), 2) for name, each in odds.items()}
    notes = {
        "from": "page",
        "compared": reading.name,
        "readings": shown,
        "listing": round(listing, 1),
        **notes,
    }
    why = doubt.doubt(chosen, from_feed, entry=entry)
    if not why and only_repeats:
        why = "every paragraph stands in other articles of the host, too"
    if why:
        notes["doubt"] = why
    chosen = clean.placed(document.tree, page.blocks, chosen, document.base_url)
    body = _finish(chosen, page.blocks, [*cuts, *repeats], document.base_url, notes)
    body = replace(
        body, digests=tuple(digests), typed=page.typed, listing=listing, likely=odds[reading.name]
    )
    whole = sum(block.letters for block in from_feed)
    if whole < max(_FEED_TEXT, _FEED_MORE * body.letters):
        return body
    why = f"the page has {body.letters} letters, the feed {whole}"
    # no digests: a feed shows nothing about the blocks that pages repeat
    return _finish(from_feed, body.everything, [], document.base_url, {"from": "feed", "rule": why})


class Reading(NamedTuple):
    """A choice of blocks. `name`: the text with which they were compared ("" for none); `values`:
    features by name; `marks`: (overlap, score) of each block."""

    name: str
    choice: clean.Choice
    scored: scorer.Scored
    values: Mapping[str, float]
    marks: Sequence[tuple[float, float]]


class Page(NamedTuple):
    document: Document
    blocks: Sequence[Block]
    box: containers.Containers
    text: Columns  # the features that no extractor's text changes
    texts: sequence.Texts
    facts: sequence.Facts
    typed: PageType
    selected: bool  # an operator chose the blocks


def page_of(document: Document, meta: Draft, blocks: Sequence[Block], *, selected: bool) -> Page:
    """Return `document` with its measured `blocks`. `selected`: an operator's rule chose them."""
    overlap.measure(blocks)
    box = containers.build(blocks)
    containers.add_up(blocks, box)
    typed = page_type.type_of(document, blocks)
    authors = (meta.author or "").split(", ")
    lists = [
        item["liveBlogUpdate"]
        for item in document.jsonld
        if isinstance(item.get("liveBlogUpdate"), list)
    ]
    updates = [each for posts in lists for each in posts if isinstance(each, dict)]
    body = "".join(
        text
        for item in (*document.jsonld, *updates)
        for text in jsonld.strings(item.get("articleBody"))
    )
    declared = no_article.is_declared(document)
    facts = sequence.Facts(
        meta.title, authors, meta.description, meta.sitename, body, typed.probabilities, declared
    )
    own = features.of_text(blocks, meta.title) if blocks else {}
    return Page(
        document, blocks, box, own, sequence.texts_of(blocks, facts), facts, typed, selected
    )


def _choose(page: Page, content: str, summary: str) -> tuple[Reading, Mapping[str, float]]:
    by_name: dict[str, Reading] = {}
    odds: dict[str, float] = {}
    for reading in readings(page, content, summary):
        by_name[reading.name] = reading
        odds[reading.name] = doubt.log_odds("right", reading.values)
        if page.selected or odds[reading.name] >= SURE:
            break
    best = by_name[max(odds, key=lambda name: odds[name])]
    for block, (taken, score) in zip(page.blocks, best.marks, strict=True):
        block.overlap = taken
        block.score = score
    return best, odds


def readings(page: Page, content: str, summary: str) -> Iterator[Reading]:
    """Yield the readings of a page, cheapest first: by scores alone, compared with its declared
    text, with trafilatura's. If the page contains the feed's `content`, yield only the one compared
    with it. `summary`: the feed's or the page's."""
    overlap.guess(page.blocks, page.box)
    if content and overlap.covers(page.blocks, content):
        yield _reading(page, "feed content", content, summary)
        return
    yield _reading(page, "nothing", None, summary)
    if len(page.facts.body) > _FEED_TEXT:
        yield _reading(page, "declared text", page.facts.body, summary)
    yield _reading(page, "extractor", extract_trafilatura(page.document.tree), summary)


def _reading(page: Page, name: str, text: str | None, summary: str) -> Reading:
    if text is None:
        overlap.guess(page.blocks, page.box)
    else:
        overlap.compare(page.blocks, text)
    scored = scorer.score(page.blocks, page.box, page.text, "alone" if text is None else "asked")
    if not page.selected:
        scored = sequence.score(page.texts, page.box, scored)
    choice = clean.decide(page.blocks, page.facts.title, selected=page.selected)
    chosen = [block for block, stays in zip(page.blocks, choice.stay, strict=True) if stays]
    asked = text is not None
    declared = page.facts.declared
    values = doubt.reading_values(
        chosen, page.blocks, page.typed, summary, asked=asked, declared=declared
    )
    marks = [(block.overlap, block.score) for block in page.blocks]
    return Reading(name, choice, scored, values, marks)


def _finish(
    chosen: Sequence[Block],
    blocks: Sequence[Block],
    cuts: Sequence[clean.Cut],
    base: str,
    notes: Mapping[str, Any],
) -> Body:
    letters = sum(block.letters for block in chosen)
    shown = [{"text": texts.line(cut.block.text)[:80], "rule": cut.rule} for cut in cuts[:60]]
    trace = {**notes, "blocks": len(blocks), "kept": len(chosen), "cut": shown}
    return Body(writer.to_markdown(chosen, base), letters, (), tuple(chosen), tuple(blocks), trace)
