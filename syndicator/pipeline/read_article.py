"""A page in, an article out: reading and describing. Pure: no I/O, no clock; in this process, with no limits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from syndicator import urls
from syndicator.articles.normal_form import settle
from syndicator.describing.describe import describe
from syndicator.describing.taxonomy.files import TaxonomyFiles
from syndicator.describing.taxonomy.taxonomy import Taxonomy
from syndicator.describing.taxonomy.vocabulary import fold
from syndicator.model import Article, Draft, Entry, Rules, article_id
from syndicator.publishing.render.html import render_markdown
from syndicator.reading.reader import read
from syndicator.text import plain


def read_article(
    html: bytes,
    url: str | None,
    taxonomy: Taxonomy | None = None,
    *,
    entry: Entry | None = None,
    rules: Rules | None = None,
    repeated: frozenset[str] = frozenset(),
    headers: Mapping[str, str] | None = None,
    now: datetime | None = None,
) -> Article:
    """The article on a page.

    `html` are the bytes as received after content decoding, `url` the address that answered (None when it is not
    known: the page's own canonical link names it then), `entry` what a feed said of it, `rules` the operator's words
    on its source, `repeated` digests of blocks that repeat on its host, `headers` the response's (lower-case names),
    `now` the latest date that is believed. Raises NotAnArticle with its kind.
    """
    draft = read(html, url, entry=entry, rules=rules, repeated=repeated, headers=headers, now=now)
    return _described(draft, taxonomy or Taxonomy())


def _described(draft: Draft, taxonomy: Taxonomy) -> Article:
    said = describe(
        draft.title,
        plain(draft.body),
        description=draft.description,
        keywords=draft.keywords,
        section=draft.section,
        own=own_names(draft.author, draft.url),
        language=draft.language,
        taxonomy=taxonomy,
    )
    return Article(
        id=article_id(draft.url),
        url=draft.url,
        title=draft.title,
        author=draft.author,
        published=draft.published,
        updated=draft.updated,
        cover=draft.cover,
        excerpt=said.excerpt,
        category=said.category,
        tags=said.tags,
        body=draft.body,
        language=said.language,
        partial=draft.partial,
        robots=draft.robots,
        trace={**draft.trace, **said.trace},
        excerpt_by=said.excerpt_by,
        tags_by=said.tags_by,
        aliases=draft.aliases,
        also=(draft.duplicate_of,) if draft.duplicate_of else (),
        blocks=draft.blocks,
        alternate=draft.alternate,
        keywords=draft.keywords,
        section=draft.section,
    )


def own_names(author: str | None, url: str) -> tuple[str, ...]:
    """Names of an article's authors and of its site, which publishers list among its tags."""
    return (*(name.strip() for name in (author or "").split(",")), urls.site(url).split(".")[0])


def read_and_render(
    html: bytes,
    url: str,
    taxonomy: TaxonomyFiles,
    *,
    render: bool,
    entry: Entry | None,
    rules: Rules,
    repeated: frozenset[str],
    headers: Mapping[str, str] | None,
    now: datetime,
    own: tuple[str, ...] = (),
) -> tuple[Article, str | None]:
    """`read_article` for the worker: the taxonomy is named by its files and loaded once a process, and the body is
    rendered to sanitised HTML in the same trip when the source is published whole. `own`: tags that the operator puts
    on every article of the source."""
    known = load_taxonomy(taxonomy)
    read = read_article(html, url, known, entry=entry, rules=rules, repeated=repeated, headers=headers, now=now)
    article = settle(replace(read, tags=tuple(dict.fromkeys((*spelled(own, known), *read.tags)))))
    return article, render_markdown(article.body, article.url) if render else None


def spelled(tags: Iterable[str], taxonomy: Taxonomy) -> tuple[str, ...]:
    """An operator's own tags as taxonomy.toml calls them now, so that one that was renamed there follows."""
    names = {fold(form): tag.name for tag in taxonomy.vocabulary.tag for form in (*tag.aliases, tag.name)}
    return tuple(names.get(fold(tag), tag) for tag in tags)


@lru_cache(maxsize=1)
def load_taxonomy(files: TaxonomyFiles) -> Taxonomy:
    """The taxonomy of these files; an absent taxonomy.toml is an empty one."""
    toml, learnt, _ = files
    taxonomy = Taxonomy.from_toml(toml) if Path(toml).exists() else Taxonomy()
    return taxonomy.with_learnt(Path(learnt)) if Path(learnt).exists() else taxonomy
