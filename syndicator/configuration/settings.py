"""Define all settings, and load them from syndicator.toml and SYNDICATOR_* variables.

Unknown keys are errors. Unknown variables are not: Kubernetes sets SYNDICATOR_SERVICE_HOST and
others if a service has this name."""

import ipaddress
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal, NamedTuple, Self, get_args
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)

from syndicator.configuration.folders import VARIABLE, find_root
from syndicator.configuration.overrides import Overrides
from syndicator.configuration.toml_files import TomlFile, read_any_toml_file
from syndicator.configuration.units import (
    STORE_VARIABLE,
    UNIT_ENVIRONMENT,
    is_same_server,
    read_unit_variable,
)
from syndicator.core import axes
from syndicator.core.errors import ConfigError, Fault
from syndicator.core.formats import FORMATS, check_format
from syndicator.core.urls import Network, explain_private
from syndicator.searching.language import QueryError, parse_query

AxisName = Annotated[
    str,
    AfterValidator(axes.check_axis),
    Field(json_schema_extra={"enum": [axis.word for _, axis in axes.list_axes_by_place()]}),
]
FormatName = Annotated[
    str, AfterValidator(check_format), Field(json_schema_extra={"enum": list(FORMATS)})
]
LISTED: Final = "listed"
Archives = bool | Literal["atom", "listed"] | tuple[str, ...]

PREFIX = "SYNDICATOR_"
_KUBERNETES = re.compile(
    r"SYNDICATOR_(SERVICE_(HOST|PORT(_\w+)?)|PORT(_\d+_(TCP|UDP|SCTP)(_\w+)?)?)"
)
_NAT64_LENGTHS = (32, 40, 48, 56, 64, 96)  # RFC 6052 section 2.2
_SECONDS_OF_UNIT = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_BUCKET = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9._-]+)*/?")
# addresses on this machine
_THIS_MACHINE = re.compile(
    r"https?://(?:localhost|127(?:\.\d+){3}|\[::1\])(?=[:/]|$)", re.IGNORECASE
)
# for an answer of a language model on this machine, which may have no graphics card
SECONDS_HERE = 120.0
_PORTS = range(1, 65536)
_NETWORK = re.compile(
    r"(?P<net>[0-9.]+|\[[0-9A-Fa-f:.]+\]|[0-9A-Fa-f:.]+(?=/|$))(?P<size>/\d{1,3})?(?::(?P<port>\d{1,5}))?"
)
# secret of a webhook (Standard Webhooks), or a variable
_SIGNING_SECRET = re.compile(r"whsec_[A-Za-z0-9+/]{32,88}={0,2}|\$\{[A-Za-z_][A-Za-z0-9_]*\}")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TIME = "([01][0-9]|2[0-3]):[0-5][0-9]"


def _check_archives(value: Any) -> Any:
    """Return `value`, the setting `publish.archives`, if it is valid; a list of feeds becomes a
    tuple. Raises ValueError for a word other than "true", "false", "atom" and "listed", and for a
    name in a list that can be no feed. Values of other types are left to pydantic."""
    if isinstance(value, str) and value not in ("true", "false", "atom", LISTED):
        raise ValueError(
            f'{value!r} is none of true, false, "atom", "listed", ["all", "tags", "sources/one"]'
        )
    if isinstance(value, list | tuple):
        return tuple(axes.check_archived(str(item)) for item in value)
    return value


def parse_duration(value: str) -> int:
    """Return the seconds of a duration such as "90s", "30m", "6h", "1d" or "2w". Raises ValueError,
    with an example, if `value` is not written like this."""
    match = re.fullmatch(r"\s*(\d{1,6})\s*([smhdw])\s*", value)
    if not match:
        raise ValueError(f'{value!r} is not a duration; write it like "30m", "6h" or "1d"')
    return int(match[1]) * _SECONDS_OF_UNIT[match[2]]


def _check_duration(value: str) -> str:
    """Return `value` if it is a duration such as "6h". Raises ValueError if it is not."""
    parse_duration(value)
    return value


def _check_nat64(value: str) -> str:
    """Return `value` if it is a NAT64 prefix, such as "64:ff9b::/96": the beginning of the IPv6
    addresses that stand for IPv4 addresses (RFC 6052). Raises ValueError if it is not."""
    try:
        network = ipaddress.IPv6Network(value)
    except ValueError as error:
        raise ValueError(f'{value!r} is no IPv6 network; write it like "64:ff9b::/96"') from error
    if network.prefixlen not in _NAT64_LENGTHS:
        raise ValueError(f"{value!r}: a NAT64 prefix has 32, 40, 48, 56, 64 or 96 bits (RFC 6052)")
    return value


Duration = Annotated[str, AfterValidator(_check_duration)]


class Section(BaseModel):
    """A table of syndicator.toml. Unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def require_pattern(pattern: str, cure: str) -> AfterValidator:
    """Return a pydantic validator that accepts only texts that match the regular expression
    `pattern` as a whole. For other texts it raises ValueError with the message `cure`."""

    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise ValueError(cure)
        return value

    return AfterValidator(check)


_SECRET_PATH = require_pattern(
    "([a-z0-9-]{16,64})?",
    "write 16 to 64 small letters, digits and hyphens that nobody can guess, or leave it empty",
)


def _check_callback(value: str) -> str:
    """Return `value` if it is an address at which hubs (servers that notify us of new entries) can
    reach this instance, or empty. Raises ValueError if it does not begin with http or https, has no
    host, or has a query, a fragment, a user name or a password."""
    parts = urlsplit(value)
    if value:
        is_web_address = parts.scheme in ("http", "https") and bool(parts.hostname)
        if not is_web_address or parts.query or parts.fragment:
            raise ValueError('write it like "https://feeds.example.org/", or leave it empty')
    if parts.username or parts.password:
        raise ValueError(
            "remove the password: hubs receive this address, and the path of a callback cannot be"
            " guessed"
        )
    return value


class Site(Section):
    title: str = "Syndicator"
    url: str = ""  # where feeds/public is served, with http:// or https://; empty: publish.listen
    contact: str = ""  # a mail address or a page for the owners of the visited sites
    language: str = "en"
    author: str = ""
    icon: str = ""
    rights: str = ""  # what may be done with your feeds: words, or the address of a licence
    # where hubs reach the server of `up`; empty: no hub is asked
    callback: Annotated[str, AfterValidator(_check_callback)] = ""


class Fetch(Section):
    user_agent: str = ""  # empty: Syndicator/<version> (+contact)
    seconds: float = Field(20, gt=0, le=600)  # of one answer
    # of one answer, as sent; decompressed it may have twice as many
    wire_bytes: int = Field(5_000_000, gt=0)
    pause: float = Field(1.0, ge=0, le=60)  # seconds between two requests to one host
    concurrency: int = Field(32, ge=1, le=512)  # sources visited at a time
    workers: int = Field(1, ge=1, le=32)  # processes that read pages
    every_min: Duration = "15m"
    every_max: Duration = "1d"
    proxy: str = ""
    nat64: tuple[Annotated[str, AfterValidator(_check_nat64)], ...] = ("64:ff9b::/96",)
    allow_loopback: bool = False  # True: sources may be on this machine, as those of the demo are


def check_query(value: str) -> str:
    """Return `value` if it is a valid search query. If it is not, raises ValueError with the
    position of the first faulty character, counted from 1."""
    try:
        parse_query(value)
    except QueryError as error:
        raise ValueError(f"{value!r}: {error}, at character {error.at + 1}") from error
    return value


Query = Annotated[str, AfterValidator(lambda value: check_query(value) if value else value)]


def _check_address(value: str) -> str:
    """Return `value` if it is an address to listen on, such as "127.0.0.1:8080", "[::1]:8080" or
    ":8080": a host or an IP address, which may be empty, a colon, and a port up to 65535. Raises
    ValueError if it is not."""
    # an IPv6 address in brackets, or a host without colon; then the port
    match = re.fullmatch(r"(?:\[[^\s\[\]/]+\]|[^\s\[\]/:]*):(\d{1,5})", value)
    if not match or int(match[1]) > _PORTS[-1]:
        raise ValueError(
            f'{value!r} is no address to listen on; write it like "127.0.0.1:8080" or "[::1]:8080"'
        )
    return value


class Listener(Section):
    """A table with the address that a server listens on."""

    listen: Annotated[str, AfterValidator(_check_address)]

    @property
    def host(self) -> str:
        return self.listen.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        return int(self.listen.rpartition(":")[2])


class Publish(Listener):
    listen: Annotated[str, AfterValidator(_check_address)] = "127.0.0.1:8080"
    limit: int = Field(50, ge=1, le=1000)  # entries of a feed: the newest ...
    window_hours: int = Field(72, ge=0)  # ... and all of this long before the newest
    tag_min: int = Field(3, ge=1)  # articles before a tag that is not in taxonomy.toml gets a feed
    mute: Query = ""  # entries of all sources that are not read; those of a source count besides
    keep: Query = ""  # the only entries that are read, "" for all
    # which new articles wait for the operator's release
    hold: Literal["off", "unsure", "all"] = "off"
    axes: tuple[AxisName, ...] = Field(
        default_factory=lambda: tuple(
            axis.word for _, axis in axes.list_axes_by_place() if axis.default
        )
    )
    formats: tuple[FormatName, ...] = tuple(FORMATS)
    entry_html: Literal["card", "plain"] = "card"  # plain: no picture, source and tags in the text
    # elements that the W3C validator warns of
    extensions: tuple[Literal["tombstones", "markdown"], ...] = ()
    # how the reports of several outlets on one event are published
    stories: Literal["off", "link"] = "off"
    # `up` builds when the oldest article has waited so long, sooner where many do
    settle: Duration = "3m"
    # True in instances of before "listed" that do not set it: `app/places.py`
    archives: Annotated[Archives, BeforeValidator(_check_archives)] = LISTED
    # small copies of the articles' pictures on the pages, fetched once and served from here
    thumbnails: bool = True
    gzip: bool = True
    hubs: tuple[str, ...] = ()
    # `up` and `serve` answer /q/..., feeds of whatever tags, sources and words are asked for
    questions: bool = True
    # the feeds are for the operator alone, below this
    secret_path: Annotated[str, _SECRET_PATH] = ""


def is_bucket(location: str) -> bool:
    """Return True if `location` is the address of a bucket, such as "s3://bucket/prefix", and False
    if it is the path of a folder."""
    return "://" in location


def _check_place(value: str) -> str:
    """Return `value` if it is a folder, or the address of an S3 bucket, such as
    "s3://bucket/prefix". Raises ValueError for an address of a bucket that is written otherwise."""
    if is_bucket(value) and not _BUCKET.fullmatch(value):
        raise ValueError(
            'write a folder, or a bucket like "s3://bucket/prefix"; credentials are in the'
            " environment"
        )
    return value


Place = Annotated[str, AfterValidator(_check_place)]  # a folder, or s3://bucket/prefix


class Paths(Section):
    articles: Place = "feeds/articles"
    public: Place = "feeds/public"
    state: Annotated[
        str, require_pattern("(?s)(?!.*://).*", "has to be a folder of this machine")
    ] = "feeds/state"
    pages: Place = ""  # fetched pages, see store.pages_days; empty: in the state folder


class Store(Section):
    url: str = ""  # empty: sqlite in the state folder
    # fetched pages are kept so long, to be read again without a visit
    pages_days: int = Field(14, ge=0)


def _check_endpoint(value: str) -> str:
    """Return `value` if it can be the address of a language model's server, or is empty. Raises
    ValueError if it does not begin with http or https, has no host, has port 0, or has a user name
    or password."""
    parts = urlsplit(value)
    if value:
        is_web_address = parts.scheme in ("http", "https") and bool(parts.hostname)
        if not is_web_address or parts.port == 0:
            raise ValueError('write it like "http://127.0.0.1:11434/v1", or leave it empty')
    if parts.username or parts.password:
        raise ValueError(
            "do not write a key into a URL; put it in an environment variable and name that in"
            " key_env"
        )
    return value


def _check_variable(value: str) -> str:
    """Return `value` if it may be the name of an environment variable that contains a key, or is
    empty. Raises ValueError if it is no name, perhaps the key itself, or begins with SYNDICATOR_,
    because such variables are read as settings."""
    if value and not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,99}", value):
        raise ValueError(
            "write the name of the environment variable that contains the key, not the key itself"
        )
    if value.upper().startswith("SYNDICATOR_"):
        raise ValueError("variables that begin with SYNDICATOR_ are settings; use another name")
    return value


class Llm(Section):
    # of an OpenAI-compatible endpoint; empty: off
    url: Annotated[str, AfterValidator(_check_endpoint)] = ""
    model: str = ""
    key_env: Annotated[str, AfterValidator(_check_variable)] = (
        ""  # empty: the endpoint needs no key
    )
    # True: it writes excerpts, behind describing/llm/aligned.py, instead of choosing sentences
    write: bool = False
    daily_calls: int = Field(500, ge=0)
    daily_tokens: int = Field(1_000_000, ge=0)
    seconds: float = Field(30, gt=0, le=600)  # unless set, SECONDS_HERE for a model on this machine

    @model_validator(mode="before")
    @classmethod
    def _raise_default_seconds(cls, values: Any) -> Any:
        """Return the [describe.llm] table, before pydantic reads it. If the address (`url`) is on
        this machine and the operator did not set `seconds`, it gets `seconds` = SECONDS_HERE:
        models at home answer slowly."""
        if not isinstance(values, dict):
            return values
        url = values.get("url")
        if isinstance(url, str) and _THIS_MACHINE.match(url.strip()):
            # if `values` has `seconds`, that counts
            return {"seconds": SECONDS_HERE, **values}
        return values

    @model_validator(mode="after")
    def _check_model(self) -> Self:
        """Return the settings themselves. Raises ValueError if `url`, the address of a language
        model's server, is set but `model`, the name of the model, is not."""
        if self.url and not self.model:
            raise ValueError(
                "set model to the name of the model that the endpoint at url is to use"
            )
        return self


class Describe(Section):
    uncategorised: str = "uncategorised"
    llm: Llm = Llm()


class Health(Section):
    # where each run writes metrics for node_exporter's textfile collector; empty: nowhere
    textfile: str = ""
    # True: the health feed is in paths.public too, for a web server that serves that folder
    publish: bool = False


def _check_smtp(value: str) -> str:
    """Return `value` if it is the address of a mail server, such as "smtps://user@mail.example.org".
    Raises ValueError if the scheme is not smtp or smtps, or if there is no host, or a password."""
    parts = urlsplit(value)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError('write it like "smtps://user@mail.example.org"')
    if parts.password:
        raise ValueError(
            "write no password into a URL; put it in an environment variable, named in password_env"
        )
    return value


class Alert(Section):
    # gets what broke or recovered as JSON on its standard input; no shell
    command: tuple[str, ...] = ()
    mail: str = ""  # who gets it as a mail
    smtp: Annotated[str, AfterValidator(_check_smtp)] = "smtp://localhost"
    # empty: the mail server needs no password
    password_env: Annotated[str, AfterValidator(_check_variable)] = ""


class Allowed(NamedTuple):
    """A private network that a source may be in. `port`: the only port at which the source may be;
    None means any port."""

    network: Network
    port: int | None


def parse_allow(line: str) -> Allowed:
    """Return the network and the port (None: every port) in a line of the setting `allow`, such as
    "10.0.0.0/8:443", "10.0.0.5", "fd00::/8:443" or "[::1]:8080". Raises ValueError, with the line
    and an example, for other texts."""
    match = _NETWORK.fullmatch(line)
    try:  # every ValueError here gets the same message, below
        if not match:
            raise ValueError(line)
        port = int(match["port"]) if match["port"] else None
        if port is not None and port not in _PORTS:
            raise ValueError(line)
        address = match["net"].strip("[]")
        network = ipaddress.ip_network(address + (match["size"] or ""), strict=False)
    except ValueError as error:
        raise ValueError(
            f'{line!r} is not a network; write it like "10.0.0.0/8:443" or "fd00::/8"'
        ) from error
    return Allowed(network, port)


def network(value: str) -> str:
    """Return `value` if it is a valid line of the setting `allow`, such as "10.0.0.0/8:443". Raises
    ValueError if it is not."""
    parse_allow(value)
    return value


def _check_receiver(value: str) -> str:
    """Return `value` if it can be the address of a webhook's receiver. It may contain ${NAME} for
    environment variables. Raises ValueError if it does not begin with http or https, has no host,
    or has a user name or a fragment."""
    parts = urlsplit(value)
    is_web_address = parts.scheme in ("http", "https") and bool(parts.hostname)
    if not is_web_address or parts.username or parts.fragment:
        raise ValueError(
            'write it like "https://hooks.example.org/feeds"; ${NAME} is a variable of the'
            " environment"
        )
    return value


def _check_signing_secret(value: SecretStr) -> SecretStr:
    """Return `value` if it is a secret to sign webhooks with ("whsec_" and base64), or ${NAME} for
    an environment variable that contains one. Raises ValueError, which says how to make a secret,
    for other texts."""
    if not _SIGNING_SECRET.fullmatch(value.get_secret_value()):
        raise ValueError(
            'write "whsec_" and 24 to 64 bytes in base64 (`openssl rand -base64 32`), or "${NAME}"'
        )
    return value


EventType = Literal[
    "article.published",
    "article.changed",
    "article.withdrawn",
    "condition.opened",
    "condition.closed",
]


class Webhook(Section):
    """A receiver of events."""

    url: Annotated[str, AfterValidator(_check_receiver)]
    secret: Annotated[SecretStr, AfterValidator(_check_signing_secret)]
    events: tuple[EventType, ...] = get_args(EventType)
    query: Query = ""  # only articles that match
    allow: tuple[Annotated[str, AfterValidator(network)], ...] = ()  # private networks it may be in


class Digest(Section):
    """A feed with one entry per day or week that lists the stories of that time."""

    name: Annotated[
        str,
        require_pattern(
            "[a-z0-9](-?[a-z0-9]){0,59}", 'write small letters and hyphens, such as "big-news"'
        ),
    ]
    of: Annotated[
        str,
        require_pattern(
            "all|(tags|categories|queries|sources|authors)/[^/]+", 'write "all", "tags/ai"'
        ),
    ] = "all"
    query: Query = ""  # only stories with an article that matches
    at: Annotated[
        str,
        require_pattern(
            f"(({'|'.join(DAYS)}) )?{_TIME}", 'write "07:00", or "mon 07:00" for a week'
        ),
    ] = "07:00"
    mail: tuple[
        Annotated[str, require_pattern(r"[^\s@,]+@[^\s@,]+", 'write ["me@example.org"]')], ...
    ] = ()


class Console(Listener):
    listen: Annotated[str, AfterValidator(_check_address)] = (
        "127.0.0.1:8081"  # port 0: any free one
    )
    # host names it is reached by besides this machine's: "console.example.org"
    names: tuple[str, ...] = ()


class Settings(Section):
    """All settings."""

    site: Site = Site()
    fetch: Fetch = Fetch()
    publish: Publish = Publish()
    paths: Paths = Paths()
    store: Store = Store()
    describe: Describe = Describe()
    health: Health = Health()
    alert: Alert = Alert()
    console: Console = Console()
    webhook: tuple[Webhook, ...] = ()
    digest: tuple[Digest, ...] = ()
    _root: Path = Path()  # relative paths start here
    _unit_store_url: str = ""  # the database's address that systemd units get

    @model_validator(mode="after")
    def _check_combinations(self) -> Self:
        """Return the settings themselves. Raises ValueError if two settings contradict each other,
        or if two [[digest]] tables have the same name."""
        if self.publish.secret_path and self.publish.hubs:
            raise ValueError(
                "hubs would learn the secret addresses; leave publish.hubs or publish.secret_path"
                " empty"
            )
        if self.publish.secret_path and is_bucket(self.paths.public):
            raise ValueError(
                "publish.secret_path does not protect a bucket; set paths.public to a folder"
            )
        digest_names = {digest.name for digest in self.digest}
        if len(digest_names) < len(self.digest):
            raise ValueError("two [[digest]] tables have the same name; give each its own")
        return self

    @property
    def articles_at(self) -> str:
        """The path of the folder of articles, or its address in an object store."""
        return self.at(self.paths.articles)

    @property
    def public_at(self) -> str:
        return self.at(self.paths.public)

    @property
    def pages_at(self) -> str:
        """The path of the folder of fetched pages, or its address in an object store."""
        if self.paths.pages:
            return self.at(self.paths.pages)
        return str(self.state_dir / "pages")

    @property
    def public_dir(self) -> Path | None:
        """The published folder, None if published files are in an object store."""
        return None if is_bucket(self.public_at) else Path(self.public_at)

    @property
    def folders(self) -> tuple[Path, ...]:
        """The folders on this machine that the program writes to: of articles, feeds, state and
        pages. Addresses of buckets are left out."""
        locations = [self.articles_at, self.public_at, str(self.state_dir)]
        if self.paths.pages:
            locations.append(self.pages_at)
        return tuple(
            Path(location) for location in locations if location and not is_bucket(location)
        )

    @property
    def state_dir(self) -> Path:
        return self._root / self.paths.state

    def at(self, location: str) -> str:
        """Return the full path of a folder or file. `location`: its path below the root folder of
        the instance, "" for that folder itself. If it is the address of an object store, return it
        unchanged."""
        return location if is_bucket(location) else str(self._root / location)

    @property
    def store_url(self) -> str:
        """The address of the database: the setting `store.url`, else an SQLite file in the state
        folder. If the systemd units of the service have an address of the same server, that counts,
        because it has the password, which the operator need not write into syndicator.toml."""
        if not self.store.url:
            return f"sqlite:///{self.state_dir / 'syndicator.db'}"
        if is_same_server(self.store.url, self._unit_store_url):
            return self._unit_store_url
        return self.store.url

    @property
    def base_url(self) -> str:
        """The URL below which the feeds are published, with a slash at the end."""
        url = self.site.url or f"http://{self.publish.listen}/"
        base = url.rstrip("/") + "/"
        if self.publish.secret_path:
            base += f"{self.publish.secret_path}/"
        return base

    @property
    def is_exposed(self) -> bool:
        """True if the feeds have a secret address, but this is sent without encryption (http)
        outside the home network, so that others can read it."""
        has_secret = bool(self.publish.secret_path)
        is_encrypted = not self.base_url.startswith("http:")
        return has_secret and not is_encrypted and not explain_private(self.base_url)


def load(config_dir: Path, environ: Mapping[str, str] | None = None) -> Settings:
    """Return the settings in syndicator.toml in the folder `config_dir`, with the values of
    environment variables in place of those that they override. If there is no file, the other
    settings have their defaults. `environ`: the variables, None for those of this process. Raises
    ConfigError with all faults; each says where it is and what to do."""
    if environ is None:
        environ = os.environ
    return make_settings(_read_file(config_dir), environ)


def make_settings(file: TomlFile, environ: Mapping[str, str]) -> Settings:
    """Return the settings in `file`, with the values of environment variables in place of those
    that they override. `file`: the parsed syndicator.toml, without values if there is no such file.
    `environ`: the environment variables. Raises ConfigError with all faults."""
    overrides = Overrides(Settings, PREFIX, environ)
    try:
        settings = Settings.model_validate(overrides.apply_to(file.values))
    except ValidationError as error:
        raise ConfigError.of(overrides.list_faults(error, file)) from error
    # where relative paths start, and the database's address with its password
    settings._root = find_root(file.path.parent, environ)
    settings._unit_store_url = read_unit_variable(STORE_VARIABLE, UNIT_ENVIRONMENT)
    return settings


def origins(config_dir: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """Return where each setting is set: "file:line", "environment variable NAME", or "default" if
    it is not set. The keys are the names of settings, such as "site.url". `config_dir`: the folder
    with syndicator.toml. `environ`: the environment variables."""
    return Overrides(Settings, PREFIX, environ).find_origins(_read_file(config_dir))


def dropped_settings(
    config_dir: Path, environ: Mapping[str, str] | None = None
) -> tuple[Fault, ...]:
    """Return a fault for each setting that exists no longer, or has a value that is no longer
    valid, but is still set by syndicator.toml in `config_dir` or by an environment variable. A file
    that cannot be read counts as empty. `environ`: the variables, None for those of this
    process."""
    try:
        file = _read_file(config_dir)
    except ConfigError:
        file = TomlFile(config_dir, {})
    if environ is None:
        environ = os.environ
    return tuple(Overrides(Settings, PREFIX, environ).find_dropped(file))


def _read_file(config_dir: Path) -> TomlFile:
    """Return the parsed syndicator.toml in the folder `config_dir`, without values if there is no
    such file. Raises ConfigError if it cannot be read or is not valid TOML."""
    return read_any_toml_file(config_dir / "syndicator.toml")


def unknown_variables(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment variables that begin with SYNDICATOR_ but set nothing, by name. The
    value of each is the name of a similar variable that is a setting, or "" if there is none.
    Variables that Kubernetes sets are left out."""
    unknown: dict[str, str] = {}
    for name, likely_name in Overrides(Settings, PREFIX, environ).find_unknown().items():
        if name != VARIABLE and not _KUBERNETES.fullmatch(name):
            unknown[name] = likely_name
    return unknown
