"""What the addresses of a case answer, as bytes."""

from __future__ import annotations

from datetime import datetime, timedelta
from html import escape

from tests.aged import prose
from tests.aged.web import Answer
from tests.trust.case import Item, Page


def title_of(word: str) -> str:
    return f"Title of {word}"


def make_paragraphs(words: str) -> list[str]:
    """The text of one or several words."""
    return [
        part for word in words.split("+") if word for part in prose.make_paragraphs(word, (), 4)
    ]


def make_page_answer(page: Page, began: datetime) -> Answer:
    """The answer of a page."""
    if page.to:
        return Answer(
            status=page.status if page.status != 200 else 302, headers={"Location": page.to}
        )
    if page.raw:
        return Answer(status=page.status, body=page.raw)
    title = page.title or title_of(page.text)
    metas = [
        *_link("canonical", page.canonical),
        *_link("amphtml", page.amphtml),
        *(
            f'<link rel="alternate" type="application/rss+xml" href="{feed}">'
            for feed in page.feeds
        ),
        *_meta("og:url", page.ogurl),
        *_meta("author", page.author, "name"),
        *_meta("robots", page.robots, "name"),
        *(
            _meta("article:published_time", _at(began, page.published).isoformat())
            if page.published is not None
            else ()
        ),
        *(f'<meta property="article:tag" content="{escape(tag)}">' for tag in page.tags),
    ]
    text = "\n".join(f"<p>{escape(part)}</p>" for part in make_paragraphs(page.text))
    byline = f'<p class="byline">By {escape(page.author)}</p>' if page.author else ""
    body = (
        '<!DOCTYPE html>\n<html lang="en"><head><meta'
        f' charset="utf-8"><title>{escape(title)}</title>'
        '<meta property="og:title"'
        f' content="{escape(title)}">{"".join(metas)}</head><body><header><a href="/">Home</a>'
        f"</header><main><article><h1>{escape(title)}</h1>{byline}\n{text}\n</article></main></body></html>\n"
    )
    return Answer(status=page.status, body=body)


def make_feed_answer(address: str, items: tuple[Item, ...], began: datetime) -> Answer:
    """The answer of a feed: Atom, named after its host."""
    host = address.split("/")[2]
    entries = "\n".join(_entry(item, began) for item in items)
    head = (
        f"<title>{host}</title><id>{address}</id><link"
        f' href="http://{host}/"/><updated>2026-01-01T00:00:00Z</updated>'
    )
    body = (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed'
        f' xmlns="http://www.w3.org/2005/Atom">{head}\n{entries}</feed>\n'
    )
    return Answer(body=body, type="application/atom+xml")


def _entry(item: Item, began: datetime) -> str:
    text = "".join(f"<p>{escape(part)}</p>" for part in make_paragraphs(item.content))
    title = item.title or title_of(item.content or item.link.rpartition("/")[2])
    parts = [
        f"<id>{escape(item.id or item.link)}</id>",
        f"<title>{escape(title)}</title>",
        f'<link rel="alternate" href="{escape(item.link)}"/>' if item.link else "",
        f"<author><name>{escape(item.author)}</name></author>" if item.author else "",
        *(f'<category term="{escape(tag)}"/>' for tag in item.tags),
        f'<content type="html">{escape(text)}</content>' if text else "",
        (
            f'<link rel="enclosure" type="audio/mpeg" length="1" href="{escape(item.enclosure)}"/>'
            if item.enclosure
            else ""
        ),
    ]
    if item.published is not None:
        when = _at(began, item.published).isoformat()
        parts.append(f"<published>{when}</published><updated>{when}</updated>")
    return f"<entry>{''.join(parts)}</entry>"


def _at(began: datetime, hours: float) -> datetime:
    return began + timedelta(hours=hours)


def _link(rel: str, href: str) -> list[str]:
    return [f'<link rel="{rel}" href="{escape(href)}">'] if href else []


def _meta(name: str, content: str, attribute: str = "property") -> list[str]:
    return [f'<meta {attribute}="{name}" content="{escape(content)}">'] if content else []
