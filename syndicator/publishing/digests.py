"""Make the feeds of digests: each entry lists the stories of a day or week. Pure."""

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
from syndicator.publishing.entries import Entries, render_feed
from syndicator.publishing.render.head import make_head, write_link
from syndicator.publishing.render.view import View, make_view
from syndicator.publishing.web import article_html
from syndicator.publishing.web.pages import Pages

_LINK: Final = re.compile(r'<a href="([^"]*)">(.*?)</a>')
_TAG: Final = re.compile(r"<[^>]*>")
_TITLES_IN_EXCERPT: Final = 3


def make_digest_files(
    digest: Digest, issues: Sequence[Mapping[str, Any]], entries: Entries, pages: Pages
) -> dict[str, bytes]:
    """Return the files of a digest's feed: file name -> bytes. A digest is a regular summary of the
    news. `issues`: one for each day or week, newest first, with the keys that `make_digest_entry`
    explains; an issue without stories gets no entry; `entries`: provides the articles."""
    views: list[View] = []
    for issue in issues:
        issue_view = make_digest_entry(digest.name, issue, entries)
        if issue_view is not None:
            views.append(issue_view)
    feed = plan_digest_feed(digest, entries.settings)
    feed_head = make_head(feed, entries.settings, entries.instance, None)
    formats = [feed_format for feed_format in feed.formats if feed_format != PAGE]
    contents = render_feed(feed_head, formats, views, None, entries)
    if PAGE in feed.formats:
        contents[PAGE] = pages.render_feed_page(
            feed_head, [write_page_item(item) for item in views]
        )
    return {paths.file_name(feed.key, feed_format): data for feed_format, data in contents.items()}


def plan_digest_feeds(
    digests: Iterable[tuple[Digest, Sequence[Mapping[str, Any]]]], settings: Settings
) -> list[FeedSpec]:
    """Return the specifications (titles, formats and so on) of the feeds of all digests, regular
    summaries of the news. A digest without issues has a feed, too, so that people can subscribe
    before its first issue. `digests`: pairs of a digest and its issues."""
    return [plan_digest_feed(digest, settings) for digest, _ in digests]


def plan_digest_feed(digest: Digest, settings: Settings) -> FeedSpec:
    """Return the specification of a digest's feed: its key, titles, formats and language. A digest
    is a regular summary of the news."""
    name = name_digest(digest.name)
    is_weekly = " " in digest.at  # a weekday and a time
    period = "week" if is_weekly else "day"
    return FeedSpec(
        key=FeedKey(DIGEST, digest.name),
        name=name,
        title=f"{name} - {settings.site.title}",
        first_slug=digest.name,
        description=f"The stories of each {period}.",
        formats=settings.publish.formats,
        language=settings.site.language,
    )


def make_digest_entry(name: str, issue: Mapping[str, Any], entries: Entries) -> View | None:
    """Return the feed entry of an issue of a digest, which lists the stories of a day or week.
    Articles that cannot be shown are left out; return None if none can be shown. `name`: of the
    digest; `issue`: its keys are `until` (end of the day or week, ISO 8601 in UTC), `day` (the day
    of `until` in the operator's time zone) and `stories` (for each story, a list of article
    ids)."""
    stories = _list_stories(issue, entries)  # of each story its articles, the lead first
    if not stories:
        return None
    settings = entries.settings
    base = settings.base_url
    until = datetime.fromisoformat(issue["until"])
    digest_page = base + paths.file_name(FeedKey(DIGEST, name), PAGE)
    url = base
    if PAGE in settings.publish.formats:
        url = f"{digest_page}#d{until.date()}"
    first_titles = [reports[0].title for reports in stories[:_TITLES_IN_EXCERPT]]
    article = Article(
        id=f"digest {name} {issue['until']}",
        url=url,
        title=f"{name_digest(name)}: {article_html.name_day(issue['day'])}",
        excerpt="; ".join(first_titles),
        published=until,
        added=until,
        language=settings.site.language,
        origin=Origin(title=settings.site.title, url=digest_page, site=base),
    )
    view_without_content = make_view(article, None, entries.instance, "excerpt", "")
    content = "\n".join(["<ul>", *map(write_story, stories), "</ul>"])
    return replace(view_without_content, content=content, is_own=True)


def _list_stories(issue: Mapping[str, Any], entries: Entries) -> list[list[View]]:
    """Return the stories of a digest's issue, each as the list of its articles. Articles that
    cannot be shown are left out, and so are stories of which no article can be shown."""
    all_ids: list[str] = []
    for story_ids in issue["stories"]:
        all_ids += story_ids
    views = {view.id: view for view in entries.views(all_ids, None)}
    stories: list[list[View]] = []
    for story_ids in issue["stories"]:
        reports = [views[article_id] for article_id in story_ids if article_id in views]
        if reports:
            stories.append(reports)
    return stories


def write_plain_text(content: str) -> str:
    """Return the HTML of an entry as plain text. The address of a link is put in brackets after its
    text, as in "Title (https://example.org/a)"."""
    with_addresses = _LINK.sub(r"\2 (\1)", content)
    return unescape(_TAG.sub("", with_addresses)).strip() + "\n"


def name_digest(name: str) -> str:
    """Return the name of a digest for people: "my-week" gives "My week"."""
    return name.replace("-", " ").capitalize()


def write_story(reports: Sequence[View]) -> str:
    """Return a story as an item of an HTML list: title and outlet of its lead article, links to the
    reports of other outlets, and the excerpt of the lead. `reports`: the articles of the story, the
    lead first."""
    lead, *others = reports
    outlet = escape(lead.origin.title, quote=False)
    parts = [f"{write_link(lead.title, lead.url)} \N{MIDDLE DOT} {outlet}"]
    if others:
        names = ", ".join(write_link(report.origin.title, report.url) for report in others)
        parts.append(f"Also: {names}")
    if lead.summary:
        parts.append(escape(lead.summary, quote=False))
    paragraphs = "\n".join(f"<p>{part}</p>" for part in parts)
    return f"<li>{paragraphs}</li>\n"


def write_page_item(view: View) -> bytes:
    """Return the entry of a digest's issue for the page of the digest, as bytes: a line with its
    time, by which the page groups its entries, then the HTML of a list item."""
    stamp = view.published.strftime("%Y-%m-%dT%H:%M:%SZ")
    item = f'<li class="story"><h3>{escape(view.title)}</h3>\n{view.content}\n</li>'
    return f"{stamp}\n{item}".encode()
