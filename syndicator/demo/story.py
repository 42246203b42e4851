"""The demo's stories: what our own sites publish, and the truth a reader of them should find. Pure, from data files."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

from syndicator.core.text import line

# Nothing in the demo is newer or older than its own autumn, so that it is in nobody's future.
FIRST_DAY = datetime(2025, 9, 1, 6, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What a good reader makes of the page. `tags` are a subset of those expected; texts are plain, of one line."""

    title: str
    author: str | None
    date: str  # YYYY-MM-DD, as the site's own readers see it
    category: str | None  # None: the article is on no subject of the shipped taxonomy
    tags: tuple[str, ...] = ()
    must_have: tuple[str, ...] = ()
    must_not: tuple[str, ...] = ()
    is_article: bool = True  # False: a paywall, a consent form and the like
    kind: str = ""  # of what is no article


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One article of one site. `body` is an HTML fragment; `guid` is what its feed calls it."""

    site: str
    slug: str
    title: str
    author: str
    published: datetime
    updated: datetime | None = None
    summary: str = ""
    section: str = ""
    labels: tuple[str, ...] = ()
    language: str = "en"
    body: str = ""
    picture_alt: str = ""  # "" means: no picture
    guid: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)  # what only one site's template asks for
    truth: Truth | None = None

    @property
    def key(self) -> str:
        return f"{self.site}/{self.slug}"


def stories() -> tuple[Story, ...]:
    """Every shipped story, by site and then newest first."""
    folder = files("syndicator.demo").joinpath("stories")
    found = [
        parse(file.read_text(encoding="utf-8"), site.name, file.name.removesuffix(".html"))
        for site in folder.iterdir()
        if site.is_dir()
        for file in site.iterdir()
        if file.name.endswith(".html")
    ]
    return tuple(sorted(found, key=lambda story: (story.site, -story.published.timestamp(), story.slug)))


def parse(text: str, site: str, slug: str) -> Story:
    """A story file: TOML between two lines of +++, then the body as an HTML fragment."""
    _, head, body = text.split("+++\n", 2)
    values: dict[str, Any] = tomllib.loads(head)
    stated: dict[str, Any] = values.pop("truth", {})
    truth: dict[str, Any] = {
        "title": line(values["title"]),
        "author": values["author"] or None,
        "date": f"{values['published']:%Y-%m-%d}",
        "category": None,
        **{name: tuple(value) if isinstance(value, list) else value for name, value in stated.items()},
    }
    values["labels"] = tuple(values.get("labels", ()))
    return Story(site=site, slug=slug, body=body.strip(), truth=Truth(**truth), **values)
