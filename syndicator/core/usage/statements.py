"""Parse what publishers state about the use of their articles, in pages, headers and robots.txt.
Pure."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Final, Literal, NamedTuple, cast, get_args
from urllib.parse import urlsplit

from syndicator.core import text, urls
from syndicator.core.model import ContentMode

Place = Literal["page", "feed", "header", "robots-txt"]  # nearest to the article first
PLACES: Final = get_args(Place)
LICENCE: Final = "licence"  # `use` of a statement that gives the address of a licence
WORDS: Final = "rights"  # `use` of a statement in words for people
_LONGEST_VALUE = 300  # characters of a value in an article file
# Licences that allow everybody to publish the whole text, with the names of author and licence
# (https://creativecommons.org/share-your-work/cclicenses/). The NC licences are missing: they do
# not allow commercial use.
_FREE: Final = re.compile(
    r"https?://creativecommons\.org/(?:licenses/by(?:-sa|-nd)?|publicdomain/(?:zero|mark))/", re.I
)
_LONGEST = 2_000  # characters of a field that are read
_MOST = 20  # statements of one article; real articles have up to five
_BETWEEN = re.compile(r"[\s,;]+")
# We store the usage lines of robots.txt with a page, as a header of this name; it replaces a header
# of the same name from the server.
HEADER = "robots.txt"
RSL_HEADER = "robots.txt-rsl"  # the same for the document that `License:` names (RSL 1.0)
_WHOLE_FILE = frozenset(("license",))  # lines of robots.txt that belong to no group (RSL 1.0)


class Statement(NamedTuple):
    """A statement of a publisher about the use of an article. `use`: what it is about: search,
    full-text, ai-input, ai-train, LICENCE or WORDS. `value`: "no", "yes", an address or a text.
    `vocabulary`: name of the convention, such as "Content-Signal". `place`: where it was found."""

    use: str
    value: str
    vocabulary: str
    place: Place

    def line(self) -> str:
        """Return the statement as a line of an article file, such as
        "ai-input: no (Content-Signal, robots-txt)"."""
        value = text.line(self.value)[:_LONGEST_VALUE]
        return f"{self.use}: {value} ({self.vocabulary}, {self.place})"


def parse_statement(line: str) -> Statement | None:
    """Return the statement of a publisher on a line of an article file, such as "ai-input: no
    (Content-Signal, robots-txt)". Return None if the line is no statement."""
    use, colon, value_and_source = line.partition(": ")
    value, bracket, source = value_and_source.rpartition(" (")
    vocabulary, comma, location = source.removesuffix(")").rpartition(", ")
    has_all_separators = bool(colon and bracket and comma)
    if not has_all_separators or not line.endswith(")"):
        return None
    if location not in PLACES:
        return None
    return Statement(use, value, vocabulary, cast(Place, location))


class Terms(NamedTuple):
    """What a publisher allows for an article.

    `most`: how much of it may be published. `model`: True if a language model may read it.
    `picture`: True if its picture may be shown. `because`: the statements that forbid something.
    `licences`: addresses of licences. `words`: texts for people. `free`: address of a licence by
    which everybody may publish the whole text, "" for none."""

    most: ContentMode = "full"
    model: bool = True
    picture: bool = True
    because: tuple[str, ...] = ()
    licences: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    free: str = ""


def derive_terms(lines: Iterable[str]) -> Terms:
    """Return the terms on which a publisher allows others to use an article. `lines`: the
    publisher's statements, as in `Article.rights`. If a vocabulary (a convention for statements)
    has statements at several places, only those nearest to the article count (TDMRep 5.4, RSL). If
    several vocabularies differ, the strictest one counts (draft-ietf-aipref-attach)."""
    parsed = [parse_statement(line) for line in lines]
    statements = [statement for statement in parsed if statement is not None]
    if not statements:
        return Terms()

    # the statements that count
    forbidden: dict[str, Statement] = {}
    licences: list[str] = []
    texts: list[str] = []
    for statement in statements:
        if statement.place != _find_nearest_place(statements, statement.vocabulary):
            continue
        if statement.value == "no":
            forbidden[statement.use] = statement
        if statement.use == LICENCE:
            licences.append(statement.value)
        if statement.use == WORDS:
            texts.append(statement.value)

    # how much of the text may be published: all, an excerpt, or only a link
    maximum: ContentMode = "full"
    if "search" in forbidden:
        maximum = "link"
    elif "full-text" in forbidden:
        maximum = "excerpt"

    # a licence that lets everybody publish the whole text
    free_licences = [url for url in licences if _FREE.match(url)]
    free = ""
    if free_licences and "full-text" not in forbidden:
        free = free_licences[0]

    # the reasons; statements about the training of models restrict none of these terms
    because = [statement.line() for use, statement in forbidden.items() if use != "ai-train"]
    return Terms(
        most=maximum,
        model="ai-input" not in forbidden,
        picture=maximum == "full",
        because=tuple(because),
        licences=tuple(dict.fromkeys(licences)),
        words=tuple(dict.fromkeys(texts)),
        free=free,
    )


def _find_nearest_place(statements: list[Statement], vocabulary: str) -> Place:
    """Return the place, of those with statements of a vocabulary, that is nearest to the article: a
    page is nearer than robots.txt. `vocabulary`: its name; at least one of `statements` must be of
    it."""
    places = [statement.place for statement in statements if statement.vocabulary == vocabulary]
    return min(places, key=PLACES.index)


class Vocabulary(NamedTuple):
    """A convention for statements about use. It is a table of data/vocabularies.toml, which
    explains the fields."""

    name: str
    form: Literal["list", "words", "flag", "address", "text"]
    fields: Mapping[str, tuple[str, ...]]
    uses: Mapping[str, tuple[str, ...]]
    no: frozenset[str]
    yes: frozenset[str]


@cache
def load_vocabularies() -> tuple[Vocabulary, ...]:
    """Return all vocabularies (conventions for statements about the use of articles) from
    data/vocabularies.toml. The file is read once."""
    file = files("syndicator.core.usage").joinpath("data/vocabularies.toml")
    all_vocabularies: list[Vocabulary] = []
    for table in tomllib.loads(file.read_text("utf-8"))["vocabulary"]:
        field_names = {location: tuple(names) for location, names in table["fields"].items()}
        uses_of_tokens = table.get("uses", {})
        vocabulary = Vocabulary(
            name=table["name"],
            form=table["form"],
            fields=field_names,
            uses={token: tuple(uses) for token, uses in uses_of_tokens.items()},
            no=frozenset(table.get("no", ())),
            yes=frozenset(table.get("yes", ())),
        )
        all_vocabularies.append(vocabulary)
    return tuple(all_vocabularies)


def list_field_names(location: Place) -> frozenset[str]:
    """Return the names of the fields that may contain statements at a place: for "header", the
    names of HTTP headers."""
    field_names: set[str] = set()
    for vocabulary in load_vocabularies():
        field_names.update(vocabulary.fields.get(location, ()))
    return frozenset(field_names)


def read_statements(
    location: Place, fields: Iterable[tuple[str, str]], base: str = ""
) -> tuple[Statement, ...]:
    """Return the statements of a publisher in `fields`, each once and at most 20. `location`: the
    place of the fields, such as "header". `fields`: the name, in lower case, and the value of each
    field. `base`: the address to which relative addresses refer, "" if unknown."""
    statements: dict[Statement, None] = {}  # a set in order
    for name, value in fields:
        for vocabulary in load_vocabularies():
            if name not in vocabulary.fields.get(location, ()):
                continue
            for use, answer in _read_value(vocabulary, value[:_LONGEST].strip(), base):
                statements[Statement(use, answer, vocabulary.name, location)] = None
    return tuple(statements)[:_MOST]


def _read_value(vocabulary: Vocabulary, value: str, base: str) -> Iterator[tuple[str, str]]:
    """Yield each statement in the value of a field: its use, such as "ai-input", and its answer,
    which is "no", "yes", the address of a licence, or a text. `vocabulary`: the convention that the
    field follows. `value`: the value of the field. `base`: the address to which relative addresses
    refer, "" if unknown."""
    if not value:
        return
    if vocabulary.form == "text":
        yield WORDS, value
    elif vocabulary.form == "address":
        address = urls.absolute(base, value) if base else value
        if address and urls.host(address):
            yield LICENCE, address
    else:
        for token, answer in _read_tokens(vocabulary, value.lower()):
            for use in vocabulary.uses.get(token, ()):
                yield use, answer


def _read_tokens(vocabulary: Vocabulary, value: str) -> Iterator[tuple[str, str]]:
    """Yield each word in the value of a field, with "no" or "yes": "noai, noimageai" gives
    ("noai", "no") and ("noimageai", "no"), "search=yes" gives ("search", "yes"). `vocabulary`: the
    convention that the field follows."""
    for part in _BETWEEN.split(value):
        token, _, answer = part.partition("=")
        # only in the form "list" words have answers; in other forms each word forbids a use
        if vocabulary.form != "list" or answer in vocabulary.no:
            yield token, "no"
        elif answer in vocabulary.yes:
            yield token, "yes"


_Line = tuple[str, str]  # name and value


def select_usage_lines(robots_txt: str, product: str, url: str) -> str:
    """Return the lines of a robots.txt that state how the page `url` may be used, or "" if there
    are none. Of several lines with the same name, only those with the longest pattern that matches
    the path of the page are returned. `robots_txt`: the content of the file. `product`: the name of
    this robot, which selects the group of lines (RFC 9309 section 2.2.1)."""
    parts = urlsplit(url)
    path = parts.path or "/"
    if parts.query:
        path += f"?{parts.query}"
    lower_text = robots_txt.lower()
    usage_names = list_field_names("robots-txt") | _WHOLE_FILE
    if not any(name in lower_text for name in usage_names):  # most files have none
        return ""
    usage = _parse_usage_lines(robots_txt)
    # the group of this robot, else that of all robots
    group = usage.groups.get(product.lower(), usage.groups.get("*", []))
    statements = [*usage.for_whole_file, *_select_for_path(group, path)]
    return "\n".join(f"{name}: {value}" for name, value in statements)[:_LONGEST]


def read_usage_lines(header: str) -> Iterator[tuple[str, str]]:
    """Yield the name and the value of each usage line of a robots.txt. `header`: the lines, as
    `select_usage_lines` returns them; they are stored with a page as a header."""
    for line in header.splitlines():
        name, colon, value = line.partition(":")
        if colon:
            yield name.strip(), value.strip()


def find_licence(header: str, base: str) -> str:
    """Return the address of the licence that the usage lines of a robots.txt name, or "" if they
    name none. `header`: the lines, as `select_usage_lines` returns them. `base`: the address of the
    robots.txt, to which a relative address refers."""
    for name, value in read_usage_lines(header):
        if name.lower() not in _WHOLE_FILE:
            continue
        address = urls.absolute(base, value) if value else None
        if address is None or not urls.host(address):
            return ""
        return address
    return ""


class _UsageLines(NamedTuple):
    """The usage lines of a robots.txt. `for_whole_file`: those that belong to no group; `groups`:
    by user agent in lower case, the lines for it."""

    for_whole_file: list[_Line]
    groups: dict[str, list[_Line]]


def _parse_usage_lines(robots_txt: str) -> _UsageLines:
    """Return the lines of a robots.txt that state how pages may be used: those for the whole file,
    and those of each group, by the robot that the group is for."""
    usage_names = list_field_names("robots-txt")
    usage = _UsageLines([], {})
    # the robots of the present group; lines before the first group are for all
    agents: list[str] = ["*"]
    is_after_agent = False
    for name, value in _read_pairs(robots_txt):
        if name == "user-agent":
            agent = value.lower().split(" ")[0]
            # neighbouring User-agent lines begin one group (RFC 9309 section 2.2.1)
            agents = [*agents, agent] if is_after_agent else [agent]
            usage.groups.setdefault(agent, [])
        elif name in _WHOLE_FILE:
            usage.for_whole_file.append((name, value))
        elif name in usage_names:
            for agent in agents:
                usage.groups.setdefault(agent, []).append((name, value))
        is_after_agent = name == "user-agent"
    return usage


def _read_pairs(robots_txt: str) -> Iterator[tuple[str, str]]:
    """Yield the name, in lower case, and the value of each line of a robots.txt that has both.
    Comments are left out."""
    for line in robots_txt.lstrip("\ufeff").splitlines():
        name, colon, value = line.partition("#")[0].partition(":")
        if colon and value.strip():
            yield name.strip().lower(), value.strip()


def _select_for_path(lines: Iterable[_Line], path: str) -> list[_Line]:
    """Return the name and the statement of each line of a robots.txt that applies to `path`, the
    path of a page with its query: its pattern matches the path, and no line with the same name has
    a longer pattern that matches. `lines`: the name and the value of each line; the value is the
    pattern and the statement."""
    longest: dict[str, int] = {}  # by name, the length of the longest pattern so far
    statements_by_name: dict[str, list[str]] = {}  # those with a pattern of this length
    for name, value in lines:
        pattern, statement = _split_pattern(value)
        if not matches_path(pattern, path):
            continue
        if len(pattern) > longest.get(name, -1):
            longest[name] = len(pattern)
            statements_by_name[name] = [statement]
        elif len(pattern) == longest[name]:
            statements_by_name[name].append(statement)
    selected = []
    for name, statements in statements_by_name.items():
        for statement in statements:
            selected.append((name, statement))
    return selected


def _split_pattern(value: str) -> tuple[str, str]:
    """Return the pattern and the statement in the value of a line of robots.txt: "/blog/" and
    "ai-train=n" for "/blog/ ai-train=n". The pattern is "", which matches all paths, if the value
    has none."""
    if not value.startswith(("/", "*")):
        return "", value
    pattern, _, statement = value.partition(" ")
    return pattern, statement.strip()


def matches_path(pattern: str, path: str) -> bool:
    """Return True if a pattern of robots.txt matches the beginning of `path`, the path of a page
    with its query. In a pattern, * stands for any characters, and a $ at its end for the end of the
    path (RFC 9309 section 2.2.3)."""
    parts = pattern.removesuffix("$").split("*")
    regex = ".*".join(re.escape(part) for part in parts)
    if pattern.endswith("$"):
        regex += "$"
    return re.match(regex, path) is not None
