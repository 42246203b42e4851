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
from syndicator.upkeep.passes.reread import (
    fetch_pages,
    list_without_page,
    plan_reread,
    write_reread,
)
from tests.instances import NOW, Instance, store_articles
from tests.test_real_input import Pages

SETTINGS = "[fetch]\nallow_loopback = true\npause = 0\nworkers = 1\n[publish]\ntag_min = 1\n"
TEXT_BY_TITLE = {
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
SECOND_PARAGRAPH = (
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
        f" class=promo><p>{promo}</p></div><p>{SECOND_PARAGRAPH.format(title)}</p></article></main></body></html>"  # noqa: E501
    ).encode()


async def serve_and_visit(instance: Instance) -> Pages:
    """The source `daily`, whose feed has better titles than its pages, visited once; its site still
    answers."""
    server = Pages()
    await server.start()
    items = []
    for title, text in TEXT_BY_TITLE.items():
        server.files[f"/{title}"] = ("text/html", make_page(title, text))
        link = f"{server.base}/{title}"
        feed_title = "" if title in HEADINGS else "<title>{} of our town | Daily</title>"
        items.append(
            f"<item><guid>{link}</guid><link>{link}</link>{feed_title.format(title)}</item>"
        )
    feed = (
        "<rss"
        f" version='2.0'><channel><title>Daily</title><link>{server.base}</link>{''.join(items)}</channel></rss>"  # noqa: E501
    )
    server.files["/feed"] = ("application/rss+xml", feed.encode())
    (instance.config / "sources.toml").write_text(
        f'[[source]]\nkey = "daily"\nurl = "{server.base}/feed"\n'
    )
    with instance.open_app() as app:
        await run(app, Wanted(all=True), stop=asyncio.Event())
    return server


async def visit_once(instance: Instance) -> None:
    server = await serve_and_visit(instance)
    await server.aclose()


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    return Instance(tmp_path, settings=SETTINGS).fill_once(store_visited_articles)


def store_visited_articles(instance: Instance) -> None:
    asyncio.run(visit_once(instance))
    instance.now += timedelta(days=2)


def add_rule(instance: Instance, line: str = 'remove = [".promo"]') -> None:
    """Give the source a rule, by default one that removes the promotion from its pages."""
    path = instance.config / "sources.toml"
    path.write_text(path.read_text() + f"rules = {{ {line} }}\n")


def plan_rereading(instance: Instance, what: str = "", since: datetime | None = None) -> Plan:
    with instance.open_app() as app:
        return plan_reread(app.archive, app.configuration, Choice(what=what, since=since))


def count_due_entries(instance: Instance, what: str) -> int:
    with instance.open_app() as app:
        return count_due_again(app.archive, app.configuration.sources, Choice(what=what))


def reread_articles(instance: Instance, what: str = "") -> Plan:
    with instance.open_app() as app:
        planned = plan_reread(app.archive, app.configuration, Choice(what=what))
        write_reread(app.archive, planned)
    return planned


def find_article(instance: Instance, topic: str) -> Article:
    results = (load for load in load_articles(instance) if load.url.endswith(topic))
    return next(results)


def load_articles(instance: Instance) -> list[Article]:
    with instance.open_app() as app:
        return [
            app.archive.article_store.get(stamp.path) for stamp in app.archive.article_store.walk()
        ]


def test_nothing_changes_where_no_rule_did(instance: Instance) -> None:
    """If no rule changed, the plan has looked at all three articles and changes none."""
    planned = plan_rereading(instance)

    assert planned.looked == 3
    assert planned.articles == ()
    assert planned.lacking == ()
    assert planned.problems == ()


def test_a_new_rule_cuts_what_was_filed_and_nothing_else(instance: Instance) -> None:
    """A new `remove` rule, that of `add_rule`, cuts the promotion from body and excerpt of all
    three articles. Title, identity and dates stay; `updated` and a revision record the change. A
    second rereading changes nothing."""
    before = find_article(instance, "Bridges")

    assert "seats left" in before.body

    add_rule(instance)
    planned = reread_articles(instance)

    assert len(planned.articles) == 3
    assert ("all", 3) in [(feed.feed, feed.changes) for feed in planned.feeds]

    # how the revision of "Bridges" is shown
    changes = next(
        article.revision.changes for article in planned.articles if article.id == before.id
    )

    assert [change.field for change in changes] == ["excerpt", "body"]
    assert changes[1].old.startswith("Our evening about bridges")
    assert changes[1].new == ""

    after = find_article(instance, "Bridges")

    assert "seats left" not in after.body + after.excerpt
    assert "eleven people" in after.body

    moment = instance.now.strftime("%Y-%m-%dT%H:%M:%SZ")

    assert after.updated == instance.now
    assert after.revisions == (moment,)

    # with its earlier text it equals the article of before
    with_earlier_text = replace(
        after,
        body=before.body,
        excerpt=before.excerpt,
        updated=before.updated,
        revisions=(),
        digest=before.digest,
    )

    assert with_earlier_text == before

    instance.build()

    assert "seats left" not in instance.read_published("all.json")
    assert reread_articles(instance).articles == ()
    assert instance.build().written == ()


def test_the_plan_alone_changes_nothing(instance: Instance) -> None:
    """After a new rule a plan lists three articles and changes neither files nor feeds."""
    add_rule(instance)
    plan_rereading(instance)
    before = instance.read_digests("articles")

    assert len(plan_rereading(instance).articles) == 3
    assert instance.read_digests("articles") == before
    assert instance.build().written == ()


def test_the_feeds_better_title_stays_and_title_suffix_cuts_it(instance: Instance) -> None:
    """The feed's title ("Gardens of our town | Daily") is kept, not that of the page ("Gardens");
    a new rule `title_suffix` cuts the suffix from it, and rereading changes nothing else."""
    assert find_article(instance, "Gardens").title == "Gardens of our town | Daily"

    add_rule(instance, 'title_suffix = " | Daily"')
    planned = reread_articles(instance, "daily")

    assert {
        change.field for article in planned.articles for change in article.revision.changes
    } == {"title"}
    assert find_article(instance, "Gardens").title == "Gardens of our town"
    assert plan_rereading(instance).articles == ()


def test_a_title_that_no_feed_can_have_is_the_pages(instance: Instance) -> None:
    """The feed has no title for "Harbours". The title is that of the page, and rereading with a new
    rule, which removes a promotion from the text, leaves it."""
    assert find_article(instance, "Harbours").title == "Harbours, <b> and other tags"

    add_rule(instance)
    fields = {
        change.field
        for article in reread_articles(instance).articles
        for change in article.revision.changes
    }

    assert fields == {"excerpt", "body"}


def test_hand_edits_stay(instance: Instance) -> None:
    """The operator edited the body of an article: a new rule, which changes the others, does not
    change its file."""
    article = find_article(instance, "Bridges")
    instance.edit_file(article.title, "eleven people", "twelve people")
    before = instance.find_file(article.title).read_bytes()
    add_rule(instance)

    changed_ids = {planned.id for planned in reread_articles(instance).articles}

    assert article.id not in changed_ids
    assert instance.find_file(article.title).read_bytes() == before


def test_a_tag_of_todays_taxonomy_comes_and_updated_stays(instance: Instance) -> None:
    """Rereading adds a tag that is new in the taxonomy to the one article that has its alias in the
    text. `updated` and the revisions stay."""
    before = find_article(instance, "Harbours")
    instance.write_taxonomy(
        instance.taxonomy + '\n[[tag]]\nname = "Harbours"\naliases = ["harbour master"]\n'
    )
    [article] = reread_articles(instance).articles

    assert [
        (change.field, change.new) for change in article.revision.changes if change.field == "tags"
    ] == [("tags", "Harbours")]

    after = find_article(instance, "Harbours")

    assert after.tags == ("Harbours",)
    assert after.updated == before.updated
    assert after.revisions == before.revisions


def test_a_source_or_an_article_is_named_by_key_address_or_id(instance: Instance) -> None:
    """The key or feed of a source selects its three articles; the address or id of an article
    selects this one. `since` leaves out articles added before it. Other names are refused."""
    add_rule(instance)
    article = find_article(instance, "Gardens")
    with instance.open_app() as app:
        feed = app.configuration.sources["daily"].url
    for what, count in (("daily", 3), (feed, 3), (article.url, 1), (article.id, 1)):
        planned = plan_rereading(instance, what)
        assert planned.looked == count, what
        assert len(planned.articles) == count, what

    assert plan_rereading(instance, "daily", since=instance.now).looked == 0
    assert plan_rereading(instance, "daily", since=article.added).looked == 3
    with pytest.raises(UsageError, match="no source or article 'nobody'; give the key"):
        plan_rereading(instance, "nobody")


def test_articles_without_a_kept_page_are_counted(instance: Instance) -> None:
    """An article without a saved page is listed as lacking and does not change; the others do."""
    add_rule(instance)
    old = find_article(instance, "Gardens")
    with instance.open_app() as app:
        app.archive.snapshots.forget(old.id)  # deletes its saved page
    planned = reread_articles(instance)

    assert planned.looked == 2
    assert planned.lacking == (old.id,)
    assert len(planned.articles) == 2
    assert find_article(instance, "Gardens") == old


def test_a_page_that_is_no_article_any_more_is_named_and_its_article_stays(
    instance: Instance,
) -> None:
    """If the saved page is no article any more, this is reported and the article stays."""
    article = find_article(instance, "Gardens")
    before = instance.read_digests("articles")
    with instance.open_app() as app:
        app.archive.snapshots.put(
            article.id, b"<html><body><h1>Page not found</h1></body></html>", {}
        )
    [problem] = reread_articles(instance).problems

    assert problem.reason.startswith("not-an-article")
    assert "stays as it is" in problem.detail
    assert instance.read_digests("articles") == before


def test_selectors_that_leave_nothing_are_named(instance: Instance) -> None:
    """Rules that remove everything are reported, and nothing changes."""
    before = instance.read_digests("articles")
    add_rule(instance, 'remove = ["body"]')
    problems = reread_articles(instance).problems

    assert len(problems) == 3
    assert "source 'daily': rules.select and rules.remove leave no" in problems[0].detail
    assert instance.read_digests("articles") == before


def test_a_rule_that_is_no_css_is_an_error_that_names_the_source(instance: Instance) -> None:
    """Rereading with an invalid selector fails with file, line and source."""
    add_rule(instance, 'select = ["div[["]')
    with pytest.raises(ConfigError, match=r"sources\.toml:4: source 'daily': rules\.select"):
        plan_rereading(instance)


def test_title_author_and_cover_by_a_rule_win_over_what_the_feed_said(instance: Instance) -> None:
    """Title, author and cover that new rules select replace those of the feed. For the test, the
    author is the text of the promotion, and the cover the language of the page ("en")."""
    add_rule(instance, 'title = "h1", author = ".promo p", cover = "html@lang"')
    reread_articles(instance)
    article = find_article(instance, "Gardens")

    assert article.title == "Gardens"
    assert (article.author or "").startswith("Our evening")
    assert (article.cover or "").endswith("/en")


def test_articles_of_a_source_that_is_gone_are_left(instance: Instance) -> None:
    """Articles of a removed source are not read again: a plan for all looks at none, and one for
    such an article is refused."""
    article = find_article(instance, "Gardens")
    (instance.config / "sources.toml").write_text(
        '[[source]]\nkey = "other"\nurl = "https://other.example/feed"\n'
    )

    assert plan_rereading(instance).looked == 0
    with pytest.raises(UsageError, match=r"'daily' is not in sources\.toml"):
        plan_rereading(instance, article.url)


def test_links_start_at_the_address_that_answered(instance: Instance) -> None:
    """A relative link in a saved page is resolved against the address that answered, if it is
    of the article's own site; otherwise against the article's address."""
    article = find_article(instance, "Gardens")
    with instance.open_app() as app:
        saved_page = app.archive.snapshots.get(article.id)

    assert saved_page
    assert urls.alias(saved_page[1]["content-location"]) == urls.alias(article.url)

    other_path = article.url.replace("/Gardens", "/deep/er/Gardens")
    html = saved_page[0].replace(b"eleven people", b"<a href='who.html'>eleven people</a>")
    for answering_address, link in (
        (other_path, "/deep/er/who.html"),  # of its own site
        ("https://evil.example/x/", "/who.html"),  # of another site
    ):
        with instance.open_app() as app:
            app.archive.snapshots.put(
                article.id, html, {**saved_page[1], "content-location": answering_address}
            )
        [planned] = plan_rereading(instance, article.id).articles
        assert f"({article.url.removesuffix('/Gardens')}{link})" in planned.revision.values["body"]


def count_outdated_articles(app: App) -> int:
    return count_outdated(app.archive.store.index, app.archive.snapshots, app.configuration.sources)


def test_what_an_older_version_read_is_offered_once_and_until_it_was_read_again(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three articles were read by an older version of the reading: they are reported as newly
    outdated once, and counted as outdated (by `check`, too) until each was read again."""
    with instance.open_app() as app:
        assert count_newly_outdated(app.archive, app.configuration.sources) == 0
        assert count_outdated_articles(app) == 0

    # a new version of the program reads otherwise
    monkeypatch.setattr("syndicator.app.places.READING_VERSION", READING_VERSION + 1)
    articles = instance.read_digests("articles")
    published = instance.read_digests("public")
    with instance.open_app() as app:
        assert count_newly_outdated(app.archive, app.configuration.sources) == 3
        assert count_newly_outdated(app.archive, app.configuration.sources) == 0
    with open_read_only(instance.config, now=lambda: instance.now, environ={}) as archive:
        assert [
            condition.count
            for condition in read_health(archive).conditions
            if condition.kind == ConditionReason.OUTDATED
        ] == [3]
    with instance.open_app() as app:
        assert plan_reread(app.archive, app.configuration, Choice(outdated=True)).looked == 3
        assert count_outdated_articles(app) == 3

        # "Gardens" is read again
        reread = plan_reread(
            app.archive, app.configuration, Choice(what=find_article(instance, "Gardens").id)
        )
        write_reread(app.archive, reread)  # nothing to change: it is as today's version reads it

        assert count_outdated_articles(app) == 2

    # a new rule changes the two others; planning alone does not make them read
    add_rule(instance)
    with instance.open_app() as app:
        planned = plan_reread(app.archive, app.configuration, Choice(outdated=True))

        assert planned.looked == 2
        assert len(planned.articles) == 2
        assert count_outdated_articles(app) == 2
        assert instance.read_digests("articles") == articles
        assert instance.read_digests("public") == published

        write_reread(app.archive, planned)

        assert count_outdated_articles(app) == 0

        # the rule is still to be applied to "Gardens"
        assert len(plan_reread(app.archive, app.configuration).articles) == 1


def test_pages_that_are_not_kept_are_fetched_when_asked_for(tmp_path: Path) -> None:
    """The saved pages of "Bridges" and "Gardens" are missing. `fetch_pages` fetches the first; for
    the second the site answers 404, so it is reported and stays missing. With a new rule the two
    articles with a page are read again."""
    instance = Instance(tmp_path, settings=SETTINGS)

    async def fetch_missing_pages() -> None:
        server = await serve_and_visit(instance)
        bridges, gardens, harbours = (find_article(instance, topic) for topic in TEXT_BY_TITLE)
        del server.files["/Gardens"]  # answers 404 from now on
        with instance.open_app() as app:
            for article_id in (bridges.id, gardens.id):
                app.archive.snapshots.forget(article_id)
            assert set(list_without_page(app.archive, app.configuration.sources, Choice())) == {
                bridges.id,
                gardens.id,
            }
            (problem,) = await fetch_pages(
                app.archive,
                app.configuration,
                list_without_page(app.archive, app.configuration.sources, Choice()),
            )
            assert problem.what == gardens.url
            assert problem.reason.startswith(("http-404", "not-found"))
            assert list_without_page(app.archive, app.configuration.sources, Choice()) == [
                gardens.id
            ]
            assert harbours.body == find_article(instance, "Harbours").body
        await server.aclose()

    asyncio.run(fetch_missing_pages())
    add_rule(instance)
    assert {article.id for article in reread_articles(instance).articles} == {
        find_article(instance, topic).id for topic in ("Bridges", "Harbours")
    }


def test_entries_that_a_changed_rule_makes_due_are_counted(instance: Instance) -> None:
    """An entry that was refused, as its page had no text, becomes due by a new rule of its source.
    It is counted for all sources ("") and for its own, not for a single article."""
    with instance.open_app() as app:
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

    article_id = find_article(instance, "Gardens").id

    assert count_due_entries(instance, "") == 0
    assert count_due_entries(instance, "daily") == 0
    assert count_due_entries(instance, article_id) == 0

    add_rule(instance)  # of the source "daily"

    assert count_due_entries(instance, "") == 1
    assert count_due_entries(instance, "daily") == 1
    assert count_due_entries(instance, article_id) == 0


def test_whose_an_article_is_never_changes(instance: Instance) -> None:
    """Rereading takes only the text from a saved page: canonical, AMP and location addresses in it
    change neither identity nor ownership."""
    before = find_article(instance, "Bridges")
    other_address = "https://bank.example/bridges"
    head = "".join(f"<link rel={rel} href={other_address}>" for rel in ("canonical", "amphtml"))
    with instance.open_app() as app:
        saved_page = app.archive.snapshots.get(before.id)

        assert saved_page is not None

        # the saved page names another site, and its text is another one
        html = (
            saved_page[0]
            .replace(b"<head>", b"<head>" + head.encode())
            .replace(b"eleven", b"twelve")
        )
        app.archive.snapshots.put(
            before.id, html, {**saved_page[1], "content-location": other_address}
        )
        carriers_before = CARRIED.read(app.archive.article_store)

    assert [article.id for article in reread_articles(instance).articles] == [before.id]

    after = find_article(instance, "Bridges")

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

    # the other address is no alias of the article, and is not stored as one that it named
    with instance.open_app() as app:
        assert app.archive.store.visits.find([urls.alias(other_address)]) is None
        assert app.archive.store.visits.read_claims(before.id)[1] is None
        assert CARRIED.read(app.archive.article_store) == carriers_before


def test_rules_of_a_source_do_not_reach_what_it_does_not_own(tmp_path: Path) -> None:
    """Rules of source `one` change only articles of its own site, not "Gardens", which it announced
    but is of `two`'s site."""
    instance = Instance(tmp_path)

    # both filed by source one, with the text "Words." and a saved page
    with instance.open_app() as app:
        for title, owner in (("Bridges", "one"), ("Gardens", "two")):
            url = f"https://{owner}.example/{title}"
            article = store_articles(
                app, title, "Words.", id=make_article_id(url), url=url, source_id=url
            )
            app.archive.snapshots.put(article.id, make_page(title, TEXT_BY_TITLE[title]), {})
    reread_articles(instance)  # both have the text of their pages now

    # the first source gets a rule that removes the promotion
    path = instance.config / "sources.toml"
    path.write_text(
        path.read_text().replace('feed"\n', 'feed"\nrules = { remove = [".promo"] }\n', 1)
    )

    assert [article.title for article in reread_articles(instance).articles] == ["Bridges"]
    assert "seats left" in instance.load_article("Gardens").body
    assert {article.source_key for article in load_articles(instance)} == {"one"}
