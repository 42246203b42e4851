"""Convert frontmatter of Hugo (gohugo.io/content-management/front-matter), Jekyll
(jekyllrb.com/docs/front-matter), Astro (docs.astro.build) and Next.js to ours; list mistakes in
articles. Pure."""

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
from syndicator.describing.taxonomy import tag_names
from syndicator.describing.taxonomy.taxonomy import Taxonomy
from syndicator.describing.text import sentences
from syndicator.reading.html import hints

# Keys of each field, best first. A dot leads into a table.
_KEYS: Mapping[str, tuple[str, ...]] = {
    "title": ("title",),
    "date": (
        "date",
        "pubDate",
        "pubDatetime",
        "publishDate",
        "publishedAt",
        "published",
        "created",
    ),
    "excerpt": ("excerpt", "description", "summary"),
    "coverImage": (
        *(
            "coverImage",
            "cover.image",
            "cover.src",
            "cover",
            "heroImage.src",
            "heroImage",
            "image.path",
            "image.src",
        ),
        *("image", "images", "featured_image", "thumbnail", "ogImage.url", "ogImage"),
    ),
    "author": ("author.name", "author", "authors"),
    "tags": ("tags", "taxonomies.tags", "keywords"),
    "category": ("category", "categories", "taxonomies.categories", "section"),
    "source": (
        "source",
        "canonical_url",
        "canonicalUrl",
        "canonicalURL",
        "canonical",
        "original_url",
        "externalUrl",
    ),
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
_BLANK_RUN = re.compile(r"\n[ \t]*\n[ \t]*\n")
_MARKS = re.compile(r"^\s*(?:[-*>#]+|\d+\.)\s+|[*_`]{1,3}|\[|\]\([^)]*\)")
_SHORT = 160  # letters of a line that may be boilerplate
_PROMO = re.compile(  # calls to action
    r"(?i)^(?:\w+ (?:event|webinar|podcast|newsletter)|add yourself to (?:the|our)\b.*|join"
    r" (?:the|us|our)\b.*"
    r"|(?:sign|register|subscribe|save|book|get) (?:up|now|your|today)\b.*|read"
    r" more\b.*|advertisement)$"
)
_STOCK = re.compile(
    r"(?i)(?:unsplash|pexels|pixabay|shutterstock|gettyimages|istockphoto|depositphotos|dreamstime|123rf|alamy|freepik)\."
    r"|stock\.adobe\.|[/_-](?:stock|placeholder|default)(?:-?(?:photo|image|cover|og))?s?[./_-]"
)
_STAFF = re.compile(
    r"(?i)(?:the )?(?:editors?|editorial(?: team| staff)?|staff(?:"
    r" writers?)?|admin(?:istrator)?|team)"
)
_MOST = 3  # examples in a finding: a choice


@dataclass(frozen=True, slots=True)
class Translated:
    """`front`: the first eight keys and the times; `own`: this site's page; `dropped`: messages
    about lost values."""

    front: Mapping[str, Any]
    own: bool
    dropped: tuple[str, ...] = ()


def is_draft(front: Mapping[str, Any]) -> bool:
    """True for drafts: `draft: true` (Hugo, Astro), `published: false` (Jekyll), and our articles
    on hold or merged."""
    if _word(front.get("hold")) in _TRUE or (front.get("merged_into") and front.get("digest")):
        return True
    return _word(front.get("draft")) in _TRUE or _word(front.get("published")) in _FALSE


def translate(front: Mapping[str, Any], path: PurePosixPath, site: str) -> Translated:
    """Convert the frontmatter of `path`. `site`: URL of the feeds or "", for pages without an
    address."""
    raw = {field: _first(front, keys) for field, keys in _KEYS.items()}
    dated = _DATED.fullmatch(path.parent.name if path.stem in _INDEX else path.stem)
    day, when = _time(raw["date"]), _time(front.get("published"))
    when = when if len(day) == _DAY and when.startswith(day) else day
    tags = raw["tags"]  # Jekyll separates tags by spaces
    values: dict[str, Any] = {
        "title": _text(raw["title"]),
        "date": when[:_DAY] or (dated[1] if dated else ""),
        "excerpt": _text(raw["excerpt"]),
        "author": _string(raw["author"]) or ", ".join(_texts(raw["author"])),
        "tags": _texts(
            tags.split() if dated and isinstance(tags, str) and "," not in tags else tags
        ),
        "category": _string(front.get("category")) or next(iter(_texts(raw["category"])), ""),
    }
    elsewhere = next((text for text in _texts(raw["source"]) if _is_whole(text)), "")
    values["source"] = elsewhere or (
        site and urljoin(site.rstrip("/") + "/", _own_path(front, path))
    )
    cover = next(iter(_texts(raw["coverImage"])), "")
    base = "" if elsewhere or not cover else values["source"]
    values["coverImage"] = (
        cover if _is_whole(cover) else base and urljoin(base, quote(cover, safe="/%:?=&"))
    )
    lost = (f"coverImage: {cover!r} is no whole URL",) if cover and not values["coverImage"] else ()
    ours = {key: value for key in _KEYS if (value := values[key])}
    ours |= {"published": when} if len(when) > _DAY else {}
    updated = next((text for key in _UPDATED if (text := _time(front.get(key)))), "")
    ours |= {"updated": updated} if len(updated) > _DAY and when else {}
    return Translated(front=ours, own=not elsewhere, dropped=lost)


def _own_path(front: Mapping[str, Any], path: PurePosixPath) -> str:
    for key in _OWN_ADDRESS:
        if (address := _text(front.get(key))).startswith("/"):
            return quote(address.lstrip("/"), safe="/%")
    if path.stem in _INDEX:
        return quote(str(path.parent)) if str(path.parent) != "." else ""
    name = _text(front.get("slug")).strip("/").rpartition("/")[2]
    return quote(str(path.parent / (path.stem if name in ("", ".", "..") else name)))


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
        for item in value:
            yield from _each(item) if isinstance(item, Mapping) else (_text(item),)
    elif isinstance(value, str) and "," in value and "://" not in value:
        yield from (part.strip() for part in value.split(","))
    else:
        yield _text(value)


def _string(value: Any) -> str:
    return _text(value) if isinstance(value, str) else ""


def _text(value: Any) -> str:
    return (
        ""
        if value is None or isinstance(value, bool | Mapping | list)
        else " ".join(str(value).split())
    )


def _word(value: Any) -> str:
    return str(value).strip().lower()


def _time(value: Any) -> str:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    moment = value.isoformat() if isinstance(value, datetime) else _ZONE.sub(r"\1:\2", _text(value))
    with suppress(ValueError):
        return date.fromisoformat(moment).isoformat()
    with suppress(ValueError, OverflowError):
        at = datetime.fromisoformat(moment)
        if at.tzinfo is None and at.time() == time.min:
            return at.date().isoformat()
        at = at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC).replace(microsecond=0)
        return at.isoformat().replace("+00:00", "Z")
    for form in _IN_WORDS:
        with suppress(ValueError):
            return datetime.strptime(moment, form).replace(tzinfo=UTC).date().isoformat()
    return ""


def _is_whole(value: str) -> bool:
    return value.lower().startswith(("http://", "https://"))


@dataclass(frozen=True, slots=True)
class Oddity:
    """A mistake in an article: its code, and a message with the correction if known."""

    reason: LintReason
    detail: str


def lint(article: Article, body: str, taxonomy: Taxonomy | None = None) -> list[Oddity]:
    """List mistakes in `article`, whose file has the markdown `body`."""
    return [
        *_tags(article, taxonomy),
        *_fields(article),
        *_body(body),
        *_category(article, taxonomy),
    ]


def _tags(article: Article, taxonomy: Taxonomy | None) -> Iterator[Oddity]:
    spell = taxonomy.spelling if taxonomy else tag_names.canonical
    wrong = [(tag, right) for tag in article.tags if (right := spell(tag, article.body)) != tag]
    if wrong:
        yield Oddity(
            LintReason.TAG_CASING,
            ", ".join(f"{tag!r} is written {right!r}" for tag, right in wrong),
        )


def _fields(article: Article) -> Iterator[Oddity]:
    fault = sentences.fault(article.excerpt, article.title) if article.excerpt else ""
    if fault:
        yield Oddity(LintReason.BAD_EXCERPT, f"{fault}: {article.excerpt[-60:]!r}")
    if article.cover and _STOCK.search(article.cover):
        yield Oddity(LintReason.STOCK_IMAGE, f"{article.cover} looks like a picture from stock")

    name, host = article.author or "", urls.host(article.url)
    labels = {_key(label) for label in host.split(".")[:-1]}
    if name and (_key(name) in labels or _key(name) == _key(host) or _STAFF.fullmatch(name)):
        yield Oddity(LintReason.SITE_AS_AUTHOR, f"{name!r} is the site, not a person")


def _body(body: str) -> Iterator[Oddity]:
    lines = [plain for line in body.splitlines() if (plain := text.line(_MARKS.sub("", line)))]
    short = [line for line in lines if len(line) < _SHORT]
    odd = [
        line
        for line in short
        if _PROMO.match(line) or hints.starts(("cut",), hints.ready(line))[0] > 0
    ]
    if odd:
        shown = "; ".join(repr(line[:60]) for line in odd[:_MOST])
        yield Oddity(
            LintReason.BOILERPLATE,
            shown + (f" and {len(odd) - _MOST} more" if len(odd) > _MOST else ""),
        )
    if blank := len(_BLANK_RUN.findall(body)):
        yield Oddity(
            LintReason.BLANK_RUNS,
            f"{blank} times more than one blank line in a row; they are left out of feeds",
        )


def _category(article: Article, taxonomy: Taxonomy | None) -> Iterator[Oddity]:
    if taxonomy is None or article.category not in {
        category.name for category in taxonomy.vocabulary.category
    }:
        return
    guess = taxonomy.category(article.title, article.body)
    if guess.name and guess.name != article.category:
        detail = f"{article.category!r}, but the text says {guess.name!r} (score {guess.score:.2f})"
        yield Oddity(LintReason.CATEGORY_UNLIKE_TEXT, detail)


def _key(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold())
