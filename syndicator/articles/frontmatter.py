"""Parse and write article files: YAML frontmatter and markdown, also of other generators.
The only importer of python-frontmatter and yaml."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

import frontmatter
import yaml
from frontmatter import Post
from frontmatter.default_handlers import YAMLHandler

from syndicator.articles import fields
from syndicator.articles.fields import BODY, guard_shortcodes, normalise_body, read_day
from syndicator.core.errors import ConfigError
from syndicator.core.model import Article, make_article_id

# Every scalar is read as text: `on`, `no`, `1.10` and dates keep their spelling.
_TextLoader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_TypedLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_SafeDumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)

# Plain in YAML 1.1 and 1.2 alike; everything else is quoted.
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9 _./()-]*(?<! )")
_WORDS = frozenset(
    ("y", "n", "yes", "no", "on", "off", "true", "false", "null", "none", "nan", "inf")
)
_ESCAPED = re.compile(r"[\\\t\n\r\x85\xa0\u2028\u2029\ufeff]")
_ESCAPE = re.compile(r"\\(?:U([0-9A-F]{8})|.)")
_ONE_LINE = 10**9  # characters: texts are not folded
_TOML = re.compile(r"\+\+\+\r?\n(.*?)\r?\n\+\+\+[ \t]*(?:\r?\n|$)", re.DOTALL)


class _Dumper(_SafeDumper):  # type: ignore[misc]
    """Write texts as every YAML reader understands them: in quotes unless they are plain, and
    without anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def represent_text(self, value: str) -> Any:
        style: str | None = "'"
        if _ESCAPED.search(value):
            style = '"'
        elif _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
            style = None
        return self.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _Dumper.represent_text)


class ArticleHandler(YAMLHandler):
    """Our YAML for python-frontmatter. `where` is the file's name in errors. `body` is the text
    after the frontmatter that was split last: python-frontmatter strips it, but spaces before its
    first line make that line code."""

    def __init__(self, where: str = "article", loader: Any = _TextLoader) -> None:
        super().__init__()
        self.where = where
        self.body = ""
        self._loader = loader

    def split(self, text: str) -> tuple[str, str]:
        """Return frontmatter and body. Raises ConfigError."""
        try:
            front, self.body = super().split(text)
        except ValueError as error:
            raise ConfigError(
                f"{self.where}: the frontmatter has no end; put --- on a line after it"
            ) from error
        return front, self.body

    def load(self, fm: str, **kwargs: object) -> dict[str, Any]:
        """Parse the frontmatter `fm`. Raises ConfigError."""
        try:
            values = super().load(fm, Loader=self._loader, **kwargs)
        except (yaml.YAMLError, ValueError, RecursionError) as error:
            raise ConfigError(self._describe_fault(error)) from error
        if not isinstance(values, dict):
            raise ConfigError(f"{self.where}: the frontmatter is no list of `key: value` lines")
        return {str(key): value for key, value in values.items()}

    def _describe_fault(self, error: Exception) -> str:
        mark = getattr(error, "problem_mark", None)
        line = f" line {mark.line + 1}:" if mark else ""
        problem = getattr(error, "problem", None) or str(error)
        return (
            f"{self.where}:{line} the frontmatter is not valid YAML ({problem}); put the value in"
            " quotes"
        )

    def export(self, metadata: dict[str, object], **kwargs: object) -> str:
        """Return `metadata` as YAML, in its order."""
        text = super().export(metadata, Dumper=_Dumper, sort_keys=False, width=_ONE_LINE, **kwargs)
        # libyaml escapes characters beyond the basic plane; a backslash only ever stands in double
        # quotes here
        return _ESCAPE.sub(lambda match: chr(int(match[1], 16)) if match[1] else match[0], text)


def dump(
    article: Article,
    extra: Mapping[str, Any] | None = None,
    *,
    body: str | None = None,
    aged: bool = False,
) -> bytes:
    """Return the file of `article` with the operator's `extra` keys. `body`: spelling; `aged`: keys
    of old schemas."""
    settled = fields.settle(article)
    theirs = extra or {}
    as_given = body is not None and BODY.settle(body) == settled.body
    markdown = (
        normalise_body(body) if body is not None and as_given else guard_shortcodes(settled.body)
    )
    return _write({**fields.make_frontmatter(settled, theirs, aged=aged), **theirs}, markdown)


def _write(front: Mapping[str, Any], body: str) -> bytes:
    post = Post(body)
    post.metadata = dict(front)  # not as keyword arguments: a key may be called `content`
    return (frontmatter.dumps(post, ArticleHandler()) + "\n").encode()


def load(data: bytes, path: str = "") -> Article:
    """Parse an article file. Raises ConfigError that names `path`, fault and cure."""
    return _load(data, path)


@lru_cache(4)  # a file that is rewritten is read three times on the way
def _load(data: bytes, path: str) -> Article:
    post = _read(data, path, _TextLoader)
    values = post.metadata
    rows = fields.known(values)
    where = path or "article"
    read = {
        row.key: row.type.read(values.get(row.key, row.type.absent), f"{where}: {row.key}")
        for row in rows
    }
    attributes: dict[str, Any] = {row.attribute: read[row.key] for row in rows if row.shown is None}
    article_id = attributes["id"] or make_article_id(attributes["url"])
    settled = fields.settle(Article(**{**attributes, "id": article_id, "body": post.content}))
    day = read["date"]
    if day and day != fields.day(settled):
        settled = replace(settled, published=read_day(day, f"{where}: date"))
    if "added" in values:
        return settled
    if not settled.title:
        raise ConfigError(f"{where}: title: write what the article is called")
    if settled.published is None:
        raise ConfigError(f"{where}: date: write the day of the article, like '2026-11-24'")
    return replace(settled, added=settled.published)


def extra(data: bytes, path: str = "") -> dict[str, Any]:
    """Return a file's keys that are not ours, with their YAML types, so that a rewrite keeps
    them."""
    as_text = _read(data, path, _TextLoader).metadata
    if fields.own_keys(as_text).issuperset(as_text):
        return {}  # true of nearly every file; saves half of the time
    values = _read_typed(data, path).metadata
    ours = fields.own_keys(as_text if fields.SCHEMA in values else values)
    return {key: value for key, value in values.items() if key not in ours}


def parse_foreign(data: bytes, path: str = "") -> tuple[dict[str, Any], str]:
    """Return keys (YAML types, or TOML types within `+++`) and body of another generator's file.
    Raises ConfigError."""
    content = data.decode("utf-8-sig", "replace")
    if toml := _TOML.match(content):
        try:
            return tomllib.loads(toml[1]), content[toml.end() :]
        except tomllib.TOMLDecodeError as error:
            raise ConfigError(f"{path}: the frontmatter is not valid TOML: {error}") from error
    post = _read_typed(data, path)
    return dict(post.metadata), post.content


def write_foreign(front: Mapping[str, Any], body: str) -> bytes:
    """Return an article file as a person would write it: `front` in its order, then the body."""
    return _write(front, normalise_body(body))


def markdown(data: bytes) -> str:
    """Return the body of a file as `load` does, in a quarter of the time. Raises ConfigError."""
    return str(BODY.settle(body(data)))


def body(data: bytes, path: str = "") -> str:
    """Return the unchanged body of a file. Raises ConfigError."""
    handler = ArticleHandler(path or "article")
    return handler.split(_decode(data, handler))[1]


def _read_typed(data: bytes, path: str) -> Post:
    """Return keys with their YAML types; as text if a tag or date has no type."""
    try:
        return _read(data, path, _TypedLoader)
    except ConfigError:
        return _read(data, path, _TextLoader)


@lru_cache(4)  # a rewrite asks four times for parts of one file
def _read(data: bytes, path: str, loader: Any) -> Post:
    """Return the keys and the unchanged body of a file. Raises ConfigError."""
    handler = ArticleHandler(path or "article", loader)
    # not `frontmatter.loads`, which passes keys as keyword arguments: a key may be called `content`
    values, _ = frontmatter.parse(_decode(data, handler), handler=handler)
    post = Post(handler.body, handler)
    post.metadata = values
    return post


def _decode(data: bytes, handler: ArticleHandler) -> str:
    """Return the text of a file that has frontmatter. Raises ConfigError."""
    try:
        content = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        cure = "save the file as UTF-8"
        raise ConfigError(f"{handler.where}: not UTF-8 at byte {error.start}; {cure}") from error
    if not handler.detect(content):
        raise ConfigError(f"{handler.where}: no frontmatter; the first line has to be ---")
    return content
