"""The pages beside the feeds: an index, a page per feed, their stylesheets. The only door to Jinja."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from syndicator import text
from syndicator.model import FeedKey, FeedSpec
from syndicator.ports import FeedRow
from syndicator.publishing import paths
from syndicator.publishing.render.head import Head
from syndicator.publishing.render.view import View, language
from syndicator.settings import Settings

_ASSETS: Final = ("feed.css", "site.css", "site.js", "icon.svg")
_GROUPS: Final = (("category", "Categories"), ("tag", "Tags"), ("query", "Saved queries"), ("source", "Sources"))
_LABELS: Final = {"atom": "Atom", "rss": "RSS", "json": "JSON Feed"}


def assets() -> dict[str, bytes]:
    """Stylesheets and script, by file name."""
    folder = resources.files("syndicator.publishing").joinpath("static")
    return {name: folder.joinpath(name).read_bytes() for name in _ASSETS}


def index_page(specs: Sequence[FeedSpec], rows: Mapping[FeedKey, FeedRow], settings: Settings) -> bytes:
    """The front page: every feed with its count and its last article."""
    items = [_item(spec, rows.get(spec.key)) for spec in specs]
    groups = [("", [item for item in items if item["axis"] == "all"])]
    groups += [(title, [item for item in items if item["axis"] == axis]) for axis, title in _GROUPS]
    site = settings.site
    return _render(
        "index.html",
        title=text.line(site.title),
        language=language(site.language) or "en",
        groups=[(title, found) for title, found in groups if found],
        count=len(items),
        root="",
        feeds=[link for item in items[:1] for link in item["links"]],
    )


def feed_page(head: Head, spec: FeedSpec, views: Sequence[View]) -> bytes:
    """The page of one feed: how to subscribe, and its latest entries."""
    root = "../" * head.stem.count("/")
    return _render(
        "feed.html",
        title=head.title,
        description=head.description,
        language=head.language,
        root=root,
        feeds=[
            (_LABELS[format], f"{root}{head.stem}.{format}", head.url(format), paths.TYPES[format])
            for format in _machine(spec)
        ],
        entries=views,
        name=text.line(spec.name),
    )


def digest(data: bytes) -> str:
    """sha256 in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def _item(spec: FeedSpec, row: FeedRow | None) -> dict[str, Any]:
    links = [(_LABELS[format], paths.file_name(spec.key, format), "", paths.TYPES[format]) for format in _machine(spec)]
    return {
        "axis": spec.key.axis,
        "name": text.line(spec.name),
        "page": paths.file_name(spec.key, "html") if "html" in spec.formats else "",
        "links": links,
        "count": row.count if row else 0,
        "latest": text.line(row.latest_title) if row else "",
        "added": row.latest_added if row else None,
    }


def _machine(spec: FeedSpec) -> list[str]:
    return [format for format in paths.FORMATS if format in spec.formats and format in _LABELS]


def _render(template: str, **values: Any) -> bytes:
    return _environment().get_template(template).render(**values).encode("utf-8")


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("syndicator.publishing"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
