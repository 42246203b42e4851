"""Write JSON Feed 1.1 items and feeds (https://www.jsonfeed.org/version/1.1/)."""

import json
from collections.abc import Sequence
from typing import Any

from syndicator.core.formats import JSON, PAGE
from syndicator.publishing.render.head import Head
from syndicator.publishing.render.view import View


def make_item(view: View) -> bytes:
    """Return an article as an item of JSON Feed, in bytes of JSON without empty fields. All feeds
    contain the same item."""
    fields: dict[str, Any] = {"id": view.urn, "url": view.url, "title": view.title}
    summary = ""
    if view.content:
        fields["content_html"] = view.content
        summary = view.summary
    else:
        fields["content_text"] = view.text  # this is the summary, if there is one
    attachment = _make_attachment(view)
    attachments = [attachment] if attachment else []
    source: dict[str, Any] = {}
    if not view.is_own:
        origin = view.origin
        source = _drop_empty(title=origin.title, feed_url=origin.url, home_page_url=origin.site)
    fields |= _drop_empty(
        summary=summary,
        image=view.cover,
        language=view.language,
        authors=[{"name": author} for author in view.authors],
        # `author` is the field of version 1.0, for readers that know only that version. It has only
        # the first name, because readers that know both fields show both.
        author={"name": view.authors[0]},
        tags=_list_tags(view),
        attachments=attachments,
        # Our extensions: version 1.1 has no fields for the rights and the source feed of an item.
        _rights=_drop_empty(text=view.rights, license=view.licence),
        _source=source,
    )
    # `began` is set if this is the entry of a story
    fields["date_published"] = (view.began or view.published).isoformat()
    fields["date_modified"] = view.updated.isoformat()
    return _dump(fields)


def _make_attachment(view: View) -> dict[str, Any]:
    """Return the article's enclosure (an audio or video file) as an attachment of JSON Feed; an
    empty dict if the article has no enclosure."""
    enclosure = view.enclosure
    if enclosure is None:
        return {}
    sizes = _drop_empty(size_in_bytes=enclosure.length, duration_in_seconds=view.seconds)
    return {"url": enclosure.url, "mime_type": enclosure.type, **sizes}


def _list_tags(view: View) -> list[str]:
    """Return the category, if any, and the tags of an article in one list, because JSON Feed has no
    field for categories. Of names that differ only in upper and lower case, only the first is
    listed."""
    tags_by_casefold: dict[str, str] = {}
    for tag in (view.category, *view.tags):
        if tag:
            tags_by_casefold.setdefault(tag.casefold(), tag)
    return list(tags_by_casefold.values())


def write_feed(head: Head, items: Sequence[bytes]) -> bytes:
    """Return a JSON Feed document as bytes: a head feed, which has the newest items, or an archive
    document if `head.current` is False. `items`: the bytes of its items, from `make_item`, newest
    first."""
    own_address = head.url(JSON)
    if not head.current:
        own_address = head.get_document_url(head.self_name, JSON)
    page = head.url(PAGE) if PAGE in head.formats else ""
    older_document = ""
    if JSON in head.archives:
        older_document = head.get_document_url(head.previous, JSON)
    rights: dict[str, Any] = {}
    if head.rights:
        rights = _drop_empty(text=head.rights, license=head.licence)
    hubs: list[dict[str, str]] = []
    if head.current:  # hubs tell subscribers of new entries; an archive document gets none
        hubs = [{"type": "WebSub", "url": hub} for hub in head.hubs]
    fields: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": head.title,
        "feed_url": own_address,
        "description": head.description,
        "language": head.language,
    }
    fields |= _drop_empty(
        home_page_url=page, icon=head.icon, _rights=rights, next_url=older_document, hubs=hubs
    )
    # The items are JSON already: remove the closing brace and write them behind the other fields.
    fields_without_brace = _dump(fields).removesuffix(b"}")
    return fields_without_brace + b', "items": [\n' + b",\n".join(items) + b"\n]}\n"


def _drop_empty(**values: Any) -> dict[str, Any]:
    """Return the arguments as a dict, without those that are "", 0, None or empty."""
    return {name: value for name, value in values.items() if value}


def _dump(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8")
