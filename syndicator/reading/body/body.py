"""The body of a page as markdown: which of its blocks are the article, by an operator's CSS rules, trafilatura (no
other module imports it) and our scores. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any, Literal, NamedTuple

from syndicator.configuration.page_rules import compiled
from syndicator.core import text as texts
from syndicator.core.model import Entry, Rules
from syndicator.reading import classify, page_type
from syndicator.reading import markdown as writer
from syndicator.reading.body import clean, containers, doubt, features, overlap, scorer, sequence
from syndicator.reading.body.block_features import Columns
from syndicator.reading.html import jsonld
from syndicator.reading.html.blocks import Block, read_blocks
from syndicator.reading.html.document import Document
from syndicator.reading.metadata.metadata import Metadata
from syndicator.reading.page_type import PageType


def apply_selectors(tree: Any, blocks: Sequence[Block], rules: Rules) -> tuple[list[Block], dict[str, Any]]:
    """`blocks` as `rules.select` and `rules.remove` leave them, and the matches. A `select` without a match is ignored:
    a page built anew is better read than lost. Raises RulesError for invalid CSS."""
    notes: dict[str, Any] = {}
    kept = list(blocks)
    if rules.remove:
        gone = _matched(tree, rules.remove)
        kept = [block for block in kept if not _under(block, gone)]
        notes["remove"] = len(blocks) - len(kept)
    if rules.select:
        wanted = _matched(tree, rules.select)
        inside = [block for block in kept if _under(block, wanted)]
        notes["select"] = len(inside)
        kept = inside or kept
    return kept, notes


def _matched(tree: Any, selectors: Sequence[str]) -> set[Any]:
    return {element for selector in selectors for element in compiled(selector)(tree)}


def _under(block: Block, elements: set[Any]) -> bool:
    element = block.element
    return element in elements or any(above in elements for above in element.iterancestors())


# Pages above either are not shown to it: its time is the square of their size. The largest real one of 801 has 11,533
# elements, the widest element 1,521 children.
_MOST_ELEMENTS = 50_000
_MOST_CHILDREN = 6_000
Focus = Literal["fast", "balanced"]


def extract_trafilatura(tree: Any, focus: Focus = "fast") -> str:
    """The text that trafilatura takes from `tree`, "" if none, failed or slow. "fast": its own extractor alone, half
    the time of "balanced", which asks readability and jusText too."""
    from trafilatura import bare_extraction

    elements = list(islice(tree.iter(), _MOST_ELEMENTS + 2))
    if len(elements) > _MOST_ELEMENTS + 1 or max(map(len, elements)) > _MOST_CHILDREN:
        return ""
    found = bare_extraction(
        tree, fast=focus == "fast", include_comments=False, include_tables=True, with_metadata=False
    )
    body = getattr(found, "body", None)
    return "\n".join(["".join(element.itertext()) for element in body]) if body is not None else ""


_MOST_CUTS = 60  # cuts that the trace lists
_QUOTED = 80  # characters of a cut that it quotes
_FEED_TEXT = 200  # letters from which a feed's content can stand in for a page
_HALF = 0.5  # score below which a text is not the article's
_SURE = 2.5  # log odds from which no other reading is tried, chosen on folds by domain
_FEED_MORE = 2  # how many times as much of it there must be as on the page


@dataclass(frozen=True, slots=True)
class Body:
    """A body as markdown; `trace` says how it was found and what was cut by which rule."""

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
    document: Document, meta: Metadata, *, entry: Entry | None, rules: Rules, repeated: frozenset[str]
) -> Body:
    """The body of `document`, from the feed if `rules` say so or the page is its stub. Raises RulesError."""
    from_feed = overlap.blocks(entry) if entry else []
    if rules.content == "feed" and from_feed:
        return _from_feed(from_feed, from_feed, document.base_url, "rules.content")
    blocks, notes = apply_selectors(document.tree, read_blocks(document.tree), rules)
    page = page_of(document, meta, blocks, selected=bool(notes.get("select")))
    summary = (overlap.words(entry.summary) if entry else "") or meta.description
    reading, odds = _choose(page, "\n".join(block.text for block in from_feed), summary)
    kept, cuts = clean.attach(page.blocks, reading.choice, reading.scored.heaviest)
    # Texts that only the second look cuts count: if it lets a foot pass on another page, these tell of it.
    vetoed = [
        block for block, first in zip(page.blocks, reading.scored.odds, strict=True) if first > 0 > block.score - _HALF
    ]
    digests = [overlap.digest(block) for block in dict.fromkeys((*kept, *vetoed)) if overlap.is_comparable(block)]
    kept, known = clean.drop_repeated(kept, repeated, rules.keep)
    listing = doubt.log_odds("listing", reading.values)
    shown = {name: round(float(scorer.probabilities(each)), 2) for name, each in odds.items()}
    notes = {"from": "page", "compared": reading.name, "readings": shown, "listing": round(listing, 1), **notes}
    if why := doubt.doubt(kept, from_feed, entry=entry):
        notes["doubt"] = why
    kept = clean.placed(document.tree, page.blocks, kept, document.base_url)
    body = _finish(kept, page.blocks, [*cuts, *known], document.base_url, notes)
    body = replace(body, digests=tuple(digests), typed=page.typed, listing=listing, likely=odds[reading.name])
    whole = sum(block.letters for block in from_feed)
    if whole < max(_FEED_TEXT, _FEED_MORE * body.letters):
        return body
    why = f"the page has {body.letters} letters, the feed {whole}"
    return _from_feed(from_feed, body.everything, document.base_url, why)


class Reading(NamedTuple):
    """One choice of blocks. `name`: of the compared text; `values`: features; `marks`: overlap and score per block."""

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


def page_of(document: Document, meta: Metadata, blocks: Sequence[Block], *, selected: bool) -> Page:
    """The page `document` with its `blocks` measured and counted. `selected`: an operator chose the blocks."""
    overlap.measure(blocks)
    box = containers.build(blocks)
    containers.add_up(blocks, box)
    typed = page_type.type_of(document, blocks)
    authors = (meta.author or "").split(", ")
    lists = [item["liveBlogUpdate"] for item in document.jsonld if isinstance(item.get("liveBlogUpdate"), list)]
    updates = [each for posts in lists for each in posts if isinstance(each, dict)]
    body = "".join(text for item in (*document.jsonld, *updates) for text in jsonld.strings(item.get("articleBody")))
    declared = classify.is_declared(document)
    facts = sequence.Facts(meta.title, authors, meta.description, meta.sitename, body, typed.probabilities, declared)
    own = features.of_text(blocks, meta.title) if blocks else {}
    return Page(document, blocks, box, own, sequence.texts_of(blocks, facts), facts, typed, selected)


def _choose(page: Page, content: str, summary: str) -> tuple[Reading, Mapping[str, float]]:
    """The first reading that is surely the article, else the likeliest; and the log odds of each by its name."""
    found: dict[str, Reading] = {}
    odds: dict[str, float] = {}
    for reading in readings(page, content, summary):
        found[reading.name] = reading
        odds[reading.name] = doubt.log_odds("right", reading.values)
        if page.selected or odds[reading.name] >= _SURE:
            break
    best = found[max(odds, key=lambda name: odds[name])]
    for block, (taken, score) in zip(page.blocks, best.marks, strict=True):
        block.overlap, block.score = taken, score
    return best, odds


def readings(page: Page, content: str, summary: str) -> Iterator[Reading]:
    """The readings of a page, the cheapest first: alone, compared with its declared text, or an extractor's (as dear as
    all else), and the feed's `content` if on the page. `summary`: feed's or page's."""
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
    kept = [block for block, stays in zip(page.blocks, choice.stay, strict=True) if stays]
    asked, declared = text is not None, page.facts.declared
    values = doubt.reading_values(kept, page.blocks, page.typed, summary, asked=asked, declared=declared)
    marks = [(block.overlap, block.score) for block in page.blocks]
    return Reading(name, choice, scored, values, marks)


def _from_feed(blocks: Sequence[Block], everything: Sequence[Block], base: str, rule: str) -> Body:
    """The body that the feed sends. It has no digests: what is no page of a host teaches nothing of its pages."""
    made = _finish(blocks, everything, [], base, {"from": "feed", "rule": rule})
    return replace(made, digests=())


def _finish(
    kept: Sequence[Block], blocks: Sequence[Block], cuts: Sequence[clean.Cut], base: str, notes: Mapping[str, Any]
) -> Body:
    letters = sum(block.letters for block in kept)
    shown = [{"text": texts.line(cut.block.text)[:_QUOTED], "rule": cut.rule} for cut in cuts[:_MOST_CUTS]]
    trace = {**notes, "blocks": len(blocks), "kept": len(kept), "cut": shown}
    digests = tuple(overlap.digest(block) for block in kept if overlap.is_comparable(block))
    return Body(writer.to_markdown(kept, base), letters, digests, tuple(kept), tuple(blocks), trace)
