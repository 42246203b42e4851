"""The pages beside the feeds: an index, a page per feed, their stylesheets. The one importer of Jinja."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from syndicator import text
from syndicator.axes import by_place
from syndicator.formats import FORMATS, PAGE, subscribed
from syndicator.model import FeedKey, FeedSpec
from syndicator.ports import FeedRow
from syndicator.publishing import paths
from syndicator.publishing.render.head import Head
from syndicator.publishing.render.view import View, language
from syndicator.settings import Settings

_ASSETS: Final = ("feed.css", "site.css", "site.js", "icon.svg")


def assets() -> dict[str, bytes]:
    """Stylesheets and script, by file name."""
    folder = resources.files("syndicator.publishing").joinpath("static")
    return {name: folder.joinpath(name).read_bytes() for name in _ASSETS}


def index_page(specs: Sequence[FeedSpec], rows: Mapping[FeedKey, FeedRow], settings: Settings) -> bytes:
    """The front page: every feed with its count and its last article."""
    items = [_item(spec, rows.get(spec.key)) for spec in specs]
    groups = [(axis.heading, [item for item in items if item["axis"] == name]) for name, axis in by_place()]
    site = settings.site
    return _render(
        "index.html",
        title=text.line(site.title),
        language=language(site.language) or "en",
        groups=[(heading, found) for heading, found in groups if found],
        count=len(items),
        root="",
        feeds=[link for item in items[:1] for link in item["links"]],
    )


def entry(view: View) -> bytes:
    """The list item of an article, the same on the page of every feed that carries it."""
    return _render("entry.html", entry=view)


def feed_page(head: Head, entries: Sequence[bytes]) -> bytes:
    """The page of one feed: how to subscribe, and its latest entries, which `entry` made."""
    root = "../" * head.stem.count("/")
    return _render(
        "feed.html",
        title=head.title,
        description=head.description,
        language=head.language,
        root=root,
        feeds=[
            (FORMATS[name].label, f"{root}{head.stem}.{name}", head.url(name), FORMATS[name].media_type)
            for name in subscribed(head.formats)
        ],
        entries=[part.decode() for part in entries],
    )


def _item(spec: FeedSpec, row: FeedRow | None) -> dict[str, Any]:
    links = [
        (FORMATS[name].label, paths.file_name(spec.key, name), "", FORMATS[name].media_type)
        for name in subscribed(spec.formats)
    ]
    return {
        "axis": spec.key.axis,
        "name": text.line(spec.name),
        "page": paths.file_name(spec.key, PAGE) if PAGE in spec.formats else "",
        "links": links,
        "count": row.count if row else 0,
        "latest": text.line(row.latest_title) if row else "",
        "added": row.latest_added if row else None,
    }


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
