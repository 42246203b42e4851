"""Article files: frontmatter and markdown. The only door of python-frontmatter and yaml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import frontmatter
import yaml
from frontmatter.default_handlers import YAMLHandler

from syndicator import text
from syndicator.articles import normal_form
from syndicator.errors import ConfigError
from syndicator.model import Article, Enclosure, Origin, article_id
from syndicator.urls import BadUrl, canonical

# Read as text whatever it looks like: `on`, `no`, `1.10` and dates keep their spelling.
_TextLoader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BaseDumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)

# Plain in YAML 1.1 and 1.2 alike; everything else is quoted.
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9 _./()-]*(?<! )")
_WORDS = frozenset(("y", "n", "yes", "no", "on", "off", "true", "false", "null", "none", "nan", "inf"))
_ESCAPED = re.compile(r"[\\\t\n\r\x85\xa0\u2028\u2029\ufeff]")
_ESCAPE = re.compile(r"\\(?:U([0-9A-F]{8})|.)")


# Strings in quotes unless they are plain to every YAML reader; no anchors for a value that is there twice.
_Dumper: Any = type("_Dumper", (_BaseDumper,), {"ignore_aliases": lambda self, data: True})


def _string(dumper: Any, value: str) -> Any:
    style = None if _PLAIN.fullmatch(value) and value.lower() not in _WORDS else "'"
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style='"' if _ESCAPED.search(value) else style)


_Dumper.add_representer(str, _string)


def dump(article: Article, extra: Mapping[str, Any] | None = None) -> bytes:
    """The file of `article`: keys in the order of the contract, then `extra` (keys an operator added), then the body.
    The same article gives the same bytes."""
    settled = normal_form.settle(article)
    post = frontmatter.Post(settled.body, **{**_front(settled), **(extra or {})})
    written = frontmatter.dumps(post, handler=YAMLHandler(), Dumper=_Dumper, sort_keys=False, width=10**9)
    head, rule, body = written.partition("\n---\n")
    # libyaml escapes what is beyond the basic plane; a backslash only ever stands in double quotes here
    return (_unescape(head) + rule + body.rstrip("\n") + "\n").encode()


def load(data: bytes, path: str = "") -> Article:
    """The article in a file's bytes, as the file has it. Raises ConfigError that names `path`, fault and cure."""
    front, body = _split(data, path)
    values = _parse(front, path, _TextLoader)
    read = _Reader(values, path)
    url = _url(read)
    day = read.text("date")
    published = read.time("published")
    article = Article(
        id=read.text("id") or article_id(url),
        url=url,
        title=read.text("title"),
        author=read.text("author"),
        published=published,
        updated=read.time("updated"),
        cover=read.text("coverImage"),
        excerpt=read.text("excerpt"),
        category=read.text("category"),
        tags=read.texts("tags"),
        body=body,
        language=read.text("language"),
        partial=read.text("partial").lower() in ("true", "yes", "on", "1"),
        robots=read.texts("robots"),
        added=read.time("added"),
        source_key=read.text("source_key"),
        source_id=read.text("source_id"),
        digest=read.text("digest"),
        excerpt_by=read.text("excerpt_by"),
        tags_by=read.text("tags_by"),
        enclosure=read.enclosure(),
        also=read.texts("also"),
        revisions=read.texts("revisions"),
        origin=read.origin(),
        aliases=read.texts("aliases"),
        keywords=read.texts("keywords"),
        section=read.text("section"),
        merged_into=read.text("merged_into"),
        split_from=read.texts("split_from"),
    )
    settled = normal_form.settle(article)
    return replace(settled, published=read.day("date")) if day and day != normal_form.day(settled) else settled


def extra(data: bytes, path: str = "") -> dict[str, Any]:
    """The keys of a file that are not ours, with their YAML types, so that a rewrite can keep them."""
    front, _ = _split(data, path)
    try:
        values = _parse(front, path, _SafeLoader)
    except ConfigError:  # a tag or date that only the text loader takes
        values = _parse(front, path, _TextLoader)
    return {key: value for key, value in values.items() if key not in _KNOWN}


def _front(article: Article) -> dict[str, Any]:
    """The frontmatter of a settled article."""
    front: dict[str, Any] = {
        "title": article.title,
        "date": normal_form.day(article),
        "excerpt": article.excerpt,
        "coverImage": article.cover or "",
        "author": article.author or "",
        "tags": list(article.tags),
        "category": article.category,
        "source": article.url,
        "id": article.id,
        "published": normal_form.iso(article.published),
        "updated": normal_form.iso(article.updated),
        "added": normal_form.iso(article.added),
        "language": article.language or "",
        "source_key": article.source_key,
        "source_id": article.source_id,
        "digest": article.digest,
        "excerpt_by": article.excerpt_by,
        "tags_by": article.tags_by,
    }
    return front | _optional(article)


def _optional(article: Article) -> dict[str, Any]:
    enclosure, origin = article.enclosure, article.origin
    media = (
        {"url": enclosure.url, "type": enclosure.type, "length": enclosure.length, "duration": enclosure.duration}
        if enclosure
        else {}
    )
    feed = {
        "title": origin.title,
        "url": origin.url,
        "site": origin.site,
        "id": origin.id,
        "updated": normal_form.iso(origin.updated),
    }
    present = {
        "enclosure": {key: value for key, value in media.items() if value},
        "also": list(article.also),
        "revisions": list(article.revisions),
        "origin": {key: value for key, value in feed.items() if value},
        "partial": article.partial,
        "robots": list(article.robots),
        "aliases": list(article.aliases),
        "keywords": list(article.keywords),
        "section": article.section,
        "merged_into": article.merged_into,
        "split_from": list(article.split_from),
    }
    return {key: value for key, value in present.items() if value}


_KNOWN = frozenset(_front(Article(id="", url="", title=""))) | {
    "enclosure",
    "also",
    "revisions",
    "origin",
    "partial",
    "robots",
    "aliases",
    "keywords",
    "section",
    "merged_into",
    "split_from",
}


def _unescape(head: str) -> str:
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)) if match[1] else match[0], head)


def _split(data: bytes, path: str) -> tuple[str, str]:
    try:
        content = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path or 'article'}: not UTF-8 at byte {error.start}; save the file as UTF-8") from error
    handler = YAMLHandler()
    if not handler.detect(content):
        raise ConfigError(f"{path or 'article'}: no frontmatter; the first line has to be ---")
    try:
        return handler.split(content)
    except ValueError as error:
        raise ConfigError(f"{path or 'article'}: the frontmatter has no end; put --- on a line after it") from error


def _parse(front: str, path: str, loader: Any) -> dict[str, Any]:
    try:
        values = YAMLHandler().load(front, Loader=loader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f" line {mark.line + 1}:" if mark else ""
        problem = getattr(error, "problem", None) or str(error)
        raise ConfigError(
            f"{path or 'article'}:{line} the frontmatter is not valid YAML ({problem}); put the value in quotes"
        ) from error
    if not isinstance(values, dict):
        raise ConfigError(f"{path or 'article'}: the frontmatter is no list of `key: value` lines")
    return {str(key): value for key, value in values.items()}


def _url(read: _Reader) -> str:
    url = read.text("source")
    try:
        canonical(url)
    except BadUrl as error:
        raise ConfigError(f"{read.path}: source: has to be the article's URL, not {url[:80]!r}") from error
    return url


class _Reader:
    """Values of the frontmatter by key, each as the type it has to be."""

    def __init__(self, values: Mapping[str, Any], path: str) -> None:
        self.values = values
        self.path = path or "article"

    def text(self, key: str) -> str:
        value = self.values.get(key, "")
        if not isinstance(value, str):
            raise ConfigError(f"{self.path}: {key}: has to be one text; put it in quotes")
        return text.legal(value)

    def texts(self, key: str) -> tuple[str, ...]:
        """A list, or one text with commas as people write tags."""
        value = self.values.get(key, [])
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise ConfigError(f"{self.path}: {key}: has to be a list of texts, one a line after a hyphen")
        return tuple(value)

    def time(self, key: str) -> datetime | None:
        value = self.text(key)
        try:
            return normal_form.moment(datetime.fromisoformat(value)) if value else None
        except ValueError as error:
            raise ConfigError(
                f"{self.path}: {key}: {value[:40]!r} is no time; write it like '2026-11-24T10:00:00Z'"
            ) from error

    def day(self, key: str) -> datetime:
        """The start of a day in UTC; a whole time counts too."""
        value = self.text(key)
        try:
            moment = datetime.fromisoformat(value)
        except ValueError as error:
            raise ConfigError(f"{self.path}: {key}: {value[:40]!r} is no day; write it like '2026-11-24'") from error
        return normal_form.moment(moment) or moment.replace(tzinfo=UTC)

    def part(self, key: str) -> _Reader:
        value = self.values.get(key, {})
        if not isinstance(value, dict):
            raise ConfigError(f"{self.path}: {key}: has to be indented `key: value` lines")
        return _Reader({str(name): inner for name, inner in value.items()}, f"{self.path}: {key}")

    def enclosure(self) -> Enclosure | None:
        part = self.part("enclosure")
        if not part.text("url"):
            return None
        length = part.text("length")
        return Enclosure(
            url=part.text("url"),
            type=part.text("type"),
            length=int(length) if re.fullmatch(r"\d{1,18}", length) else 0,
            duration=part.text("duration"),
        )

    def origin(self) -> Origin:
        part = self.part("origin")
        return Origin(
            title=part.text("title"),
            url=part.text("url"),
            site=part.text("site"),
            id=part.text("id"),
            updated=part.time("updated"),
        )
