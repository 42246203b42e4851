"""The body of a page: which of its blocks are the article, as markdown. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from syndicator import text as texts
from syndicator.model import Entry, Rules
from syndicator.reading.body import clean, containers, feed_content, overlap, scoring, selectors, trafilatura
from syndicator.reading.html.blocks import Block, read_blocks
from syndicator.reading.html.page import Page
from syndicator.reading.markdown import writer
from syndicator.reading.metadata.metadata import Metadata

_MOST_CUTS = 60  # cuts that the trace lists
_QUOTED = 80  # characters of a cut that it quotes


@dataclass(frozen=True, slots=True)
class Body:
    """A body as markdown; `digests` of its blocks; `trace` says how it was found and what was cut by which rule."""

    markdown: str
    letters: int = 0
    digests: tuple[str, ...] = ()
    blocks: tuple[Block, ...] = ()
    everything: tuple[Block, ...] = ()
    trace: Mapping[str, Any] = field(default_factory=dict)


def read_body(page: Page, meta: Metadata, *, entry: Entry | None, rules: Rules, repeated: frozenset[str]) -> Body:
    """The body of `page`, from the feed's own content where the rules say so. May be empty."""
    told = feed_content.blocks(entry, page.base_url) if entry else []
    if rules.content == "feed" and told:
        return _finish(told, told, [], page.base_url, {"from": "feed", "rule": "rules.content"})
    blocks, notes = selectors.apply(page.tree, read_blocks(page.tree), rules)
    bar = clean.SELECTED_BAR if notes.get("select") else clean.BAR
    overlap.measure(blocks)
    box = containers.chains(blocks)
    containers.add_up(blocks, box)
    opinion = _vote(blocks, box, page, told, entry)
    loudest = scoring.judge(blocks, box, meta.title)
    kept, cuts = clean.choose(blocks, loudest, bar, meta.title)
    would = [clean.digest(block) for block in kept if clean.learns(block)]
    kept, repeats = clean.drop_repeated(kept, repeated, rules.keep)
    made = _finish(kept, blocks, [*cuts, *repeats], page.base_url, {"from": "page", "opinion": opinion, **notes})
    made = Body(made.markdown, made.letters, tuple(would), made.blocks, made.everything, made.trace)
    return _or_feed(made, told, page.base_url)


def _vote(
    blocks: Sequence[Block], box: containers.Containers, page: Page, told: Sequence[Block], entry: Entry | None
) -> str:
    """Casts the votes: of the feed's content when it is whole, else of an extractor that agrees with the feed."""

    def ask(name: str) -> str:
        return trafilatura.opinion(page.tree, "balanced" if name == "balanced" else "fast")

    name = overlap.gather(blocks, box, ask)
    said = "\n".join(block.text for block in told)
    if said and overlap.covers(blocks, said):
        overlap.cast(blocks, said)
        return "feed content"
    if name == "fast" and entry and overlap.misses(blocks, feed_content.words(entry.summary)):
        before = [block.vote for block in blocks]
        overlap.cast(blocks, ask("balanced"))
        if not overlap.misses(blocks, feed_content.words(entry.summary)):
            return "balanced, the first try lacked the feed's summary"
        for block, vote in zip(blocks, before, strict=True):
            block.vote = vote
    return name


def _or_feed(made: Body, told: Sequence[Block], base: str) -> Body:
    """The feed's own content instead of `made` when the page is a stub of it."""
    whole = sum(block.letters for block in told)
    if whole < 200 or whole < 2 * made.letters:
        return made
    trace = {"from": "feed", "rule": f"the page has {made.letters} letters, the feed {whole}"}
    return _finish(told, made.everything, [], base, trace)


def _finish(
    kept: Sequence[Block], blocks: Sequence[Block], cuts: Sequence[clean.Cut], base: str, notes: Mapping[str, Any]
) -> Body:
    letters = sum(block.letters for block in kept)
    shown = [{"text": texts.line(cut.block.text)[:_QUOTED], "rule": cut.rule} for cut in cuts[:_MOST_CUTS]]
    trace = {**notes, "blocks": len(blocks), "kept": len(kept), "cut": shown}
    digests = tuple(clean.digest(block) for block in kept if clean.learns(block))
    return Body(writer.to_markdown(kept, base), letters, digests, tuple(kept), tuple(blocks), trace)
