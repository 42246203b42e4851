"""Read saved pages again with edited rules."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from syndicator.app.container import App
from syndicator.articles.beside.tab_lists import CARRIED
from syndicator.core import urls
from syndicator.core.errors import ConfigError, UsageError
from syndicator.core.model import Article, make_article_id
from syndicator.core.ports import EntryRow
from syndicator.core.reasons import ConditionReason
from syndicator.health.observing import open_read_only
from syndicator.health.summary import read_health
from syndicator.reading import READING_VERSION
from syndicator.runs.refresh import Wanted, run
from syndicator.upkeep.passes.choose import (
    Choice,
    count_due_again,
    count_newly_outdated,
    count_outdated,
)
from syndicator.upkeep.passes.one_pass import Plan
from syndicator.upkeep.passes.reread import fetch_pages, list_unkept, plan_reread, write_reread
from tests.places import NOW, Place, store_articles
from tests.test_real_input import Pages

SETTINGS = "[fetch]\nallow_loopback = true\npause = 0\nworkers = 1\n[publish]\ntag_min = 1\n"
TOPICS = {
    "Bridges": (
        "The old bridge over the river was closed in May. Engineers found that two of its cables"
        " had worn thin where nobody had looked for thirty years, and sent for the drawings of"
        " 1931."
    ),
    "Gardens": (
        "A garden on the roof keeps the library cool. Its keeper counts the bees each morning"
        " before the doors open, and writes their number on a slate beside the lift."
    ),
    "Harbours": (
        "Ships wait nine days for a berth this spring. The pilots blame the wind, the owners blame"
        " the pilots, and the harbour master has bought a larger book for the names of those that"
        " wait."
    ),
}
MORE = (
    "{0} were the subject of a long meeting on Thursday, at which eleven people spoke and three of"
    " them agreed. The chair of the meeting thanked them all, and promised a second one about {0}"
    " before the end of the month."
)
HEADINGS = {"Harbours": "Harbours, &lt;b&gt; and other tags"}  # the feed has no title of this one


def make_page(title: str, text: str) -> bytes:
    heading = HEADINGS.get(title, title)
    promo = (
        f"Our evening about {title.casefold()} has seats left: book yours today, and bring a friend"
        " who likes to talk."
    )
    return (
        f"<html lang=en><head><title>{heading} - The"
        f" Daily</title></head><body><main><article><h1>{heading}</h1>"
        f"<p>{text}</p><div"
        f" class=promo><p>{promo}</p></div><p>{MORE.format(title)}</p></article></main></body></html>"  # noqa: E501
    ).encode()


async def serve_and_visit(place: Place) -> Pages:
    """The source `daily`, whose feed has better titles than its pages, visited once; its site still
    answers."""
    server = Pages()
    await server.start()
    items = []
    for title, text in TOPICS.items():
        server.files[f"/{title}"] = ("text/html", make_page(title, text))
        link = f"{server.base}/{title}"
        heard = "" if title in HEADINGS else "<title>{} of our town | Daily</title>"
        items.append(f"<item><guid>{link}</guid><link>{link}</link>{heard.format(title)}</item>")
    feed = (
        "<rss"
        f" version='2.0'><channel><title>Daily</title><link>{server.base}</link>{''.join(items)}</channel></rss>"  # noqa: E501
    )
    server.files["/feed"] = ("application/rss+xml", feed.encode())
    (place.config / "sources.toml").write_text(
        f'[[source]]\nkey = "daily"\nurl = "{server.base}/feed"\n'
    )
    with place.open_app() as app:
        await run(app, Wanted(all=True), stop=asyncio.Event())
    return server


async def visit_once(place: Place) -> None:
    server = await serve_and_visit(place)
    await server.aclose()


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path, settings=SETTINGS).fill_once(store_visited_articles)


def store_visited_articles(place: Place) -> None:
    asyncio.run(visit_once(place))
    place.now += timedelta(days=2)


def add_rule(place: Place, line: str = 'remove = [".promo"]') -> None:
    path = place.config / "sources.toml"
    path.write_text(path.read_text() + f"rules = {{ {line} }}\n")


def plan_rereading(place: Place, what: str = "", since: datetime | None = None) -> Plan:
    with place.open_app() as app:
        return plan_reread(app.archive, app.configuration, Choice(what=what, since=since))


def due_again(place: Place, what: str) -> int:
    with place.open_app() as app:
        return count_due_again(app.archive, app.configuration.sources, Choice(what=what))


def reread_articles(place: Place, what: str = "") -> Plan:
    with place.open_app() as app:
        planned = plan_reread(app.archive, app.configuration, Choice(what=what))
        write_reread(app.archive, planned)
    return planned


def find_article(place: Place, topic: str) -> Article:
    results = (load for load in load_articles(place) if load.url.endswith(topic))
    return next(results)


def load_articles(place: Place) -> list[Article]:
    with place.open_app() as app:
        return [
            app.archive.article_store.get(stamp.path) for stamp in app.archive.article_store.walk()
        ]


def test_nothing_changes_where_no_rule_did(place: Place) -> None:
    """Without edited rules, rereading changes nothing."""
    planned = plan_rereading(place)

    assert planned.looked == 3
    assert planned.articles == ()
    assert planned.lacking == ()
    assert planned.problems == ()


def test_a_new_rule_cuts_what_was_filed_and_nothing_else(place: Place) -> None:
    """A new `remove` rule changes body and excerpt only."""
    before = find_article(place, "Bridges")

    assert "seats left" in before.body

    add_rule(place)
    planned = reread_articles(place)

    assert len(planned.articles) == 3
    assert ("all", 3) in [(feed.feed, feed.changes) for feed in planned.feeds]

    changes = next(
        article.revision.changes for article in planned.articles if article.id == before.id
    )

    assert [change.field for change in changes] == ["excerpt", "body"]
    assert changes[1].old.startswith("Our evening about bridges")
    assert changes[1].new == ""

    after = find_article(place, "Bridges")

    assert "seats left" not in after.body + after.excerpt
    assert "eleven people" in after.body

    moment = place.now.strftime("%Y-%m-%dT%H:%M:%SZ")

    assert after.updated == place.now
    assert after.revisions == (moment,)

    kept = replace(
        after,
        body=before.body,
        excerpt=before.excerpt,
        updated=before.updated,
        revisions=(),
        digest=before.digest,
    )

    assert kept == before  # title, identity, `published`, `added` and `origin` among the rest

    place.build()

    assert "seats left" not in place.read_published("all.json")
    assert reread_articles(place).articles == ()
    assert place.build().written == ()


def test_the_plan_alone_changes_nothing(place: Place) -> None:
    add_rule(place)
    plan_rereading(place)
    before = place.read_digests("articles")

    assert len(plan_rereading(place).articles) == 3
    assert place.read_digests("articles") == before
    assert place.build().written == ()


def test_the_feeds_better_title_stays_and_title_suffix_cuts_it(place: Place) -> None:
    """The feed's title is kept; `title_suffix` is cut from it."""
    assert find_article(place, "Gardens").title == "Gardens of our town | Daily"

    add_rule(place, 'title_suffix = " | Daily"')
    planned = reread_articles(place, "daily")

    assert {change.field for one in planned.articles for change in one.revision.changes} == {
        "title"
    }
    assert find_article(place, "Gardens").title == "Gardens of our town"
    assert plan_rereading(place).articles == ()


def test_a_title_that_no_feed_can_have_is_the_pages(place: Place) -> None:
    assert find_article(place, "Harbours").title == "Harbours, <b> and other tags"

    add_rule(place)
    fields = {
        change.field for one in reread_articles(place).articles for change in one.revision.changes
    }

    assert fields == {"excerpt", "body"}


def test_hand_edits_stay(place: Place) -> None:
    """Articles whose body the operator edited are not changed."""
    article = find_article(place, "Bridges")
    place.edit_file(article.title, "eleven people", "twelve people")
    before = place.find_file(article.title).read_bytes()
    add_rule(place)

    assert article.id not in {one.id for one in reread_articles(place).articles}
    assert place.find_file(article.title).read_bytes() == before


def test_a_tag_of_todays_taxonomy_comes_and_updated_stays(place: Place) -> None:
    """Rereading adds a new tag and leaves `updated`."""
    before = find_article(place, "Harbours")
    place.write_taxonomy(
        place.taxonomy + '\n[[tag]]\nname = "Harbours"\naliases = ["harbour master"]\n'
    )
    [article] = reread_articles(place).articles

    assert [
        (change.field, change.new) for change in article.revision.changes if change.field == "tags"
    ] == [("tags", "Harbours")]

    after = find_article(place, "Harbours")

    assert after.tags == ("Harbours",)
    assert after.updated == before.updated
    assert after.revisions == before.revisions


def test_a_source_or_an_article_is_named_by_key_address_or_id(place: Place) -> None:
    add_rule(place)
    article = find_article(place, "Gardens")
    with place.open_app() as app:
        feed = app.configuration.sources["daily"].url
    for what, count in (("daily", 3), (feed, 3), (article.url, 1), (article.id, 1)):
        planned = plan_rereading(place, what)
        assert (planned.looked, len(planned.articles)) == (count, count), what

    assert plan_rereading(place, "daily", place.now).looked == 0
    assert plan_rereading(place, "daily", article.added).looked == 3
    with pytest.raises(UsageError, match="no source or article 'nobody'; give the key"):
        plan_rereading(place, "nobody")


def test_articles_without_a_kept_page_are_counted(place: Place) -> None:
    add_rule(place)
    old = find_article(place, "Gardens")
    with place.open_app() as app:
        app.archive.snapshots.forget(old.id)
    planned = reread_articles(place)

    assert planned.looked == 2
    assert planned.lacking == (old.id,)
    assert len(planned.articles) == 2
    assert find_article(place, "Gardens") == old


def test_a_page_that_is_no_article_any_more_is_named_and_its_article_stays(place: Place) -> None:
    """If the saved page is no article any more, this is reported and the article stays."""
    article = find_article(place, "Gardens")
    before = place.read_digests("articles")
    with place.open_app() as app:
        app.archive.snapshots.put(
            article.id, b"<html><body><h1>Page not found</h1></body></html>", {}
        )
    [problem] = reread_articles(place).problems

    assert problem.reason.startswith("not-an-article")
    assert "stays as it is" in problem.detail
    assert place.read_digests("articles") == before


def test_selectors_that_leave_nothing_are_named(place: Place) -> None:
    """Rules that remove everything are reported, and nothing changes."""
    before = place.read_digests("articles")
    add_rule(place, 'remove = ["body"]')
    problems = reread_articles(place).problems

    assert len(problems) == 3
    assert "source 'daily': rules.select and rules.remove leave no" in problems[0].detail
    assert place.read_digests("articles") == before


def test_a_rule_that_is_no_css_is_an_error_that_names_the_source(place: Place) -> None:
    add_rule(place, 'select = ["div[["]')
    with pytest.raises(ConfigError, match=r"sources\.toml:4: source 'daily': rules\.select"):
        plan_rereading(place)


def test_title_author_and_cover_by_a_rule_win_over_what_the_feed_said(place: Place) -> None:
    add_rule(place, 'title = "h1", author = ".promo p", cover = "html@lang"')
    reread_articles(place)
    article = find_article(place, "Gardens")

    assert article.title == "Gardens"
    assert (article.author or "").startswith("Our evening")
    assert (article.cover or "").endswith("/en")


def test_articles_of_a_source_that_is_gone_are_left(place: Place) -> None:
    """Articles of a removed source are not read again."""
    article = find_article(place, "Gardens")
    (place.config / "sources.toml").write_text(
        '[[source]]\nkey = "other"\nurl = "https://other.example/feed"\n'
    )

    assert plan_rereading(place).looked == 0
    with pytest.raises(UsageError, match=r"'daily' is not in sources\.toml"):
        plan_rereading(place, article.url)


def test_links_start_at_the_address_that_answered(place: Place) -> None:
    article = find_article(place, "Gardens")
    with place.open_app() as app:
        kept = app.archive.snapshots.get(article.id)

    assert kept
    assert urls.alias(kept[1]["content-location"]) == urls.alias(article.url)

    there = urls.host(article.url) and article.url.replace("/Gardens", "/deep/er/Gardens")
    html = kept[0].replace(b"eleven people", b"<a href='who.html'>eleven people</a>")
    for elsewhere, link in ((there, "/deep/er/who.html"), ("https://evil.example/x/", "/who.html")):
        with place.open_app() as app:
            app.archive.snapshots.put(article.id, html, {**kept[1], "content-location": elsewhere})
        [one] = plan_rereading(place, article.id).articles
        assert f"({article.url.removesuffix('/Gardens')}{link})" in one.revision.values["body"]


def count_offered(app: App) -> int:
    return count_outdated(app.archive.store.index, app.archive.snapshots, app.configuration.sources)


def test_what_an_older_version_read_is_offered_once_and_until_it_was_read_again(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages read by an older version are reported once and counted until reread."""
    with place.open_app() as app:
        assert count_newly_outdated(app.archive, app.configuration.sources) == 0
        assert count_offered(app) == 0
    monkeypatch.setattr("syndicator.app.places.READING_VERSION", READING_VERSION + 1)
    articles = place.read_digests("articles")
    published = place.read_digests("public")
    with place.open_app() as app:
        assert [
            count_newly_outdated(app.archive, app.configuration.sources),
            count_newly_outdated(app.archive, app.configuration.sources),
        ] == [3, 0]
    with open_read_only(place.config, now=lambda: place.now, environ={}) as there:
        assert [
            condition.count
            for condition in read_health(there).conditions
            if condition.kind == ConditionReason.OUTDATED
        ] == [3]
    with place.open_app() as app:
        assert (
            plan_reread(app.archive, app.configuration, Choice(outdated=True)).looked
            == count_offered(app)
            == 3
        )

        reread = plan_reread(
            app.archive, app.configuration, Choice(what=find_article(place, "Gardens").id)
        )
        write_reread(app.archive, reread)  # nothing to change: it is as today's version reads it

        assert count_offered(app) == 2
    add_rule(place)
    with place.open_app() as app:
        planned = plan_reread(app.archive, app.configuration, Choice(outdated=True))

        assert planned.looked == 2
        assert len(planned.articles) == 2
        assert count_offered(app) == 2
        assert place.read_digests("articles") == articles
        assert place.read_digests("public") == published

        write_reread(app.archive, planned)

        assert count_offered(app) == 0
        assert len(plan_reread(app.archive, app.configuration).articles) == 1


def test_pages_that_are_not_kept_are_fetched_when_asked_for(tmp_path: Path) -> None:
    """With an option, missing saved pages are fetched again."""
    place = Place(tmp_path, settings=SETTINGS)

    async def go() -> None:
        server = await serve_and_visit(place)
        old, gone, other = (find_article(place, topic) for topic in TOPICS)
        del server.files["/Gardens"]
        with place.open_app() as app:
            for article_id in (old.id, gone.id):
                app.archive.snapshots.forget(article_id)
            assert set(list_unkept(app.archive, app.configuration.sources, Choice())) == {
                old.id,
                gone.id,
            }
            (problem,) = await fetch_pages(
                app.archive,
                app.configuration,
                list_unkept(app.archive, app.configuration.sources, Choice()),
            )
            assert problem.what == gone.url
            assert problem.reason.startswith(("http-404", "not-found"))
            assert list_unkept(app.archive, app.configuration.sources, Choice()) == [gone.id]
            assert other.body == find_article(place, "Harbours").body
        await server.aclose()

    asyncio.run(go())
    add_rule(place)
    assert {one.id for one in reread_articles(place).articles} == {
        find_article(place, topic).id for topic in ("Bridges", "Harbours")
    }


def test_entries_that_a_changed_rule_makes_due_are_counted(place: Place) -> None:
    with place.open_app() as app:
        base = app.configuration.sources["daily"].url.removesuffix("/feed")
        row = EntryRow(
            source_key="daily",
            entry_id="e",
            url=f"{base}/e",
            digest="",
            status="refused",
            first_seen=NOW,
            reason="empty",
        )
        app.archive.store.visits.save_entries([row])
    asked = ("", "daily", find_article(place, "Gardens").id)

    assert [due_again(place, what) for what in asked] == [0, 0, 0]

    add_rule(place)

    assert [due_again(place, what) for what in asked] == [1, 1, 0]


def test_whose_an_article_is_never_changes(place: Place) -> None:
    """Nothing that a kept page says of another address, original or author's site reaches identity
    or ownership."""
    before = find_article(place, "Bridges")
    elsewhere = "https://bank.example/bridges"
    head = "".join(f"<link rel={rel} href={elsewhere}>" for rel in ("canonical", "amphtml"))
    with place.open_app() as app:
        kept = app.archive.snapshots.get(before.id)

        assert kept is not None

        html = kept[0].replace(b"<head>", b"<head>" + head.encode()).replace(b"eleven", b"twelve")
        app.archive.snapshots.put(before.id, html, {**kept[1], "content-location": elsewhere})
        carried = CARRIED.read(app.archive.article_store)

    assert [one.id for one in reread_articles(place).articles] == [before.id]

    after = find_article(place, "Bridges")

    assert "twelve people" in after.body

    identity = (
        "id",
        "url",
        "source_key",
        "source_id",
        "published",
        "added",
        "origin",
        "aliases",
        "also",
    )

    assert [getattr(after, name) for name in identity] == [
        getattr(before, name) for name in identity
    ]

    with place.open_app() as app:
        assert app.archive.store.visits.find([urls.alias(elsewhere)]) is None
        assert app.archive.store.visits.read_claims(before.id)[1] is None
        assert CARRIED.read(app.archive.article_store) == carried


def test_rules_of_a_source_do_not_reach_what_it_does_not_own(tmp_path: Path) -> None:
    """`one` brought an article of `two`'s site: the operator's rule for `one` is no word on it."""
    place = Place(tmp_path)
    with place.open_app() as app:
        for title, owner in (("Bridges", "one"), ("Gardens", "two")):
            url = f"https://{owner}.example/{title}"
            article = store_articles(
                app, title, "Words.", id=make_article_id(url), url=url, source_id=url
            )
            app.archive.snapshots.put(article.id, make_page(title, TOPICS[title]), {})
    reread_articles(place)
    path = place.config / "sources.toml"
    path.write_text(
        path.read_text().replace('feed"\n', 'feed"\nrules = { remove = [".promo"] }\n', 1)
    )

    assert [one.title for one in reread_articles(place).articles] == ["Bridges"]
    assert "seats left" in place.load_article("Gardens").body
    assert {one.source_key for one in load_articles(place)} == {"one"}
