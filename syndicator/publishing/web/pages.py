"""Render the pages of feeds, articles and stories; the pages about all feeds: `shared_pages`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from syndicator.configuration.settings import Settings
from syndicator.core import text
from syndicator.core.axes import ALL, SOURCE, STORIES
from syndicator.core.formats import ATOM, PAGE
from syndicator.core.model import FeedKey, FeedSpec, Older, Problem
from syndicator.core.reasons import FeedFileReason
from syndicator.publishing import paths
from syndicator.publishing.page_design import TEMPLATES, Look
from syndicator.publishing.render.head import Head, make_links
from syndicator.publishing.render.view import View, clean_language
from syndicator.publishing.stories.explanation import Explained, write_html
from syndicator.publishing.web import article_html, calendar, front
from syndicator.publishing.web.about import About, gather_facts
from syndicator.publishing.web.article_html import Day
from syndicator.publishing.web.calendar import (
    DAY,
    MONTH,
    YEAR,
    CalendarPage,
    file_name,
    find_page_of_day,
)
from syndicator.publishing.web.shell import Page, list_feed_files, make_page
from syndicator.publishing.web.templates import ROOT, Templates

# Axis of a feed -> word above the heading of its page.
_FEED_NAMES: Final = {
    "tag": "Tag",
    "category": "Category",
    "source": "Source",
    "query": "Saved query",
}


class Pages:
    """Renders the pages of a build. A stem is the path of a feed, such as "tags/ai".

    `specs`: all feeds; `calendars`: by stem, the calendar pages of the feed; `about`: by stem, the
    facts that the feed's page shows beside its stories; `icons`: by source key, the name of the
    icon file; `months`: by stem of a feed without archives, the month ("2026-11") of the oldest
    story on its page, see `store_facts`; `archived`: True if the feed of everything has pages of
    older stories."""

    def __init__(
        self,
        specs: Sequence[FeedSpec],
        settings: Settings,
        look: Look | None = None,
        tags: Iterable[str] = (),
    ) -> None:
        """Prepare to render the pages of a site. `specs`: its feeds; `look`: the operator's own
        templates and files, None if there are none; `tags`: the names of the tags in taxonomy.toml,
        which have a page from their first article on."""
        self.specs = specs
        self.settings = settings
        self.links = replace(make_links(settings, tags), base=ROOT)
        self.templates = Templates(look)
        self._by_stem = {paths.get_stem(spec.key): spec for spec in specs}
        self.language = clean_language(settings.site.language) or "en"
        # The build fills these. Except for icons, the keys are the paths of feeds, as "tags/ai".
        self.calendars: dict[str, list[CalendarPage]] = {}
        self.about: dict[str, About] = {}  # facts that a feed's page shows beside its stories
        self.icons: Mapping[str, str] = {}  # key of a source -> file name of its icon
        self.months: dict[str, str] = {}  # month of the oldest story on a feed's page
        self.archived = False  # True if the feed of everything has pages of older stories
        for spec in specs:
            if spec.key == ALL and PAGE in spec.formats and spec.older is not Older.NONE:
                self.archived = bool(settings.publish.archives)

    def render_story_item(self, view: View) -> bytes:
        """Return an article as an item of a list: a line with its time, then HTML. All pages can
        show the same item, because its links do not depend on the page (see `ROOT`)."""
        return article_html.render_story(view, self.links, self.templates, self.language)

    def render_article_page(
        self,
        view: View,
        previous: View | None,
        following: View | None,
        related: Sequence[View] = (),
    ) -> bytes:
        """Return our page of an article whose whole text is published, as bytes of HTML. It tells
        search engines that the original is the publisher's page. `previous`, `following`: the
        articles before and after it, None if there is none; `related`: articles on the same
        subject."""
        name = paths.article_name(view.id)
        root = "../" * name.count("/")
        source_feed = self._by_stem.get(paths.get_stem(FeedKey(SOURCE, view.source_key)))
        feeds: list[tuple[str, str, str, str]] = []
        if source_feed is not None:
            stem = paths.get_stem(source_feed.key)
            feeds = list_feed_files(stem, source_feed.formats, root, self.settings.base_url)
        image = self.find_image([view])
        shell = self.make_shell(
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
            **article_html.make_page_fields(view, links, self.language, neighbours, root),
        )

    def render_feed_page(self, head: Head, stories: Sequence[bytes]) -> bytes:
        """Return the HTML page of a feed, which shows its newest stories; or the page of an archive
        document of the feed if `head.current` is False. `head`: the values of the feed; `stories`:
        its articles as list items (see `render_story_item`), newest first."""
        if not head.current:
            return self._render_archive_page(head, stories)

        # how the page names the feed
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
        root = "../" * head.stem.count("/")  # the path to the web root
        shell = self.make_shell(  # the values of the frame that all pages have
            name,
            head.title,
            description,
            updated=article_html.find_newest_time(stories),
            feeds=list_feed_files(head.stem, head.formats, root, head.base),
            language=head.language,
        )

        # the stories, and the links to older ones
        stories = [article_html.drop_own_chip(story, name, heading) for story in stories]
        all_days = article_html.group_by_day(stories, root)
        shown_days, earlier = self._cut_stories(head, all_days, root)
        link = PageLinker(head.stem, root)
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
        """Return the months that a feed's page lists, each as (name, link, number of stories). The
        link leads to the calendar page of the month. If there is none, it leads to the page of its
        year, else to the newest day of the month on the feed's page, else it is "". `months`: pairs
        ("2026-11", number of stories); `stem`: path of the feed, such as "tags/ai"; `root`: path
        from the page to the web root; `shown_days`: the days on the feed's page, newest first."""
        newest_days: dict[str, str] = {}  # by month
        for day in shown_days:
            newest_days.setdefault(day.date[:MONTH], day.date)
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

    def find_image(self, views: Iterable[View]) -> dict[str, str]:
        """Return {"image": address} with the address of the first thumbnail among the articles
        `views`, to pass it to `make_shell` as an argument. Return an empty dict if no article has a
        thumbnail, or if the settings do not say the address of the site."""
        if not self.settings.site.url:  # the address of an image must be absolute
            return {}
        for view in views:
            if view.picture:
                return {"image": self.settings.base_url + view.picture.name}
        return {}

    def store_facts(
        self, spec: FeedSpec, count: int, days: Mapping[str, int], views: Sequence[View]
    ) -> None:
        """Store the facts that a feed's page shows beside its stories, until `drop_facts` is
        called. `count`: number of all articles of the feed; `days`: UTC day ("2026-11-26") ->
        number of its articles; `views`: the newest articles, which the page shows."""
        stem = paths.get_stem(spec.key)
        links = replace(self.links, base="../" * stem.count("/"))
        self.about[stem] = gather_facts(spec, count, days, views, links)
        shows_all = len(views) >= count
        # If a feed has older articles, but no archives, its page links the older articles of all
        # feeds, from the month of its oldest shown article on.
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
        """Return the HTML page of the older stories of a feed in a year, month or day. `head`: the
        values of the feed; `item`: the plan of the page; `stories`: the articles on the page as
        list items (see `render_story_item`); `tops`: for the page of a month that lists its days,
        day -> articles among which its lead stories are chosen; None for other pages."""
        root = "../" * item.name.count("/")
        link = PageLinker(head.stem, root)  # link("2026-11") returns the month's name and address
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
            weeks=link_weeks(item, link),
            tops=day_leads,
            previous=link(item.previous),
            following=link(item.following),
            above=link(item.above),
        )

    def _render_archive_page(self, head: Head, stories: Sequence[bytes]) -> bytes:
        """Return the HTML page of an archive document, which has older articles of a feed. Its link
        "Older" leads to the document before it, "Newer" to the next document or, if there is none,
        to the page of the feed. `head`: the values of the feed and document; `stories`: the
        articles as list items (see `render_story_item`)."""
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
        """Return an HTML page of older stories of a feed: of a year, month or day, or of an archive
        document. `head`: the values of the feed; `name`: the file name of the page; `when`: the
        time that it covers in words, such as "November 2026"; `count`: number of stories of that
        time; `stories`: the articles that the page shows, as list items (see `render_story_item`);
        `more`: further variables of the template, such as links to the pages before and after."""
        feed = text.line(self._by_stem[head.stem].name)
        noun = "story" if count == 1 else "stories"
        root = "../" * name.count("/")
        shell = self.make_shell(
            name,
            f"{when}: {head.title}",
            f"{feed}: {count} {noun} of {when}.",
            updated=article_html.find_newest_time(stories),
            feeds=list_feed_files(head.stem, head.formats, root, head.base),
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
        """Return the HTML page of a story, an event that several outlets report. It shows what each
        outlet adds, then the reports, the earliest first. `name`: the file name of the page;
        `views`: the reports, the lead article first; `stories`: the same reports as list items (see
        `render_story_item`), the newest first; `explained`: what each outlet adds, None to leave it
        out."""
        title = views[0].title if views else ""
        outlets = ", ".join(dict.fromkeys(view.origin.title for view in views))
        shell = self.make_shell(name, title, f"{title}: reports of {outlets}.", indexed=False)
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
        """Return two things: the stories that a feed's page shows, by day, and (name, link) of the
        page where older ones follow, ("", "") if there is no such page. It depends on the feed:

        - If its archive documents have pages, show all; the newest document follows.
        - If it has calendar pages, show the newest 60; the page of the oldest shown day follows.
        - Else show all; the older stories of all feeds follow, from a month on.

        `head`: the values of the feed; `days`: its stories by day, newest first; `root`: path from
        the page to the web root."""
        has_archive_pages = PAGE in head.archives and bool(head.previous)
        if has_archive_pages and days:
            oldest_day = days[-1]
            return days, (oldest_day.name, root + _get_page_name(head.previous))

        # the newest stories, if a calendar page continues them
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
        link = PageLinker(head.stem, root)
        return newest_days, link(calendar_page.span)

    def _link_month_of_everything(self, stem: str, root: str) -> tuple[str, str]:
        """Return (name, link) of a page with older stories of a feed that has no archives: the
        calendar page of all feeds for a month. Return ("", "") if the feed's own page shows all of
        its stories, or if there is no such calendar page. `stem`: path of the feed, such as
        "tags/ai"; `root`: path from the feed's page to the web root."""
        if stem not in self.months:  # the page shows all stories
            return "", ""
        oldest_shown_month = self.months[stem]
        month = calendar.find_last_month(self.calendars.get(ALL.slug, ()), oldest_shown_month)
        if not month:
            return "", ""
        link = PageLinker(ALL.slug, root)
        name, address = link(month)
        return f"everything in {name}", address

    def list_problems(self) -> list[Problem]:
        """Return a problem for each fault that was found in the operator's templates so far, each
        fault once."""
        faults = dict.fromkeys(self.templates.faults.values())
        return [
            Problem(what=TEMPLATES, reason=FeedFileReason.TEMPLATE, detail=fault)
            for fault in faults
        ]

    def make_shell(self, name: str, title: str, about: str, **more: Any) -> Page:
        """Return the values of a page for the template `base.html`. `name`: the page's file name;
        `about`: its description; `more`: further fields of `Page`."""
        fields = {"archive": self.archived} | more
        return make_page(self.settings, name, title, about, **fields)


@dataclass(frozen=True, slots=True)
class PageLinker:
    """Makes links to the calendar pages of a feed. `stem`: path of the feed; `root`: path from the
    page that has the links to the web root, such as "../"."""

    stem: str
    root: str

    def __call__(self, span: str) -> tuple[str, str]:
        """Return (name, link) of the calendar page of a year, month or day. `span`: such as
        "2026-11", whose name is "November 2026"; for "", return ("", "")."""
        if not span:
            return "", ""
        return article_html.name_span(span), self.root + file_name(self.stem, span)


def _get_page_name(document: str) -> str:
    """Return the file name of the page of an archive document. `document`: the name of its Atom
    file."""
    return document.removesuffix(ATOM) + PAGE


def _name_days(stories: Sequence[bytes]) -> str:
    """Return the first and the last day of some stories in words, such as "1 March 2026 to 3 March
    2026"; only the day if all are of one day, "" if there are no stories. `stories`: as list items,
    which begin with their time."""
    dates = sorted({story[:DAY].decode() for story in stories})
    if not dates:
        return ""
    first_and_last = dict.fromkeys((dates[0], dates[-1]))  # one key if both are the same
    names: list[str] = []
    for date in first_and_last:
        _, _, name_without_weekday = article_html.name_day(date).partition(", ")
        names.append(name_without_weekday)
    return " to ".join(names)


def link_weeks(page: CalendarPage, link: PageLinker) -> list[list[tuple[str, str, int]]]:
    """Return the weeks of a month for its calendar page, which links the pages of its days. A week
    is a list of seven days from Monday, each as (day of the month, link, number of stories); a day
    of another month is ("", "", 0). Return an empty list if `page` is not of a month, or shows
    stories instead of linking days. `link`: returns (name, link) of the page of a day."""
    if len(page.span) != MONTH or not page.parts:
        return []
    weeks: list[list[tuple[str, str, int]]] = []
    for week in calendar.list_weeks(page.span, dict(page.parts)):
        cells: list[tuple[str, str, int]] = []
        for day, count in week:
            address = ""
            if count:
                _, address = link(day)
            _, _, two_digits = day.rpartition("-")
            cells.append((two_digits.lstrip("0"), address, count))
        weeks.append(cells)
    return weeks
