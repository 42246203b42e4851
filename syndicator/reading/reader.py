"""A page in, a draft of its article out. Pure: no I/O, no clock, the same bytes give the same draft."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from itertools import islice
from typing import Any

from syndicator.core.errors import NotAnArticle
from syndicator.core.model import Draft, Entry, Rules
from syndicator.reading import classify
from syndicator.reading.body import body as bodies
from syndicator.reading.html.document import parse
from syndicator.reading.metadata.metadata import read_metadata
from syndicator.reading.page_type import PageType
from syndicator.reading.paging.next_page import next_page
from syndicator.reading.rules import matches

_MOST_HELD = 100_000  # elements


def read(
    html: bytes,
    url: str | None,
    *,
    entry: Entry | None = None,
    rules: Rules | None = None,
    repeated: frozenset[str] = frozenset(),
    headers: Mapping[str, str] | None = None,
    now: datetime | None = None,
) -> Draft:
    """The article on the page `html` that was answered at `url`; None when that is not known, as of a saved page.

    `entry` is what the feed announced, `rules` are the operator's for the source, `repeated` holds digests of blocks
    that stand on many pages of the host, `headers` are those of the answer, dates more than a day after `now` do not
    count. Raises NotAnArticle with the kind of page it is instead, RulesError for a rule's selector that is no CSS.
    """
    rules = rules or Rules()
    document = parse(html, url or "", headers)
    # lxml makes an element's Python object anew at each visit unless someone holds it
    alive = list(islice(document.tree.iter(), _MOST_HELD))
    used, following = matches(document.tree, rules), next_page(document, url or "")
    meta = read_metadata(document, entry=entry, rules=rules, now=now)
    body = bodies.read_body(document, meta, entry=entry, rules=rules, repeated=repeated)
    from_page = body.trace.get("from") == "page"
    kind = classify.kind_of(document, meta.title, body.blocks, body.everything) if from_page else None
    typed = body.typed if from_page else None
    if typed and kind in (None, "empty") and not body.trace.get("select") and not classify.is_declared(document):
        kind = "listing" if typed.is_list(announced=entry is not None) else kind
    if kind or not body.markdown.strip():
        empty = kind in (None, "empty")
        raise NotAnArticle(kind or "empty", f"{body.letters} letters of text", meta.alternate if empty else None)
    del alive
    doubt = _doubt(body.trace, typed, declared=classify.is_declared(document))
    return Draft(
        url=meta.canonical,
        title=meta.title,
        author=meta.author,
        published=meta.published,
        updated=meta.updated,
        cover=meta.cover,
        description=meta.description,
        body=body.markdown,
        language=meta.language,
        keywords=meta.keywords,
        section=meta.section,
        sitename=meta.sitename,
        partial=from_page and classify.is_partial(document, body.blocks, body.everything),
        robots=meta.robots,
        rights=meta.rights,
        aliases=meta.aliases,
        duplicate_of=meta.duplicate_of,
        alternate=meta.alternate,
        blocks=body.digests,
        trace={
            **meta.trace,
            "body": {**body.trace, **({"doubt": doubt} if doubt else {})},
            **_more(type=typed and typed.trace(), next_page=following and following.trace(), rules=used),
        },
    )


def _more(**traces: Mapping[str, Any] | None) -> dict[str, Any]:
    """Those that say something."""
    return {name: trace for name, trace in traces.items() if trace}


def kind_of(html: bytes, url: str, headers: Mapping[str, str] | None = None) -> str | None:
    """The kind of page that `html` is instead of an article, None for an article. For the worker."""
    try:
        read(html, url, headers=headers)
    except NotAnArticle as refusal:
        return refusal.kind
    return None


def _doubt(notes: Mapping[str, Any], typed: PageType | None, *, declared: bool) -> str:
    """Why the page's text may be no article, "" where nothing speaks against it. `notes`: of its body; `declared`: the
    page calls itself an article."""
    found = str(notes.get("doubt", ""))
    if typed is None:
        return found
    unclear = "" if declared and typed.is_article() else str(notes.get("unclear", ""))
    return found or unclear or ("" if declared or notes.get("select") else typed.doubt())
