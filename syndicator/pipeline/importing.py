"""Frontmatter of Hugo (gohugo.io/content-management/front-matter), Jekyll (jekyllrb.com/docs/front-matter), Astro
(docs.astro.build) and Next.js (its blog starter) in our keys. Changes no file. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote, urljoin

from syndicator.core import text, urls
from syndicator.core.model import Article
from syndicator.core.reasons import LintReason
from syndicator.describing.taxonomy.taxonomy import Taxonomy
from syndicator.describing.text import sentences
from syndicator.reading.html import hints

# The keys of each field, the plainest first. A dot leads into a table.
_KEYS: Mapping[str, tuple[str, ...]] = {
    "title": ("title",),
    "date": ("date", "pubDate", "pubDatetime", "publishDate", "publishedAt", "published", "created"),
    "excerpt": ("excerpt", "description", "summary"),
    "coverImage": (
        *("coverImage", "cover.image", "cover.src", "cover", "heroImage.src", "heroImage", "image.path", "image.src"),
        *("image", "images", "featured_image", "thumbnail", "ogImage.url", "ogImage"),
    ),
    "author": ("author.name", "author", "authors"),
    "tags": ("tags", "taxonomies.tags", "keywords"),
    "category": ("category", "categories", "taxonomies.categories", "section"),
    "source": ("source", "canonical_url", "canonicalUrl", "canonicalURL", "canonical", "original_url", "externalUrl"),
}
_UPDATED = ("updated", "lastmod", "last_modified_at", "updatedDate", "modDatetime")
_OWN_ADDRESS = ("permalink", "url")
_DATED = re.compile(r"(\d{4}-\d{2}-\d{2})-(.+)")  # a post of Jekyll
_ZONE = re.compile(r" ([+-]\d{2}):?(\d{2})$")  # Jekyll: 2026-02-01 10:00:00 +0100
_IN_WORDS = ("%b %d %Y", "%b %d, %Y", "%B %d, %Y", "%d %B %Y")  # Astro's blog has "Jul 08 2022"
_FALSE = ("false", "no", "off")
_TRUE = ("true", "yes", "on")
_DAY = len("2026-02-11")
_INDEX = ("index", "_index")


@dataclass(frozen=True, slots=True)
class Translated:
    """`front`: the first eight keys and times; `own`: a page of this site; `dropped`: losses in words."""

    front: Mapping[str, Any]
    own: bool
    dropped: tuple[str, ...] = ()


def is_draft(front: Mapping[str, Any]) -> bool:
    """True for `draft: true` (Hugo, Astro), `published: false` (Jekyll), and our articles on hold or merged."""
    if _word(front.get("hold")) in _TRUE or (front.get("merged_into") and front.get("digest")):
        return True
    return _word(front.get("draft")) in _TRUE or _word(front.get("published")) in _FALSE


def translate(front: Mapping[str, Any], path: PurePosixPath, site: str) -> Translated:
    """The frontmatter of `path` in our keys. `site`: URL of the feeds or "", for pages without an address."""
    found = {field: _first(front, keys) for field, keys in _KEYS.items()}
    dated = _DATED.fullmatch(path.parent.name if path.stem in _INDEX else path.stem)
    day, when = _time(found["date"]), _time(front.get("published"))
    when = when if len(day) == _DAY and when.startswith(day) else day
    values: dict[str, Any] = {
        "title": _text(found["title"]),
        "date": when[:_DAY] or (dated[1] if dated else ""),
        "excerpt": _text(found["excerpt"]),
        "author": _one(found["author"]) or ", ".join(_texts(found["author"])),
        "tags": _tags(found["tags"], spaced=dated is not None),
        "category": _one(front.get("category")) or next(iter(_texts(found["category"])), ""),
    }
    elsewhere = next((text for text in _texts(found["source"]) if _is_whole(text)), "")
    values["source"] = elsewhere or (site and urljoin(site.rstrip("/") + "/", _own_path(front, path)))
    cover = next(iter(_texts(found["coverImage"])), "")
    base = "" if elsewhere or not cover else values["source"]
    values["coverImage"] = cover if _is_whole(cover) else base and urljoin(base, quote(cover, safe="/%:?=&"))
    lost = (f"coverImage: {cover!r} is no whole URL",) if cover and not values["coverImage"] else ()
    kept = {key: value for key in _KEYS if (value := values[key])}
    kept |= {"published": when} if len(when) > _DAY else {}
    updated = next((text for key in _UPDATED if (text := _time(front.get(key)))), "")
    kept |= {"updated": updated} if len(updated) > _DAY and when else {}
    return Translated(front=kept, own=not elsewhere, dropped=lost)


def _tags(value: Any, *, spaced: bool) -> list[str]:
    """`spaced`: a text without commas is several tags, as Jekyll has it."""
    one = isinstance(value, str) and "," not in value and spaced
    return _texts(value.split() if one else value)


def _own_path(front: Mapping[str, Any], path: PurePosixPath) -> str:
    said = next((text for key in _OWN_ADDRESS if (text := _text(front.get(key))).startswith("/")), "")
    if said:
        return quote(said.lstrip("/"), safe="/%")
    folder = path.parent
    if path.stem in _INDEX:
        return quote(str(folder)) if str(folder) != "." else ""
    name = _text(front.get("slug")).strip("/").rpartition("/")[2]
    return quote(str(folder / (path.stem if name in ("", ".", "..") else name)))


def _first(front: Mapping[str, Any], keys: Sequence[str]) -> Any:
    for key in keys:
        value: Any = front
        for part in key.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        if isinstance(value, bool) or (isinstance(value, Mapping) and "name" not in value):
            continue
        if value not in (None, "", [], {}):
            return value
    return None


def _texts(value: Any) -> list[str]:
    return list(dict.fromkeys(text for text in _each(value) if text))


def _each(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        yield _text(value.get("name") or value.get("url") or value.get("src"))
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _each(one) if isinstance(one, Mapping) else (_text(one),)
    elif isinstance(value, str) and "," in value and "://" not in value:
        yield from (part.strip() for part in value.split(","))
    else:
        yield _text(value)


def _one(value: Any) -> str:
    return _text(value) if isinstance(value, str) else ""


def _text(value: Any) -> str:
    return "" if value is None or isinstance(value, bool | Mapping | list) else " ".join(str(value).split())


def _word(value: Any) -> str:
    return str(value).strip().lower()


def _time(value: Any) -> str:
    """YYYY-MM-DD, or a whole time in UTC where there is more than a day; "" for what is no date."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    given = value.isoformat() if isinstance(value, datetime) else _ZONE.sub(r"\1:\2", _text(value))
    with suppress(ValueError):
        return date.fromisoformat(given).isoformat()
    with suppress(ValueError):
        return _in_utc(datetime.fromisoformat(given))
    for form in _IN_WORDS:
        with suppress(ValueError):
            return datetime.strptime(given, form).replace(tzinfo=UTC).date().isoformat()
    return ""


def _in_utc(moment: datetime) -> str:
    """A time in UTC, which one without zone is taken for; None for a midnight. Raises ValueError out of range."""
    if moment.tzinfo is None and moment.time() == time.min:
        return moment.date().isoformat()
    try:
        whole = moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC).replace(microsecond=0)
    except OverflowError as error:
        raise ValueError(str(error)) from error
    return whole.isoformat().replace("+00:00", "Z")


def _is_whole(value: str) -> bool:
    return value.lower().startswith(("http://", "https://"))


_BLANK_RUN = re.compile(r"\n[ \t]*\n[ \t]*\n")
_MARKS = re.compile(r"^\s*(?:[-*>#]+|\d+\.)\s+|[*_`]{1,3}|\[|\]\([^)]*\)")
_SHORT = 160  # letters of a line that can be boilerplate as a whole; a paragraph of prose is longer
_PROMO = re.compile(  # a line that wants something of its reader
    r"(?i)^(?:\w+ (?:event|webinar|podcast|newsletter)|add yourself to (?:the|our)\b.*|join (?:the|us|our)\b.*"
    r"|(?:sign|register|subscribe|save|book|get) (?:up|now|your|today)\b.*|read more\b.*|advertisement)$"
)
_STOCK = re.compile(
    r"(?i)(?:unsplash|pexels|pixabay|shutterstock|gettyimages|istockphoto|depositphotos|dreamstime|123rf|alamy|freepik)\."
    r"|stock\.adobe\.|[/_-](?:stock|placeholder|default)(?:-?(?:photo|image|cover|og))?s?[./_-]"
)
_STAFF = re.compile(r"(?i)(?:the )?(?:editors?|editorial(?: team| staff)?|staff(?: writers?)?|admin(?:istrator)?|team)")
_MOST = 3  # examples in one finding; a choice


@dataclass(frozen=True, slots=True)
class Oddity:
    """One finding: `detail` names what stands there, and what would be right where that is known."""

    reason: LintReason
    detail: str


def lint(article: Article, body: str, taxonomy: Taxonomy | None = None) -> list[Oddity]:
    """What is odd about `article`, whose file has the text `body` (markdown, as it stands there)."""
    own = (*_linted_tags(article, taxonomy), *_excerpt(article), *_body(body), *_cover(article), *_author(article))
    return [*own, *_category(article, taxonomy)]


def _linted_tags(article: Article, taxonomy: Taxonomy | None) -> Iterator[Oddity]:
    from syndicator.describing.taxonomy import casing

    spell = taxonomy.spelling if taxonomy else casing.canonical
    wrong = [(tag, right) for tag in article.tags if (right := spell(tag, article.body)) != tag]
    if wrong:
        yield Oddity(LintReason.TAG_CASING, ", ".join(f"{tag!r} is written {right!r}" for tag, right in wrong))


def _excerpt(article: Article) -> Iterator[Oddity]:
    fault = sentences.fault(article.excerpt, article.title) if article.excerpt else ""
    if fault:
        yield Oddity(LintReason.BAD_EXCERPT, f"{fault}: {article.excerpt[-60:]!r}")


def _body(body: str) -> Iterator[Oddity]:
    lines = [plain for line in body.splitlines() if (plain := text.line(_MARKS.sub("", line)))]
    found = [line for line in lines if len(line) < _SHORT and _is_boilerplate(line)]
    if found:
        shown = "; ".join(repr(line[:60]) for line in found[:_MOST])
        yield Oddity(LintReason.BOILERPLATE, shown + (f" and {len(found) - _MOST} more" if len(found) > _MOST else ""))
    if blank := len(_BLANK_RUN.findall(body)):
        yield Oddity(
            LintReason.BLANK_RUNS, f"{blank} times more than one blank line in a row; they are left out of feeds"
        )


def _is_boilerplate(line: str) -> bool:
    return bool(_PROMO.match(line)) or hints.starts(("cut",), hints.ready(line))[0] > 0


def _cover(article: Article) -> Iterator[Oddity]:
    if article.cover and _STOCK.search(article.cover):
        yield Oddity(LintReason.STOCK_IMAGE, f"{article.cover} looks like a picture from stock")


def _author(article: Article) -> Iterator[Oddity]:
    name = article.author or ""
    labels = {_key(label) for label in urls.host(article.url).split(".")[:-1]}
    if name and (_key(name) in labels or _key(name) == _key(urls.host(article.url)) or _STAFF.fullmatch(name)):
        yield Oddity(LintReason.SITE_AS_AUTHOR, f"{name!r} is the site, not a person")


def _category(article: Article, taxonomy: Taxonomy | None) -> Iterator[Oddity]:
    """Of one of the operator's categories: what another site calls its own is not for us to say."""
    if taxonomy is None or article.category not in {one.name for one in taxonomy.vocabulary.category}:
        return
    guess = taxonomy.category(article.title, article.body)
    if guess.name and guess.name != article.category:
        detail = f"{article.category!r}, but the text says {guess.name!r} (score {guess.score:.2f})"
        yield Oddity(LintReason.CATEGORY_UNLIKE_TEXT, detail)


def _key(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold())
