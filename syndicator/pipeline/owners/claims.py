"""How strong the claim of a source to an article is. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from syndicator import urls
from syndicator.model import Article, Source
from syndicator.pipeline.ownership import Rights, rights_of

NONE, SPEAKS, OWNS = 0, 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimant:
    """A source with its rights."""

    source: Source
    rights: Rights

    def claim(self, url: str) -> int:
        """OWNS for a feed of the site of `url`, or one that its pages link; SPEAKS where the operator said that it
        speaks for the host; NONE otherwise. A feed that wrote for the site before articles had owners claims
        nothing: it may write what it brings and takes nothing from others."""
        if urls.site(url) in self.rights.sites:
            return OWNS
        return SPEAKS if self.source.speaks_for and self.rights.owns(url) else NONE


def claim_of(article: Article, known: Mapping[str, Claimant]) -> int:
    """The claim of the source that the file of `article` names; one that is followed no more had the feed it came
    from."""
    holder = known.get(article.source_key)
    if holder is None:
        gone = Source(key=article.source_key, url=article.origin.url)
        holder = Claimant(source=gone, rights=rights_of(gone))
    return holder.claim(article.url)
