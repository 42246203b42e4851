"""Choose the blocks of a page that are the article's body; write them as markdown. Pure.

A page is read in up to three ways ("readings"): by the scores of its blocks alone, compared with
the text that the page declares, and compared with the text that trafilatura extracts. The likeliest
reading is taken. Only this module imports trafilatura."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
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

# Larger pages are not given to trafilatura, whose time grows with the square of their size. Of 801
# real pages the largest has 11,533 elements, and no element has more than 1,521 children.
_MOST_ELEMENTS = 50_000
_MOST_CHILDREN = 6_000
# The feed's text is taken in place of the page's if it has so many letters, and so many times as
# many as the page.
_LEAST_FEED_LETTERS = 200
_TIMES_PAGE_LETTERS = 2
_MOST_TRACED = 60  # cuts in the trace
_LONGEST_TRACED = 80  # characters of each cut text in the trace
_LEAST_SCORE = 0.5  # score from which a text belongs to the article
SURE_ODDS = 2.5  # log odds of a reading from which no other is tried, chosen by cross-validation


def apply_selectors(
    tree: Any, blocks: Sequence[Block], rules: Rules
) -> tuple[list[Block], dict[str, Any]]:
    """Apply the operator's rules to `blocks`, the parts of the page `tree`. Return the blocks that
    remain, and notes for the trace: how many blocks "remove" removed and "select" selected.

    `rules.remove` removes the blocks in the elements that it matches. `rules.select` then removes
    the blocks outside of the elements that it matches. If this would remove all blocks, it is
    ignored, so that the page can still be read after its site was redesigned. Raises RulesError for
    invalid CSS."""
    notes: dict[str, Any] = {}
    remaining = list(blocks)
    if rules.remove:
        removed = _select_elements(tree, rules.remove)
        remaining = [block for block in remaining if not _is_within(block, removed)]
        notes["remove"] = len(blocks) - len(remaining)
    if rules.select:
        selected = _select_elements(tree, rules.select)
        inside = [block for block in remaining if _is_within(block, selected)]
        notes["select"] = len(inside)
        if inside:
            remaining = inside
    return remaining, notes


def _select_elements(tree: Any, selectors: Iterable[str]) -> set[Any]:
    """Return the elements that at least one of the CSS `selectors` matches."""
    elements: set[Any] = set()
    for selector in selectors:
        elements.update(compile_css(selector)(tree))
    return elements


def _is_within(block: Block, elements: set[Any]) -> bool:
    """Return True if the element of a block, or an element around it, is one of `elements`."""
    return any(holder in elements for holder in (block.element, *block.element.iterancestors()))


# "fast" is trafilatura's own extraction; "balanced" also tries others and takes twice the time
Focus = Literal["fast", "balanced"]


def extract_trafilatura(tree: Any, focus: Focus = "fast") -> str:
    """Return the text that trafilatura extracts from the page `tree`, with a line for each part
    such as a paragraph. Return "" if it finds none or if the page is too large for it. `focus`:
    "balanced" tries more methods than "fast", and takes twice the time."""
    from trafilatura import bare_extraction

    # trafilatura is too slow on a page with very many elements, or with many in one element
    elements = list(islice(tree.iter(), _MOST_ELEMENTS + 2))
    if len(elements) > _MOST_ELEMENTS + 1:
        return ""
    most_children = max(map(len, elements))
    if most_children > _MOST_CHILDREN:
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
    """The body of an article as markdown. The other fields say how its blocks were chosen."""

    markdown: str
    letters: int = 0
    # digests of its blocks, also of those that were cut as repeats of other pages
    digests: tuple[str, ...] = ()
    blocks: tuple[Block, ...] = ()  # the blocks of the body
    page_blocks: tuple[Block, ...] = ()  # all blocks of the page
    # how the body was chosen, and by which rule each block was cut
    trace: Mapping[str, Any] = field(default_factory=dict)
    page_type: PageType | None = None  # None if the body is the feed's text
    listing_odds: float = 0.0  # log odds that the page is a list, not an article
    reading_odds: float = 0.0  # log odds that the chosen blocks are the right ones


def read_body(
    document: Document, meta: Draft, *, entry: Entry | None, rules: Rules, repeated: frozenset[str]
) -> Body:
    """Return the body of the article: from the page `document`, or from the feed's `entry`. The
    text of the entry is taken if the operator's `rules` say so, or if it has at least 200 letters
    and is at least twice as long as the text of the page.

    `meta`: title and the like of the article; `repeated`: digests of the blocks of text that many
    pages of the host have."""
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
    return _write_body(feed_blocks, body.page_blocks, [], document.base_url, notes)


def _read_page_body(
    document: Document,
    meta: Draft,
    feed_blocks: Sequence[Block],
    entry: Entry | None,
    rules: Rules,
    repeated: frozenset[str],
) -> Body:
    """Return the body of the article from its page. `meta`: title and the like of the article;
    `feed_blocks`: the text of the feed's `entry`, with which the page is compared; `rules`: the
    operator's rules; `repeated`: digests of the blocks of text that many pages of the host have,
    which are cut."""
    blocks, rule_notes = apply_selectors(document.tree, read_blocks(document.tree), rules)
    page = measure_page(document, meta, blocks, selected=bool(rule_notes.get("select")))

    # choose the blocks of the article: read the page in several ways and take the best reading
    feed_summary = overlap.read_entry_text(entry.summary) if entry else ""
    feed_text = "\n".join(block.text for block in feed_blocks)
    best = _choose_reading(page, feed_text, feed_summary or meta.description)
    reading = best.reading
    with_images, cuts = clean.attach_images(page.blocks, reading.choice, reading.scored.heaviest)
    digests = _list_digests(page, reading, with_images)
    unrepeated, repeats = clean.cut_repeated(with_images, repeated, rules.keep)
    has_only_repeats = not repeats and clean.has_repeats_alone(unrepeated, repeated)

    # note for the trace how they were chosen
    listing_odds = doubt.compute_log_odds("listing", reading.values)
    probabilities: dict[str, float] = {}
    for name, odds in best.odds.items():
        probabilities[name] = round(float(scorer.compute_probabilities(odds)), 2)
    notes = {
        "from": "page",
        "compared": reading.name,
        "readings": probabilities,
        "listing": round(listing_odds, 1),
        **rule_notes,
    }
    why_doubtful = doubt.find_doubt(unrepeated, feed_blocks, entry=entry)
    if not why_doubtful and has_only_repeats:
        why_doubtful = "every paragraph stands in other articles of the host, too"
    if why_doubtful:
        notes["doubt"] = why_doubtful

    base = document.base_url
    body_blocks = clean.place_players(document.tree, page.blocks, unrepeated, base)
    body = _write_body(body_blocks, page.blocks, [*cuts, *repeats], base, notes)
    return replace(
        body,
        digests=tuple(digests),
        page_type=page.page_type,
        listing_odds=listing_odds,
        reading_odds=best.odds[reading.name],
    )


def _list_digests(page: "Page", reading: "Reading", chosen_blocks: Sequence[Block]) -> list[str]:
    """Return digests of texts on a page, by which texts are found that many pages of the host
    repeat. They are the texts of the article (`chosen_blocks`) and those that the first score of
    their block would have taken, but not its second score, such as a footer."""
    # The second score may take the same footer on another page. It is then known as repeated only
    # if this page has its digest, too.
    rejected_later: list[Block] = []  # by the second score
    for block, first_odds in zip(page.blocks, reading.scored.odds, strict=True):
        if first_odds > 0 and block.score < _LEAST_SCORE:
            rejected_later.append(block)
    distinct_blocks = dict.fromkeys((*chosen_blocks, *rejected_later))
    return [overlap.digest_block(block) for block in filter(overlap.is_comparable, distinct_blocks)]


class Reading(NamedTuple):
    """One way to read a page: the blocks that it chooses, and their scores."""

    name: str  # the text with which the blocks were compared, "nothing" for none
    choice: clean.Choice
    scored: scorer.Scored
    values: Mapping[str, float]  # the features by which this reading is compared with others
    marks: Sequence[tuple[float, float]]  # (overlap, score) of each block of the page


class Page(NamedTuple):
    """A page and its measurements. They are made once, before any blocks are chosen."""

    document: Document
    blocks: Sequence[Block]
    box: containers.Containers  # the elements around the blocks
    text_features: Columns  # the features of blocks that do not depend on a compared text
    texts: sequence.Texts  # the blocks that the second score judges
    facts: sequence.Facts  # what the page says about itself
    page_type: PageType
    selected: bool  # True if a rule of the operator chose the blocks


def measure_page(
    document: Document, meta: Draft, blocks: Sequence[Block], *, selected: bool
) -> Page:
    """Return a page with measures that all its readings share: the letters of its `blocks`, their
    features, the elements around them and the type of the page. `meta`: title and the like of the
    article; `selected`: True if a rule of the operator chose the blocks."""
    overlap.measure_letters(blocks)
    box = containers.build_containers(blocks)
    containers.add_up_letters(blocks, box)
    estimated_type = page_type.find_type(document, blocks)
    facts = sequence.Facts(
        title=meta.title,
        authors=(meta.author or "").split(", "),
        description=meta.description,
        site=meta.sitename,
        body=_read_declared_text(document),
        types=estimated_type.probabilities,
        declared=no_article.is_declared(document),
    )
    text_features: Columns = {}
    if blocks:
        text_features = features.compute_text_features(blocks, meta.title)
    return Page(
        document,
        blocks,
        box,
        text_features=text_features,
        texts=sequence.select_texts(blocks, facts),
        facts=facts,
        page_type=estimated_type,
        selected=selected,
    )


def _read_declared_text(document: Document) -> str:
    """Return the text of the article as JSON-LD declares it (articleBody), followed by that of the
    updates of a live blog; "" if none is declared."""
    items = list(document.jsonld)
    for item in document.jsonld:
        updates = item.get("liveBlogUpdate")
        if isinstance(updates, list):
            items += [update for update in updates if isinstance(update, dict)]
    texts_of_items: list[str] = []
    for item in items:
        texts_of_items += jsonld.list_texts(item.get("articleBody"))
    return "".join(texts_of_items)


class _ChosenReading(NamedTuple):
    """The likeliest reading, and the log odds of each reading that was tried, by its name."""

    reading: Reading
    odds: Mapping[str, float]


def _choose_reading(page: Page, content: str, summary: str) -> _ChosenReading:
    """Read a page in several ways until one is surely right, and return the likeliest reading with
    the odds of all. A reading is a choice of the blocks that are the article. Its scores are set in
    the blocks of the page. If a rule of the operator chose the blocks, only the first reading is
    tried. `content`: the text of the feed's entry, "" for none; `summary`: a summary of the
    article, "" for none."""
    readings: dict[str, Reading] = {}  # by name
    odds: dict[str, float] = {}  # by name of the reading: log odds that it is right
    for reading in list_readings(page, content, summary):
        readings[reading.name] = reading
        odds[reading.name] = doubt.compute_log_odds("right", reading.values)
        if page.selected or odds[reading.name] >= SURE_ODDS:
            break
    best = readings[max(odds, key=lambda name: odds[name])]
    # each reading has overwritten the values of the one before
    for block, (block_overlap, score) in zip(page.blocks, best.marks, strict=True):
        block.overlap = block_overlap
        block.score = score
    return _ChosenReading(best, odds)


def list_readings(page: Page, content: str, summary: str) -> Iterator[Reading]:
    """Yield the readings of a page, the fastest first. A reading chooses the blocks that are the
    article, after it has compared them with another text; it changes their scores.

    `content`: the text of the feed's entry, "" for none. If the whole article is in it, there is
    only one reading, which compares the blocks with it. Else the first reading compares them with
    nothing, the second with the text that the page declares, if it declares any, and the last with
    the text that trafilatura extracts. `summary`: a summary of the article, "" for none."""
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
    """Return one reading of a page: compare its blocks with `text`, score them, and choose those of
    the article. If `text` is None, the result of the comparison is guessed. `name`: the name of
    this reading; `summary`: a summary of the article, which the right blocks contain."""
    table: scorer.Table  # the name of the trained weights
    if text is None:
        table = "alone"
        overlap.guess_overlap(page.blocks, page.box)
    else:
        table = "asked"
        overlap.compare_with_text(page.blocks, text)
    scored = scorer.score_blocks(page.blocks, page.box, page.text_features, table)
    if not page.selected:
        scored = sequence.score_texts(page.texts, page.box, scored)
    choice = clean.choose_blocks(page.blocks, page.facts.title, selected=page.selected)
    chosen_blocks = [block for block, stays in zip(page.blocks, choice.stay, strict=True) if stays]
    values = doubt.measure_reading(
        chosen_blocks,
        page.blocks,
        page.page_type,
        summary,
        asked=text is not None,
        declared=page.facts.declared,
    )
    marks = [(block.overlap, block.score) for block in page.blocks]
    return Reading(name, choice, scored, values, marks)


def _write_body(
    chosen_blocks: Sequence[Block],
    page_blocks: Sequence[Block],
    cuts: Sequence[clean.Cut],
    base: str,
    notes: Mapping[str, Any],
) -> Body:
    """Return `chosen_blocks` as the body of an article, written as markdown. `page_blocks`: all
    blocks of the page; `cuts`: the blocks that were cut, of which the first 60 are traced; `base`:
    the address against which links are resolved; `notes`: further values for the trace."""
    traced_cuts: list[dict[str, str]] = []
    for cut in cuts[:_MOST_TRACED]:
        beginning = texts.line(cut.block.text)[:_LONGEST_TRACED]
        traced_cuts.append({"text": beginning, "rule": cut.rule})
    trace = {**notes, "blocks": len(page_blocks), "kept": len(chosen_blocks), "cut": traced_cuts}
    return Body(
        writer.to_markdown(chosen_blocks, base),
        letters=sum(block.letters for block in chosen_blocks),
        blocks=tuple(chosen_blocks),
        page_blocks=tuple(page_blocks),
        trace=trace,
    )
