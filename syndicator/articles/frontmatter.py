"""Parse and write article files: YAML frontmatter and markdown, also of other generators.
The only importer of python-frontmatter and yaml."""

import re
import tomllib
from collections.abc import Mapping, Sequence
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

# Texts that YAML 1.1 and 1.2 read alike without quotes, unless they are _WORDS.
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9 _./()-]*(?<! )")
_WORDS = frozenset(
    ("y", "n", "yes", "no", "on", "off", "true", "false", "null", "none", "nan", "inf")
)
_ESCAPED = re.compile(r"[\\\t\n\r\x85\xa0\u2028\u2029\ufeff]")  # need double quotes
_ESCAPE = re.compile(r"\\(?:U([0-9A-F]{8})|.)")  # group: the code of a character
_ONE_LINE = 10**9  # characters: texts are not folded
_TOML = re.compile(r"\+\+\+\r?\n(.*?)\r?\n\+\+\+[ \t]*(?:\r?\n|$)", re.DOTALL)


_QUOTES_CURE = "put the value in quotes"
_MOST_LINES_BACK = 40  # that are searched for the beginning of a faulty value; a choice
# a line with a text that begins with a quotation mark (the group) and does not end on it
_OPEN_TEXT = re.compile(r"""[^\s:]+:\s+(['"])(?:(?!\1).)*""")


class _Dumper(_SafeDumper):  # type: ignore[misc]
    """Writes YAML that every reader understands: texts in quotes unless all readers take them for
    texts without, and no anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        """Return True: write a value again instead of a reference to it."""
        return True

    def represent_text(self, value: str) -> Any:
        """Return the YAML node of a text, with the quotes that it needs: double quotes for special
        characters, none for plain words, and else single ones."""
        style: str | None = "'"
        if _ESCAPED.search(value):
            style = '"'
        elif _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
            style = None
        return self.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _Dumper.represent_text)


class ArticleHandler(YAMLHandler):
    """Reads and writes YAML for python-frontmatter. `body`: the text after the frontmatter that was
    split last. The library strips that text, but we need the spaces before its first line, which
    make the line code."""

    def __init__(self, where: str = "article", loader: Any = _TextLoader) -> None:
        """`where`: the name of the file, for messages. `loader`: the class of PyYAML that reads the
        values."""
        super().__init__()
        self.where = where
        self.body = ""
        self._loader = loader
        self._lines_before = 0  # lines before the frontmatter that was split last

    def split(self, text: str) -> tuple[str, str]:
        """Return the frontmatter (the YAML header) and the body of an article file. Raises
        ConfigError if the frontmatter does not end."""
        try:
            front, self.body = super().split(text)
        except ValueError as error:
            raise ConfigError(
                f"{self.where}: the frontmatter has no end; put --- on a line after it"
            ) from error
        self._lines_before = text[: text.index(front)].count("\n")
        return front, self.body

    def load(self, fm: str, **kwargs: object) -> dict[str, Any]:
        """Return the values of the frontmatter `fm`, by key. Raises ConfigError, with the faulty
        line, if it is not valid YAML."""
        try:
            values = super().load(fm, Loader=self._loader, **kwargs)
        except (yaml.YAMLError, ValueError, RecursionError) as error:
            raise ConfigError(self._describe_fault(fm, error)) from error
        if not isinstance(values, dict):
            raise ConfigError(f"{self.where}: the frontmatter is no list of `key: value` lines")
        return {str(key): value for key, value in values.items()}

    def _describe_fault(self, fm: str, error: Exception) -> str:
        """Return a message for the operator about the frontmatter `fm`, which is not valid YAML. It
        has the number of the line with the faulty value.

        PyYAML may name a later line: if a text is not closed, it notices this only at a later
        quote. Lines before it are tried until what stands before them is valid. `error`: the
        exception of PyYAML."""
        mark = getattr(error, "problem_mark", None)
        if mark is None:
            return f"{self.where}: the frontmatter is not valid YAML ({error}); {_QUOTES_CURE}"
        lines = fm.split("\n")
        last = min(mark.line, len(lines) - 1)  # the line that PyYAML names
        first = max(last - _MOST_LINES_BACK, 0)
        number = last
        while number > first and not self._is_valid(lines[:number]):
            number -= 1
        opening = _OPEN_TEXT.fullmatch(lines[number])
        if opening:
            fault = f": the text is not closed: write {opening[1]} at its end"
        else:
            problem = getattr(error, "problem", None) or error
            fault = f" ({problem}); {_QUOTES_CURE}"
        line = self._lines_before + number + 1
        return f"{self.where}: line {line}: the frontmatter is not valid YAML{fault}"

    def _is_valid(self, lines: Sequence[str]) -> bool:
        """Return True if these lines of a frontmatter are valid YAML."""
        try:
            super().load("\n".join(lines), Loader=self._loader)
        except (yaml.YAMLError, ValueError, RecursionError):
            return False
        return True

    def export(self, metadata: dict[str, object], **kwargs: object) -> str:
        """Return the keys and values of `metadata` as YAML, in their order."""
        text = super().export(metadata, Dumper=_Dumper, sort_keys=False, width=_ONE_LINE, **kwargs)
        # libyaml writes characters above U+FFFF, such as emoji, as \U0001F600: write them as they
        # are. A backslash stands only in texts in double quotes, where it begins an escape.
        return _ESCAPE.sub(lambda match: chr(int(match[1], 16)) if match[1] else match[0], text)


def dump(
    article: Article,
    extra: Mapping[str, Any] | None = None,
    *,
    body: str | None = None,
    aged: bool = False,
) -> bytes:
    """Return the bytes of the file of `article`. `extra`: the operator's own keys and their values,
    which come last. `body`: the body in the present file, which is kept if it means the same as the
    article's body. `aged`: True to write values under the keys that they had in earlier schemas."""
    settled = fields.settle(article)
    theirs = extra or {}
    if body is not None and BODY.settle(body) == settled.body:
        markdown = normalise_body(body)
    else:
        markdown = guard_shortcodes(settled.body)
    front = fields.make_frontmatter(settled, theirs, aged=aged)
    return _write({**front, **theirs}, markdown)


def _write(front: Mapping[str, Any], body: str) -> bytes:
    """Return the bytes of a file with this frontmatter and this body."""
    post = Post(body)
    post.metadata = dict(front)  # not as keyword arguments: a key may be called `content`
    return (frontmatter.dumps(post, ArticleHandler()) + "\n").encode()


def load(data: bytes, path: str = "") -> Article:
    """Return the article of a file. A file that a person wrote must have a title and a date. Raises
    ConfigError, whose message has `path`, the fault and the cure."""
    return _load(data, path)


@lru_cache(4)  # a file that is rewritten is read three times on the way
def _load(data: bytes, path: str) -> Article:
    """Return the article of a file. `load` calls this with `path` always given, so that equal calls
    find the cached article. `data`: the bytes of the file. `path`: its path, "" if unknown. Raises
    ConfigError, with the line of the fault."""
    post = _read(data, path, _TextLoader)
    try:
        return _make_article(post, path)
    except ConfigError as error:
        raise ConfigError(_add_line(str(error), path or "article", data)) from error


def _add_line(message: str, where: str, data: bytes) -> str:
    """Return `message`, which begins with "`where`: key:", with the number of the line of this key
    added. Return it unchanged if the file has no such key. `data`: the bytes of the file."""
    key, _, _ = message.removeprefix(f"{where}: ").partition(":")
    for number, line in enumerate(data.decode("utf-8-sig").splitlines(), start=1):
        if line.startswith(f"{key}:"):
            return message.replace(f"{where}: ", f"{where}: line {number}: ", 1)
    return message


def _make_article(post: Post, path: str) -> Article:
    """Return the article of a file. `post`: the keys of its frontmatter with texts as values, and
    its body. `path`: the path of the file, "" if unknown. Raises ConfigError if a value is invalid
    or missing."""
    values = post.metadata
    where = path or "article"
    parsed: dict[str, Any] = {}
    attributes: dict[str, Any] = {}
    for field in fields.list_our_fields(values):
        value = values.get(field.key, field.type.absent)
        parsed[field.key] = field.type.read(value, f"{where}: {field.key}")
        is_computed = field.shown is not None
        if not is_computed:
            attributes[field.attribute] = parsed[field.key]
    attributes["id"] = attributes["id"] or make_article_id(attributes["url"])
    settled = fields.settle(Article(**attributes, body=post.content))
    # `date` only repeats the day of `published`: if they differ, a person changed `date`
    day = parsed["date"]
    if day and day != fields.day(settled):
        settled = replace(settled, published=read_day(day, f"{where}: date"))
    if "added" in values:
        return settled

    # we write `added` always: a person wrote this file
    if not settled.title:
        raise ConfigError(f"{where}: title: write what the article is called")
    if settled.published is None:
        raise ConfigError(f"{where}: date: write the day of the article, like '2026-11-24'")
    return replace(settled, added=settled.published)


def extra(data: bytes, path: str = "") -> dict[str, Any]:
    """Return the operator's own keys in a file, with their values in the types of YAML, so that
    they can be written back unchanged. `data`: the bytes of the file. `path`: its path, for
    messages. Raises ConfigError."""
    texts = _read(data, path, _TextLoader).metadata
    has_only_our_keys = fields.list_our_keys(texts).issuperset(texts)
    if has_only_our_keys:  # nearly every file; to read it only once saves half of the time
        return {}
    values = _read_typed(data, path).metadata
    our_keys = fields.list_our_keys(texts if fields.SCHEMA in values else values)
    return {key: value for key, value in values.items() if key not in our_keys}


def parse_foreign(data: bytes, path: str = "") -> tuple[dict[str, Any], str]:
    """Return the frontmatter and the body of an article file that another program wrote. The
    frontmatter is YAML between `---` or TOML between `+++`. Its values have the types of these
    languages. `path`: the path of the file, for messages. Raises ConfigError."""
    content = data.decode("utf-8-sig", "replace")
    toml = _TOML.match(content)
    if toml is not None:
        try:
            return tomllib.loads(toml[1]), content[toml.end() :]
        except tomllib.TOMLDecodeError as error:
            raise ConfigError(f"{path}: the frontmatter is not valid TOML: {error}") from error
    post = _read_typed(data, path)
    return dict(post.metadata), post.content


def write_foreign(front: Mapping[str, Any], body: str) -> bytes:
    """Return the bytes of an article file as a person would write it: the keys of `front` in their
    order, with no digest or other key of ours, then the body."""
    return _write(front, normalise_body(body))


def markdown(data: bytes) -> str:
    """Return the body of a file in its normal form, as `load` does, but in a quarter of the time.
    Raises ConfigError."""
    return str(BODY.settle(body(data)))


def body(data: bytes, path: str = "") -> str:
    """Return the body of a file exactly as it stands there. `path`: for ConfigError."""
    handler = ArticleHandler(path or "article")
    return handler.split(_decode(data, handler))[1]


def _read_typed(data: bytes, path: str) -> Post:
    """Return the frontmatter and body of a file, with values in the types of YAML. If a value is
    invalid for its type, such as the date 2026-13-01, all values are texts. `path`: the path of the
    file, for messages."""
    try:
        return _read(data, path, _TypedLoader)
    except ConfigError:
        return _read(data, path, _TextLoader)


@lru_cache(4)  # a rewrite asks four times for parts of one file
def _read(data: bytes, path: str, loader: Any) -> Post:
    """Return the frontmatter of a file, as keys and values, and its unchanged body. `loader`: the
    class of PyYAML that reads the values. `path`: the path of the file, for messages."""
    handler = ArticleHandler(path or "article", loader)
    # not `frontmatter.loads`, which passes keys as keyword arguments: a key may be called `content`
    values, _ = frontmatter.parse(_decode(data, handler), handler=handler)
    post = Post(handler.body, handler)
    post.metadata = values
    return post


def _decode(data: bytes, handler: ArticleHandler) -> str:
    """Return the text of a file, in which lines end with a line feed. `handler`: has the name of
    the file, for messages. Raises ConfigError if the file is not UTF-8 or does not begin with
    frontmatter."""
    try:
        content = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        cure = "save the file as UTF-8"
        raise ConfigError(f"{handler.where}: not UTF-8 at byte {error.start}; {cure}") from error
    if not handler.detect(content):
        raise ConfigError(f"{handler.where}: no frontmatter; the first line has to be ---")
    return content
