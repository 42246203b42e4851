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
from syndicator.core.text import count_columns, plain
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
_FIELDS_WITH_RULES = ("title", "author", "published", "cover")  # fields that a rule may set
_make_plain = lru_cache(maxsize=1)(plain)  # used twice for each body
# letters of a body; a page that calls itself partial and has more mostly shows the whole article
_SHORT_BODY: Final = 1600
# least probability of a category; both were chosen on our corpus
_LEAST_CATEGORY_SCORE: Final = 0.22


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
    """Return the article on the page `html`. Raises NotAnArticle if it has none, and TypeError if
    `html` is not bytes.

    `url`: the address of the page; None for the canonical address that the page states. `taxonomy`:
    the operator's categories and tags. `entry`: the entry of a feed that announced the page.
    `rules`: the operator's rules for the source. `repeated`: hashes of blocks of text that repeat
    on the pages of this host. `headers`: the headers of the server's answer. `now`: dates after
    this time are not believed. `summarise`: False if the page's text must not be in the excerpt."""
    if not isinstance(html, bytes):
        raise TypeError(
            f"html is {type(html).__name__}; give the bytes of the page as they were received, or"
            " text.encode() with a page that says charset=utf-8"
        )
    # an article on several pages was joined to one file by `join_pages`
    pages, missing_page = split_pages(html, url or "", headers or {})
    first_page, *further_pages = pages

    def read_further_page(page: Part) -> Draft:
        """Read a further page of the article. `append_pages` calls this for each."""
        return read(page.html, page.url, rules=rules, repeated=repeated, headers=headers, now=now)

    draft = read(
        first_page.html, url, entry=entry, rules=rules, repeated=repeated, headers=headers, now=now
    )
    if further_pages or missing_page:
        first_url = url or draft.url
        draft = append_pages(draft, first_url, further_pages, missing_page, read_further_page)
    article = _describe_draft(draft, taxonomy or Taxonomy(), summarise=summarise)
    read_at_url = (headers or {}).get(READ_AT)  # of another form of the page, such as AMP
    if not read_at_url:
        return article
    return replace(article, trace={**article.trace, "alternate": read_at_url})


def _describe_draft(draft: Draft, taxonomy: Taxonomy, *, summarise: bool) -> ReadArticle:
    """Return the article of `draft`, the fields that were read from a page. An excerpt, a category,
    tags and a language are added, which are found from the title and the text; all other fields
    are those of the draft. `taxonomy`: the operator's categories and tags. `summarise`: False if
    the page's text must not be in the excerpt."""
    original_urls: tuple[str, ...] = ()
    if draft.duplicate_of:  # the page says that it is a copy
        original_urls = (draft.duplicate_of,)
    publisher_names = list_own_names(draft.author, draft.url)
    description = describe(
        draft.title,
        _make_plain(draft.body),
        description=draft.description,
        keywords=draft.keywords,
        section=draft.section,
        own=publisher_names,
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
        also=original_urls,
        blocks=draft.blocks,
        alternate=draft.alternate,
        keywords=draft.keywords,
        section=draft.section,
        doubts=list_doubts(draft, description.category_score),
        category_score=description.certainty,
    )


def list_doubts(draft: Draft, category_score: float | None) -> tuple[str, ...]:
    """Return the codes (`HoldReason`) of the reasons to show an article to the operator before it
    is published; () without any. `draft`: the fields that were read from its page.
    `category_score`: the probability of its category from 0 to 1, None if it has no category."""
    body_trace: Mapping[str, Any] = draft.trace.get("body", {})
    codes = []
    if draft.partial and count_columns(plain(draft.body)) < _SHORT_BODY:
        codes.append(HoldReason.PARTIAL.value)
    if body_trace.get("doubt"):
        codes.append(HoldReason.UNSURE_TEXT.value)
    if category_score is not None and category_score < _LEAST_CATEGORY_SCORE:
        codes.append(HoldReason.UNSURE_CATEGORY.value)
    return tuple(codes)


def list_own_names(author: str | None, url: str) -> tuple[str, ...]:
    """Return the names of the authors and of the site at `url`. They are no tags of an article,
    although publishers list them as such. `author`: names with commas between them, None if
    unknown."""
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
    """Read the article on the page `html`, and return it with the data that are stored beside it.
    Runs in the worker process. Raises NotAnArticle if the page has no article, ConfigError if the
    taxonomy or a rule is faulty.

    `taxonomy`: the paths of its files. `render`: also return the body as HTML. `source_tags`: tags
    that the operator gave the source; they come before those of the article. `traced`: also return
    where each field was found. `keep`: also return the page, packed for storage. Other parameters:
    see `read_article`."""
    loaded_taxonomy = load_taxonomy(taxonomy)
    reading = read_article(
        html,
        url,
        loaded_taxonomy,
        entry=entry,
        rules=rules,
        repeated=repeated,
        headers=headers,
        now=now,
        summarise=summarise,
    )
    distinct_tags = dict.fromkeys((*spell_tags(source_tags, loaded_taxonomy), *reading.tags))
    article = settle(replace(reading.filed(), tags=tuple(distinct_tags)))
    packed_page = pack_page(html, {**(headers or {}), ANSWERED: url}) if keep else b""
    body_html = None
    if render:
        # imported here: most sources publish excerpts, and markdown takes 20 ms to load
        from syndicator.publishing.render.html import render_markdown

        body_html = render_markdown(article.body, article.url)
    return PageReading(
        article=article,
        blocks=reading.blocks,
        html=body_html,
        trace=reading.trace if traced else {},
        matches=reading.trace.get("rules", {}),
        ruled=_list_fields_by_rule(reading.trace),
        doubts=reading.doubts,
        category_score=reading.category_score,
        sketch=make_sketch(_make_plain(article.body)),
        packed=packed_page,
        alternate=reading.alternate if _may_be_stub(reading) else None,
        next_page=reading.trace.get("next_page", {}).get("url"),
    )


def _may_be_stub(reading: ReadArticle) -> bool:
    """Return True if the text is so short that the page may show only the beginning of its article.
    Then another version of the page, such as AMP, may have the whole article."""
    if reading.partial or len(reading.body) >= _LONGEST_STUB:
        return False
    # the text of another origin, such as the feed, says nothing about the page
    return bool(reading.trace["body"].get("from") == "page")


def _list_fields_by_rule(trace: Mapping[str, Any]) -> frozenset[str]:
    """Return the names of the article's fields whose values come from a rule of the operator.
    `trace`: the origin of the value of each field, by its name."""
    names = []
    for name in _FIELDS_WITH_RULES:
        if str(trace[name]["from"]).startswith("rules."):
            names.append(name)
    return frozenset(names)


def spell_tags(tags: Collection[str], taxonomy: Taxonomy) -> tuple[str, ...]:
    """Return `tags`, the tags of a source, spelled as in taxonomy.toml. A tag that was renamed
    there gets its new name; a tag that is not there is not changed."""
    if not tags:  # most sources have none, and the taxonomy is long
        return ()
    names: dict[str, str] = {}  # of tags, by each of their spellings
    for tag in taxonomy.vocabulary.tag:
        for form in (*tag.aliases, tag.name):
            names[fold(form)] = tag.name
    return tuple(names.get(fold(tag), tag) for tag in tags)


@lru_cache(maxsize=1)
def load_taxonomy(files: TaxonomyFiles) -> Taxonomy:
    """Return the operator's categories and tags, read from `files`: the paths of taxonomy.toml and
    of the file that was learnt from articles, and a value that changes with the files. Without a
    taxonomy.toml, there are none. The last result is cached. Raises ConfigError if a file is
    faulty."""
    # the third value is only part of the cache's key
    toml, learnt, _ = files
    taxonomy = Taxonomy()
    if Path(toml).exists():
        taxonomy = Taxonomy.from_toml(toml)
    if Path(learnt).exists():
        taxonomy = taxonomy.with_learnt(Path(learnt))
    return taxonomy
