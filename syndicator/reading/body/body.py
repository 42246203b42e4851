"""Choose the blocks of a page that are the article's body; write them as markdown. Pure.

Our scores choose, with trafilatura's help (imported here only)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from typing import Any, Literal, NamedTuple

from syndicator.configuration.page_rules import compile_css
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
_LEAST_FEED_LETTERS = 200
_TIMES_PAGE_LETTERS = 2
_MOST_TRACED = 60  # cuts in the trace
_LONGEST_TRACED = 80  # characters of a cut text there
_LEAST_SCORE = 0.5  # score below which a text is not the article's
SURE_ODDS = 2.5  # log odds from which no other reading is tried, chosen on folds by domain


def apply_selectors(
    tree: Any, blocks: Sequence[Block], rules: Rules
) -> tuple[list[Block], dict[str, Any]]:
    """Return the blocks left by `rules.select` and `rules.remove`, and notes for the trace. A
    `select` without a match is ignored, so that a redesigned page is still read. Raises RulesError
    for invalid CSS."""
    notes: dict[str, Any] = {}
    left = list(blocks)
    if rules.remove:
        removed = _select_elements(tree, rules.remove)
        left = [block for block in left if not _is_within(block, removed)]
        notes["remove"] = len(blocks) - len(left)
    if rules.select:
        selected = _select_elements(tree, rules.select)
        inside = [block for block in left if _is_within(block, selected)]
        notes["select"] = len(inside)
        left = inside or left
    return left, notes


def _select_elements(tree: Any, selectors: Iterable[str]) -> set[Any]:
    elements: set[Any] = set()
    for selector in selectors:
        elements.update(compile_css(selector)(tree))
    return elements


def _is_within(block: Block, elements: set[Any]) -> bool:
    return any(holder in elements for holder in (block.element, *block.element.iterancestors()))


Focus = Literal["fast", "balanced"]  # settings of trafilatura


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
    if body is None:
        return ""
    return "\n".join(["".join(element.itertext()) for element in body])


@dataclass(frozen=True, slots=True)
class Body:
    """A body as markdown. `trace`: how it was chosen, and which rule cut which block."""

    markdown: str
    letters: int = 0
    digests: tuple[str, ...] = ()  # of its blocks, repeats of other pages included
    blocks: tuple[Block, ...] = ()  # those it is made of
    everything: tuple[Block, ...] = ()  # all that the page has
    trace: Mapping[str, Any] = field(default_factory=dict)
    typed: PageType | None = None  # the type of the page, if the body is its own
    listing: float = 0.0  # log odds that it is a list
    likely: float = 0.0  # log odds that the reading is right


def read_body(
    document: Document, meta: Draft, *, entry: Entry | None, rules: Rules, repeated: frozenset[str]
) -> Body:
    """Return the body of `document`, or the feed's text if `rules` ask for it or the page is a
    stub."""
    feed_blocks = overlap.read_entry_blocks(entry) if entry else []
    if rules.content == "feed" and feed_blocks:
        notes = {"from": "feed", "rule": "rules.content"}
        return _write_body(feed_blocks, feed_blocks, [], document.base_url, notes)
    body = _read_page_body(document, meta, feed_blocks, entry, rules, repeated)
    feed_letters = sum(block.letters for block in feed_blocks)
    if feed_letters < max(_LEAST_FEED_LETTERS, _TIMES_PAGE_LETTERS * body.letters):
        return body
    why = f"the page has {body.letters} letters, the feed {feed_letters}"
    notes = {"from": "feed", "rule": why}
    # no digests: a feed shows nothing about the blocks that pages repeat
    return _write_body(feed_blocks, body.everything, [], document.base_url, notes)


def _read_page_body(
    document: Document,
    meta: Draft,
    feed_blocks: Sequence[Block],
    entry: Entry | None,
    rules: Rules,
    repeated: frozenset[str],
) -> Body:
    """Return the body that the page has. `feed_blocks`: of the content of `entry`, to compare
    with."""
    blocks, rule_notes = apply_selectors(document.tree, read_blocks(document.tree), rules)
    page = measure_page(document, meta, blocks, selected=bool(rule_notes.get("select")))
    feed_summary = overlap.read_entry_text(entry.summary) if entry else ""
    feed_text = "\n".join(block.text for block in feed_blocks)
    chosen_reading = _choose_reading(page, feed_text, feed_summary or meta.description)
    reading = chosen_reading.reading
    chosen, cuts = clean.attach_images(page.blocks, reading.choice, reading.scored.heaviest)
    digests = _list_digests(page, reading, chosen)
    chosen, repeats = clean.cut_repeated(chosen, repeated, rules.keep)
    has_only_repeats = not repeats and clean.has_repeats_alone(chosen, repeated)
    listing = doubt.log_odds("listing", reading.values)
    probabilities = {
        name: round(float(scorer.compute_probabilities(odds)), 2)
        for name, odds in chosen_reading.odds.items()
    }
    notes = {
        "from": "page",
        "compared": reading.name,
        "readings": probabilities,
        "listing": round(listing, 1),
        **rule_notes,
    }
    why_doubtful = doubt.find_doubt(chosen, feed_blocks, entry=entry)
    if not why_doubtful and has_only_repeats:
        why_doubtful = "every paragraph stands in other articles of the host, too"
    if why_doubtful:
        notes["doubt"] = why_doubtful
    chosen = clean.place_players(document.tree, page.blocks, chosen, document.base_url)
    body = _write_body(chosen, page.blocks, [*cuts, *repeats], document.base_url, notes)
    return replace(
        body,
        digests=tuple(digests),
        typed=page.typed,
        listing=listing,
        likely=chosen_reading.odds[reading.name],
    )


def _list_digests(page: "Page", reading: "Reading", chosen: Sequence[Block]) -> list[str]:
    """Return the digests of the chosen texts, and of those that only the second score cuts: if it
    lets a foot pass on another page, these show that it repeats."""
    vetoed: list[Block] = []
    for block, first_odds in zip(page.blocks, reading.scored.odds, strict=True):
        if first_odds > 0 and block.score < _LEAST_SCORE:
            vetoed.append(block)
    compared = filter(overlap.is_comparable, dict.fromkeys((*chosen, *vetoed)))
    return [overlap.digest_block(block) for block in compared]


class Reading(NamedTuple):
    """A choice of blocks. `name`: the text with which they were compared ("nothing" for none);
    `values`: features by name; `marks`: (overlap, score) of each block."""

    name: str
    choice: clean.Choice
    scored: scorer.Scored
    values: Mapping[str, float]
    marks: Sequence[tuple[float, float]]


class Page(NamedTuple):
    """A page with its measured blocks, and what it says of itself."""

    document: Document
    blocks: Sequence[Block]
    box: containers.Containers
    text: Columns  # the features that no extractor's text changes
    texts: sequence.Texts
    facts: sequence.Facts
    typed: PageType
    selected: bool  # an operator chose the blocks


def measure_page(
    document: Document, meta: Draft, blocks: Sequence[Block], *, selected: bool
) -> Page:
    """Return `document` with its measured `blocks`. `selected`: an operator's rule chose them."""
    overlap.measure_letters(blocks)
    box = containers.build_containers(blocks)
    containers.add_up_letters(blocks, box)
    typed = page_type.find_type(document, blocks)
    facts = sequence.Facts(
        title=meta.title,
        authors=(meta.author or "").split(", "),
        description=meta.description,
        site=meta.sitename,
        body=_read_declared_text(document),
        types=typed.probabilities,
        declared=no_article.is_declared(document),
    )
    return Page(
        document,
        blocks,
        box,
        text=features.compute_text_features(blocks, meta.title) if blocks else {},
        texts=sequence.select_texts(blocks, facts),
        facts=facts,
        typed=typed,
        selected=selected,
    )


def _read_declared_text(document: Document) -> str:
    """Return the text that JSON-LD declares, also that of the updates of a live blog."""
    items = list(document.jsonld)
    for item in document.jsonld:
        updates = item.get("liveBlogUpdate")
        if isinstance(updates, list):
            items += [update for update in updates if isinstance(update, dict)]
    return "".join(
        chain.from_iterable(jsonld.list_texts(item.get("articleBody")) for item in items)
    )


class _ChosenReading(NamedTuple):
    """The best reading, and the log odds of all by name."""

    reading: Reading
    odds: Mapping[str, float]


def _choose_reading(page: Page, content: str, summary: str) -> _ChosenReading:
    """Choose the likeliest reading and set its scores; later ones are not tried if one is sure."""
    readings: dict[str, Reading] = {}
    odds: dict[str, float] = {}
    for reading in list_readings(page, content, summary):
        readings[reading.name] = reading
        odds[reading.name] = doubt.log_odds("right", reading.values)
        if page.selected or odds[reading.name] >= SURE_ODDS:
            break
    best = readings[max(odds, key=lambda name: odds[name])]
    for block, (block_overlap, score) in zip(page.blocks, best.marks, strict=True):
        block.overlap = block_overlap
        block.score = score
    return _ChosenReading(best, odds)


def list_readings(page: Page, content: str, summary: str) -> Iterator[Reading]:
    """Yield the readings of a page, cheapest first: by scores alone, compared with its declared
    text, with trafilatura's. If the page contains the feed's `content`, yield only the one compared
    with it. `summary`: the feed's or the page's."""
    overlap.guess_overlap(page.blocks, page.box)
    if content and overlap.contains_feed_text(page.blocks, content):
        yield _read_compared(page, "feed content", content, summary)
        return
    yield _read_compared(page, "nothing", None, summary)
    if len(page.facts.body) > _LEAST_FEED_LETTERS:
        yield _read_compared(page, "declared text", page.facts.body, summary)
    extracted = extract_trafilatura(page.document.tree)
    yield _read_compared(page, "extractor", extracted, summary)


def _read_compared(page: Page, name: str, text: str | None, summary: str) -> Reading:
    """Choose the blocks of a page by comparing them with `text`; None: by guessed overlaps."""
    table: scorer.Table = "alone" if text is None else "asked"
    if text is None:
        overlap.guess_overlap(page.blocks, page.box)
    else:
        overlap.compare_with_text(page.blocks, text)
    scored = scorer.score(page.blocks, page.box, page.text, table)
    if not page.selected:
        scored = sequence.score(page.texts, page.box, scored)
    choice = clean.choose_blocks(page.blocks, page.facts.title, selected=page.selected)
    chosen = [block for block, stays in zip(page.blocks, choice.stay, strict=True) if stays]
    values = doubt.measure_reading(
        chosen,
        page.blocks,
        page.typed,
        summary,
        asked=text is not None,
        declared=page.facts.declared,
    )
    marks = [(block.overlap, block.score) for block in page.blocks]
    return Reading(name, choice, scored, values, marks)


def _write_body(
    chosen: Sequence[Block],
    blocks: Sequence[Block],
    cuts: Sequence[clean.Cut],
    base: str,
    notes: Mapping[str, Any],
) -> Body:
    """Return the `chosen` of the page's `blocks` as markdown. `cuts` and `notes`: for the trace."""
    traced_cuts = [
        {"text": texts.line(cut.block.text)[:_LONGEST_TRACED], "rule": cut.rule}
        for cut in cuts[:_MOST_TRACED]
    ]
    trace = {**notes, "blocks": len(blocks), "kept": len(chosen), "cut": traced_cuts}
    return Body(
        writer.to_markdown(chosen, base),
        letters=sum(block.letters for block in chosen),
        blocks=tuple(chosen),
        everything=tuple(blocks),
        trace=trace,
    )
