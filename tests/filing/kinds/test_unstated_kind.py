"""The first visit to an address of an unknown kind determines it; later visits use it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from syndicator.core import urls
from syndicator.core.model import Failed
from syndicator.core.reasons import FetchReason
from syndicator.runs import refresh
from syndicator.visiting import source_state
from syndicator.visiting.source_state import MOVE_VISITS
from tests.adding.fronts import Instance, add_by_hand, make_front_pages
from tests.aged.web import Answer, Web, serve_web
from tests.cli.sites import make_feed_link, make_page, make_rss, make_story_page
from tests.faults.instance import InProcess

SITE = "http://one.example/"
FEED = f"{SITE}feed.xml"


@pytest.fixture
def web() -> Iterator[Web]:
    with serve_web() as started:
        started.answers = dict(make_front_pages()[0].answers)
        yield started


@pytest.fixture
def instance(tmp_path: Path, web: Web, monkeypatch: pytest.MonkeyPatch) -> Instance:
    monkeypatch.setattr(refresh, "make_worker", lambda settings: InProcess())
    return Instance(tmp_path, web)


def set_answer(instance: Instance, url: str, said: Answer) -> None:
    instance.web.answers = {**instance.web.answers, url: said}


COMMENTS = make_rss("Comments for Notes", SITE, [("By: Ove", f"{SITE}p/0#comment-1")])
ALONE = f"{SITE}about/"
# for each reason, an address with nothing to follow and the answers of its site
NOTHING = {
    "one-article": (ALONE, {ALONE: make_story_page("Alone")}),
    "comments": (ALONE, {ALONE: make_page("A", make_feed_link(f"{SITE}c")), f"{SITE}c": COMMENTS}),
    "dead-feeds": (ALONE, {ALONE: make_page("A", make_feed_link(f"{SITE}none"))}),
    "nothing-to-follow": (ALONE, {ALONE: make_page("A", body="<p>Hello.</p>")}),
    "scripts": (
        ALONE,
        {ALONE: make_page("A", body="<div id=root></div><script src=/a.js></script>")},
    ),
    "subscriptions": (ALONE, {ALONE: Answer(body="<opml><body/></opml>", type="text/x-opml")}),
    "broken-xml": (ALONE, {ALONE: Answer(body="<rss><channel><it", type="application/rss+xml")}),
}


@pytest.mark.parametrize("reason", NOTHING)
def test_what_is_nothing_to_follow_becomes_a_condition_with_a_cure(
    instance: Instance, reason: str
) -> None:
    """The operator adds an address at which there is nothing to follow. After its first visit the
    source has a reason `not-a-feed-…` and no article, and `status` says that it needs the
    operator."""
    url, answers = NOTHING[reason]
    instance.web.answers = answers
    add_by_hand(instance, [url])
    instance.visit_due()

    assert instance.list_source_kinds()[url].reason == f"not-a-feed-{reason}"
    assert instance.list_article_urls() == []

    output = instance.run_command("status").output

    assert "0 fine, 1 needs you" in output


def test_a_page_that_names_a_feed_which_is_followed_is_not_followed_twice(
    instance: Instance,
) -> None:
    """The operator adds a site's feed and its front page, which links that feed: the feed is
    followed, and the front page is refused, as its feed is followed already."""
    add_by_hand(instance, [FEED, SITE])
    instance.visit_due()

    assert instance.list_source_kinds()[SITE].reason == "not-a-feed-followed"
    assert instance.list_source_kinds()[FEED].kind == "feed"


def test_a_feed_under_two_keys_is_followed_twice(instance: Instance) -> None:
    """If the operator wrote a feed with and without `www`, both are followed: an upgrade must
    stop neither."""
    www = FEED.replace("one.example", "www.one.example")
    set_answer(instance, www, instance.web.answers[FEED])
    add_by_hand(instance, [FEED, www])
    instance.visit_due()

    assert {instance.list_source_kinds()[url].kind for url in (FEED, www)} == {"feed"}


def test_a_list_that_robots_disallow_is_not_read(instance: Instance) -> None:
    """A front page without a feed would be read as a list of articles; it is not if robots.txt
    forbids it, and the reason is `not-a-feed-shut`."""
    without_feed = next(front for front in make_front_pages() if front.name == "plain")
    robots = Answer(body="User-agent: *\nDisallow: /\n", type="text/plain")
    instance.web.answers = {**without_feed.answers, f"{without_feed.url}robots.txt": robots}
    add_by_hand(instance, [without_feed.url])
    instance.visit_due()

    assert instance.list_source_kinds()[without_feed.url].reason == "not-a-feed-shut"


def test_an_entry_that_is_a_front_page_is_no_article(instance: Instance) -> None:
    """Of a feed's four entries two link the front page (/ and /index.html) and one links an article
    that is gone and redirects there: only the fourth is filed."""
    gone = f"{SITE}p/gone"
    items = [("Home", SITE), ("Index", f"{SITE}index.html"), ("Gone", gone), ("A", f"{SITE}p/0")]
    set_answer(instance, FEED, make_rss("Notes", SITE, items))
    set_answer(instance, gone, Answer(status=302, headers={"Location": SITE}))
    set_answer(instance, SITE, replace(make_story_page("Notes"), headers={}))
    add_by_hand(instance, [FEED])
    instance.visit_due()

    assert instance.list_article_urls() == [f"{SITE}p/0"]


@pytest.mark.parametrize("reason", [FetchReason.NOT_FOUND, "not-a-feed-html"])
def test_a_feed_that_was_found_and_is_gone_is_looked_for_again(
    instance: Instance, reason: str
) -> None:
    """The operator added a site, and its feed was discovered. When that feed has failed for
    `MOVE_VISITS` visits, and not before, the site is searched again, and its new feed followed."""
    add_by_hand(instance, [SITE])
    instance.visit_due()

    assert instance.list_source_kinds()[SITE].followed == FEED

    # the feed has another address now
    answers = {url: said for url, said in instance.web.answers.items() if url != FEED}
    new_feed = f"{SITE}new.xml"
    instance.web.answers = answers | {
        SITE: make_page("Notes", make_feed_link(new_feed)),
        new_feed: make_rss("Notes", SITE, [("New", f"{SITE}p/1")]),
    }

    # so many visits in which the old one failed
    gone = Failed(url=FEED, reason=reason)
    with instance.open_app() as app:
        (source,) = app.configuration.sources.values()
        state = app.archive.store.visits.states()[source.key]
        for failures in range(1, MOVE_VISITS + 1):
            state = source_state.update_after_visit(source, state, gone, None, app.archive.clock())
            assert state.is_undiscovered == (failures == MOVE_VISITS)

        # it is due at once
        app.archive.store.visits.save_states(
            [replace(state, schedule=replace(state.schedule, next_due=None))]
        )

    instance.visit_due()

    assert instance.list_source_kinds()[SITE].followed == new_feed


def test_a_source_that_worked_before_stays_what_it_is(instance: Instance) -> None:
    """The address of a feed that was read answers with a page now, which links another feed: the
    source fails. The other feed is followed only after `refresh --relearn`."""
    add_by_hand(instance, [FEED])
    instance.visit_due()
    set_answer(instance, FEED, make_page("Notes", make_feed_link(f"{SITE}other.xml")))
    set_answer(instance, f"{SITE}other.xml", make_rss("Other", SITE, [("Other", f"{SITE}p/2")]))
    instance.run_command("refresh", "--all")

    assert instance.list_source_kinds()[FEED].reason == "not-a-feed-html"

    key = instance.list_source_kinds()[FEED].key
    instance.run_command("refresh", "--source", key, "--relearn")

    assert instance.list_source_kinds()[FEED].followed == f"{SITE}other.xml"


def test_an_edited_address_is_looked_at(instance: Instance) -> None:
    """A source was a feed. The operator changes its address to a front page: its kind is determined
    again, and the feed that the page links is followed."""
    add_by_hand(instance, ["http://two.example/feed"])
    set_answer(instance, "http://two.example/feed", make_rss("Two", SITE, []))
    instance.visit_due()
    path = instance.config / "sources.toml"
    path.write_text(path.read_text().replace("http://two.example/feed", SITE))
    instance.visit_due()

    assert instance.list_source_kinds()[SITE].followed == FEED


def test_an_export_has_what_is_followed_and_no_move_is_shown(instance: Instance) -> None:
    """The operator added two front pages: for one a feed was discovered, and one is read as a list.
    The export names that feed and that kind. The discovery is no move: none is shown, and
    `sources --apply-moves` does not change sources.toml."""
    plain = next(front for front in make_front_pages() if front.name == "plain")
    instance.web.answers = {**instance.web.answers, **plain.answers}
    add_by_hand(instance, [SITE, plain.url])
    instance.visit_due()
    exported = instance.run_command("export").stdout

    assert f'xmlUrl="{FEED}"' in exported
    assert 'syndicator:kind="list"' in exported
    assert "source-moved" not in instance.run_command("status", "--json").stdout

    before = (instance.config / "sources.toml").read_text()
    instance.run_command("sources", "--apply-moves")

    assert (instance.config / "sources.toml").read_text() == before


def test_check_names_front_pages_that_were_filed(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`check` names a front page that an earlier version filed as an article, with commands to
    mend it; a visit alone changes nothing."""
    set_answer(instance, SITE, make_story_page("Notes"))
    (instance.config / "sources.toml").write_text(
        f'[[source]]\nkey = "one"\nurl = "{SITE}"\nkind = "page"\n'
    )
    # earlier versions did not recognise front pages
    with monkeypatch.context() as earlier_version:
        earlier_version.setattr(urls, "is_front_page", lambda url: False)
        instance.visit_due()

    assert instance.list_article_urls() == [SITE]

    output = instance.run_command("check").output

    assert "front-page-filed" in output
    assert "syndicator withdraw " in output
    assert "syndicator refresh --source one --relearn" in output

    instance.run_command("refresh", "--all")

    assert instance.list_article_urls() == [SITE]
    assert instance.list_source_kinds()[SITE].reason == ""
