"""Make the feeds of digests: one entry a day or week that lists its stories. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from html import escape, unescape
from typing import Any, Final

from syndicator.configuration.settings import Digest, Settings
from syndicator.core.axes import DIGEST
from syndicator.core.formats import PAGE
from syndicator.core.model import Article, FeedKey, FeedSpec, Origin
from syndicator.publishing import paths
from syndicator.publishing.entries import Entries, documents
from syndicator.publishing.render.head import head, write_link
from syndicator.publishing.render.view import View, view
from syndicator.publishing.web import article_html
from syndicator.publishing.web.pages import Pages

_LINK: Final = re.compile(r'<a href="([^"]*)">(.*?)</a>')
_TAG: Final = re.compile(r"<[^>]*>")


def make_digest_files(
    digest: Digest, issues: Sequence[Mapping[str, Any]], entries: Entries, pages: Pages
) -> dict[str, bytes]:
    """Return the feed of a digest by file name. `issues`: see `entry`, newest first."""
    views = [view for issue in issues if (view := entry(digest.name, issue, entries)) is not None]
    named = plan_digest_feed(digest, entries.settings)
    top = head(named, entries.settings, entries.instance, None)
    rendered = documents(
        top,
        [feed_format for feed_format in named.formats if feed_format != PAGE],
        views,
        None,
        entries,
    )
    if PAGE in named.formats:
        rendered[PAGE] = pages.feed_page(top, [write_page_item(view) for view in views])
    return {paths.file_name(named.key, feed_format): data for feed_format, data in rendered.items()}


def plan_digest_feeds(
    made: Iterable[tuple[Digest, Sequence[Mapping[str, Any]]]], settings: Settings
) -> list[FeedSpec]:
    """Return the feeds of digests. They exist from the first day, so that nobody subscribes to an
    address that does not answer."""
    return [plan_digest_feed(digest, settings) for digest, _ in made]


def plan_digest_feed(digest: Digest, settings: Settings) -> FeedSpec:
    """Return the feed of a digest."""
    name = name_digest(digest.name)
    about = f"The stories of each {'week' if ' ' in digest.at else 'day'}."
    title = f"{name} - {settings.site.title}"
    key = FeedKey(DIGEST, digest.name)
    named = FeedSpec(key=key, name=name, title=title, first_slug=digest.name, description=about)
    return replace(named, formats=settings.publish.formats, language=settings.site.language)


def entry(name: str, issue: Mapping[str, Any], entries: Entries) -> View | None:
    """Return the entry of a digest without articles that cannot be shown, None if none is left.
    `issue`: `until` (end of its period, ISO 8601 in UTC), `day` (that day in the operator's zone),
    `stories` (article ids of each)."""
    views = {
        view.id: view
        for view in entries.views(
            [article_id for ids in issue["stories"] for article_id in ids], None
        )
    }
    stories = [
        reports
        for ids in issue["stories"]
        if (reports := [views[article_id] for article_id in ids if article_id in views])
    ]
    if not stories:
        return None
    base = entries.settings.base_url
    until = datetime.fromisoformat(issue["until"])
    page = base + paths.file_name(FeedKey(DIGEST, name), PAGE)
    article = Article(
        id=f"digest {name} {issue['until']}",
        url=f"{page}#d{until.date()}" if PAGE in entries.settings.publish.formats else base,
        title=f"{name_digest(name)}: {article_html.name_day(issue['day'])}",
        excerpt="; ".join(reports[0].title for reports in stories[:3]),
        published=until,
        added=until,
        language=entries.settings.site.language,
        origin=Origin(title=entries.settings.site.title, url=page, site=base),
    )
    content = "\n".join(["<ul>", *map(write_story, stories), "</ul>"])
    shown = view(article, None, entries.instance, "excerpt", "")
    return replace(shown, content=content, is_own=True)


def text(content: str) -> str:
    """Return the content of an entry as plain text."""
    return unescape(_TAG.sub("", _LINK.sub(r"\2 (\1)", content))).strip() + "\n"


def name_digest(name: str) -> str:
    return name.replace("-", " ").capitalize()


def write_story(reports: Sequence[View]) -> str:
    lead, *others = reports
    also = ", ".join(write_link(report.origin.title, report.url) for report in others)
    parts = [
        f"{write_link(lead.title, lead.url)} \N{MIDDLE DOT} {escape(lead.origin.title, quote=False)}",
        f"Also: {also}" if also else "",
        escape(lead.summary, quote=False),
    ]
    return "<li>" + "\n".join(f"<p>{part}</p>" for part in parts if part) + "</li>\n"


def write_page_item(view: View) -> bytes:
    """Return the list item of an entry for the page of its digest, for `article_html.days`."""
    stamp = view.published.strftime("%Y-%m-%dT%H:%M:%SZ")
    return (
        f'{stamp}\n<li class="story"><h3>{escape(view.title)}</h3>\n{view.content}\n</li>'.encode()
    )
