"""Read the article on a page and describe it, as a job of the worker process. Pure.

It needs no network, database or clock, and may also be called in this process, where nothing limits
its time and memory."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from syndicator.articles.fields import settle
from syndicator.articles.snapshots import ANSWERED, READ_AT, pack_page
from syndicator.core import urls
from syndicator.core.model import Draft, Entry, ReadArticle, Rules, make_article_id
from syndicator.core.reasons import HoldReason
from syndicator.core.text import plain, width
from syndicator.describing.describe import describe
from syndicator.describing.taxonomy.taxonomy import Taxonomy
from syndicator.describing.taxonomy.vocabulary import TaxonomyFiles, fold
from syndicator.filing.page_reading import PageReading
from syndicator.reading.paging import Part, append_pages, split_pages
from syndicator.reading.reader import read
from syndicator.sketches.copies import make_sketch

# characters of a body that may be only a stub; of 2,449 pages without a wall, one article in 40 is
# shorter
_LONGEST_STUB = 600
_RULED = ("title", "author", "published", "cover")  # fields that a rule may set
_plain = lru_cache(maxsize=1)(plain)  # used twice for each body
# letters of a body; a page that calls itself partial and has more mostly shows the whole article
_SHORT: Final = 1600
_LEAST_SCORE: Final = 0.22  # least probability of a category; both were chosen on our corpus


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
    summarise: bool = True,
) -> ReadArticle:
    """Return the article on the page `html`.

    `url`: address of the page, None for its canonical link; `entry`: its entry in a feed; `rules`:
    the operator's rules for the source; `repeated`: digests of blocks that repeat on the host's
    pages; `now`: later dates are not believed; `summarise`: see `describe`. Raises NotAnArticle,
    and TypeError if `html` is not bytes."""
    if not isinstance(html, bytes):
        raise TypeError(
            f"html is {type(html).__name__}; give the bytes of the page as they were received, or"
            " text.encode() with a page that says charset=utf-8"
        )
    parts, missing = split_pages(html, url or "", headers or {})
    draft = read(
        parts[0].html, url, entry=entry, rules=rules, repeated=repeated, headers=headers, now=now
    )
    if len(parts) > 1 or missing:

        def read_part(part: Part) -> Draft:
            return read(
                part.html, part.url, rules=rules, repeated=repeated, headers=headers, now=now
            )

        draft = append_pages(draft, url or draft.url, parts[1:], missing, read_part)
    article = _describe_draft(draft, taxonomy or Taxonomy(), summarise=summarise)
    alternate_url = (headers or {}).get(READ_AT)
    if not alternate_url:
        return article
    return replace(article, trace={**article.trace, "alternate": alternate_url})


def _describe_draft(draft: Draft, taxonomy: Taxonomy, *, summarise: bool) -> ReadArticle:
    """Return the article of a draft, with excerpt, category, tags and language."""
    description = describe(
        draft.title,
        _plain(draft.body),
        description=draft.description,
        keywords=draft.keywords,
        section=draft.section,
        own=list_own_names(draft.author, draft.url),
        language=draft.language,
        taxonomy=taxonomy,
        summarise=summarise,
    )
    return ReadArticle(
        id=make_article_id(draft.url),
        url=draft.url,
        title=draft.title,
        author=draft.author,
        published=draft.published,
        updated=draft.updated,
        cover=draft.cover,
        excerpt=description.excerpt,
        category=description.category,
        tags=description.tags,
        body=draft.body,
        language=description.language,
        partial=draft.partial,
        robots=draft.robots,
        rights=draft.rights,
        trace={**draft.trace, **description.trace},
        excerpt_by=description.excerpt_by,
        tags_by=description.tags_by,
        aliases=draft.aliases,
        also=(draft.duplicate_of,) if draft.duplicate_of else (),
        blocks=draft.blocks,
        alternate=draft.alternate,
        keywords=draft.keywords,
        section=draft.section,
        doubts=list_doubts(draft, description.category_score),
        category_score=description.certainty,
    )


def list_doubts(draft: Draft, category_score: float | None) -> tuple[str, ...]:
    """Return the `HoldReason` codes for which the operator may want to see an article before it is
    published. `category_score`: probability of its category, None if it has none."""
    body: Mapping[str, Any] = draft.trace.get("body", {})
    codes = []
    if draft.partial and width(plain(draft.body)) < _SHORT:
        codes.append(HoldReason.PARTIAL.value)
    if body.get("doubt"):
        codes.append(HoldReason.UNSURE_TEXT.value)
    if category_score is not None and category_score < _LEAST_SCORE:
        codes.append(HoldReason.UNSURE_CATEGORY.value)
    return tuple(codes)


def list_own_names(author: str | None, url: str) -> tuple[str, ...]:
    """Return the names of the authors and of the site at `url`. Publishers list these as tags."""
    authors = [name.strip() for name in (author or "").split(",")]
    site_name = urls.domain(url).split(".")[0]
    return (*authors, site_name)


def read_and_render(
    html: bytes,
    url: str,
    taxonomy: TaxonomyFiles,
    *,
    headers: Mapping[str, str] | None,
    now: datetime,
    render: bool = False,
    summarise: bool = True,
    entry: Entry | None = None,
    rules: Rules | None = None,
    repeated: frozenset[str] = frozenset(),
    source_tags: tuple[str, ...] = (),
    traced: bool = False,
    keep: bool = False,
) -> PageReading:
    """Run `read_article` in the worker, and prepare what is stored with the article. `render`: also
    make HTML of the body; `source_tags`: tags that the operator gave the source; `traced`: also
    return where each field was found; `keep`: also return the packed page. Raises NotAnArticle,
    ConfigError."""
    loaded = load_taxonomy(taxonomy)
    read = read_article(
        html,
        url,
        loaded,
        entry=entry,
        rules=rules,
        repeated=repeated,
        headers=headers,
        now=now,
        summarise=summarise,
    )
    tags = dict.fromkeys((*spell_tags(source_tags, loaded), *read.tags))
    article = settle(replace(read.filed(), tags=tuple(tags)))
    is_from_page = read.trace["body"].get("from") == "page"
    is_stub = not read.partial and len(read.body) < _LONGEST_STUB and is_from_page
    fields_by_rule = frozenset(
        name for name in _RULED if str(read.trace[name]["from"]).startswith("rules.")
    )
    packed = pack_page(html, {**(headers or {}), ANSWERED: url}) if keep else b""
    rendered = None
    if render:
        # late: most sources publish excerpts, and markdown takes 20 ms to load
        from syndicator.publishing.render.html import render_markdown

        rendered = render_markdown(article.body, article.url)
    return PageReading(
        article=article,
        blocks=read.blocks,
        html=rendered,
        trace=read.trace if traced else {},
        matches=read.trace.get("rules", {}),
        ruled=fields_by_rule,
        doubts=read.doubts,
        category_score=read.category_score,
        sketch=make_sketch(_plain(article.body)),
        packed=packed,
        alternate=read.alternate if is_stub else None,
        next_page=read.trace.get("next_page", {}).get("url"),
    )


def spell_tags(tags: Collection[str], taxonomy: Taxonomy) -> tuple[str, ...]:
    """Return the tags of a source in the spelling of taxonomy.toml. A tag that was renamed there
    gets its new name."""
    if not tags:  # most sources have none, and the taxonomy is long
        return ()
    names: dict[str, str] = {}
    for tag in taxonomy.vocabulary.tag:
        for form in (*tag.aliases, tag.name):
            names[fold(form)] = tag.name
    return tuple(names.get(fold(tag), tag) for tag in tags)


@lru_cache(maxsize=1)
def load_taxonomy(files: TaxonomyFiles) -> Taxonomy:
    """Return the taxonomy in the files; it is empty if taxonomy.toml is missing. Raises
    ConfigError."""
    toml, learnt, _ = files  # the third one only makes a changed taxonomy a new cache key
    taxonomy = Taxonomy()
    if Path(toml).exists():
        taxonomy = Taxonomy.from_toml(toml)
    if Path(learnt).exists():
        taxonomy = taxonomy.with_learnt(Path(learnt))
    return taxonomy
