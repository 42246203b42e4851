"""Reread a saved page with the present rules, code and taxonomy; describe an article again."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from syndicator.articles import edits, fields
from syndicator.articles.edits import By, hand_edited, may_write
from syndicator.articles.snapshots import ANSWERED
from syndicator.core import urls
from syndicator.core.errors import NotAnArticle
from syndicator.core.model import Article, Entry, Rules, Source
from syndicator.core.usage.vocabularies import parsed
from syndicator.describing.describe import describe
from syndicator.describing.taxonomy.taxonomy import Taxonomy
from syndicator.describing.taxonomy.vocabulary import TaxonomyFiles
from syndicator.filing.read_article import load_taxonomy, own_names, read_and_render, spelled
from syndicator.filing.refile import now_revised, same_text
from syndicator.filing.results import FieldChange, PageReading, Redescription, Reread
from syndicator.reading.metadata.title import untag

_SHOWN = (
    "title",
    "author",
    "coverImage",
    "excerpt",
    "tags",
    "category",
    "language",
    "robots",
    "rights",
    "partial",
)
_RULED = "rules.select and rules.remove leave no article of a page that is one"


def redescribe_many(
    files: TaxonomyFiles, articles: Sequence[tuple[Article, Source | None]], uncategorised: str
) -> list[Redescription | None]:
    """Redescribe articles in the worker, with one load of the taxonomy. Raises ConfigError."""
    taxonomy = load_taxonomy(files)
    return [redescribe(article, source, taxonomy, uncategorised) for article, source in articles]


def redescribe(
    article: Article, source: Source | None, taxonomy: Taxonomy, uncategorised: str = ""
) -> Redescription | None:
    """Return the changes that `taxonomy` makes to a filed article, or None. Edits by hand or model
    stay. Pure."""
    description = describe(
        article.title,
        article.text,
        description=article.excerpt if article.excerpt_by == "publisher" else "",
        keywords=article.keywords,
        section=article.section,
        own=own_names(article.author, article.url),
        language=article.language,
        taxonomy=taxonomy,
    )
    own = spelled(source.tags, taxonomy) if source else ()
    values: dict[str, Any] = {}
    why: list[str] = []
    tags = tuple(dict.fromkeys((*own, *description.tags)))
    if tags != article.tags and may_write(article, "tags", By.MATCHED):
        values |= {"tags": tags, "tags_by": description.tags_by}
        why.append(_tags_line(article, tags, own, taxonomy))
    category = (
        description.category or (source.category if source else article.category) or uncategorised
    )
    if category != article.category and may_write(article, "category", By.MATCHED):
        values["category"] = category
        reason = (
            description.trace.get("category", "")
            if description.category
            else "no category of the taxonomy fits"
        )
        why.append(f"category: {article.category or 'none'} -> {category or 'none'} ({reason})")
    excerpt = description.excerpt
    if excerpt != article.excerpt and may_write(article, "excerpt", By.EXTRACTIVE):
        values |= {"excerpt": excerpt, "excerpt_by": description.excerpt_by}
        why.append(f"excerpt: {description.excerpt_by or 'no sentence fits'}")
    return (
        Redescription(values=values, why=tuple(why), score=description.certainty)
        if values
        else None
    )


def _tags_line(
    article: Article, tags: Sequence[str], own: Collection[str], taxonomy: Taxonomy
) -> str:
    published = set(taxonomy.mapped(article.keywords, article.text, article.title))
    new = [tag for tag in tags if tag not in article.tags]
    named = (
        replace(taxonomy, learnt=None).tags(article.title, article.text)
        if new and taxonomy.learnt
        else tags
    )
    listed = {tag.name for tag in taxonomy.vocabulary.tag}
    parts = []
    for tag in new:
        origin = "its text says so" if tag in named else "learnt from the past"
        reason = "its publisher's" if tag in published else "its source's" if tag in own else origin
        parts.append(f"+{tag} ({reason})")
    for tag in article.tags:
        if tag not in tags:
            name = taxonomy.spelling(tag, article.text)
            reason = "not distinctive enough" if tag in listed else "not in the taxonomy"
            parts.append(f"-{tag} ({f'is {name} now' if name in tags else reason})")
    return "tags: " + (" ".join(parts) if parts else "in another order: " + ", ".join(tags))


def reread(
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
) -> Reread | None:
    """Read the saved page of `article` again; None if nothing changes. `source`: from
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
    described = redescribe(again, source, load_taxonomy(files), uncategorised)
    again = replace(again, **described.values) if described else again
    again = edits.merge(again if same_text(article, again) else now_revised(again, now), article)
    changes = differences(article, again)
    return Reread(article=again, changes=changes, html=reading.html) if changes else None


def _as_announced(article: Article, owned: bool) -> Entry:
    entry = Entry(id=article.source_id or article.url, url=article.url, categories=article.keywords)
    if not owned:
        return entry
    return replace(
        entry,
        # no feed's title has tags
        title=article.title if untag(article.title) == article.title else "",
        authors=tuple(name.strip() for name in (article.author or "").split(",") if name.strip()),
        published=article.published,
        updated=article.updated,
        image=article.cover or "",
        language=article.language or "",
    )


def _as_read(old: Article, reading: PageReading, owned: bool) -> Article:
    """Return `old` updated from `reading`, except identity, times and (`owned`) feed values that no
    rule sets."""
    new, ruled = reading.article, reading.ruled
    # rights that a feed or a hand stated: neither is on the page
    others = (
        line for line in old.rights if (right := parsed(line)) is None or right.place == "feed"
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


def differences(old: Article, new: Article) -> tuple[FieldChange, ...]:
    """List the changed fields that an operator sees. Pure."""
    changes = []
    for key in _SHOWN:
        before, after = (_words(fields.row(key).written(article)) for article in (old, new))
        if before != after:
            changes.append(FieldChange(field=key, old=before, new=after))
    if old.body != new.body:
        had, has = _paragraphs(old), _paragraphs(new)
        gone, came = _beyond(had, Counter(has)), _beyond(has, Counter(had))
        changes.append(FieldChange(field="body", old="\n\n".join(gone), new="\n\n".join(came)))
    return tuple(changes)


def _words(value: object) -> str:
    return (
        ", ".join(map(str, value))
        if isinstance(value, list | tuple)
        else ""
        if value is None
        else str(value)
    )


def _paragraphs(article: Article) -> list[str]:
    return [part.strip() for part in article.body.split("\n\n") if part.strip()]


def _beyond(parts: Sequence[str], others: Counter[str]) -> list[str]:
    more = []
    for part in parts:
        if others[part] > 0:
            others[part] -= 1
        else:
            more.append(part)
    return more
