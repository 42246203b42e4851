"""Write JSON Feed 1.1 items and feeds (https://www.jsonfeed.org/version/1.1/)."""

import json
from collections.abc import Sequence
from typing import Any

from syndicator.core.formats import JSON, PAGE
from syndicator.publishing.render.head import Head
from syndicator.publishing.render.view import View


def item(view: View) -> bytes:
    """Return the item object of an article, equal in all feeds."""
    fields: dict[str, Any] = {"id": view.urn, "url": view.url, "title": view.title}
    fields["content_html" if view.content else "content_text"] = view.content or view.text
    # JSON Feed has one list for category and tags, which may have the same name
    tags: dict[str, str] = {}
    for tag in filter(None, (view.category, *view.tags)):
        tags.setdefault(tag.casefold(), tag)
    enclosure = view.enclosure
    origin = view.origin
    attachment = enclosure and {
        "url": enclosure.url,
        "mime_type": enclosure.type,
        **_drop_empty(size_in_bytes=enclosure.length, duration_in_seconds=view.seconds),
    }
    source = _drop_empty(title=origin.title, feed_url=origin.url, home_page_url=origin.site)
    fields |= _drop_empty(
        summary=view.summary if view.content else "",
        image=view.cover,
        language=view.language,
        authors=[{"name": author} for author in view.authors],
        # of version 1.0, for readers that know only that; those that know both would show a line of
        # all names twice
        author={"name": view.authors[0]},
        tags=list(tags.values()),
        attachments=[attachment] if attachment else [],
        # extensions: version 1.1 has no fields for rights and for the feed of an item
        _rights=_drop_empty(text=view.rights, license=view.licence),
        _source={} if view.is_own else source,
    )
    fields["date_published"] = (view.began or view.published).isoformat()
    fields["date_modified"] = view.updated.isoformat()
    return _dump(fields)


def write_feed(head: Head, items: Sequence[bytes]) -> bytes:
    """Return a JSON Feed document of finished items."""
    fields: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": head.title,
        "feed_url": head.url(JSON) if head.current else head.document(head.self_name, JSON),
        "description": head.description,
        "language": head.language,
    }
    fields |= _drop_empty(
        home_page_url=head.url(PAGE) if PAGE in head.formats else "",
        icon=head.icon,
        _rights=_drop_empty(text=head.rights, license=head.licence) if head.rights else {},
        next_url=head.document(head.previous, JSON) if JSON in head.archives else "",
        hubs=[{"type": "WebSub", "url": hub} for hub in head.hubs] if head.current else [],
    )
    start = _dump(fields)
    return start[:-1] + b', "items": [\n' + b",\n".join(items) + b"\n]}\n"


def _drop_empty(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value}


def _dump(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8")
