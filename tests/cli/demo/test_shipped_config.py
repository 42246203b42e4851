"""The shipped config folder loads and explains every option with its default."""

from __future__ import annotations

import dataclasses
import re
import tomllib
from pathlib import Path

from pydantic import BaseModel

from syndicator.configuration.settings import Digest, Settings, Webhook, load
from syndicator.configuration.sources.plain_values import key_of
from syndicator.configuration.sources.registry import load_sources, make_source_key
from syndicator.core.axes import list_axes_by_place
from syndicator.core.model import Rules, Source

CONFIG = Path(__file__).resolve().parents[3] / "config"


def test_the_shipped_settings_load() -> None:
    """The configuration that we ship loads, and puts articles into `feeds/articles` beside it."""
    settings = load(CONFIG, {})
    assert Path(settings.articles_at) == CONFIG.parent / "feeds" / "articles"


def test_every_setting_is_shown_with_its_default() -> None:
    """With every comment sign removed, the shipped `syndicator.toml` lists all settings, each with
    its default value; only the title is our own."""
    uncommented = re.sub(
        r"(?m)^# ?(?=[a-z_0-9]+ = |\[\[)",
        "",
        (CONFIG / "syndicator.toml").read_text(encoding="utf-8"),
    )
    values = tomllib.loads(uncommented)
    defaults = Settings()

    assert _all_shown(values, defaults) == []

    (webhook,) = values.pop("webhook")

    assert list(webhook) == list(Webhook.model_fields)

    (digest,) = values.pop("digest")

    assert list(digest) == list(Digest.model_fields)
    assert Digest(**digest | {"name": "a"}) == Digest(name="a")

    del values["site"]["title"]

    assert values["publish"].pop("axes") == [
        axis.word for _, axis in list_axes_by_place() if axis.default
    ]
    assert Settings(**values) == defaults


def _all_shown(values: dict[str, object], section: BaseModel, prefix: str = "") -> list[str]:
    """The settings that are not in `values`."""
    missing: list[str] = []
    for name in type(section).model_fields:
        default = getattr(section, name)
        inner = values.get(name)
        if inner is None:
            missing.append(prefix + name)
        elif isinstance(default, BaseModel):
            assert isinstance(inner, dict)
            missing += _all_shown(inner, default, f"{prefix}{name}.")
    return missing


def test_the_shipped_sources_load() -> None:
    """The shipped `sources.toml` has eight valid sources over https, each with the key that its
    address gives."""
    sources = load_sources(CONFIG / "sources.toml")
    assert len(sources) == 8
    for source in sources:
        assert source.url.startswith("https://")
        assert source.key == make_source_key(source.url)


def test_every_option_of_a_source_is_explained() -> None:
    """A comment of the shipped `sources.toml` explains every option of a source, and no option that
    does not exist."""
    text = (CONFIG / "sources.toml").read_text(encoding="utf-8")
    explained = set(re.findall(r"(?m)^#   ([a-z_]+) = ", text))
    fields = {
        key_of(field.name) for field in (*dataclasses.fields(Source), *dataclasses.fields(Rules))
    }

    assert fields - {"rules"} == explained


def test_the_defaults_that_the_comments_name_are_true() -> None:
    """The defaults in the comments of the shipped `sources.toml` are those of the code."""
    text = (CONFIG / "sources.toml").read_text(encoding="utf-8")
    names = ("kind", "tags", "content", "backfill", "llm", "enabled", "robots")
    commented = {name: re.findall(rf"(?m)^#   {name} = (\S+)", text)[0] for name in names}
    default_source = Source(key="k", url="u")
    for name, value in commented.items():
        value_in_code = getattr(default_source, name)
        assert tomllib.loads(f"x = {value}")["x"] == (
            list(value_in_code) if isinstance(value_in_code, tuple) else value_in_code
        )
