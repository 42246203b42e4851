"""Read the kept page of one article again with the present rules and code; edits by hand stay.

Runs in the worker."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial

from syndicator.articles import edits
from syndicator.articles.edits import By, hand_edited, may_write
from syndicator.articles.snapshots import ANSWERED
from syndicator.core import urls
from syndicator.core.errors import NotAnArticle
from syndicator.core.model import Article, Entry, Source
from syndicator.core.usage.statements import parse_statement
from syndicator.describing.taxonomy.vocabulary import TaxonomyFiles
from syndicator.filing.page_reading import PageReading
from syndicator.filing.read_article import load_taxonomy, read_and_render
from syndicator.filing.save_article import add_revision, have_same_words
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
    """Read the kept page of `article` again. Return the revision (new values); None if nothing
    changes or only a part of a whole article would be read.

    `html`, `headers`: the kept page. `source`: settings of its source, as they hold for the
    article. `owned`: True if the source writes this article, so that values from its feed stay.
    `files`: the paths of taxonomy.toml and learnt.npz. `repeated`: texts that the site repeats;
    they are left out. `uncategorised`: category of articles that fit no category. Raises
    ConfigError, or NotAnArticle if the page has no article or if the operator's selectors leave
    none."""
    # the feed of such a source is only a list of links, without values of articles
    owned = owned and source.kind != "list" and not source.rules.links
    # links in the page are relative to the address that answered, if that is of the same site
    url = headers.get(ANSWERED, "")
    if not urls.host(url) or not urls.same_site(url, article.url):
        url = article.url

    read_by_rules = partial(
        read_and_render,
        html,
        url,
        files,
        render=source.content == "full",
        summarise=not source.cookies,
        entry=_rebuild_entry(article, owned=owned),
        repeated=repeated,
        headers=headers,
        now=now,
    )
    try:
        reading = read_by_rules(rules=source.rules)
    except NotAnArticle as refusal:
        # find out whether the operator's selectors are the cause
        rules_without_selectors = replace(source.rules, select=(), remove=())
        if rules_without_selectors == source.rules:
            raise
        read_by_rules(rules=rules_without_selectors)  # raises if the page is no article anyway
        raise NotAnArticle(refusal.kind, f"source {source.key!r}: {_RULED}") from refusal
    if reading.article.partial and not article.partial:  # less than the article has now
        return None

    # describe the new version, and keep the operator's edits
    again = _apply_reading(article, reading, owned=owned)
    described = describe_again(again, source, load_taxonomy(files), uncategorised)
    if described is not None:
        again = replace(again, **described.values)
    if not have_same_words(article, again):
        again = add_revision(again, now)
    return _make_revision(article, edits.merge(again, article), reading.html)


def _make_revision(article: Article, again: Article, html: str | None) -> Revision | None:
    """Return the difference between an article and its new version `again` as a revision; None if
    no field differs that an operator sees. `html`: the new body as HTML, None if it is not
    published whole."""
    changes = list_changes(article, again)
    if not changes:
        return None
    lines: list[str] = []
    for change in changes:
        lines.extend(show_change(change, article, again))
    return Revision(
        values=find_changed_values(article, again),
        lines=tuple(lines),
        changes=changes,
        html=html,
    )


def _rebuild_entry(article: Article, *, owned: bool) -> Entry:
    """Return the feed entry from which the article was filed, as far as the article still has its
    values. `owned`: True if the source writes the article; else the entry has only id, address and
    keywords."""
    entry = Entry(id=article.source_id or article.url, url=article.url, categories=article.keywords)
    if not owned:
        return entry
    names = [name.strip() for name in (article.author or "").split(",")]
    authors = [name for name in names if name]
    # a title from a feed has no markup
    is_from_feed = remove_tags(article.title) == article.title
    return replace(
        entry,
        title=article.title if is_from_feed else "",
        authors=tuple(authors),
        published=article.published,
        updated=article.updated,
        image=article.cover or "",
        language=article.language or "",
    )


def _apply_reading(old: Article, reading: PageReading, *, owned: bool) -> Article:
    """Return the article `old` with the values that were read from its page. Id, address and times
    stay. `owned`: True if the source writes the article; then author, cover and language stay, too,
    because they come from its feed. But author and cover change if a rule of the operator sets
    them."""
    new = reading.article
    author = new.author
    cover = new.cover
    language = new.language or old.language
    if owned:
        language = old.language or language
        if "author" not in reading.ruled:
            author = old.author or author
        if "cover" not in reading.ruled:
            cover = old.cover or cover
    title = new.title if may_write(old, "title", By.PUBLISHER) else old.title
    body = old.body if "body" in hand_edited(old) else new.body
    rights = (*new.rights, *_list_other_rights(old))
    return replace(
        old,
        title=title,
        author=author,
        cover=cover,
        language=language,
        body=body,
        partial=new.partial,
        robots=new.robots,
        rights=tuple(dict.fromkeys(rights)),
        keywords=old.keywords or new.keywords,
        section=old.section or new.section,
    )


def _list_other_rights(article: Article) -> Iterator[str]:
    """Yield those statements of rights in an article that do not come from its page, but from a
    feed or the operator. Reading the page again does not find them."""
    for line in article.rights:
        statement = parse_statement(line)
        if statement is None or statement.place == "feed":
            yield line
