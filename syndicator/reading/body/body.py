"""The body of a page: which of its blocks are the article, as markdown. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from syndicator import text as texts
from syndicator.model import Entry, Rules
from syndicator.reading.body import (
    clean,
    containers,
    feed_content,
    overlap,
    repeats,
    scoring,
    selectors,
    trafilatura,
)
from syndicator.reading.body.doubt import believe, doubt, wrong
from syndicator.reading.html.blocks import Block, read_blocks
from syndicator.reading.html.document import Document
from syndicator.reading.markdown import writer
from syndicator.reading.metadata.metadata import Metadata

_MOST_CUTS = 60  # cuts that the trace lists
_QUOTED = 80  # characters of a cut that it quotes
_FEED_TEXT = 200  # letters from which a feed's content can stand in for a page
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


def read_body(
    document: Document, meta: Metadata, *, entry: Entry | None, rules: Rules, repeated: frozenset[str]
) -> Body:
    """The body of the page `document`, from the feed's own content where `rules` say so or the page is a stub of it.

    `meta` is the page's metadata, `entry` what the feed announced, `repeated` the digests of blocks that stand on many
    pages of the host and are left out. May be empty. Raises RulesError for a selector in `rules` that is no CSS.
    """
    from_feed = feed_content.blocks(entry) if entry else []
    if rules.content == "feed" and from_feed:
        return _from_feed(from_feed, from_feed, document.base_url, "rules.content")
    blocks, notes = selectors.apply(document.tree, read_blocks(document.tree), rules)
    overlap.measure(blocks)
    box = containers.build(blocks)
    containers.add_up(blocks, box)
    compared = _compare(blocks, box, document, from_feed, entry, meta.description)
    heaviest = scoring.score(blocks, box, meta.title)
    selected = bool(notes.get("select"))
    authors = (meta.author or "").split(", ")
    kept, cuts = clean.choose(blocks, heaviest, meta.title, authors, selected=selected)
    declared = document.meta("og:type").lower() == "article"
    lost = wrong(kept, blocks, declared=declared) if not selected else ""
    if lost:
        believe(blocks)
        kept, cuts = clean.choose(blocks, heaviest, meta.title, authors)
        notes |= {"second try": lost}
    digests = [repeats.digest(block) for block in kept if repeats.is_comparable(block)]
    kept, known = clean.drop_repeated(kept, repeated, rules.keep)
    notes = {"from": "page", "compared": compared, **notes}
    why = lost or doubt(kept, blocks, from_feed, entry=entry, selected=selected)
    notes |= {"doubt": why} if why else {}
    made = _finish(kept, blocks, [*cuts, *known], document.base_url, notes)
    return _or_feed(replace(made, digests=tuple(digests)), from_feed, document.base_url)


def _compare(
    blocks: Sequence[Block],
    box: containers.Containers,
    document: Document,
    from_feed: Sequence[Block],
    entry: Entry | None,
    description: str,
) -> str:
    """Sets each block's overlap: with the feed's content when that is whole, else with an extraction that agrees with
    the feed's summary or, without one, with the page's own `description`. Returns which text it was."""

    def extract(name: str) -> str:
        return trafilatura.extract(document.tree, "balanced" if name == "balanced" else "fast")

    name = overlap.compare_extractions(blocks, box, extract)
    content = "\n".join(block.text for block in from_feed)
    if content and overlap.covers(blocks, content):
        overlap.compare(blocks, content)
        return "feed content"
    summary = (feed_content.words(entry.summary) if entry else "") or description
    if name == "fast" and overlap.misses(blocks, summary):
        before = [block.overlap for block in blocks]
        overlap.compare(blocks, extract("balanced"))
        if not overlap.misses(blocks, summary):
            return "balanced, the first try lacked the summary"
        for block, share in zip(blocks, before, strict=True):
            block.overlap = share
    return name


def _or_feed(made: Body, from_feed: Sequence[Block], base: str) -> Body:
    """The feed's own content instead of `made` when the page is a stub of it."""
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
    digests = tuple(repeats.digest(block) for block in kept if repeats.is_comparable(block))
    return Body(writer.to_markdown(kept, base), letters, digests, tuple(kept), tuple(blocks), trace)
