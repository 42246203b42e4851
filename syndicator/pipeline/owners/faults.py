"""What is wrong with whom an article belongs to, as versions that knew no owners left it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from syndicator.core import urls
from syndicator.core.model import Article
from syndicator.core.ports import EntryRow
from syndicator.core.reasons import EntryReason
from syndicator.pipeline.ownership import NONE, OWNS, Claimant, claim_of, of_site


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with one article."""

    article: Article
    owner: str = ""  # key of its own site's source, where another one filed it
    text: bool = False  # title and text may be another site's
    aliases: tuple[str, ...] = ()  # of other sites
    strays: tuple[EntryRow, ...] = ()  # entries of other sites that count as it
    reader: str = ""  # key of the source whose next visit can read its page again; "" where there is none
    row: EntryRow | None = None  # its entry of that source, where it announced the article


def fault_of(
    article: Article, rows: Collection[EntryRow], known: Mapping[str, Claimant], since: datetime
) -> Fault | None:
    """What is wrong with `article`, None when nothing is. `rows`: the entries that count as it; `known`: the sources
    that are followed; `since`: when articles got owners: what was read after that is its page's own."""
    owner = _owner(article, rows, known)
    strays = tuple(row for row in rows if _strayed(row, article, known))
    aliases = tuple(url for url in article.aliases if url not in of_site(article.url, article.aliases))
    text = bool(strays and article.revisions) or _foreign(article, rows, known, since)
    if not (owner or strays or aliases or text):
        return None
    announced = {row.source_key: row for row in rows if row not in strays}
    reader = next((key for key in (owner, article.source_key, *announced) if key in known), "")
    row = announced.get(reader)
    return Fault(article=article, owner=owner, text=text, aliases=aliases, strays=strays, reader=reader, row=row)


def _owner(article: Article, rows: Collection[EntryRow], known: Mapping[str, Claimant]) -> str:
    """The source of the article's own site that announced it, where one without that claim filed it."""
    if not article.source_key or claim_of(article, known) == OWNS:
        return ""
    keys = {row.source_key for row in rows} & known.keys()
    return min((key for key in keys if known[key].claim(article.url) == OWNS), default="")


def _strayed(row: EntryRow, article: Article, known: Mapping[str, Claimant]) -> bool:
    """True for an entry that now leads to another site: one that its source did not file as this article, and that has
    no right to it."""
    filed = (row.source_key, row.entry_id) == (article.source_key, article.source_id)
    claimant = known.get(row.source_key)
    entitled = claimant is not None and claimant.rights.owns(article.url)
    return not filed and not entitled and bool(row.url) and not urls.same_site(row.url, article.url)


def _foreign(article: Article, rows: Collection[EntryRow], known: Mapping[str, Claimant], since: datetime) -> bool:
    """True where a source without a claim wrote the article and nobody has read its page for itself since then."""
    if not article.source_key or claim_of(article, known) != NONE or article.added is None or article.added >= since:
        return False
    read = [row.read_at for row in rows if row.read_at is not None and row.source_key == article.source_key]
    due = any(row.status == "pending" and row.reason == EntryReason.OWNERSHIP for row in rows)
    return not due and max(read, default=article.added) < since
