"""Render every kind of page of a build; test the operator's templates on samples."""

import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib import resources
from typing import Any, Final
from urllib.parse import urlsplit

from syndicator.configuration.settings import Settings
from syndicator.core import text
from syndicator.core.axes import (
    ALL,
    CATEGORY,
    DIGEST,
    QUERY,
    SOURCE,
    STORIES,
    TAG,
    find_axis,
    list_axes_by_place,
)
from syndicator.core.formats import ATOM, FORMATS, PAGE, subscribed
from syndicator.core.model import Article, FeedKey, FeedSpec, Older, Problem, Source
from syndicator.core.ports import FeedRow
from syndicator.core.ports.subscriptions import Picture
from syndicator.core.reasons import FeedFileReason
from syndicator.publishing import paths
from syndicator.publishing.page_design import TEMPLATES, Look
from syndicator.publishing.render.head import Head, make_head, make_links
from syndicator.publishing.render.view import View, clean_language
from syndicator.publishing.render.view import make_view as make_view
from syndicator.publishing.stories.explanation import Explained, write_html
from syndicator.publishing.web import article_html, calendar, feed_list, front
from syndicator.publishing.web.about import About, gather_facts
from syndicator.publishing.web.article_html import Day
from syndicator.publishing.web.calendar import (
    DAY,
    MONTH,
    YEAR,
    CalendarPage,
    file_name,
    find_page_of_day,
    plan_feed_calendar,
)
from syndicator.publishing.web.shell import Page, draw_qr_svg, make_page
from syndicator.publishing.web.shell import make_files as make_shell_files
from syndicator.publishing.web.templates import ROOT, Templates

FEEDS: Final = "feeds"  # the list of all feeds
SITEMAP: Final = "sitemap"
ARCHIVE: Final = "archive.html"
SEARCH: Final = "search.html"
COMBINE: Final = "combine.html"
_MOST_CHOICES: Final = 150  # tags, categories or sources to combine, those with most articles
_CALENDAR_MONTHS: Final = 3  # newest months, shown as calendars on the page of the archive
PHONE: Final = "phone.html"  # how to subscribe to a private instance
_MISSING_PAGE: Final = "404.html"
# Axis of a feed -> word above the heading of its page.
_FEED_NAMES: Final = {
    "tag": "Tag",
    "category": "Category",
    "source": "Source",
    "query": "Saved query",
}


# Feeds by axis, for templates. Keys: axis, heading, items, total (number of feeds), perhaps parts.
_Groups = list[dict[str, Any]]

# Samples with which the operator's templates are tested.
_SAMPLE_TIME: Final = datetime(2026, 3, 10, 12, tzinfo=UTC)
_SAMPLE_SOURCE: Final = Source(
    key="sample", url="https://sample.example/feed", title="Sample", content="full"
)
_SAMPLE_WITH_FEW_FIELDS: Final = Article(
    id="a" * 26,
    url="https://sample.example/1",
    title="A sample",
    added=_SAMPLE_TIME,
    published=_SAMPLE_TIME,
)
_SAMPLE_WITH_ALL_FIELDS: Final = replace(
    _SAMPLE_WITH_FEW_FIELDS,
    id="b" * 26,
    author="Ann Writer",
    excerpt="A whole sentence.",
    category="Science",
    tags=("Sea", "Tides"),
    language="fr",
    source_key="sample",
    also=("https://other.example/1",),
)
_SAMPLE_KEYS: Final = (
    ALL,
    FeedKey("category", "science"),
    FeedKey(TAG, "sea"),
    FeedKey(SOURCE, "sample"),
)
_SAMPLE_DAY: Final = "2026-03-10"
_DAY_BEFORE: Final = "2026-03-09"
_NO_INSTANCE: Final = uuid.UUID(int=0)


class Pages:
    """Renders the pages of a build. `specs`: all feeds; `look`: templates and styles of the
    operator, None for ours; `tags`: of taxonomy.toml. `parts`: the parts of the list of feeds;
    `calendars`: the calendar pages of the feeds that are built, by the feed's stem; `about`: the
    facts beside their stories, by stem; `icons`: names of icon files by source key; `months`: by
    stem of a feed without archives, the month of its oldest story, from which its page leads on to
    the feed of everything; `archived`: the feed of everything has pages of older stories;
    `answered`: our server answers questions; `phone`: name of the page for a private instance, ""
    for none."""

    def __init__(
        self,
        specs: Sequence[FeedSpec],
        settings: Settings,
        look: Look | None = None,
        tags: Iterable[str] = (),
    ) -> None:
        """Prepare the pages of a site. `specs`: its feeds; `look`: the operator's own templates and
        files, None if there are none; `tags`: those of taxonomy.toml, which have a page from their
        first article on."""
        self.specs = specs
        self.settings = settings
        self.links = replace(make_links(settings, tags), base=ROOT)
        self.templates = Templates(look)
        self.parts = feed_list.divide_feeds(specs)
        self._by_stem = {paths.get_stem(spec.key): spec for spec in specs}
        self._language = clean_language(settings.site.language) or "en"
        # set during the build
        self.calendars: dict[str, list[CalendarPage]] = {}
        self.about: dict[str, About] = {}
        self.icons: Mapping[str, str] = {}
        self.months: dict[str, str] = {}
        # which pages about all feeds there are
        everything_has_older_page = any(
            spec.key == ALL and PAGE in spec.formats and spec.older is not Older.NONE
            for spec in specs
        )
        self.archived = everything_has_older_page and bool(settings.publish.archives)
        self.answered = settings.publish.questions and settings.public_dir is not None
        has_phone_page = settings.publish.secret_path and self._list_main_formats()
        self.phone = PHONE if has_phone_page else ""

    def render_story_item(self, view: View) -> bytes:
        """Return the list item of an article: a line with its time, then HTML, which every page can
        use (see `article_html.render_story`)."""
        return article_html.render_story(view, self.links, self.templates, self._language)

    def render_article_page(
        self,
        view: View,
        previous: View | None,
        following: View | None,
        related: Sequence[View] = (),
    ) -> bytes:
        """Return the page of an article that is published whole. The page names that of the
        publisher as its canonical address, for search engines. `previous`, `following`: the
        articles before and after it, None if there is none; `related`: articles on the same
        subject."""
        name = paths.article_name(view.id)
        root = "../" * name.count("/")
        source_feed = self._by_stem.get(paths.get_stem(FeedKey(SOURCE, view.source_key)))
        feeds: list[tuple[str, str, str, str]] = []
        if source_feed is not None:
            stem = paths.get_stem(source_feed.key)
            feeds = _list_formats(stem, source_feed.formats, root, self.settings.base_url)
        image = self._find_image([view])
        shell = self._make_shell(
            name,
            f"{view.title} - {view.origin.title}",
            view.summary,
            kind="Article",
            subject=article_html.make_article_data(view, image.get("image", "")),
            canonical=view.url,
            **image,
            indexed=False,
            feeds=feeds,
        )
        links = replace(self.links, base=root)
        neighbours = (previous, following)
        return self.templates.render(
            "article.html",
            page=shell,
            related=[article_html.make_related_fields(other) for other in related],
            **article_html.make_page_fields(view, links, self._language, neighbours, root),
        )

    def render_feed_page(self, head: Head, stories: Sequence[bytes]) -> bytes:
        """Return the page of a head feed or, if `head.current` is False, of an archive document.
        `stories`: list items from `render_story_item`, newest first."""
        if not head.current:
            return self._render_archive_page(head, stories)
        axis = ""
        feed_name = ""
        heading = head.title
        description = head.description
        spec = self._by_stem.get(head.stem)
        if spec is not None:  # else the feed is not among those of this build
            axis = spec.key.axis
            feed_name = text.line(spec.name)
            heading = feed_name
            description = text.line(spec.description)
        name = f"{head.stem}.{PAGE}"
        root = "../" * head.stem.count("/")
        shell = self._make_shell(
            name,
            head.title,
            description,
            updated=article_html.find_newest_time(stories),
            feeds=_list_formats(head.stem, head.formats, root, head.base),
            language=head.language,
        )
        stories = [article_html.drop_own_chip(story, name, heading) for story in stories]
        all_days = article_html.group_by_day(stories, root)
        shown_days, earlier = self._cut_stories(head, all_days, root)
        link = _PageLinker(head.stem, root)
        years: list[tuple[str, str, int]] = []
        for page in reversed(self.calendars.get(head.stem, ())):
            if len(page.span) == YEAR:
                year, address = link(page.span)
                years.append((year, address, page.count))
        about = self.about.get(head.stem)
        months: Sequence[tuple[str, str, int]] = ()
        if about is not None:
            months = self._link_months(about.months, head.stem, root, shown_days)
        return self.templates.render(
            "feed.html",
            page=shell,
            heading=heading,
            kind=_FEED_NAMES.get(axis, ""),
            about=about,
            axis=axis,
            months=months,
            badge=article_html.choose_badge(feed_name),
            icon=self._find_icon(spec),
            days=shown_days,
            earlier=earlier,
            years=years,
        )

    def _find_icon(self, spec: FeedSpec | None) -> str:
        """Return the name of the icon file of a source's feed, "" if the source has no icon or
        `spec` is not the feed of a source."""
        if spec is None or spec.key.axis != SOURCE:
            return ""
        return self.icons.get(spec.key.slug, "")

    def _link_months(
        self, months: Sequence[tuple[str, int]], stem: str, root: str, shown_days: Sequence[Day]
    ) -> list[tuple[str, str, int]]:
        """Return name, link and number of stories of each month on a feed's page. The link leads to
        the calendar page of the month or, if there is none, of its year; else to the newest of its
        days on the page itself; else it is "". `months`: ("2026-11", number of stories); `stem`:
        path of the feed; `root`: path from the page to the web root; `shown_days`: days on the
        page, newest first."""
        newest_days = {day.date[:MONTH]: day.date for day in reversed(shown_days)}
        linked: list[tuple[str, str, int]] = []
        for month, count in months:
            span = calendar.find_page_of_month(self.calendars.get(stem, ()), month)
            link = ""
            if span:
                link = root + file_name(stem, span)
            elif month in newest_days:
                link = f"#d{newest_days[month]}"
            linked.append((article_html.name_span(month), link, count))
        return linked

    def _find_image(self, views: Iterable[View]) -> dict[str, str]:
        """Return {"image": the address of the first thumbnail of `views`}, a field of `Page`. The
        dict is empty if no article has a thumbnail, or if the address of our site is unknown."""
        if not self.settings.site.url:
            return {}
        for view in views:
            if view.picture:
                return {"image": self.settings.base_url + view.picture.name}
        return {}

    def store_facts(
        self, spec: FeedSpec, count: int, days: Mapping[str, int], views: Sequence[View]
    ) -> None:
        """Store the facts that a feed's page shows beside its stories, until `drop_facts` is
        called. A feed without archives has no page for its older articles: if its own page does not
        show all, also store the month of the oldest article that it shows, with which the page can
        link the older articles of all feeds. `count`: number of the feed's articles; `days`: the
        same by UTC day; `views`: its newest articles, which the page shows."""
        stem = paths.get_stem(spec.key)
        links = replace(self.links, base="../" * stem.count("/"))
        self.about[stem] = gather_facts(spec, count, days, views, links)
        shows_all = len(views) >= count
        if spec.older is Older.NONE and views and not shows_all:
            oldest = min(view.published for view in views)
            self.months[stem] = oldest.strftime("%Y-%m")

    def drop_facts(self, key: FeedKey) -> None:
        """Forget the facts and the calendar of a feed, to free memory. Those of the feed of
        everything stay, since other pages need them."""
        if key == ALL:
            return
        stem = paths.get_stem(key)
        self.calendars.pop(stem, None)
        self.about.pop(stem, None)
        self.months.pop(stem, None)

    def render_calendar_page(
        self,
        head: Head,
        item: CalendarPage,
        stories: Sequence[bytes],
        tops: Mapping[str, Sequence[View]] | None = None,
    ) -> bytes:
        """Return the page of a year, month or day of a feed. `item`: the page as planned;
        `stories`: the list items that it shows, from `render_story_item`; `tops`: only for the page
        of a month that lists its days: by day, its first articles, from which the lead stories of
        the day are chosen."""
        root = "../" * item.name.count("/")
        link = _PageLinker(head.stem, root)
        day_leads: list[tuple[str, str, Any]] = []
        if tops is not None:
            for day, views in tops.items():
                leads = front.list_day_leads(views, self.links, root)
                name, address = link(day)
                day_leads.append((name, address, leads))
        linked_spans: list[tuple[str, str, int]] = []
        for span, count in item.parts:
            if len(span) < DAY:  # days are linked in `weeks`
                name, address = link(span)
                linked_spans.append((name, address, count))
        return self._render_older_page(
            head,
            item.name,
            article_html.name_span(item.span),
            item.count,
            stories,
            spans=linked_spans,
            weeks=_list_weeks(item, link),
            tops=day_leads,
            previous=link(item.previous),
            following=link(item.following),
            above=link(item.above),
        )

    def _render_archive_page(self, head: Head, stories: Sequence[bytes]) -> bytes:
        """Return the page of an archive document. `stories`: list items from `render_story_item`.
        The page of the newest document links the feed's page as newer."""
        name = _get_page_name(head.self_name)
        root = "../" * name.count("/")
        previous = ("", "")
        if head.previous:
            previous = ("Older", root + _get_page_name(head.previous))
        if head.following:
            following = ("Newer", root + _get_page_name(head.following))
        else:
            following = ("Newer", f"{root}{head.stem}.{PAGE}")
        return self._render_older_page(
            head,
            name,
            _name_days(stories),
            len(stories),
            stories,
            previous=previous,
            following=following,
        )

    def _render_older_page(
        self, head: Head, name: str, when: str, count: int, stories: Sequence[bytes], **more: Any
    ) -> bytes:
        """Return a page of older stories of a feed: that of a year, month or day, or that of an
        archive document. `name`: the file name of the page; `when`: how the page calls its time,
        such as "November 2026"; `count`: number of its stories; `stories`: list items from
        `render_story_item`; `more`: further variables of the template, such as the links to the
        pages before and after it."""
        feed = text.line(self._by_stem[head.stem].name)
        noun = "story" if count == 1 else "stories"
        root = "../" * name.count("/")
        shell = self._make_shell(
            name,
            f"{when}: {head.title}",
            f"{feed}: {count} {noun} of {when}.",
            updated=article_html.find_newest_time(stories),
            feeds=_list_formats(head.stem, head.formats, root, head.base),
            language=head.language,
        )
        # the page of an archive document has none of these
        calendar_variables = {"spans": (), "weeks": (), "tops": (), "above": ("", "")}
        return self.templates.render(
            "calendar.html",
            page=shell,
            feed=feed,
            feed_page=f"{shell.root}{head.stem}.{PAGE}",
            when=when,
            count=count,
            days=article_html.group_by_day(stories, shell.root),
            **(calendar_variables | more),
        )

    def render_story_page(
        self,
        name: str,
        views: Sequence[View],
        stories: Sequence[bytes],
        explained: Explained | None = None,
    ) -> bytes:
        """Return the page of a story: what each outlet adds, then its reports, the earliest first.
        `name`: the file name of the page; `views`: the reports of the story, the lead first;
        `stories`: the list items of these reports; `explained`: what the outlets add, None if there
        is nothing to explain."""
        title = views[0].title if views else ""
        outlets = ", ".join(dict.fromkeys(view.origin.title for view in views))
        shell = self._make_shell(name, title, f"{title}: reports of {outlets}.", indexed=False)
        days_newest_first = article_html.group_by_day(stories, shell.root)
        days: list[Day] = []
        for day in reversed(days_newest_first):
            earliest_first = day.stories[::-1]
            days.append(replace(day, stories=earliest_first))
        event = ""
        explanation = ""
        tags: list[tuple[str, str]] = []
        if explained is not None:
            event = explained.explanation.event
            explanation = write_html(explained)
            tags = [(tag, self.links.tag(tag)) for tag in explained.tags]
        return self.templates.render(
            "timeline.html",
            page=shell,
            heading=title,
            days=days,
            feed_page=f"{shell.root}{paths.file_name(STORIES, PAGE)}",
            event=event,
            explained=explanation,
            tags=tags,
        )

    def _cut_stories(
        self, head: Head, days: list[Day], root: str
    ) -> tuple[list[Day], tuple[str, str]]:
        """Return the stories that a feed's page shows, and name and link of the page on which older
        ones follow, ("", "") if there is none. If the feed has calendar pages, the newest 60 are
        shown, and the link leads to the calendar page of the oldest of them. Else all are shown,
        and the link leads to the feed's newest archive document, or to a month of the feed of
        everything. `days`: all stories of the feed, newest first; `root`: the path from the page to
        the web root."""
        has_archive_pages = PAGE in head.archives and bool(head.previous)
        if has_archive_pages and days:
            return days, (days[-1].name, root + _get_page_name(head.previous))
        newest_days: list[Day] = []
        places_left = calendar.STORIES
        for day in days:
            if places_left <= 0:
                break
            newest_days.append(replace(day, stories=day.stories[:places_left]))
            places_left -= len(day.stories)
        calendar_page = None
        if newest_days:
            calendar_pages = self.calendars.get(head.stem, ())
            calendar_page = find_page_of_day(calendar_pages, newest_days[-1].date)
        if calendar_page is None:
            return days, self._link_month_of_everything(head.stem, root)
        return newest_days, _PageLinker(head.stem, root)(calendar_page.span)

    def _link_month_of_everything(self, stem: str, root: str) -> tuple[str, str]:
        """Return name and link of the month of the feed of everything that has the older stories of
        a feed without archives. Return ("", "") if the feed's page shows all of its stories, or if
        there is no such month. `stem`: path of the feed; `root`: path from the page to the web
        root."""
        if stem not in self.months:
            return "", ""
        month = calendar.find_last_month(self.calendars.get(ALL.slug, ()), self.months[stem])
        if not month:
            return "", ""
        name, link = _PageLinker(ALL.slug, root)(month)
        return f"everything in {name}", link

    def render_shared_pages(
        self,
        rows: Mapping[FeedKey, FeedRow],
        views: Sequence[View],
        stories: Sequence[Sequence[str]] = (),
    ) -> dict[str, bytes]:
        """Return the pages about all feeds (front page, search, archive, ...), stylesheets and
        scripts, by file name. `rows`: rows of all feeds; `views`: the articles of the front page;
        `stories`: for each story of several of them, its article ids, the lead first."""
        files = {
            paths.INDEX: self._render_front(rows, views, stories),
            SEARCH: self._render_search(),
            _MISSING_PAGE: self._render_missing(),
            COMBINE: self._render_combine(views, rows),
        }
        if self.archived:
            files[ARCHIVE] = self._render_archive()
        if self.phone:
            files[PHONE] = self._render_phone()
        if self.answered:
            files[paths.PROBE] = b""  # see `paths.PROBE`
        return {**files, **make_shell_files(self.settings), **self.templates.look.assets()}

    def render_feed_list(self, part: str, rows: Mapping[FeedKey, FeedRow]) -> dict[str, bytes]:
        """Return the page and the sitemaps of a part of the list of feeds, by file name. `part`: a
        key of `self.parts`; the page of the first part, "", links the other parts; `rows`: rows of
        the feeds of this part and of the feed of everything."""
        specs = self.parts[part]
        groups = self._group_feeds(specs, rows)
        count = len(specs)
        if not part:
            groups += self._group_parts()
            count = len(self.specs)
        about = f"{count} feeds to subscribe to: by category, tag and source."
        name = f"{FEEDS}{part}.{PAGE}"
        shell = self._make_titled_shell(name, "All feeds", about, feeds=self._list_main_formats())
        page = self.templates.render("feeds.html", page=shell, groups=groups, count=count)
        return {name: page, **self._write_sitemaps(part, rows)}

    def _write_sitemaps(self, part: str, rows: Mapping[FeedKey, FeedRow]) -> dict[str, bytes]:
        """Return the sitemaps that belong to a part of the list of feeds, by file name. The sitemap
        of a part has the pages of its feeds; that of the first part, "", also has the front page
        and the pages of older stories. If there are several parts, the first one also gets the
        sitemap that lists the sitemaps of all parts. `rows`: rows of the feeds of the part and of
        the feed of everything."""
        base = self.settings.base_url
        newest_days: dict[FeedKey, str] = {}
        for key, row in rows.items():
            if row.latest_added:
                newest_days[key] = row.latest_added.strftime("%Y-%m-%d")
        feed_pages = [
            (paths.file_name(spec.key, PAGE), newest_days.get(spec.key, ""))
            for spec in self.parts[part]
            if PAGE in spec.formats
        ]
        is_first_part = part == ""
        if not is_first_part:
            return {f"{SITEMAP}{part}.xml": feed_list.write_sitemap(feed_pages, base)}

        pages = [("", newest_days.get(ALL, "")), (f"{FEEDS}.{PAGE}", ""), *feed_pages]
        for calendar_page in reversed(self.calendars.get(ALL.slug, [])):
            if not calendar_page.parts:
                pages.append((calendar_page.name, calendar_page.days[-1]))
        sitemap_of_pages = feed_list.write_sitemap(pages, base)
        if len(self.parts) == 1:
            return {f"{SITEMAP}.xml": sitemap_of_pages}

        name_of_first = f"{SITEMAP}{feed_list.PAGES}.xml"
        sitemaps = [(name_of_first, "")]
        sitemaps += [(f"{SITEMAP}{name}.xml", "") for name in self.parts if name]
        list_of_sitemaps = feed_list.write_sitemap(sitemaps, base, "sitemap")
        return {f"{SITEMAP}.xml": list_of_sitemaps, name_of_first: sitemap_of_pages}

    def _group_parts(self) -> _Groups:
        """Return the parts of a long list of feeds, without the first, grouped by axis, so that the
        first page can link them. A part is (name of its first feed, link, number of feeds)."""
        parts_by_axis: dict[str, list[tuple[str, str, int]]] = defaultdict(list)
        for part, specs in self.parts.items():
            if part:
                first = specs[0]
                link = (text.line(first.name), f"{FEEDS}{part}.{PAGE}", len(specs))
                parts_by_axis[first.key.axis].append(link)
        groups: _Groups = []
        for axis, parts in parts_by_axis.items():
            total = sum(count for _, _, count in parts)
            heading = find_axis(axis).heading
            groups.append(
                {"axis": axis, "heading": heading, "items": (), "total": total, "parts": parts}
            )
        return groups

    def _render_front(
        self,
        rows: Mapping[FeedKey, FeedRow],
        views: Sequence[View],
        stories: Sequence[Sequence[str]],
    ) -> bytes:
        """Return the front page: lead stories, newest stories by category, frequent tags and feeds.
        `rows`: rows of all feeds; `views`: the articles of the page; `stories`: for each story of
        several articles, their ids, the lead first."""
        sources = _count_sources(self.specs)
        about = f"The newest stories of {sources}, to read here or in a feed reader."
        newest = max((view.published for view in views), default=None)
        groups = front.group_stories(views, stories)
        lead_ids = front.choose_leads(groups)
        lead_views = [groups[article_id][0] for article_id in lead_ids]
        shell = self._make_shell(
            paths.INDEX,
            self.settings.site.title,
            about,
            kind="WebSite",
            updated=newest,
            feeds=self._list_main_formats(),
            **self._find_image(lead_views),
        )

        links = replace(self.links, base="")
        lines: dict[str, dict[str, Any]] = {}
        for lead_id, (view, others) in groups.items():
            newest_time = newest or view.published
            lines[lead_id] = front.make_line(view, others, links, self._language, newest_time)
        other_lines = [line for lead_id, line in lines.items() if lead_id not in lead_ids]
        article_counts = {
            text.line(row.name): row.count for key, row in rows.items() if key.axis == CATEGORY
        }
        languages = Counter(line["lang"] for line in lines.values())

        # older stories follow on the calendar page of the oldest day
        oldest_day = min((view.published.strftime("%Y-%m-%d") for view in views), default="")
        earlier_page = find_page_of_day(self.calendars.get(ALL.slug, ()), oldest_day)
        earlier_span = earlier_page.span if earlier_page else ""
        return self.templates.render(
            "index.html",
            page=shell,
            leads=[lines[lead_id] for lead_id in lead_ids],
            sections=front.group_by_category(other_lines, article_counts),
            languages=[language for language, _ in languages.most_common()],
            earlier=_PageLinker(ALL.slug, "")(earlier_span),
            tags=front.find_frequent_tags(self.specs, rows, views),
            groups=self._group_feeds(
                self.specs, rows, front.SHOWN, lambda spec: text.line(spec.name)
            ),
            count=len(self.specs),
            all_feeds=f"{FEEDS}.{PAGE}",
            phone=self.phone,
        )

    def _render_archive(self) -> bytes:
        """Return the page of the archive: it links the pages of all years and months of the feed of
        everything. The three newest months that have pages for their days are shown as
        calendars."""
        pages = self.calendars.get(ALL.slug, [])
        count = sum(page.count for page in pages if not page.parts)  # the other pages list these
        about = f"{count} stories by month."
        shell = self._make_titled_shell(ARCHIVE, "Archive", about, feeds=self._list_main_formats())
        link = _PageLinker(ALL.slug, "")
        months: list[tuple[str, str, list[list[tuple[str, str, int]]]]] = []
        years: list[tuple[str, str, list[tuple[str, str, int]]]] = []
        for page in reversed(pages):
            name, address = link(page.span)
            has_days = len(page.span) == MONTH and bool(page.parts)
            if has_days and len(months) < _CALENDAR_MONTHS:
                months.append((name, address, _list_weeks(page, link)))
            if len(page.span) == YEAR:
                linked_parts: list[tuple[str, str, int]] = []
                for span, story_count in reversed(page.parts):
                    part_name, part_address = link(span)
                    linked_parts.append((part_name, part_address, story_count))
                years.append((name, address, linked_parts))
        return self.templates.render(
            "archive.html", page=shell, years=years, count=count, months=months
        )

    def _render_combine(self, views: Sequence[View], rows: Mapping[FeedKey, FeedRow]) -> bytes:
        """Return the page on which people combine tags, categories, sources and languages to a
        question. It offers the categories, tags and sources with most articles and all languages of
        `views`, the articles of the front page; it also lists the feeds of saved queries. `rows`:
        the rows of all feeds."""
        about = "Put tags, categories, sources, languages and words together to a feed."
        shell = self._make_titled_shell(COMBINE, "A feed for any question", about)
        unclassified = self.settings.describe.uncategorised
        largest_feeds = self._group_feeds(self.specs, rows, _MOST_CHOICES)
        items_by_axis = {group["axis"]: group["items"] for group in largest_feeds}
        # each kind of term with its heading and its choices: value, name, number of articles
        kinds: list[tuple[str, str, list[tuple[str, str, int]]]] = []
        for axis in (CATEGORY, TAG, SOURCE):
            choices: list[tuple[str, str, int]] = []
            for item in items_by_axis.get(axis, ()):
                if item["name"] != unclassified:
                    choices.append((item["slug"], item["name"], item["count"]))
            kinds.append((axis, find_axis(axis).heading, choices))
        languages = sorted({view.language.lower().partition("-")[0] for view in views})
        kinds.append(("lang", "Languages", [(language, language, 0) for language in languages]))

        query_specs = [spec for spec in self.specs if spec.key.axis == QUERY]
        query_groups = self._group_feeds(query_specs, rows)
        saved_queries = query_groups[0] if query_groups else None
        return self.templates.render(
            "combine.html",
            page=shell,
            kinds=kinds,
            formats=self.settings.publish.formats,
            queries=saved_queries,
            answered=self.answered,
        )

    def _render_phone(self) -> bytes:
        """Return the page of a private instance from which phones subscribe, with a QR code."""
        address = self.settings.base_url + PHONE
        shell = self._make_titled_shell(PHONE, "Subscribe", "", feeds=self._list_main_formats())
        return self.templates.render(
            "phone.html", page=shell, here=address, code=draw_qr_svg(address)
        )

    def _render_missing(self) -> bytes:
        """Return the page for addresses that do not exist. Its links are absolute paths, because it
        is shown at any address."""
        root = urlsplit(self.settings.base_url).path
        shell = self._make_titled_shell(
            _MISSING_PAGE, "Not found", "", root=root, canonical="", indexed=False
        )
        return self.templates.render("404.html", page=shell)

    def _render_search(self) -> bytes:
        """Return the page on which a script searches all stories; without scripts, it links another
        page to find them."""
        shell = self._make_titled_shell(
            SEARCH, "Search", "Search all stories.", kind="SearchResultsPage", indexed=False
        )
        otherwise = (f"{FEEDS}.{PAGE}", "All feeds")
        if self.archived:
            otherwise = (ARCHIVE, "Archive")
        return self.templates.render(
            "search.html", page=shell, otherwise=otherwise, answered=self.answered
        )

    def _group_feeds(
        self,
        specs: Iterable[FeedSpec],
        rows: Mapping[FeedKey, FeedRow],
        most: int | None = None,
        second_key: Callable[[FeedSpec], str] = lambda spec: "",
    ) -> _Groups:
        """Return feeds grouped by axis, without the category of unclassified articles. `rows`: the
        rows of the feeds; `most`: None for all feeds in their order; a number for only so many of
        each axis, those with most articles; `second_key`: returns the text by which feeds with as
        many articles are ordered."""
        specs_by_axis: dict[str, list[FeedSpec]] = defaultdict(list)
        for spec in specs:
            is_unclassified = spec.key.axis == CATEGORY and spec.name == self.links.unclassified
            if not is_unclassified:
                specs_by_axis[spec.key.axis].append(spec)

        def get_rank(spec: FeedSpec) -> tuple[int, str]:
            article_count = _get_count(rows.get(spec.key))
            return -article_count, second_key(spec)

        groups: _Groups = []
        for name, axis in [*list_axes_by_place(), (DIGEST, find_axis(DIGEST))]:
            if name not in specs_by_axis:
                continue
            specs_of_axis = specs_by_axis[name]
            total = len(specs_of_axis)
            if most is not None:
                specs_of_axis = sorted(specs_of_axis, key=get_rank)[:most]
            items = [_make_feed_item(spec, rows.get(spec.key)) for spec in specs_of_axis]
            groups.append({"axis": name, "heading": axis.heading, "items": items, "total": total})
        return groups

    def _list_main_formats(self) -> list[tuple[str, str, str, str]]:
        """Return (label, link, address, media type) of each format of the feed of everything, for a
        page at the web root; an empty list if this feed is not published."""
        for spec in self.specs:
            if spec.key == ALL:
                return _list_formats(
                    paths.get_stem(spec.key), spec.formats, "", self.settings.base_url
                )
        return []

    def list_problems(self) -> list[Problem]:
        """Return a problem for each different fault that an operator's template has shown so
        far."""
        faults = dict.fromkeys(self.templates.faults.values())
        return [
            Problem(what=TEMPLATES, reason=FeedFileReason.TEMPLATE, detail=fault)
            for fault in faults
        ]

    def _make_titled_shell(self, name: str, title: str, about: str, **more: Any) -> Page:
        """Return the values for `base.html` of a page whose title is followed by the name of the
        site. `name`: of the page's file; `about`: its description; `more`: further fields of
        `Page`."""
        site = text.line(self.settings.site.title)
        return self._make_shell(name, f"{title} - {site}", about, **more)

    def _make_shell(self, name: str, title: str, about: str, **more: Any) -> Page:
        """Return the values for `base.html`. `name`: of the page's file; `about`: its description;
        `more`: further fields of `Page`."""
        fields = {"archive": self.archived} | more
        return make_page(self.settings, name, title, about, **fields)


@dataclass(frozen=True, slots=True)
class _PageLinker:
    """Makes links to the calendar pages of a feed. `stem`: path of the feed; `root`: path from the
    page with the links to the web root."""

    stem: str
    root: str

    def __call__(self, span: str) -> tuple[str, str]:
        """Return name and link of the page of a span: "2026-11" gives "November 2026" and a path;
        "" gives ("", "")."""
        if not span:
            return "", ""
        return article_html.name_span(span), self.root + file_name(self.stem, span)


def _get_page_name(document: str) -> str:
    """Return the file name of the page of an archive document. `document`: the name of its Atom
    file."""
    return document.removesuffix(ATOM) + PAGE


def _name_days(stories: Sequence[bytes]) -> str:
    """Return the names of the first and the last day of list items, each of which begins with its
    time: "1 March 2026 to 3 March 2026", only one name if the days are equal, "" for no items."""
    dates = sorted({story[:DAY].decode() for story in stories})
    first_and_last = dict.fromkeys((*dates[:1], *dates[-1:]))
    names = [article_html.name_day(date).partition(", ")[2] for date in first_and_last]
    return " to ".join(names)


def _list_weeks(page: CalendarPage, link: _PageLinker) -> list[list[tuple[str, str, int]]]:
    """Return the weeks of the page of a month that lists its days; each day is (its number, link,
    number of stories), and days outside of the month are ("", "", 0). Return an empty list for any
    other page."""
    if len(page.span) != MONTH or not page.parts:
        return []
    weeks: list[list[tuple[str, str, int]]] = []
    for week in calendar.list_weeks(page.span, dict(page.parts)):
        cells: list[tuple[str, str, int]] = []
        for day, count in week:
            address = ""
            if count:
                _, address = link(day)
            day_of_month = day.rpartition("-")[2].lstrip("0")
            cells.append((day_of_month, address, count))
        weeks.append(cells)
    return weeks


def _list_formats(
    stem: str, formats: Sequence[str], root: str, base: str
) -> list[tuple[str, str, str, str]]:
    """Return label, link, address and media type of each format of a feed to which programs can
    subscribe. `stem`: path of the feed; `root`: the path from the page to the web root; `base`: the
    address of the web root."""
    rows: list[tuple[str, str, str, str]] = []
    for name in subscribed(formats):
        file = f"{stem}.{name}"
        rows.append(
            (FORMATS[name].label, f"{root}{file}", f"{base}{file}", FORMATS[name].media_type)
        )
    return rows


def _count_sources(specs: Sequence[FeedSpec]) -> str:
    """Return how many sources there are, for a sentence: "12 sources"; "the sources" if there is
    one or none."""
    count = sum(find_axis(spec.key.axis).copies for spec in specs)
    return f"{count} sources" if count > 1 else "the sources"


def _make_feed_item(spec: FeedSpec, row: FeedRow | None) -> dict[str, Any]:
    """Return the values with which a template shows a feed in a list of feeds. `row`: the feed's
    row in the database, None if the feed was never built."""
    page = ""
    if PAGE in spec.formats:
        page = paths.file_name(spec.key, PAGE)
    latest_title = ""
    if row is not None:
        latest_title = text.line(row.latest_title)
    return {
        "name": text.line(spec.name),
        "slug": spec.key.slug,
        "page": page,
        # lists of feeds are in the web root, so that a file name is a link
        "feeds": _list_formats(paths.get_stem(spec.key), spec.formats, root="", base=""),
        "count": _get_count(row),
        "latest": latest_title,
        "about": text.line(spec.description),
    }


def _get_count(row: FeedRow | None) -> int:
    """Return the number of articles of a feed, 0 if it was never built."""
    return row.count if row else 0


def list_template_names() -> set[str]:
    """Return the names of the templates that operators may replace."""
    folder = resources.files("syndicator.publishing").joinpath(TEMPLATES)
    return {file.name for file in folder.iterdir() if file.name.endswith(".html")}


def find_template_faults(look: Look, settings: Settings) -> list[str]:
    """Render each kind of page with samples, and return the faults of the operator's templates, an
    empty list if there are none. A fault has file and line: "templates/feed.html, line 3: …"."""
    specs = [
        FeedSpec(key=key, name=key.slug.title(), title=key.slug, first_slug=key.slug)
        for key in _SAMPLE_KEYS
    ]
    pages = Pages(specs, settings, look, ("Sea",))
    picture = Picture(name="pictures/1.webp", width=640, height=360)
    views = [
        make_view(
            _SAMPLE_WITH_ALL_FIELDS, _SAMPLE_SOURCE, _NO_INSTANCE, None, "<p>Text.</p>", picture
        ),
        make_view(
            _SAMPLE_WITH_FEW_FIELDS, _SAMPLE_SOURCE, _NO_INSTANCE, None, "<p>Text.</p>", None
        ),
    ]
    stories = [pages.render_story_item(sample) for sample in views]

    # a short calendar with one page, and a long one with pages for years, months and days
    busy_day = (calendar.PAGE + 1, "")
    for days in ({_SAMPLE_DAY: (2, "")}, {_SAMPLE_DAY: busy_day, _DAY_BEFORE: busy_day}):
        for spec in specs:
            _render_feed_samples(pages, spec, days, views, stories)

    for sample in views:
        pages.render_article_page(sample, None, None)
    for sample in views:
        pages.render_article_page(sample, views[0], views[1])
    pages.render_story_page(paths.story_name("a" * 26), views, stories)

    rows = {
        key: FeedRow(
            key=key, name=key.slug, first_slug=key.slug, count=2, latest_added=_SAMPLE_TIME
        )
        for key in _SAMPLE_KEYS
    }
    pages.render_shared_pages(rows, views, [[sample.id for sample in views]])
    pages.render_feed_list("", rows)
    pages.render_shared_pages({}, [])
    return list(dict.fromkeys(pages.templates.faults.values()))


def _render_feed_samples(
    pages: Pages,
    spec: FeedSpec,
    days: Mapping[str, tuple[int, str]],
    views: Sequence[View],
    stories: Sequence[bytes],
) -> None:
    """Render the page of a feed and all of its calendar pages. `days`: by day, number and
    fingerprint of its stories; `views`, `stories`: articles, and their list items."""
    feed_head = make_head(spec, pages.settings, _NO_INSTANCE, _SAMPLE_TIME)
    calendar_pages = plan_feed_calendar(spec, days, "")
    pages.calendars[feed_head.stem] = calendar_pages
    pages.store_facts(spec, 2, {day: count for day, (count, _) in days.items()}, views)
    pages.render_feed_page(feed_head, stories)
    for page in calendar_pages:
        if page.parts:
            pages.render_calendar_page(feed_head, page, [], {_SAMPLE_DAY: views})
        else:
            pages.render_calendar_page(feed_head, page, stories)
