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
    by_place,
    listed,
)
from syndicator.core.formats import ATOM, FORMATS, PAGE, subscribed
from syndicator.core.model import Article, FeedKey, FeedSpec, Older, Problem, Source
from syndicator.core.ports import FeedRow
from syndicator.core.ports.subscriptions import Picture
from syndicator.core.reasons import FeedFileReason
from syndicator.publishing import paths
from syndicator.publishing.page_design import TEMPLATES, Look
from syndicator.publishing.render.head import Head, head, links
from syndicator.publishing.render.view import View, language, view
from syndicator.publishing.stories.explanation import Explained, write_html
from syndicator.publishing.web import article_html, calendar, feed_list, front
from syndicator.publishing.web.about import About, about
from syndicator.publishing.web.article_html import Day
from syndicator.publishing.web.calendar import DAY, MONTH, YEAR, CalendarPage, file_name, holding
from syndicator.publishing.web.shell import Page, page, qr_svg
from syndicator.publishing.web.shell import files as shell_files
from syndicator.publishing.web.templates import ROOT, Templates

FEEDS = "feeds"
SITEMAP = "sitemap"  # lists of all feeds
ARCHIVE: Final = "archive.html"
SEARCH: Final = "search.html"
COMBINE: Final = "combine.html"
_OFFERED: Final = 150  # choices of a kind, those with most articles
_MONTHS: Final = 3  # shown as calendars
PHONE: Final = "phone.html"  # how to subscribe to a private instance
_MISSING: Final = "404.html"
# a feed of an axis
_ONE = {"tag": "Tag", "category": "Category", "source": "Source", "query": "Saved query"}


_Groups = list[dict[str, Any]]

_WHEN: Final = datetime(2026, 3, 10, 12, tzinfo=UTC)
_SOURCE: Final = Source(
    key="sample", url="https://sample.example/feed", title="Sample", content="full"
)
_ARTICLE: Final = Article(
    id="a" * 26, url="https://sample.example/1", title="A sample", added=_WHEN, published=_WHEN
)
_RICH: Final = replace(
    _ARTICLE,
    id="b" * 26,
    author="Ann Writer",
    excerpt="A whole sentence.",
    category="Science",
    tags=("Sea", "Tides"),
    language="fr",
    source_key="sample",
    also=("https://other.example/1",),
)
_KEYS: Final = (ALL, FeedKey("category", "science"), FeedKey(TAG, "sea"), FeedKey(SOURCE, "sample"))


class Pages:
    """Renders the pages of a build. `specs`: all feeds; `tags`: of taxonomy.toml."""

    def __init__(
        self,
        specs: Sequence[FeedSpec],
        settings: Settings,
        look: Look | None = None,
        tags: Iterable[str] = (),
    ) -> None:
        self.specs = specs
        self.settings = settings
        self.links = replace(links(settings, tags), base=ROOT)
        self.templates = Templates(look)
        self.parts = feed_list.parts(specs)  # of the list of feeds
        self._language = language(settings.site.language) or "en"
        self.calendars: dict[str, list[CalendarPage]] = {}  # of feeds that are built, by stem
        self.about: dict[str, About] = {}  # by stem
        self.icons: Mapping[str, str] = {}  # names of pictures by source key
        self.months: dict[str, str] = {}  # where feeds without archives go on, by stem
        everything = any(
            spec.key == ALL and PAGE in spec.formats and spec.older is not Older.NONE
            for spec in specs
        )
        self.archived = everything and bool(settings.publish.archives)
        self._by_stem = {paths.stem(spec.key): spec for spec in specs}
        # our server answers questions
        self.answered = settings.publish.questions and settings.public_dir is not None
        self.phone = PHONE if settings.publish.secret_path and self._main_feed() else ""

    def story(self, view: View) -> bytes:
        """Return the list item of an article, the same on every page."""
        return article_html.story(view, self.links, self.templates, self._language)

    def article_page(
        self,
        view: View,
        previous: View | None,
        following: View | None,
        related: Sequence[View] = (),
    ) -> bytes:
        """Return the page of an article that is published whole; its canonical address is the
        publisher's page. `related`: articles on the same subject."""
        name = paths.article_name(view.id)
        root = "../" * name.count("/")
        spec = self._by_stem.get(paths.stem(FeedKey(SOURCE, view.source_key)))
        picture = self._image([view])
        shell = self._shell(
            name,
            f"{view.title} - {view.origin.title}",
            view.summary,
            kind="Article",
            subject=article_html.facts(view, picture.get("image", "")),
            canonical=view.url,
            **picture,
            indexed=False,
            feeds=_formats_of(paths.stem(spec.key), spec.formats, root, self.settings.base_url)
            if spec
            else [],
        )
        to = replace(self.links, base=root)
        return self.templates.render(
            "article.html",
            page=shell,
            related=[article_html.related(other) for other in related],
            **article_html.article(view, to, self._language, (previous, following), root),
        )

    def feed_page(self, head: Head, stories: Sequence[bytes]) -> bytes:
        """Return the page of a feed or of an archive document. `stories`: items rendered by
        `story`."""
        if not head.current:
            return self._archive_page(head, stories)
        spec = self._by_stem.get(head.stem)
        name = f"{head.stem}.{PAGE}"
        shell = self._shell(
            name,
            head.title,
            text.line(spec.description) if spec else head.description,
            updated=article_html.newest(stories),
            feeds=_formats_of(head.stem, head.formats, "../" * head.stem.count("/"), head.base),
            language=head.language,
        )
        heading = text.line(spec.name) if spec else head.title
        stories = [article_html.drop_own_chip(story, name, heading) for story in stories]
        shown, earlier = self._cut(head, article_html.days(stories, shell.root), shell.root)
        link = _Linked(head.stem, shell.root)
        years = [year for year in self.calendars.get(head.stem, ()) if len(year.span) == YEAR]
        about = self.about.get(head.stem)
        return self.templates.render(
            "feed.html",
            page=shell,
            heading=heading,
            kind=_ONE.get(spec.key.axis, "") if spec else "",
            about=about,
            axis=spec.key.axis if spec else "",
            months=self._link_months(about.months, head.stem, shell.root, shown) if about else (),
            badge=article_html.badge(text.line(spec.name) if spec else ""),
            icon=self._find_icon(spec),
            days=shown,
            earlier=earlier,
            years=[(*link(year.span), year.count) for year in reversed(years)],
        )

    def _find_icon(self, spec: FeedSpec | None) -> str:
        """Return the name of the icon of a source's feed, "" for none and for other feeds."""
        if spec is None or spec.key.axis != SOURCE:
            return ""
        return self.icons.get(spec.key.slug, "")

    def _link_months(
        self, months: Sequence[tuple[str, int]], stem: str, root: str, shown: Sequence[Day]
    ) -> list[tuple[str, str, int]]:
        """Return name, link and number of stories of each month: the link leads to the page of the
        month or year, else to the newest of its days that the feed's page has, else it is ""."""
        newest_days = {day.date[:MONTH]: day.date for day in reversed(shown)}
        linked: list[tuple[str, str, int]] = []
        for month, count in months:
            span = calendar.find_page_of_month(self.calendars.get(stem, ()), month)
            link = ""
            if span:
                link = root + file_name(stem, span)
            elif month in newest_days:
                link = f"#d{newest_days[month]}"
            linked.append((article_html.span_name(month), link, count))
        return linked

    def _image(self, views: Iterable[View]) -> dict[str, str]:
        names = (
            [view.picture.name for view in views if view.picture] if self.settings.site.url else []
        )
        return {"image": self.settings.base_url + names[0]} if names else {}

    def describe(
        self, spec: FeedSpec, count: int, days: Mapping[str, int], views: Sequence[View]
    ) -> None:
        """Store the facts (see `about`) for a feed's page until `forget`."""
        stem = paths.stem(spec.key)
        to = replace(self.links, base="../" * stem.count("/"))
        self.about[stem] = about(spec, count, days, views, to)
        if spec.older is Older.NONE and 0 < len(views) < count:
            self.months[stem] = min(view.published for view in views).strftime("%Y-%m")

    def forget(self, key: FeedKey) -> None:
        """Drop the facts of a feed, to free memory; those of the feed of everything stay, for the
        shared pages."""
        for pages in (self.calendars, self.about, self.months) if key != ALL else ():
            pages.pop(paths.stem(key), None)

    def calendar_page(
        self,
        head: Head,
        item: CalendarPage,
        stories: Sequence[bytes],
        tops: Mapping[str, Sequence[View]] | None = None,
    ) -> bytes:
        """Return the page of a year, month or day of a feed. `tops`: articles by day, some of which
        are shown first."""
        root = "../" * item.name.count("/")
        link = _Linked(head.stem, root)
        return self._older_page(
            head,
            item.name,
            article_html.span_name(item.span),
            item.count,
            stories,
            spans=[(*link(span), count) for span, count in item.parts if len(span) < DAY],
            weeks=_weeks(item, link),
            tops=[
                (*link(day), front.tops(views, self.links, root))
                for day, views in (tops or {}).items()
            ],
            previous=link(item.previous),
            following=link(item.following),
            above=link(item.above),
        )

    def _archive_page(self, head: Head, stories: Sequence[bytes]) -> bytes:
        name = _page_of(head.self_name)
        dates = sorted({part[:DAY].decode() for part in stories})
        root = "../" * name.count("/")
        when = " to ".join(
            article_html.day_name(date).partition(", ")[2]
            for date in dict.fromkeys((*dates[:1], *dates[-1:]))
        )
        turn = {
            "previous": ("Older", root + _page_of(head.previous)) if head.previous else ("", ""),
            "following": (
                "Newer",
                root + (_page_of(head.following) if head.following else f"{head.stem}.{PAGE}"),
            ),
        }
        return self._older_page(head, name, when, len(stories), stories, **turn)

    def _older_page(
        self, head: Head, name: str, when: str, count: int, stories: Sequence[bytes], **more: Any
    ) -> bytes:
        feed = text.line(self._by_stem[head.stem].name)
        about = f"{feed}: {count} {'story' if count == 1 else 'stories'} of {when}."
        feeds = _formats_of(head.stem, head.formats, "../" * name.count("/"), head.base)
        title = f"{when}: {head.title}"
        shell = self._shell(
            name,
            title,
            about,
            updated=article_html.newest(stories),
            feeds=feeds,
            language=head.language,
        )
        return self.templates.render(
            "calendar.html",
            page=shell,
            feed=feed,
            feed_page=f"{shell.root}{head.stem}.{PAGE}",
            when=when,
            count=count,
            days=article_html.days(stories, shell.root),
            **{"spans": (), "weeks": (), "tops": (), "above": ("", "")} | more,
        )

    def story_page(
        self,
        name: str,
        views: Sequence[View],
        stories: Sequence[bytes],
        explained: Explained | None = None,
    ) -> bytes:
        """Return the page of a story: what each outlet adds, then its reports by time. `stories`:
        the list items of `views`."""
        title = views[0].title if views else ""
        outlets = ", ".join(dict.fromkeys(view.origin.title for view in views))
        shell = self._shell(name, title, f"{title}: reports of {outlets}.", indexed=False)
        days = article_html.days(stories, shell.root)
        parts = [replace(day, stories=day.stories[::-1]) for day in reversed(days)]
        feed = f"{shell.root}{paths.file_name(STORIES, PAGE)}"
        return self.templates.render(
            "timeline.html",
            page=shell,
            heading=title,
            days=parts,
            feed_page=feed,
            event=explained.said.event if explained else "",
            explained=write_html(explained) if explained else "",
            tags=[(tag, self.links.tag(tag)) for tag in explained.tags] if explained else [],
        )

    def _cut(self, head: Head, days: list[Day], root: str) -> tuple[list[Day], tuple[str, str]]:
        """Return the newest stories and the link to the calendar page where they continue; all
        stories without such pages, and the link to the page of the newest archive document, which
        has none of them."""
        if PAGE in head.archives and head.previous and days:
            return days, (days[-1].name, root + _page_of(head.previous))
        stem = head.stem
        shown = list[Day]()
        room = calendar.STORIES
        for day in days:
            shown.append(replace(day, stories=day.stories[:room]))
            room -= len(day.stories)
            if room <= 0:
                break
        page = holding(self.calendars.get(stem, ()), shown[-1].date) if shown else None
        if page is None:
            return days, self._month_of_everything(stem, root)
        return shown, _Linked(stem, root)(page.span)

    def _month_of_everything(self, stem: str, root: str) -> tuple[str, str]:
        """Return the link to the month of the feed of everything where a feed without archives
        goes on, ("", "") if it shows all of its stories."""
        if stem not in self.months:
            return "", ""
        month = calendar.month_at(self.calendars.get(ALL.slug, ()), self.months[stem])
        name, link = _Linked(ALL.slug, root)(month)
        return (f"everything in {name}", link) if month else ("", "")

    def shared(
        self,
        rows: Mapping[FeedKey, FeedRow],
        views: Sequence[View],
        stories: Sequence[Sequence[str]] = (),
    ) -> dict[str, bytes]:
        """Return the pages about all feeds, by file name. `views`: of the front page; `stories`:
        ids of each story."""
        return {
            paths.INDEX: self._front(rows, views, stories),
            SEARCH: self._search(),
            _MISSING: self._missing(),
            COMBINE: self._combine(views, rows),
            **({ARCHIVE: self._archive()} if self.archived else {}),
            **({PHONE: self._phone()} if self.phone else {}),
            **({paths.PROBE: b""} if self.answered else {}),
            **shell_files(self.settings),
            **self.templates.look.assets(),
        }

    def listed(self, part: str, rows: Mapping[FeedKey, FeedRow]) -> dict[str, bytes]:
        """Return page and sitemap of a part of the list of feeds, by file name. `rows`: of its
        feeds, and of ALL."""
        specs = self.parts[part]
        base = self.settings.base_url
        files = dict[str, bytes]()
        newest = {
            key: row.latest_added.strftime("%Y-%m-%d")
            for key, row in rows.items()
            if row.latest_added
        }
        pages = [
            (paths.file_name(spec.key, PAGE), newest.get(spec.key, ""))
            for spec in specs
            if PAGE in spec.formats
        ]
        groups = self._groups(specs, rows)
        count = len(specs)
        sitemap = f"{SITEMAP}{part}.xml"
        if not part:
            days = [
                (leaf.name, leaf.days[-1])
                for leaf in reversed(self.calendars.get(ALL.slug, []))
                if not leaf.parts
            ]
            pages = [("", newest.get(ALL, "")), (f"{FEEDS}.{PAGE}", ""), *pages, *days]
            groups = [*groups, *self._parted()]
            count = len(self.specs)
        if not part and len(self.parts) > 1:
            sitemaps = [
                (f"{SITEMAP}{name}.xml", "")
                for name in (feed_list.PAGES, *filter(None, self.parts))
            ]
            files[sitemap] = feed_list.sitemap(sitemaps, base, "sitemap")
            sitemap = sitemaps[0][0]
        about = f"{count} feeds to subscribe to: by category, tag and source."
        shell = self._titled(f"{FEEDS}{part}.{PAGE}", "All feeds", about, feeds=self._main_feed())
        files[f"{FEEDS}{part}.{PAGE}"] = self.templates.render(
            "feeds.html", page=shell, groups=groups, count=count
        )
        return files | {sitemap: feed_list.sitemap(pages, base)}

    def _parted(self) -> _Groups:
        links_of: dict[str, list[tuple[str, str, int]]] = defaultdict(list)
        for part, specs in self.parts.items():
            if part:
                links_of[specs[0].key.axis].append(
                    (text.line(specs[0].name), f"{FEEDS}{part}.{PAGE}", len(specs))
                )
        return [
            {
                "axis": name,
                "heading": listed(name).heading,
                "items": (),
                "total": sum(n for *_, n in own),
                "parts": own,
            }
            for name, own in links_of.items()
        ]

    def _front(
        self,
        rows: Mapping[FeedKey, FeedRow],
        views: Sequence[View],
        stories: Sequence[Sequence[str]],
    ) -> bytes:
        about = f"The newest stories of {_sources(self.specs)}, to read here or in a feed reader."
        latest = max((view.published for view in views), default=None)
        grouped = front.grouped(views, stories)
        to = replace(self.links, base="")
        chosen = front.leads(grouped)
        title = self.settings.site.title
        image = self._image(grouped[article_id][0] for article_id in chosen)
        shell = self._shell(
            paths.INDEX,
            title,
            about,
            kind="WebSite",
            updated=latest,
            feeds=self._main_feed(),
            **image,
        )
        lines = {
            article_id: front.line(view, others, to, self._language, latest or view.published)
            for article_id, (view, others) in grouped.items()
        }
        counts = {
            text.line(row.name): row.count for key, row in rows.items() if key.axis == "category"
        }
        oldest = min((view.published.strftime("%Y-%m-%d") for view in views), default="")
        page = holding(self.calendars.get(ALL.slug, ()), oldest)
        return self.templates.render(
            "index.html",
            page=shell,
            leads=[lines[article_id] for article_id in chosen],
            sections=front.sections(
                (line for article_id, line in lines.items() if article_id not in chosen), counts
            ),
            languages=[
                lang for lang, _ in Counter(line["lang"] for line in lines.values()).most_common()
            ],
            earlier=_Linked(ALL.slug, "")(page.span if page else ""),
            tags=front.active(self.specs, rows, views),
            groups=self._groups(self.specs, rows, front.SHOWN, lambda spec: text.line(spec.name)),
            count=len(self.specs),
            all_feeds=f"{FEEDS}.{PAGE}",
            phone=self.phone,
        )

    def _archive(self) -> bytes:
        pages = self.calendars.get(ALL.slug, [])
        count = sum(month.count for month in pages if not month.parts)
        shell = self._titled(
            ARCHIVE, "Archive", f"{count} stories by month.", feeds=self._main_feed()
        )
        link = _Linked(ALL.slug, "")
        months = [month for month in reversed(pages) if len(month.span) == MONTH and month.parts][
            :_MONTHS
        ]
        years = [
            (*link(year.span), [(*link(span), number) for span, number in reversed(year.parts)])
            for year in reversed(pages)
            if len(year.span) == YEAR
        ]
        return self.templates.render(
            "archive.html",
            page=shell,
            years=years,
            count=count,
            months=[(*link(month.span), _weeks(month, link)) for month in months],
        )

    def _combine(self, views: Sequence[View], rows: Mapping[FeedKey, FeedRow]) -> bytes:
        about = "Put tags, categories, sources, languages and words together to a feed."
        shell = self._titled(COMBINE, "A feed for any question", about)
        unsaid = self.settings.describe.uncategorised
        groups = self._groups(self.specs, rows, _OFFERED)
        by_axis = {group["axis"]: group["items"] for group in groups}
        kinds = []
        for axis in (CATEGORY, TAG, SOURCE):
            items = [item for item in by_axis.get(axis, ()) if item["name"] != unsaid]
            kinds.append(
                (
                    axis,
                    listed(axis).heading,
                    [(item["slug"], item["name"], item["count"]) for item in items],
                )
            )
        languages = sorted({view.language.lower().partition("-")[0] for view in views})
        kinds.append(("lang", "Languages", [(item, item, 0) for item in languages]))
        queries = next(
            iter(self._groups((spec for spec in self.specs if spec.key.axis == QUERY), rows)), None
        )
        more = {
            "formats": self.settings.publish.formats,
            "queries": queries,
            "answered": self.answered,
        }
        return self.templates.render("combine.html", page=shell, kinds=kinds, **more)

    def _phone(self) -> bytes:
        here = self.settings.base_url + PHONE
        shell = self._titled(PHONE, "Subscribe", "", feeds=self._main_feed())
        return self.templates.render("phone.html", page=shell, here=here, code=qr_svg(here))

    def _missing(self) -> bytes:
        root = urlsplit(self.settings.base_url).path
        shell = self._titled(_MISSING, "Not found", "", root=root, canonical="", indexed=False)
        return self.templates.render("404.html", page=shell)

    def _search(self) -> bytes:
        shell = self._titled(
            SEARCH, "Search", "Search all stories.", kind="SearchResultsPage", indexed=False
        )
        otherwise = (ARCHIVE, "Archive") if self.archived else (f"{FEEDS}.{PAGE}", "All feeds")
        return self.templates.render(
            "search.html", page=shell, otherwise=otherwise, answered=self.answered
        )

    def _groups(
        self,
        specs: Iterable[FeedSpec],
        rows: Mapping[FeedKey, FeedRow],
        most: int | None = None,
        then: Callable[[FeedSpec], str] = lambda spec: "",
    ) -> _Groups:
        """Return the feeds by axis. `most`: only so many of each, those with most articles first,
        then by `then`."""
        by_axis: dict[str, list[FeedSpec]] = defaultdict(list)
        for spec in specs:
            if spec.key.axis != "category" or spec.name != self.links.unsaid:
                by_axis[spec.key.axis].append(spec)
        totals = {name: len(members) for name, members in by_axis.items()}
        if most is not None:
            for members in by_axis.values():
                members.sort(key=lambda spec: (-_count(rows.get(spec.key)), then(spec)))
                del members[most:]
        return [
            {
                "axis": name,
                "heading": axis.heading,
                "items": [_item(spec, rows.get(spec.key)) for spec in by_axis[name]],
                "total": totals[name],
            }
            for name, axis in [*by_place(), (DIGEST, listed(DIGEST))]
            if name in by_axis
        ]

    def _main_feed(self) -> list[tuple[str, str, str, str]]:
        spec = next((spec for spec in self.specs if spec.key == ALL), None)
        return (
            _formats_of(paths.stem(spec.key), spec.formats, "", self.settings.base_url)
            if spec
            else []
        )

    def problems(self) -> list[Problem]:
        """Return the faults of the operator's templates."""
        faults = dict.fromkeys(self.templates.faults.values())
        return [
            Problem(what=TEMPLATES, reason=FeedFileReason.TEMPLATE, detail=fault)
            for fault in faults
        ]

    def _titled(self, name: str, title: str, about: str, **more: Any) -> Page:
        return self._shell(name, f"{title} - {text.line(self.settings.site.title)}", about, **more)

    def _shell(self, name: str, title: str, about: str, **more: Any) -> Page:
        return page(self.settings, name, title, about, **({"archive": self.archived} | more))


@dataclass(frozen=True, slots=True)
class _Linked:
    stem: str
    root: str

    def __call__(self, span: str) -> tuple[str, str]:
        """Return name and link of a page, ("", "") for none."""
        return (
            (article_html.span_name(span), self.root + file_name(self.stem, span))
            if span
            else ("", "")
        )


def _page_of(document: str) -> str:
    return document.removesuffix(ATOM) + PAGE


def _weeks(page: CalendarPage, link: _Linked) -> list[list[tuple[str, str, int]]]:
    if len(page.span) != MONTH or not page.parts:
        return []
    rows = calendar.weeks(page.span, dict(page.parts))
    return [
        [(day[-2:].lstrip("0"), link(day)[1] if count else "", count) for day, count in row]
        for row in rows
    ]


def _formats_of(
    stem: str, formats: Sequence[str], root: str, base: str
) -> list[tuple[str, str, str, str]]:
    return [
        (
            FORMATS[name].label,
            f"{root}{stem}.{name}",
            f"{base}{stem}.{name}",
            FORMATS[name].media_type,
        )
        for name in subscribed(formats)
    ]


def _sources(specs: Sequence[FeedSpec]) -> str:
    count = sum(listed(spec.key.axis).copies for spec in specs)
    return f"{count} sources" if count > 1 else "the sources"


def _item(spec: FeedSpec, row: FeedRow | None) -> dict[str, Any]:
    return {
        "name": text.line(spec.name),
        "slug": spec.key.slug,
        "page": paths.file_name(spec.key, PAGE) if PAGE in spec.formats else "",
        "feeds": _formats_of(paths.stem(spec.key), spec.formats, "", ""),
        "count": _count(row),
        "latest": text.line(row.latest_title) if row else "",
        "about": text.line(spec.description),
    }


def _count(row: FeedRow | None) -> int:
    return row.count if row else 0


def template_names() -> set[str]:
    """Return the names of the templates that operators may replace."""
    folder = resources.files("syndicator.publishing").joinpath(TEMPLATES)
    return {file.name for file in folder.iterdir() if file.name.endswith(".html")}


def faults(look: Look, settings: Settings) -> list[str]:
    """Return the faults of the operator's templates, with file and line: "templates/feed.html, line
    3: …"."""
    specs = [
        FeedSpec(key=key, name=key.slug.title(), title=key.slug, first_slug=key.slug)
        for key in _KEYS
    ]
    pages = Pages(specs, settings, look, ("Sea",))
    samples = ((_RICH, Picture(name="pictures/1.webp", width=640, height=360)), (_ARTICLE, None))
    views = [
        view(item, _SOURCE, uuid.UUID(int=0), None, "<p>Text.</p>", picture)
        for item, picture in samples
    ]
    stories = [pages.story(item) for item in views]
    busy = dict.fromkeys(("2026-03-10", "2026-03-09"), (calendar.PAGE + 1, ""))
    for days in ({"2026-03-10": (2, "")}, busy):
        for spec in specs:
            stem = paths.stem(spec.key)
            top = head(spec, settings, uuid.UUID(int=0), _WHEN)
            calendar_pages = pages.calendars[stem] = calendar.calendar(
                stem, days, "", by_day=spec.key == ALL
            )
            pages.describe(spec, 2, {day: count for day, (count, _) in days.items()}, views)
            pages.feed_page(top, stories)
            for item in calendar_pages:
                pages.calendar_page(
                    top, item, *([], {"2026-03-10": views}) if item.parts else (stories, None)
                )
    for before, after in ((None, None), (views[0], views[1])):
        for shown in views:
            pages.article_page(shown, before, after)
    pages.story_page(paths.story_name("a" * 26), views, stories)
    rows = {
        key: FeedRow(key=key, name=key.slug, first_slug=key.slug, count=2, latest_added=_WHEN)
        for key in _KEYS
    }
    pages.shared(rows, views, [[item.id for item in views]])
    pages.listed("", rows)
    pages.shared({}, [])
    return list(dict.fromkeys(pages.templates.faults.values()))
