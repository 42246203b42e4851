"""The body of a page: which of its blocks are the article, as markdown. Pure.

An operator's CSS rules: where the body is and what is never part of it. The only importer of trafilatura: which text
of a page it takes for the article."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any, Literal, NamedTuple

from syndicator.configuration.page_rules import compiled
from syndicator.core import text as texts
from syndicator.core.model import Entry, Rules
from syndicator.reading import classify, page_type
from syndicator.reading import markdown as writer
from syndicator.reading.body import clean, containers, features, overlap, scorer, sequence
from syndicator.reading.body.block_features import Columns
from syndicator.reading.body.doubt import (
    believe,
    doubt,
    indistinct,
    listing_odds,
    reading_values,
    unsure,
    wrong,
)
from syndicator.reading.html import jsonld
from syndicator.reading.html.blocks import Block, read_blocks
from syndicator.reading.html.document import Document
from syndicator.reading.metadata.metadata import Metadata
from syndicator.reading.page_type import PageType


def apply_selectors(tree: Any, blocks: Sequence[Block], rules: Rules) -> tuple[list[Block], dict[str, Any]]:
    """`blocks` as `rules.select` and `rules.remove` leave them, and what matched, for the trace.

    A `select` that matches nothing is passed over: a page that a site built anew is better read than lost.
    Raises RulesError for a selector that is no CSS."""
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
    """The text that trafilatura takes from `tree` (not changed), "" when it finds none, fails or would take too long.

    "fast" is its own extractor alone, half the time of "balanced", which asks readability and jusText too."""
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


def read_body(
    document: Document, meta: Metadata, *, entry: Entry | None, rules: Rules, repeated: frozenset[str]
) -> Body:
    """The body of the page `document`, from the feed's own content where `rules` say so or the page is a stub of it.

    `meta` is the page's metadata, `entry` what the feed announced, `repeated` the digests of blocks that stand on many
    pages of the host and are left out. May be empty. Raises RulesError for a selector in `rules` that is no CSS."""
    from_feed = overlap.blocks(entry) if entry else []
    if rules.content == "feed" and from_feed:
        return _from_feed(from_feed, from_feed, document.base_url, "rules.content")
    blocks, notes = apply_selectors(document.tree, read_blocks(document.tree), rules)
    page = page_of(document, meta, blocks, selected=bool(notes.get("select")))
    chosen = _choose(page, "\n".join(block.text for block in from_feed), _summary(entry, meta))
    choice = chosen.choice
    kept, cuts = clean.attach(page.blocks, choice, chosen.scored.heaviest)
    notes |= {"second try": chosen.lost} if chosen.lost else {}
    # Texts that only the second look cuts count: if it lets a foot pass on another page, these tell of it.
    vetoed = [
        block for block, odds in zip(page.blocks, chosen.scored.odds, strict=True) if odds > 0 > block.score - _HALF
    ]
    digests = [overlap.digest(block) for block in dict.fromkeys((*kept, *vetoed)) if overlap.is_comparable(block)]
    kept, known = clean.drop_repeated(kept, repeated, rules.keep)
    listing = listing_odds(judged(page, kept, chosen))
    notes = {"from": "page", "compared": chosen.compared, "listing": round(listing, 1), **notes}
    why = chosen.lost or doubt(kept, from_feed, entry=entry)
    unclear = indistinct(kept, page.blocks, selected=page.selected)
    notes |= {**({"doubt": why} if why else {}), **({"unclear": unclear} if unclear else {})}
    kept = clean.placed(document.tree, page.blocks, kept, document.base_url)
    made = _finish(kept, page.blocks, [*cuts, *known], document.base_url, notes)
    return _or_feed(
        replace(made, digests=tuple(digests), typed=page.typed, listing=listing), from_feed, document.base_url
    )


def judged(page: "Page", kept: Sequence[Block], chosen: "Chosen") -> Mapping[str, float]:
    """The features of the reading `kept` of a page."""
    asked, declared = chosen.scored.table == "asked", classify.is_declared(page.document)
    return reading_values(kept, page.blocks, page.typed, asked=asked, lost=bool(chosen.lost), declared=declared)


def reading_of(document: Document, meta: Metadata) -> Mapping[str, float]:
    """The features of the reading of a page that nobody announced."""
    page = page_of(document, meta, read_blocks(document.tree), selected=False)
    chosen = _choose(page, "", _summary(None, meta))
    return judged(page, clean.attach(page.blocks, chosen.choice, chosen.scored.heaviest)[0], chosen)


class Chosen(NamedTuple):
    """`compared`: with which text the blocks were compared; `lost`: why the first try cannot be the article."""

    compared: str
    choice: clean.Choice
    scored: scorer.Scored
    lost: str = ""


class Page(NamedTuple):
    document: Document
    meta: Metadata
    blocks: Sequence[Block]
    box: containers.Containers
    text: Columns  # the features that no extractor's text changes
    texts: sequence.Texts
    typed: PageType
    selected: bool  # an operator chose the blocks


def page_of(document: Document, meta: Metadata, blocks: Sequence[Block], *, selected: bool) -> Page:
    """The page `document` with its `blocks` measured and counted. `selected`: an operator chose the blocks."""
    overlap.measure(blocks)
    if not selected:
        blocks = clean.without(list(blocks))
    box = containers.build(blocks)
    containers.add_up(blocks, box)
    typed = page_type.type_of(document, blocks)
    own = features.of_text(blocks, meta.title) if blocks else {}
    looked = sequence.texts_of(blocks, _facts(document, meta, typed))
    return Page(document, meta, blocks, box, own, looked, typed, selected)


def _facts(document: Document, meta: Metadata, typed: PageType) -> sequence.Facts:
    authors = (meta.author or "").split(", ")
    body = "".join(text for item in document.jsonld for text in jsonld.strings(item.get("articleBody")))
    declared = classify.is_declared(document)
    return sequence.Facts(meta.title, authors, meta.description, meta.sitename, body, typed.probabilities, declared)


def _summary(entry: Entry | None, meta: Metadata) -> str:
    return (overlap.words(entry.summary) if entry else "") or meta.description


def _choose(page: Page, content: str, summary: str) -> Chosen:
    """The blocks that are the article: judged by themselves, and where that is unsure compared with an extractor's
    text, which costs as much as all else. `content` is the feed's, `summary` the feed's or the page's own."""
    overlap.guess(page.blocks, page.box)
    if content and overlap.covers(page.blocks, content):
        overlap.compare(page.blocks, content)
        return _compared(page, "feed content")
    scored = _scored(page, "alone")
    alone = Chosen("nothing", _decide(page), scored)
    if page.selected or not unsure(_staying(page, alone.choice), page.blocks, summary):
        return alone
    return _compared(page, _compare(page, summary))


def _compared(page: Page, name: str) -> Chosen:
    """The choice once the overlap of the blocks is that with the text `name`; a second one if it must be wrong."""
    scored = _scored(page, "asked")
    choice = _decide(page)
    declared = page.document.meta("og:type").lower() == "article"
    lost = "" if page.selected else wrong(_staying(page, choice), page.blocks, declared=declared)
    if lost:
        believe(page.blocks)
        choice = _decide(page)
    return Chosen(name, choice, scored, lost)


def _scored(page: Page, table: scorer.Table) -> scorer.Scored:
    first = scorer.score(page.blocks, page.box, page.text, table)
    return first if page.selected else sequence.score(page.texts, page.box, first)


def _decide(page: Page) -> clean.Choice:
    authors = (page.meta.author or "").split(", ")
    return clean.decide(page.blocks, page.meta.title, authors, selected=page.selected)


def _staying(page: Page, choice: clean.Choice) -> list[Block]:
    return [block for block, stays in zip(page.blocks, choice.stay, strict=True) if stays]


def _compare(page: Page, summary: str) -> str:
    """Sets each block's overlap: with an extraction that agrees with the `summary`. Returns which it was."""

    def extract(name: str) -> str:
        return extract_trafilatura(page.document.tree, "balanced" if name == "balanced" else "fast")

    name = overlap.compare_extractions(page.blocks, page.box, extract)
    if name == "fast" and overlap.misses(page.blocks, summary):
        before = [block.overlap for block in page.blocks]
        overlap.compare(page.blocks, extract("balanced"))
        if not overlap.misses(page.blocks, summary):
            return "balanced, the first try lacked the summary"
        for block, share in zip(page.blocks, before, strict=True):
            block.overlap = share
    return name


def _or_feed(made: Body, from_feed: Sequence[Block], base: str) -> Body:
    whole = sum(block.letters for block in from_feed)
    if whole < _FEED_TEXT or whole < _FEED_MORE * made.letters:
        return made
    return _from_feed(from_feed, made.everything, base, f"the page has {made.letters} letters, the feed {whole}")


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
