"""JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/), by hand."""

import json
from collections.abc import Sequence
from typing import Any

from syndicator.core.formats import JSON, PAGE
from syndicator.publishing.render.head import Head
from syndicator.publishing.render.view import View


def item(view: View) -> bytes:
    """The item object of an article, the same for every feed that carries it."""
    made: dict[str, Any] = {"id": view.urn, "url": view.url, "title": view.title}
    if view.content:
        made["content_html"] = view.content
    else:
        made["content_text"] = view.text
    # JSON Feed has one list for category and tags, and they may have the same name
    tags: dict[str, str] = {}
    for tag in filter(None, (view.category, *view.tags)):
        tags.setdefault(tag.casefold(), tag)
    found: dict[str, Any] = {
        "summary": view.summary if view.content else "",
        "image": view.cover,
        "language": view.language,
        "authors": [{"name": author} for author in view.authors],
        # version 1.0 has one, and some readers know that alone; those that know both show a line of all names once more
        "author": {"name": view.authors[0]},
        "tags": list(tags.values()),
        "attachments": _attachments(view),
        "_rights": _rights(view),  # extensions: version 1.1 has no fields for rights and for the feed of an item
        "_source": _source(view),
    }
    made |= {name: value for name, value in found.items() if value}
    made["date_published"] = view.published.isoformat()
    made["date_modified"] = view.updated.isoformat()
    return _dump(made)


def feed(head: Head, items: Sequence[bytes]) -> bytes:
    """A JSON Feed document of ready items."""
    made: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": head.title,
        "feed_url": head.url(JSON) if head.current else head.document(head.self_name, JSON),
        "description": head.description,
        "language": head.language,
    }
    if PAGE in head.formats:
        made["home_page_url"] = head.url(PAGE)
    if head.icon:
        made["icon"] = head.icon
    if head.rights:
        made["_rights"] = {"text": head.rights, **({"license": head.licence} if head.licence else {})}
    if head.previous and JSON in head.archives:
        made["next_url"] = head.document(head.previous, JSON)
    if head.hubs and head.current:
        made["hubs"] = [{"type": "WebSub", "url": hub} for hub in head.hubs]
    start = _dump(made)
    return start[:-1] + b', "items": [\n' + b",\n".join(items) + b"\n]}\n"


def _rights(view: View) -> dict[str, str]:
    return {name: value for name, value in (("text", view.rights), ("license", view.licence)) if value}


def _source(view: View) -> dict[str, str]:
    given = {"title": view.origin.title, "feed_url": view.origin.url, "home_page_url": view.origin.site}
    return {name: value for name, value in given.items() if value}


def _attachments(view: View) -> list[dict[str, Any]]:
    given = view.enclosure
    if given is None:
        return []
    known = {"size_in_bytes": given.length, "duration_in_seconds": view.seconds}
    return [{"url": given.url, "mime_type": given.type, **{name: value for name, value in known.items() if value}}]


def _dump(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8")
