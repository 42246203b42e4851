"""Worlds drawn by Hypothesis: a site (the victim), its neighbours, what all of them say on some
days, and what the operator does. Whoever adds a feature that reads something new of strangers adds
that claim here."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from html import escape
from typing import Any

from hypothesis import strategies as st

from syndicator.configuration.sources.opml import make_source_table, read_opml, write_opml
from syndicator.core.model import Source
from tests.trust.case import Case, Day, Item, Page
from tests.trust.case_answers import title_of

_LOST = ("rm feeds/state", "reindex", "build --all")
_STORIES = (1, 2, 3)
_BACKGROUND = (5, 6, 7, 8)  # older stories on a page that lists articles: no list has fewer
_SPELLINGS = ("{}", "{};jsessionid=1", "{}?x=1", "{}#part", "{}/")
_HOURS = (None, -5.0, -100.0, 10.0)  # dates that are claimed; after the fourth story's day, too


@dataclass(frozen=True, kw_only=True)
class Site:
    key: str
    base: str  # address of its front page

    @property
    def feed(self) -> str:
        return f"{self.base}feed"

    def at(self, place: object) -> str:
        return f"{self.base}{place}"


def _hosts(*names: str) -> tuple[Site, ...]:
    return tuple(Site(key=name.partition(".")[0], base=f"http://{name}/") for name in names)


# The victim, and those who may be followed beside it.
_PLACES = (
    (*_hosts("victim.example", "evil.example", "planet.example", "old.victim.example"),),
    (
        Site(key="victim", base="http://uni.example/~victim/"),
        Site(key="evil", base="http://uni.example/~evil/"),
        *_hosts("planet.example"),
    ),
    (*_hosts("victim.substack.com", "evil.substack.com", "planet.example"),),
)


@dataclass
class _Plan:
    """A world that is being drawn. `pages` and `run`: by day; `spelled`: a story's address -> the
    other ones that answer the same."""

    draw: st.DrawFn
    victim: Site
    neighbours: tuple[Site, ...]
    count: int
    channel: str
    pages: list[dict[str, Page]] = field(default_factory=list)
    feeds: list[dict[str, Any]] = field(default_factory=list)
    run: list[list[str]] = field(default_factory=list)
    sources: list[tuple[dict[str, Any], ...] | None] = field(default_factory=list)
    spelled: dict[str, set[str]] = field(default_factory=dict)

    def pick(self, *values: Any) -> Any:
        return self.draw(st.sampled_from(values))

    def sometimes(self, value: Any, other: Any = "") -> Any:
        return self.pick(other, other, value)

    def day(self) -> Any:
        return self.draw(st.integers(0, self.count - 1))

    def story(self) -> str:
        return self.victim.at(self.pick(*_STORIES))

    def spelling(self, address: str) -> str:
        """An address that answers as `address` does."""
        host = address.split("/")[2]
        forms = (*_SPELLINGS, "{}?print=1", "https", ":8080", "www.")
        form = self.pick("{}", *forms)
        spelled = {
            "https": address.replace("http:", "https:"),
            ":8080": address.replace(host, f"{host}:8080"),
            "www.": address.replace(host, f"www.{host}"),
        }.get(form) or form.format(address)
        self.spelled.setdefault(address, set()).add(spelled.partition("#")[0])
        return str(spelled)

    def put(self, day: int, address: str, page: Page) -> None:
        self.pages[day][address] = page


@st.composite
def draw_world(draw: st.DrawFn) -> Case:
    """A case that is lived with its neighbours and without them."""
    victim, *others = draw(st.sampled_from(_PLACES))
    neighbours = draw(st.lists(st.sampled_from(others), min_size=1, max_size=2, unique=True))
    count = draw(st.integers(1, 5))
    channel = draw(st.sampled_from(("feed", "feed", "feed", "sitemap", "list")))
    plan = _Plan(draw, victim, tuple(neighbours), count, channel)
    for _ in range(count):
        for listed in (plan.pages, plan.feeds, plan.run):
            listed.append({} if listed is not plan.run else [])  # type: ignore[attr-defined]
        plan.sources.append(None)
    followed = _followed(plan)
    _victim(plan)
    for site in neighbours:
        _neighbour(plan, site)
    for _ in range(draw(st.integers(0, 3))):
        draw(st.sampled_from(_EVENTS))(plan, followed)
    _spell(plan)
    days = tuple(
        Day(
            after=plan.pick(1, 1, 1, 4) if number else 1,
            pages=plan.pages[number],
            feeds=plan.feeds[number],
            run=tuple(plan.run[number]),
            sources=plan.sources[number],
        )
        for number in range(count)
    )
    without = tuple(site.key for site in neighbours)
    return Case(row="own", name="a world", file="", sources=followed, days=days, without=without)


def _followed(plan: _Plan) -> tuple[dict[str, Any], ...]:
    own: dict[str, Any] = {"key": plan.victim.key, "url": _announcing(plan)}
    own |= plan.sometimes({"content": "full"}, {})
    if plan.channel == "list":
        own["kind"] = "list"
    others = [
        plan.sometimes(_imported(plan, site), {"key": site.key, "url": site.feed})
        for site in plan.neighbours
    ]
    return tuple(plan.pick([*others, own], [own, *others]))


def _imported(plan: _Plan, site: Site) -> dict[str, Any]:
    """Its table if the operator imports a list of its own, which asks for rights over the
    victim."""
    source = Source(
        key=site.key,
        url=site.feed,
        speaks_for=(plan.victim.base.removeprefix("http://").rstrip("/"),),
        robots="ignore",
        content="full",
    )
    (outline,) = read_opml(write_opml("A list", [source])).outlines
    return make_source_table(outline, "ignore", {})


def _announcing(plan: _Plan) -> str:
    return plan.victim.at({"feed": "feed", "sitemap": "sitemap.xml", "list": "news"}[plan.channel])


# the victim


def _victim(plan: _Plan) -> None:
    """Its stories, the day each is announced, and pages that it never announces."""
    stories = (*_STORIES, *(_BACKGROUND if plan.channel == "list" else ()))
    announced: dict[int, tuple[int, Item]] = {}
    for number in stories:
        plan.put(0, plan.victim.at(number), _story(plan, number))
        day = 0 if number in _BACKGROUND else plan.draw(st.integers(0, plan.count))
        announced[number] = day, _entry(plan, number)
    for number in _STORIES[: plan.pick(0, 1)]:
        plan.put(
            0,
            plan.victim.at(f"amp/{number}"),
            Page(text=f"v-{number}", canonical=plan.victim.at(number)),
        )
    plan.put(0, plan.victim.at("old"), Page(text="v-old", published=plan.pick(None, -9000.0)))
    short = plan.sometimes(True, False)  # the feed has its newest entry alone
    for day in range(plan.count):
        items = [item for when, item in announced.values() if when <= day]
        plan.feeds[day] |= _channel(
            plan, tuple(items[-1:] if short and plan.channel == "feed" else items)
        )


def _story(plan: _Plan, number: int) -> Page:
    address = plan.victim.at(number)
    claims = ("", "", address, address.replace("//", "//www."), f"{address}?x=1")
    feeds = [plan.victim.feed, *(site.feed for site in plan.neighbours)]
    return Page(
        text=f"v-{number}",
        published=plan.pick(*_HOURS),
        author=plan.sometimes("Ada Winter"),
        canonical=plan.pick(*claims),
        ogurl=plan.pick(*claims),
        amphtml=plan.sometimes(plan.victim.at(f"amp/{number}")),
        feeds=tuple(filter(None, [plan.pick("", "", "", *feeds)])),
    )


def _entry(plan: _Plan, number: int) -> Item:
    address = plan.victim.at(number)
    return Item(
        link=plan.pick(
            address, address, address, address.replace("//", "//www."), f"{address}?utm_source=feed"
        ),
        id=plan.sometimes(f"tag:{number}"),
        title=title_of(f"v-{number}"),
        content=plan.sometimes(f"v-{number}"),
        published=plan.pick(*_HOURS),
        author=plan.sometimes("Ada Winter"),
        enclosure=plan.sometimes(plan.victim.at(f"{number}.mp3")),
    )


def _channel(plan: _Plan, items: tuple[Item, ...]) -> dict[str, Any]:
    """The address at which the victim announces, and what it answers."""
    address = _announcing(plan)
    if plan.channel == "feed":
        return {address: items}
    links = [(item.link, item.title) for item in items]
    form = _sitemap if plan.channel == "sitemap" else _list
    return {address: Page(raw=form(links))}


def _sitemap(links: list[tuple[str, str]]) -> str:
    rows = "".join(f"<url><loc>{escape(link)}</loc></url>" for link, _ in links)
    return (
        '<?xml version="1.0"?><urlset'
        f' xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</urlset>'
    )


def _list(links: list[tuple[str, str]]) -> str:
    rows = "".join(
        f'<li class="story"><h2><a href="{escape(link)}">{escape(title)}</a></h2></li>'
        for link, title in links
    )
    return (
        "<!DOCTYPE"
        f" html><html><head><title>News</title></head><body><main><ul>{rows}</ul></main></body></html>"  # noqa: E501
    )


# a neighbour


def _neighbour(plan: _Plan, site: Site) -> None:
    """What it announces on each day: its own pages, with what they claim, and other people's
    addresses."""
    grows = plan.pick(True, False)
    items: list[Item] = []
    for day in range(plan.count):
        new = [_announcement(plan, site, day, number) for number in range(plan.pick(0, 1, 1, 2))]
        items = [*(items if grows else ()), *new]
        plan.feeds[day][site.feed] = tuple(items)


def _announcement(plan: _Plan, site: Site, day: int, number: int) -> Item:
    own = site.at(f"e{day}{number}")
    kind = plan.pick("story", "story", "old", "page", "page", "redirect", "amp", "through", "bare")
    link = {
        "story": lambda: plan.spelling(plan.story()),
        "old": lambda: plan.spelling(plan.victim.at("old")),
        "amp": lambda: plan.victim.at("amp/1"),
        "page": lambda: own,
        "redirect": lambda: own,
        # the victim redirects to whom it is asked to
        "through": lambda: plan.victim.at(f"go?to=e{day}{number}"),
        "bare": lambda: "",  # the id alone names the story
    }[kind]()
    if kind == "through":
        plan.put(day, link, Page(to=own, status=plan.pick(302, 301)))
        plan.put(day, own, _claiming(plan))
    if kind == "page":
        plan.put(day, own, _claiming(plan))
    if kind == "redirect":
        plan.put(day, own, Page(to=plan.spelling(plan.story()), status=plan.pick(302, 301)))
    return Item(
        link=link,
        id=(
            plan.story()
            if kind == "bare"
            else plan.pick("", "", f"id{day}{number}", plan.story(), "tag:1")
        ),
        title=plan.sometimes("Title of v-1", "Neighbour's title"),
        content=plan.pick("", "e-x", "v-1", "e-x+e-y"),
        published=plan.pick(*_HOURS),
        author=plan.sometimes("Mallory"),
        tags=plan.sometimes(("Harbour",), ()),
        enclosure=plan.sometimes(site.at("x.mp3")),
    )


def _claiming(plan: _Plan) -> Page:
    """A neighbour's page that claims something."""
    return Page(
        text=plan.pick("e-x", "v-1", "v-2", "v-1+v-2+v-3", "v-1+e-x", "e-y+v-2"),
        title=plan.pick("", "Title of v-1", "Neighbour's title"),
        published=plan.pick(*_HOURS),
        canonical=plan.sometimes(plan.spelling(plan.story())),
        ogurl=plan.sometimes(plan.spelling(plan.story())),
        amphtml=plan.sometimes(plan.story()),
        author=plan.sometimes("Mallory"),
    )


# what happens


def _page_changes(plan: _Plan, followed: Any) -> None:
    """A page of the victim's answers something else from some day on."""
    day = plan.day()
    address = plan.story()
    before = next(pages[address] for pages in plan.pages[day::-1] if address in pages)
    moved = address.replace(plan.victim.base, plan.victim.at("moved/"))
    theirs = plan.neighbours[0].at("sold")
    change = plan.pick("more", "403", "404", "503", "moved", "sold", "linked")
    if change == "moved":
        plan.put(day, moved, before)
    if change == "sold":
        plan.put(day, theirs, Page(text="e-sold"))
    after = {
        "more": replace(before, text=f"{before.text}+v-more") if before.text else before,
        "moved": Page(to=moved, status=301),
        "sold": Page(to=theirs, status=plan.pick(301, 302)),
        "linked": replace(before, feeds=(plan.neighbours[0].feed,)),
    }
    plan.put(day, address, after.get(change) or Page(text="v-refused", status=int(change)))


def _robots(plan: _Plan, followed: Any) -> None:
    address = f"{'/'.join(plan.victim.base.split('/')[:3])}/robots.txt"
    plan.put(plan.day(), address, Page(raw=f"User-agent: *\nDisallow: {plan.pick('/', '')}\n"))


def _feed_moves(plan: _Plan, followed: Any) -> None:
    """The neighbour's feed leads to the victim's."""
    plan.feeds[plan.day()][plan.neighbours[0].feed] = Page(
        to=_announcing(plan), status=plan.pick(302, 301)
    )


def _neighbour_moves(plan: _Plan, followed: Any) -> None:
    """A neighbour says that its articles moved to the victim's host: its entries keep their ids,
    its pages redirect for good, and perhaps its feed does."""
    site = plan.pick(*plan.neighbours)
    first = plan.day()
    leads = plan.pick(True, False)
    for day in range(first, plan.count):
        items = plan.feeds[day].get(site.feed, ())
        if isinstance(items, Page):
            continue
        moved = []
        for item in items:
            link = plan.story()
            if item.link.startswith(site.base):
                plan.put(day, item.link, Page(to=link, status=301))
            moved.append(replace(item, id=item.id or item.link, link=link))
        plan.feeds[day][site.feed] = (
            Page(to=_announcing(plan), status=301) if leads else tuple(moved)
        )


def _page_turns(plan: _Plan, followed: Any) -> None:
    """A page that the neighbour has announced, or will, is gone, leads to the victim's or says
    something else."""
    site = plan.pick(*plan.neighbours)
    day = plan.day()
    address = site.at(f"e{plan.day()}0")
    lead = Page(to=plan.story(), status=301)
    away = Page(to=plan.story())
    plan.put(day, address, plan.pick(lead, away, Page(text="e-gone", status=410), _claiming(plan)))


def _front_page(plan: _Plan, followed: Any) -> None:
    """The front page of a site links a feed: a neighbour's the victim's, or each its own."""
    site, feed = plan.pick((plan.neighbours[0], plan.victim), (plan.victim, plan.victim))
    plan.put(plan.day(), site.base, Page(text=f"front-{site.key}", feeds=(feed.feed,)))


def _database_lost(plan: _Plan, followed: Any) -> None:
    plan.run[plan.day()] += _LOST


def _withdrawn(plan: _Plan, followed: Any) -> None:
    site = plan.pick(*plan.neighbours)
    address = plan.pick(site.at("e00"), site.at("e10"), plan.story())
    plan.run[plan.day()] += [f"withdraw {address}"]


def _withdrawn_for_a_time(plan: _Plan, followed: Any) -> None:
    address = plan.pick(plan.neighbours[0].at("e00"), plan.story())
    day = plan.day()
    plan.run[day] += [f"withdraw {address}", f"withdraw --undo {address}"]


def _unfollowed(plan: _Plan, followed: Any) -> None:
    """A neighbour is not followed any more, or not yet."""
    key = plan.pick(*plan.neighbours).key
    day = plan.day()
    plan.sources[day] = tuple(source for source in followed if source["key"] != key)
    if day + 1 < plan.count:
        plan.sources[day + 1] = plan.pick(plan.sources[day], followed)


_EVENTS = (
    _page_changes,
    _page_turns,
    _database_lost,
    _withdrawn,
    _unfollowed,
    _robots,
    _feed_moves,
    _withdrawn_for_a_time,
    _front_page,
    _neighbour_moves,
)


def _spell(plan: _Plan) -> None:
    """Let every spelling of an address answer as the address does."""
    for day in range(plan.count):
        for address, page in list(plan.pages[day].items()):
            for spelled in sorted(plan.spelled.get(address, ())):
                plan.pages[day].setdefault(spelled, page)
