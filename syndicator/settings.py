"""config/syndicator.toml as values, SYNDICATOR_* from the environment on top. Unknown keys are named errors."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from syndicator.errors import ConfigError
from syndicator.formats import FORMATS, checked

FormatName = Annotated[str, AfterValidator(checked)]

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


def seconds(value: str) -> int:
    """ "90s", "30m", "6h", "1d", "2w" in seconds. Raises ValueError."""
    match = re.fullmatch(r"\s*(\d{1,6})\s*([smhdw])\s*", value)
    if not match:
        raise ValueError(f'{value!r} is no duration; write it like "30m", "6h" or "1d"')
    return int(match[1]) * _UNITS[match[2]]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Site(_Section):
    title: str = "Syndicator"
    url: str = ""  # where feeds/public is served, with a scheme; empty: loopback
    contact: str = ""  # an address or page that site owners may write to
    language: str = "en"
    author: str = ""
    icon: str = ""


class Fetch(_Section):
    user_agent: str = ""  # empty: Syndicator/<version> (+contact)
    feed_seconds: float = Field(20, gt=0, le=600)
    page_seconds: float = Field(15, gt=0, le=600)
    wire_bytes: int = Field(5_000_000, gt=0)
    decoded_bytes: int = Field(10_000_000, gt=0)
    redirects: int = Field(5, ge=0, le=20)
    pause: float = Field(1.0, ge=0, le=60)  # seconds between two requests to one host
    per_host: int = Field(1, ge=1, le=8)  # connections to one host at a time
    concurrency: int = Field(32, ge=1, le=512)  # hosts visited at a time
    workers: int = Field(1, ge=1, le=32)  # processes that read pages
    worker_seconds: float = Field(10, gt=0, le=300)
    worker_megabytes: int = Field(600, ge=128)
    every_min: str = "15m"
    every_max: str = "1d"
    proxy: str = ""
    nat64: tuple[str, ...] = ("64:ff9b::/96",)
    allow_loopback: bool = False  # the demo's own web lives there


class Publish(_Section):
    limit: int = Field(50, ge=1, le=1000)
    window_hours: int = Field(72, ge=0)
    most: int = Field(200, ge=1, le=5000)
    tag_min: int = Field(3, ge=1)  # articles before a tag gets a feed
    formats: tuple[FormatName, ...] = tuple(FORMATS)
    archives: bool = True
    gzip: bool = True
    hubs: tuple[str, ...] = ()
    host: str = "127.0.0.1"
    port: int = Field(8080, ge=0, le=65535)


class Paths(_Section):
    articles: str = "feeds/articles"
    public: str = "feeds/public"
    state: str = "feeds/state"


class Store(_Section):
    url: str = ""  # empty: sqlite in the state folder
    pages_days: int = Field(14, ge=0)  # recent pages kept for a re-read


def _endpoint(value: str) -> str:
    parts = urlsplit(value)
    if value and (parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0):
        raise ValueError('write it like "http://127.0.0.1:11434/v1", or leave it empty')
    if parts.username or parts.password:
        raise ValueError("a key never stands in an address; name the environment variable that holds it in key_env")
    return value


def _variable(value: str) -> str:
    if value and not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,99}", value):
        raise ValueError("name the environment variable that holds the key; the key itself never stands in a file")
    if value.upper().startswith("SYNDICATOR_"):
        raise ValueError("a variable of that name would be taken for a setting; call it something else")
    return value


class Llm(_Section):
    url: Annotated[str, AfterValidator(_endpoint)] = ""  # an OpenAI-compatible endpoint; empty: off
    model: str = ""
    key_env: Annotated[str, AfterValidator(_variable)] = ""  # empty: it wants no key
    concurrency: int = Field(2, ge=1, le=32)
    daily_calls: int = Field(500, ge=0)
    daily_tokens: int = Field(1_000_000, ge=0)
    seconds: float = Field(30, gt=0, le=600)

    @model_validator(mode="after")
    def _whole(self) -> Llm:
        if self.url and not self.model:
            raise ValueError("model has to name the model that the endpoint of url shall use")
        return self


class Describe(_Section):
    uncategorised: str = "uncategorised"
    llm: Llm = Llm()


class Settings(BaseSettings):
    """Everything an operator can set. `root` is the folder the paths are relative to."""

    model_config = SettingsConfigDict(
        extra="forbid", frozen=True, env_prefix="SYNDICATOR_", env_nested_delimiter="__", env_nested_max_split=2
    )

    site: Site = Site()
    fetch: Fetch = Fetch()
    publish: Publish = Publish()
    paths: Paths = Paths()
    store: Store = Store()
    describe: Describe = Describe()
    root: Annotated[Path, Field(exclude=True)] = Path()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment outranks the file, which arrives as init arguments."""
        return EnvSettingsSource(settings_cls), init_settings

    @property
    def articles_dir(self) -> Path:
        return self.root / self.paths.articles

    @property
    def public_dir(self) -> Path:
        return self.root / self.paths.public

    @property
    def state_dir(self) -> Path:
        return self.root / self.paths.state

    @property
    def store_url(self) -> str:
        return self.store.url or f"sqlite:///{self.state_dir / 'syndicator.db'}"

    @property
    def base_url(self) -> str:
        """Where the feeds are, with a last slash."""
        url = self.site.url or f"http://{self.publish.host}:{self.publish.port}/"
        return url if url.endswith("/") else url + "/"


def load(config_dir: Path, environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of `config_dir`/syndicator.toml (defaults where it is absent). Raises ConfigError."""
    path = config_dir / "syndicator.toml"
    values = read_toml(path) if path.exists() else {}
    _known_variables(os.environ if environ is None else environ)
    try:
        return Settings(**{**values, "root": config_dir.resolve().parent})
    except ValidationError as error:
        raise ConfigError(explain(path, error, _keys(Settings))) from error


def read_toml(path: Path) -> dict[str, Any]:
    """A TOML file as a dict. Raises ConfigError that names file, line and cure."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigError(f"{path} does not exist; `syndicator init` writes a good start") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not valid TOML: {error}") from error
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from error


def explain(path: Path, error: ValidationError, known: set[str]) -> str:
    """The first fault of a validation in one sentence that names file, key and, for a slip, the nearest known key."""
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        near = difflib.get_close_matches(str(first["loc"][-1]), known, n=1)
        return f"{path}: unknown key {where!r}" + (f"; did you mean {near[0]!r}?" if near else "")
    said = first["msg"].removeprefix("Value error, ")
    if "llm" in first["loc"]:  # what stands where a variable or an address belongs may be a secret
        return f"{path}: {where}: {said}"
    return f"{path}: {where}: {said} (got {str(first.get('input'))[:80]!r})"


def _keys(model: type[BaseModel]) -> set[str]:
    found: set[str] = set()
    for name, info in model.model_fields.items():
        found.add(name)
        if isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel):
            found |= _keys(info.annotation)
    return found


def variables(model: type[BaseModel] = Settings, prefix: str = "SYNDICATOR_") -> dict[str, str]:
    """Every environment variable that is understood, with the dotted setting it overrides."""
    found: dict[str, str] = {}
    for name, info in model.model_fields.items():
        if name == "root":
            continue
        if isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel):
            nested = variables(info.annotation, f"{prefix}{name.upper()}__")
            found |= {variable: f"{name}.{dotted}" for variable, dotted in nested.items()}
        else:
            found[prefix + name.upper()] = name
    return found


def _known_variables(environ: Mapping[str, str]) -> None:
    known = variables()
    for name in environ:
        if name.upper().startswith("SYNDICATOR_") and name.upper() not in known:
            near = difflib.get_close_matches(name.upper(), known, n=1)
            raise ConfigError(f"unknown environment variable {name}" + (f"; did you mean {near[0]}?" if near else ""))
