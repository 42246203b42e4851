"""Render the pages about all feeds: front page, archive, search, list of feeds and others."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlsplit

from syndicator.core import text
from syndicator.core.axes import (
    ALL,
    CATEGORY,
    DIGEST,
    QUERY,
    SOURCE,
    TAG,
    find_axis,
    list_axes_by_place,
)
from syndicator.core.formats import PAGE
from syndicator.core.model import FeedKey, FeedSpec
from syndicator.core.ports import FeedRow
from syndicator.publishing import paths
from syndicator.publishing.render.view import View
from syndicator.publishing.web import feed_list, front
from syndicator.publishing.web.calendar import MONTH, YEAR, find_page_of_day
from syndicator.publishing.web.pages import PageLinker, Pages, link_weeks
from syndicator.publishing.web.shell import Page, draw_qr_svg, list_feed_files
from syndicator.publishing.web.shell import make_files as make_shell_files

FEEDS: Final = "feeds"  # the list of all feeds
SITEMAP: Final = "sitemap"
ARCHIVE: Final = "archive.html"
SEARCH: Final = "search.html"
COMBINE: Final = "combine.html"
_MOST_CHOICES: Final = 150  # tags, categories or sources to combine, those with most articles
_CALENDAR_MONTHS: Final = 3  # newest months, shown as calendars on the page of the archive
PHONE: Final = "phone.html"  # how to subscribe to a private instance
_MISSING_PAGE: Final = "404.html"

# Feeds by axis, for templates. Keys: axis, heading, items, total (number of feeds), perhaps parts.
_Groups = list[dict[str, Any]]


class SharedPages:
    """Renders the pages about all feeds of a build. `parts`: the feeds on each page of the list of
    feeds, by the name of the part (see `feed_list.divide_feeds`); `answered`: True if the
    instance's own server answers questions; `phone`: file name of the page from which phones
    subscribe to a private instance, "" if there is no such page."""

    def __init__(self, pages: Pages) -> None:
        """Prepare to render the pages about all feeds. `pages`: renders the other pages of the same
        build; it provides the feeds, the settings, the templates and the calendars."""
        self.pages = pages
        self.specs = pages.specs
        self.settings = pages.settings
        self.templates = pages.templates
        self.parts = feed_list.divide_feeds(pages.specs)  # name of a part of the list -> feeds
        publish = pages.settings.publish
        # True if our server answers questions: requests for feeds that readers combine themselves
        self.answered = publish.questions and pages.settings.public_dir is not None
        has_phone_page = publish.secret_path and self._list_main_formats()
        self.phone = PHONE if has_phone_page else ""

    def render_shared_pages(
        self,
        rows: Mapping[FeedKey, FeedRow],
        views: Sequence[View],
        stories: Sequence[Sequence[str]] = (),
    ) -> dict[str, bytes]:
        """Return the pages about all feeds (front page, search, archive and others), and the
        stylesheets and scripts of all pages: file name -> bytes. `render_feed_list` returns the
        list of feeds. `rows`: the database rows of all feeds, by feed; `views`: the articles of the
        front page; `stories`: the article ids of each story that several articles report, the lead
        article first."""
        files = {
            paths.INDEX: self._render_front(rows, views, stories),
            SEARCH: self._render_search(),
            _MISSING_PAGE: self._render_missing(),
            COMBINE: self._render_combine(views, rows),
        }
        if self.pages.archived:
            files[ARCHIVE] = self._render_archive()
        if self.phone:
            files[PHONE] = self._render_phone()
        if self.answered:
            # scripts of our pages ask for this file, to see whether a server answers questions
            files[paths.PROBE] = b""
        return {**files, **make_shell_files(self.settings), **self.templates.look.assets()}

    def render_feed_list(self, part: str, rows: Mapping[FeedKey, FeedRow]) -> dict[str, bytes]:
        """Return the HTML page and the sitemaps of a part of the list of feeds: file name -> bytes.
        A long list is divided into parts, each with a page; the page of the first part links the
        other parts. `part`: name of the part, a key of `self.parts`, "" for the first; `rows`: by
        feed, the database rows of the feeds of this part and of the feed of everything."""
        specs = self.parts[part]
        groups = self._group_feeds(specs, rows)
        count = len(specs)
        is_first_part = part == ""
        if is_first_part:
            groups += self._group_parts()
            count = len(self.specs)
        about = f"{count} feeds to subscribe to: by category, tag and source."
        name = f"{FEEDS}{part}.{PAGE}"
        shell = self._make_titled_shell(name, "All feeds", about, feeds=self._list_main_formats())
        page = self.templates.render("feeds.html", page=shell, groups=groups, count=count)
        return {name: page, **self._write_sitemaps(part, rows)}

    def _write_sitemaps(self, part: str, rows: Mapping[FeedKey, FeedRow]) -> dict[str, bytes]:
        """Return the sitemaps (lists of pages for search engines) of a part of the list of feeds:
        file name -> bytes. Each part has a sitemap of the pages of its feeds. That of the first
        part also has the front page and the pages of older stories; if there are more parts, there
        is also a sitemap that lists the sitemaps of all. `part`: name of the part, "" for the
        first; `rows`: by feed, the database rows of the part's feeds and the feed of everything."""
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
        for calendar_page in reversed(self.pages.calendars.get(ALL.slug, [])):
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
        """Return groups of links for the first page of a long list of feeds, which lead to the
        other parts of the list: a group for each axis (kind of feeds). A link is (name of the
        part's first feed, address, number of feeds)."""
        parts_by_axis: dict[str, list[tuple[str, str, int]]] = defaultdict(list)
        for part, specs in self.parts.items():
            if part:  # not the first part, which has this page
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
        """Return the front page in HTML: lead stories, newest stories by category, frequent tags
        and feeds. `rows`: the database rows of all feeds; `views`: the articles of the page;
        `stories`: the article ids of each story that several articles report, the lead article
        first."""
        sources = _count_sources(self.specs)
        about = f"The newest stories of {sources}, to read here or in a feed reader."
        newest = max((view.published for view in views), default=None)
        groups = front.group_stories(views, stories)
        lead_ids = front.choose_leads(groups)
        lead_views: list[View] = []
        for lead_id in lead_ids:
            lead_view, _ = groups[lead_id]
            lead_views.append(lead_view)
        shell = self.pages.make_shell(
            paths.INDEX,
            self.settings.site.title,
            about,
            kind="WebSite",
            updated=newest,
            feeds=self._list_main_formats(),
            **self.pages.find_image(lead_views),
        )

        # a line for each story: the values that the template shows, by the id of its lead article
        links = replace(self.pages.links, base="")
        lines: dict[str, dict[str, Any]] = {}
        for lead_id, (view, others) in groups.items():
            newest_time = newest or view.published
            lines[lead_id] = front.make_line(view, others, links, self.pages.language, newest_time)
        other_lines = [line for lead_id, line in lines.items() if lead_id not in lead_ids]
        article_counts = {
            text.line(row.name): row.count for key, row in rows.items() if key.axis == CATEGORY
        }
        languages = Counter(line["lang"] for line in lines.values())

        # older stories follow on the calendar page of the oldest day
        oldest_day = min((view.published.strftime("%Y-%m-%d") for view in views), default="")
        earlier_page = find_page_of_day(self.pages.calendars.get(ALL.slug, ()), oldest_day)
        earlier_span = earlier_page.span if earlier_page else ""
        return self.templates.render(
            "index.html",
            page=shell,
            leads=[lines[lead_id] for lead_id in lead_ids],
            sections=front.group_by_category(other_lines, article_counts),
            languages=[language for language, _ in languages.most_common()],
            earlier=PageLinker(ALL.slug, "")(earlier_span),
            tags=front.find_frequent_tags(self.specs, rows, views),
            groups=self._group_feeds(
                self.specs, rows, front.SHOWN, lambda spec: text.line(spec.name)
            ),
            count=len(self.specs),
            all_feeds=f"{FEEDS}.{PAGE}",
            phone=self.phone,
        )

    def _render_archive(self) -> bytes:
        """Return the HTML page of the archive, which links the pages of all years and months with
        the older stories of all feeds. It shows at most three months, the newest whose days have
        pages, as calendars."""
        pages = self.pages.calendars.get(ALL.slug, [])
        # pages with parts only list the pages that show stories: do not count stories twice
        count = sum(page.count for page in pages if not page.parts)
        about = f"{count} stories by month."
        shell = self._make_titled_shell(ARCHIVE, "Archive", about, feeds=self._list_main_formats())
        link = PageLinker(ALL.slug, "")
        months: list[tuple[str, str, list[list[tuple[str, str, int]]]]] = []
        years: list[tuple[str, str, list[tuple[str, str, int]]]] = []
        for page in reversed(pages):
            name, address = link(page.span)
            has_days = len(page.span) == MONTH and bool(page.parts)
            if has_days and len(months) < _CALENDAR_MONTHS:
                months.append((name, address, link_weeks(page, link)))
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
        """Return the HTML page on which readers combine a feed of their own from tags, categories,
        sources, languages and words. It offers the categories, tags and sources with most articles,
        and the languages of the articles `views`. It also lists the feeds of saved queries. `rows`:
        the database rows of all feeds."""
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
        """Return the HTML page from which phones subscribe to the feeds of a private instance. It
        shows its own address as a QR code."""
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
        """Return the HTML page on which a script searches all stories. For browsers without
        scripts, it links another page to find stories: the archive or, if there is none, the list
        of feeds."""
        shell = self._make_titled_shell(
            SEARCH, "Search", "Search all stories.", kind="SearchResultsPage", indexed=False
        )
        otherwise = (f"{FEEDS}.{PAGE}", "All feeds")
        if self.pages.archived:
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
        """Return feeds in groups, one for each axis (kind of feeds), as variables of a template.
        The category of unclassified articles is left out. `rows`: the database rows of the feeds;
        `most`: return only so many feeds of each axis, those with most articles first; None to
        return all in the order of `specs`; `second_key`: returns a text by which feeds with the
        same number of articles are sorted."""
        unclassified = self.pages.links.unclassified
        specs_by_axis: dict[str, list[FeedSpec]] = defaultdict(list)
        for spec in specs:
            is_category = spec.key.axis == CATEGORY
            is_unclassified = is_category and spec.name == unclassified
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
        """Return the files of the feed of everything to which programs can subscribe, each as
        (label, link, address, media type). Return an empty list if this feed is not published. The
        links are for a page in the web root."""
        for spec in self.specs:
            if spec.key == ALL:
                return list_feed_files(
                    paths.get_stem(spec.key), spec.formats, "", self.settings.base_url
                )
        return []

    def _make_titled_shell(self, name: str, title: str, about: str, **more: Any) -> Page:
        """Return the values of a page for the template `base.html`, the frame of all pages. The
        title of the page is `title` followed by the name of the site. `name`: the page's file name;
        `about`: its description; `more`: further fields of `Page`."""
        site = text.line(self.settings.site.title)
        return self.pages.make_shell(name, f"{title} - {site}", about, **more)


def _count_sources(specs: Sequence[FeedSpec]) -> str:
    """Return the number of sources as part of a sentence, such as "12 sources". Return "the
    sources" if there is only one or none."""
    count = sum(find_axis(spec.key.axis).copies for spec in specs)
    return f"{count} sources" if count > 1 else "the sources"


def _make_feed_item(spec: FeedSpec, row: FeedRow | None) -> dict[str, Any]:
    """Return the variables with which a template shows a feed in a list of feeds. `row`: the feed's
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
        "feeds": list_feed_files(paths.get_stem(spec.key), spec.formats, root="", base=""),
        "count": _get_count(row),
        "latest": latest_title,
        "about": text.line(spec.description),
    }


def _get_count(row: FeedRow | None) -> int:
    """Return the number of articles of a feed, 0 if it was never built."""
    return row.count if row else 0
