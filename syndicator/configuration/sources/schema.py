"""Validate the tables of sources.toml, and turn them into sources.

Every error names file, source, key and cure."""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, model_validator

from syndicator.configuration import page_rules
from syndicator.configuration.cron import find_next_time
from syndicator.configuration.settings import (
    Section,
    check_query,
    network,
    parse_duration,
    require_pattern,
)
from syndicator.configuration.sources.plain_values import (
    compute_address_key,
    key_of,
    make_usual_source,
)
from syndicator.configuration.toml_files import TomlFile, describe_error
from syndicator.core import secrets, urls
from syndicator.core.errors import ConfigError, Fault, RulesError, UsageError
from syndicator.core.mailboxes import parse_mailbox
from syndicator.core.model import Rules, Source

_LANGUAGE = require_pattern(
    "[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*",
    'write a language tag such as "en", "de" or "pt-BR" (RFC 5646)',
)
_ANY_DAY = datetime(2024, 1, 1, tzinfo=UTC)  # to see whether a cron expression is valid
_SHORTEST_PAUSE = 60  # seconds between two visits
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# keys that a mailbox must not have
_WEB_SETTINGS = frozenset(
    {"kind", "robots", "headers_env", "cookies", "speaks_for", "backfill", "browser"}
)
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")  # RFC 9110 section 5.6.2, token


_SENDER = re.compile(r"[^@\s<>,]*@[^@\s<>,]+")
_LIST_ID = re.compile(r"[^\s<>]{1,200}")
_COOKIE_PATH = re.compile(r"[^/\\\x00-\x1f][^\\\x00-\x1f]{0,199}")
_AFTER_PATTERN = re.compile(r"keep|seen|move:[^\s\x00-\x1f/.][^\x00-\x1f]{0,199}")


def _check_key(value: str) -> str:
    """Return `value` if it may be the key of a source, such as "techcrunch-ai". Raises ValueError
    if it may not."""
    # a key is a file name (sources/<key>.atom), and Windows reserves some names for devices
    if re.fullmatch(r"con|prn|aux|nul|(com|lpt)[0-9]", value):
        raise ValueError(f"{value!r} cannot be a file name on Windows; choose another key")
    if not re.fullmatch(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?", value):
        raise ValueError(
            'write at most 60 characters, a-z, 0-9 and between them "-", such as "techcrunch-ai"'
        )
    return value


def _check_url(value: str) -> str:
    """Return `value`, the address of a source, without spaces around it. Raises ValueError if it is
    neither a web address nor a mailbox, if it has a user name or password, or if it has an
    environment variable that is not written as ${NAME}, is in the host, or is a setting."""
    if urls.is_mailbox(value):
        return _check_mailbox(value)
    try:
        urls.canonical(value)
    except urls.BadUrl as error:
        raise ValueError("write the whole URL, starting with http:// or https://") from error
    if "@" in urlsplit(value.strip()).netloc:
        raise ValueError(
            "contains a user name or password; put it in an environment variable, named in"
            " headers_env"
        )
    for name in secrets.variables(value):
        _refuse_setting(name)
    if secrets.variables(urlsplit(value.strip()).netloc):
        raise ValueError("has a variable in its host; write ${NAME} in the path or in a parameter")
    without_variables = re.sub(r"\$\{[A-Za-z_][A-Za-z0-9_]*\}", "", value)
    if "${" in without_variables:
        raise ValueError(
            'has a "${" that is no variable; write ${NAME}, with letters, digits and _'
        )
    return value.strip()


def _check_mailbox(value: str) -> str:
    """Return `value`, the address of a mailbox, without spaces around it. Raises ValueError if its
    scheme, user or folder is wrong, or if it has an environment variable that is a setting."""
    parse_mailbox(value)  # raises ValueError
    for name in secrets.variables(value):
        _refuse_setting(name)
    return value.strip()


def _refuse_setting(variable: str) -> None:
    """Raise ValueError if an environment variable of this name sets a setting of the program. Such
    a variable must not be used for another purpose."""
    if variable.upper().startswith("SYNDICATOR_"):
        raise ValueError(
            f"{variable}: variables that begin with SYNDICATOR_ are settings; use another name"
        )


def _check_duration(value: str) -> str:
    """Return `value` if it is a duration, such as "6h", of at least a minute. Raises ValueError if
    it is not."""
    if parse_duration(value) < _SHORTEST_PAUSE:
        raise ValueError(f"{value!r} is too short; the shortest is one minute")
    return value


def _check_cron(value: str) -> str:
    """Return `value` if it is a valid cron expression, such as "*/30 6-22 * * 1-5". Raises
    ValueError if it is not."""
    try:
        find_next_time(value, _ANY_DAY)  # raises ConfigError if it is not valid
    except ConfigError as error:
        raise ValueError(str(error)) from error
    return value


def _check_sender(value: str) -> str:
    """Return `value` in small letters if it is the sender of a newsletter: a mail address, or "@"
    and a domain for all addresses of that domain. Raises ValueError if it is not."""
    if not _SENDER.fullmatch(value):
        raise ValueError(
            f'{value!r} is no sender; write its address, "news@example.org", or "@example.org" for'
            " all of its addresses"
        )
    return value.lower()


def _check_list_id(value: str) -> str:
    """Return `value`, the List-Id of a newsletter (RFC 2919), in small letters and without the
    angle brackets around it. Raises ValueError if it is no List-Id."""
    bare = value.strip().removeprefix("<").removesuffix(">").lower()
    if not _LIST_ID.fullmatch(bare):
        raise ValueError(
            f'{value!r} is no list; write what its mails have in List-Id, "weekly.example.org"'
        )
    return bare


def _check_after(value: str) -> str:
    """Return `value` if it is a valid setting for what happens to a mail after it was read: "keep",
    "seen", or "move:" and a folder. Raises ValueError if it is not."""
    if not _AFTER_PATTERN.fullmatch(value):
        raise ValueError(f'{value!r}: write "keep", "seen", or "move:" and a folder')
    return value


def _check_host(value: str) -> str:
    """Return `value`, one of the hosts in `speaks_for`, in its canonical spelling. It is a host, or
    a host with a path if many people share the host, such as "github.com/alice". Raises ValueError
    if it is neither, or is a domain below which anybody can have a domain, such as "co.uk"."""
    try:  # every BadUrl gets the same message, below
        if "://" in value:
            raise urls.BadUrl(value)
        address = urls.canonical(f"https://{value}")
        if not address:
            raise urls.BadUrl(value)
    except urls.BadUrl as error:
        raise ValueError(
            f'{value!r} is no host; write "example.org", or "github.com/alice"'
        ) from error
    if urls.is_public_suffix(address):
        raise ValueError(
            f"anybody can have a domain below {value!r}; write the domains you mean, such as"
            " example.org"
        )
    return address.removeprefix("https://").rstrip("/")


def _check_headers(value: Mapping[str, str]) -> Mapping[str, str]:
    """Return `value` if it is a valid `headers_env`: for each name of an HTTP header, the name of
    the environment variable that contains the header's value. Raises ValueError if a name is not
    valid, or if a variable is a setting."""
    for name, variable in value.items():
        if not _HEADER_NAME.fullmatch(name):
            raise ValueError(f"{name!r} is not a header name")
        if not _VARIABLE.fullmatch(variable):
            raise ValueError(
                f"{name}: write the name of an environment variable with the value, not the value"
            )
        _refuse_setting(variable)
    return value


def _check_cookies(value: str) -> str:
    """Return `value` if it is the path of a file of cookies, relative to the configuration folder.
    Raises ValueError if it is absolute or leads out of that folder."""
    if not _COOKIE_PATH.fullmatch(value) or ".." in value.split("/"):
        raise ValueError(
            f'{value!r} is no file below the folder of the configuration; write "cookies/site.txt"'
        )
    return value


def _check_css(value: str) -> str:
    """Return `value` if it is a valid CSS selector. Raises ValueError, with the fault and the cure,
    if it is not."""
    try:
        page_rules.compile_css(value)
    except RulesError as error:
        raise ValueError(str(error)) from error
    return value


def _check_value(value: str) -> str:
    """Return `value` if it is a valid CSS selector, perhaps with an attribute after it, such as
    "img::attr(src)". Raises ValueError if it is not."""
    css, _ = page_rules.split_selector(value)
    _check_css(css)
    return value


def _refuse_text(value: Any) -> Any:
    """Return `value`, the setting `rules.keep`, which is a list. Raises ValueError if it is a text:
    the operator then took it for `keep` of the source, which is a query."""
    if isinstance(value, str):
        raise ValueError(
            'write a list of texts that stay on pages, ["..."]; a query for entries is the key keep'
            " of the source, above [source.rules]"
        )
    return value


Word = Annotated[str, Field(min_length=1, max_length=200)]
_Selector = Annotated[str, Field(min_length=1, max_length=500)]
_List = BeforeValidator(
    lambda value: (value,) if isinstance(value, str) else value,
    json_schema_input_type=str | tuple[str, ...],
)
Css = Annotated[tuple[Annotated[_Selector, AfterValidator(_check_css)], ...], _List]
# CSS, perhaps with an attribute
Value = Annotated[tuple[Annotated[_Selector, AfterValidator(_check_value)], ...], _List]


class RulesTable(Section):
    select: Css = ()
    remove: Css = ()
    title_suffix: Word | None = None
    content: Literal["page", "feed"] = "page"
    keep: Annotated[tuple[str, ...], BeforeValidator(_refuse_text)] = ()
    title: Value = ()
    author: Value = ()
    date: Value = ()
    cover: Value = ()
    links: Value = ()


class SourceTable(Section):
    """A [[source]] table, with the fields and defaults of `model.Source`."""

    key: Annotated[str, AfterValidator(_check_key)]
    url: Annotated[str, AfterValidator(_check_url)]
    title: Word | None = None
    kind: Literal["auto", "feed", "page", "list"] = "auto"
    category: Word | None = None
    tags: tuple[Word, ...] = ()
    content: Literal["full", "excerpt", "link", "private"] = "excerpt"
    language: Annotated[str, _LANGUAGE] | None = None
    licence: Word | None = None
    every: Annotated[str, AfterValidator(_check_duration)] | None = None
    cron: Annotated[str, AfterValidator(_check_cron)] | None = None
    force: bool = False
    robots: Literal["obey", "ignore"] = "obey"
    allow: tuple[Annotated[str, AfterValidator(network)], ...] = ()
    headers_env: Annotated[Mapping[str, str], AfterValidator(_check_headers)] = Field(
        default_factory=dict
    )
    cookies: Annotated[str, AfterValidator(_check_cookies)] = ""
    backfill: int = Field(20, ge=0, le=1000)
    speaks_for: tuple[Annotated[str, AfterValidator(_check_host)], ...] | None = None
    llm: bool = True
    lead: bool = False
    quotes: bool = True
    enabled: bool = True
    browser: bool = False
    keep: Annotated[str, AfterValidator(check_query)] | None = None
    mute: Annotated[str, AfterValidator(check_query)] | None = None
    sender: Annotated[str, AfterValidator(_check_sender)] | None = Field(None, alias="from")
    list_id: Annotated[str, AfterValidator(_check_list_id)] | None = Field(None, alias="list")
    after: Annotated[str, AfterValidator(_check_after)] = "keep"
    rules: RulesTable = RulesTable()

    @model_validator(mode="after")
    def _check_rhythm(self) -> Self:
        """Return the table itself. Raises ValueError if the times of visits are set by both `every`
        and `cron`, or if `force`, which makes them binding, is set without either."""
        if self.every and self.cron:
            raise ValueError("has both every and cron; remove one of them")
        if self.force and not (self.every or self.cron):
            raise ValueError("has force without every or cron; remove it")
        return self

    @model_validator(mode="after")
    def _check_list_settings(self) -> Self:
        """Return the table itself. Raises ValueError if a source with `rules.links`, whose page is
        read as a list of articles, has settings that do not fit a list."""
        if self.rules.links and self.kind != "auto":
            raise ValueError(
                f"has rules.links, which makes it a list of articles; take kind = {self.kind!r} out"
            )
        if self.rules.links and self.rules.content == "feed":
            raise ValueError('has rules.links, and a list has no texts: take content = "feed" out')
        return self

    @model_validator(mode="after")
    def _check_session_settings(self) -> Self:
        """Return the table itself. Raises ValueError if a source with cookies, so one that needs a
        login, also has a header Cookie, or would publish whole texts without a licence."""
        if not self.cookies:
            return self
        if any(name.lower() == "cookie" for name in self.headers_env):
            raise ValueError(
                "has cookies, and the header Cookie in headers_env; remove one of them"
            )
        if self.content == "full" and not self.licence:
            raise ValueError(
                'has cookies, and content = "full" would publish texts that others pay for: name'
                " the licence that permits it, or take content out; a private instance shows whole"
                " texts anyway"
            )
        return self

    @model_validator(mode="after")
    def _check_newsletter_settings(self) -> Self:
        """Return the table itself. Raises ValueError if a mailbox names no newsletter or has keys
        that only web sources may have, or if a web source has keys that only mailboxes may
        have."""
        mailbox_keys = [
            key_of(name) for name in ("sender", "list_id", "after") if name in self.model_fields_set
        ]
        if not urls.is_mailbox(self.url):
            if mailbox_keys:
                raise ValueError(f"has {mailbox_keys[0]}, which is for mailboxes; take it out")
            return self
        if not self.sender and not self.list_id:
            raise ValueError(
                'is a mailbox: name one newsletter of it with from = "news@example.org" or list ='
                ' "weekly.example.org"; nothing else of it is read'
            )
        web_settings = _WEB_SETTINGS & self.model_fields_set
        if web_settings:
            raise ValueError(f"is a mailbox, and {min(web_settings)} is for the web; take it out")
        if self.rules.links or self.rules.content != "page":
            raise ValueError("is a mailbox: take links and content out of its rules")
        return self

    def source(self) -> Source:
        """Return the source that this table describes. If the table does not set `content` or
        `llm`, these depend on the address and on whether the pages need cookies."""
        values = {name: getattr(self, name) for name in type(self).model_fields if name != "rules"}
        defaults = make_usual_source(self.url, self.cookies)
        for name in ("content", "llm"):
            if name not in self.model_fields_set:
                values[name] = getattr(defaults, name)
        rules = {name: getattr(self.rules, name) for name in RulesTable.model_fields}
        return Source(**values, rules=Rules(**rules))


@dataclass(frozen=True, slots=True)
class Placed:
    """A source with the file that has it. `number`: the number of its table in that file, from
    0."""

    source: Source
    file: TomlFile
    number: int

    def fault(self, message: str, *key_path: str | int) -> Fault:
        """Return a fault of this source, with its line. `message`: what is wrong. `key_path`: the
        keys and indexes that lead to the faulty value in the table of the source."""
        entry = f"source {self.source.key!r}"
        return self.file.fault(message, "source", self.number, *key_path, entry=entry)


def make_source(values: Mapping[str, Any]) -> Source:
    """Return the source that a [[source]] table with these values describes. Raises UsageError,
    which describes the first fault, if they are not valid."""
    try:
        return SourceTable.model_validate(values).source()
    except ValidationError as error:
        raise UsageError(describe_error(error.errors()[0], SourceTable)) from error


def parse_sources(file: TomlFile) -> tuple[Source, ...]:
    """Return the sources in a parsed file, in order. Raises ConfigError, with all faults, if any is
    faulty."""
    return tuple(placed.source for placed in parse_source_files([file]))


def parse_source_files(
    files: Sequence[TomlFile], unread: Sequence[Fault] = ()
) -> tuple[Placed, ...]:
    """Return the sources of several parsed files in order, each with its file and its number in it.
    `unread`: the faults of files that could not be parsed. Raises ConfigError if there are any
    faults; it has all of them, also those in `unread`."""
    placed, faults = parse_valid_sources(files, unread)
    if faults:
        raise ConfigError.of(faults)
    return placed


def parse_valid_sources(
    files: Sequence[TomlFile], unread: Sequence[Fault] = ()
) -> tuple[tuple[Placed, ...], tuple[Fault, ...]]:
    """Return the valid sources of several parsed files in order, each with its file and its number
    in it, and all faults, sorted by file and line. `unread`: the faults of files that could not be
    parsed; they are returned too."""
    placed: list[Placed] = []
    faults = list(unread)
    for file in files:
        sources_of_file, faults_of_file = read_tables(file)
        placed += sources_of_file
        faults += faults_of_file
    faults_of_duplicates = find_duplicates(placed)  # by index in `placed`
    faults += faults_of_duplicates.values()
    valid = tuple(item for index, item in enumerate(placed) if index not in faults_of_duplicates)
    faults.sort(key=lambda fault: (fault.file, fault.line or 0))
    return valid, tuple(faults)


def read_tables(file: TomlFile) -> tuple[list[Placed], list[Fault]]:
    """Return the valid sources of a parsed file, each with its file and its number in it, and the
    faults of all other tables and keys in the file."""
    faults = [
        file.fault(
            f"unknown key {name!r} outside of a source; every source starts with a line [[source]]",
            name,
        )
        for name in file.values
        if name != "source"
    ]
    tables = file.values.get("source", [])
    if isinstance(tables, Mapping):
        faults.append(
            file.fault("write [[source]] with two brackets on each side, not [source]", "source")
        )
        return [], faults
    are_tables = isinstance(tables, list) and all(isinstance(table, Mapping) for table in tables)
    if not are_tables:
        faults.append(file.fault("every source must start with a line [[source]]", "source"))
        return [], faults
    placed = []
    for number, table in enumerate(tables):
        try:
            placed.append(Placed(SourceTable.model_validate(table).source(), file, number))
        except ValidationError as error:
            faults += file.faults(
                error, SourceTable, "source", number, entry=_name_table(table, number)
            )
    return placed, faults


def _name_table(table: Mapping[str, Any], number: int) -> str:
    """Return a name for the table of a source, to use in messages: "source 'one'", or "source
    number 3" if it has no key. `number`: the number of the table in its file, from 0."""
    key = table.get("key")
    return f"source {key!r}" if isinstance(key, str) else f"source number {number + 1}"


def find_duplicates(placed: Iterable[Placed]) -> dict[int, Fault]:
    """Return a fault for each source that has the key or the address of an earlier source, by the
    index of the source in `placed`. `placed`: sources, each with its file and its number in it."""
    faults: dict[int, Fault] = {}
    first_by_key: dict[str, Placed] = {}
    first_by_address: dict[str, Placed] = {}
    for index, item in enumerate(placed):
        key = item.source.key
        address = _make_exact_address_key(item.source)
        if key in first_by_key:
            where = _name_other_file(first_by_key[key], item)
            message = (
                f"two sources have the key {key!r}{where}; give one of them another key: until"
                " then, only one of the two is followed"
            )
            faults[index] = item.file.fault(message, "source", item.number, "key")
        elif address in first_by_address:
            other = first_by_address[address]
            where = f"source {other.source.key!r}{_name_other_file(other, item)}"
            faults[index] = item.fault(f"url: {where} has the same; remove one of them", "url")
        first_by_key.setdefault(key, item)
        first_by_address.setdefault(address, item)
    return faults


def _make_exact_address_key(source: Source) -> str:
    """Return a text that is the same for two sources if they have the same address, and only then.
    For a mailbox, the newsletter must be the same too. Unlike for `compute_address_key`, addresses
    with and without "www." or a last slash differ."""
    if urls.is_mailbox(source.url):
        return compute_address_key(source)
    return urls.canonical(source.url)


def _name_other_file(other: Placed, item: Placed) -> str:
    """Return words such as " (the other in sources.d/news.toml:3)", to name the file and line of
    the source `other` in a message about the source `item`. Return "" if both are in the same
    file."""
    if other.file.path == item.file.path:
        return ""
    position = other.file.where("source", other.number, "key") or other.file.path
    return f" (the other in {position})"


def parse_added(path: Path, end: bytes, present: Sequence[Source]) -> tuple[Source, ...] | None:
    """Return the sources in text that was appended to a file, so that the rest of the file need not
    be parsed again. `path`: the file. `end`: the appended text. `present`: the sources before it.
    Return None if the whole file must be parsed, because `end` is not valid by itself or repeats a
    key or an address of `present`."""
    try:
        sources = parse_sources(TomlFile(path, tomllib.loads(end.decode())))
    except (ConfigError, tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError):
        return None
    if not sources:
        return ()
    keys = {source.key for source in present}
    addresses = set(map(_make_exact_address_key, present))
    for source in sources:
        if source.key in keys or _make_exact_address_key(source) in addresses:
            return None
    return sources
