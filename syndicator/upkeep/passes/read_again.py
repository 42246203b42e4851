"""Read the kept page of one article again with the present rules and code; edits stay.

Runs in the worker."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from syndicator.articles import edits
from syndicator.articles.edits import By, hand_edited, may_write
from syndicator.articles.snapshots import ANSWERED
from syndicator.core import urls
from syndicator.core.errors import NotAnArticle
from syndicator.core.model import Article, Entry, Rules, Source
from syndicator.core.usage.statements import parse_statement
from syndicator.describing.taxonomy.vocabulary import TaxonomyFiles
from syndicator.filing.page_reading import PageReading
from syndicator.filing.read_article import load_taxonomy, read_and_render
from syndicator.filing.save_article import add_revision, same_text
from syndicator.reading.metadata.title import remove_tags
from syndicator.upkeep.passes.compare import find_changed_values, list_changes, show_change
from syndicator.upkeep.passes.describe_again import describe_again
from syndicator.upkeep.passes.revision import Revision

_RULED = "rules.select and rules.remove leave no article of a page that is one"


def read_again(
    html: bytes,
    headers: Mapping[str, str],
    article: Article,
    source: Source,
    *,
    owned: bool,
    files: TaxonomyFiles,
    repeated: frozenset[str],
    now: datetime,
    uncategorised: str,
) -> Revision | None:
    """Read the kept page of `article` again; None if nothing changes. `source`: from
    `ownership.terms`; `owned`: its feed was trusted, so its values stay. Raises NotAnArticle
    (naming the selectors at fault), ConfigError."""
    # a list of links has no fields of articles
    owned = owned and source.kind != "list" and not source.rules.links

    def read(rules: Rules) -> PageReading:
        url = headers.get(ANSWERED, "")
        return read_and_render(
            html,
            url if urls.host(url) and urls.same_site(url, article.url) else article.url,
            files,
            render=source.content == "full",
            summarise=not source.cookies,
            entry=_as_announced(article, owned),
            rules=rules,
            repeated=repeated,
            headers=headers,
            now=now,
        )

    try:
        reading = read(source.rules)
    except NotAnArticle as refusal:
        without = replace(source.rules, select=(), remove=())
        if without == source.rules:
            raise
        read(without)  # raises if the page is no article anyway
        raise NotAnArticle(refusal.kind, f"source {source.key!r}: {_RULED}") from refusal
    if reading.article.partial and not article.partial:
        return None
    again = _as_read(article, reading, owned)
    described = describe_again(again, source, load_taxonomy(files), uncategorised)
    if described is not None:
        again = replace(again, **described.values)
    if not same_text(article, again):
        again = add_revision(again, now)
    again = edits.merge(again, article)
    changes = list_changes(article, again)
    if not changes:
        return None
    lines = [line for change in changes for line in show_change(change, article, again)]
    return Revision(
        values=find_changed_values(article, again),
        lines=tuple(lines),
        changes=changes,
        html=reading.html,
    )


def _as_announced(article: Article, owned: bool) -> Entry:
    entry = Entry(id=article.source_id or article.url, url=article.url, categories=article.keywords)
    if not owned:
        return entry
    return replace(
        entry,
        # no feed's title has tags
        title=article.title if remove_tags(article.title) == article.title else "",
        authors=tuple(name.strip() for name in (article.author or "").split(",") if name.strip()),
        published=article.published,
        updated=article.updated,
        image=article.cover or "",
        language=article.language or "",
    )


def _as_read(old: Article, reading: PageReading, owned: bool) -> Article:
    """Return `old` updated from `reading`, except identity, times and (`owned`) feed values that no
    rule sets."""
    new = reading.article
    ruled = reading.ruled
    # rights that a feed or a hand stated: neither is on the page
    others = (
        line
        for line in old.rights
        if (right := parse_statement(line)) is None or right.place == "feed"
    )
    body = old.body if "body" in hand_edited(old) else new.body
    return replace(
        old,
        title=new.title if may_write(old, "title", By.PUBLISHER) else old.title,
        author=(old.author if owned and "author" not in ruled else None) or new.author,
        cover=(old.cover if owned and "cover" not in ruled else None) or new.cover,
        language=(old.language if owned else None) or new.language or old.language,
        body=body,
        partial=new.partial,
        robots=new.robots,
        rights=tuple(dict.fromkeys((*new.rights, *others))),
        keywords=old.keywords or new.keywords,
        section=old.section or new.section,
    )
