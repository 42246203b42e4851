"""WebSub from the hub's push to the stored article: all cases of websub.rocks."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from syndicator.app.container import open_app
from syndicator.cli.status import describe_hub
from syndicator.health import documents
from syndicator.health.observing import open_read_only
from syndicator.health.summary import read_source_health
from syndicator.runs import pushes as intake
from tests.runs.pushes.up import serve_following
from tests.runs.pushes.web import wait_until

pytestmark = pytest.mark.anyio

# case of websub.rocks -> how its topic is made here
CASES = {
    100: {},
    101: {"form": "page"},
    102: {"form": "atom"},
    103: {},
    104: {"form": "atom"},
    200: {},
    201: {},
    202: {},
    203: {"method": "sha1"},
    204: {"method": "sha512"},
    300: {"method": "sha384"},
    301: {},
    302: {},
}


async def test_what_a_hub_pushes_is_published_without_a_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In each case of websub.rocks the subscription is verified and a pushed post published at
    once, but a wrong signature (301, 302) is answered 403 and a wrong verification (205) 404."""
    async with serve_following(tmp_path) as (up, web):
        urls = [web.add_topic(case, **options) for case, options in CASES.items()]
        refused = web.add_topic(205)
        up.follow_feeds([*urls, refused])
        await up.schedule(monkeypatch)
        topics = {web.find_topic(url).case: web.find_topic(url) for url in [*urls, refused]}

        assert {case: topic.errors for case, topic in topics.items() if topic.errors} == {}
        assert {case: topic.verified for case, topic in topics.items()} == {
            case: [200] for case in CASES
        } | {205: [404]}

        stored = up.read_subscriptions()

        assert {key for key, subscription in stored.items() if subscription.expires is None} == {
            f"s{len(CASES)}"
        }
        assert len(
            {subscription.token for subscription in stored.values()}
            | {subscription.secret for subscription in stored.values()}
        ) == 2 * len(stored)

        answers = {
            web.find_topic(url).case: (
                await web.publish_post(url, f"swan{web.find_topic(url).case}")
            ).status_code
            for url in urls
        }

        assert answers == {case: 403 if case in (301, 302) else 202 for case in CASES}

        good = [case for case in CASES if case not in (301, 302, 101)]
        await wait_until(lambda: all(f"swan{case}" in up.read_published() for case in good))

        assert "swan301" not in up.read_published()
        assert "swan302" not in up.read_published()
        assert topics[300].polls == 1  # nobody had to ask


async def test_a_subscription_is_renewed_denied_and_ended(tmp_path: Path) -> None:
    """A subscription is renewed before its lease ends, dropped if the hub denies it, and cancelled
    when its source is removed."""
    async with serve_following(tmp_path) as (up, web):
        urls = [web.add_topic(100), web.add_topic(100), web.add_topic(100)]
        renewed, denied, removed = (web.find_topic(url) for url in urls)
        up.follow_feeds(urls)
        await up.run_jobs()
        up.later = timedelta(days=7)
        await up.run_jobs()

        assert [len(topic.asked) for topic in (renewed, denied, removed)] == [
            1,
            1,
            1,
        ]  # the leases stand

        up.later = timedelta(days=8)
        await up.run_jobs()

        assert [len(topic.asked) for topic in (renewed, denied, removed)] == [2, 2, 2]
        assert (
            len({asked["hub.callback"] for asked in renewed.asked}) == 1
        )  # renewed, not made anew

        assert (await web.deny(denied, "https://elsewhere.example/", "no")).status_code == 404
        assert (await web.deny(denied, urls[1], "not you")).status_code == 200

        await up.run_jobs()
        subscription = up.read_subscriptions()["s1"]

        assert subscription.expires is None
        assert subscription.reason == "denied"
        assert subscription.detail == "not you"
        assert (await web.publish_post(urls[1], "goose")).status_code == 404

        up.follow_feeds(urls[:2])
        await up.run_jobs()

        assert removed.asked[-1]["hub.mode"] == "unsubscribe"
        assert removed.verified[-1] == 200
        assert (await web.publish_post(urls[2], "goose")).status_code == 404
        assert (await web.verify_request(removed, "subscribe", urls[2])).status_code == 404

        up.later = timedelta(days=16)
        await up.run_jobs()

        assert denied.verified[-1] == 200
        assert up.read_subscriptions()["s1"].expires
        assert renewed.errors == denied.errors == removed.errors == []

        with open_read_only(up.config) as opened:
            health = read_source_health(opened, "s1")

        assert health.hub
        assert describe_hub(health.hub).startswith(f"hub {web.base}/100-1/hub pushes until ")
        assert not {"token", "secret", "callback"} & documents.describe_hub(health.hub).keys()

        denied_hub = replace(health.hub, expires=None, reason="denied", detail="not you")

        assert describe_hub(denied_hub).startswith(
            f"hub {web.base}/100-1/hub does not push: the hub denied the subscription; not you"
        )


async def test_who_starts_again_knows_its_subscriptions(tmp_path: Path) -> None:
    """After a restart `up` uses its stored subscriptions; a push before it has read them is
    answered 503, so that the hub sends it again."""
    async with serve_following(tmp_path) as (up, web):
        url = web.add_topic(100)
        up.follow_feeds([url])
        await up.run_jobs()
        up.restart()

        # it has not read its database yet
        assert (await web.publish_post(url, "early")).status_code == 503

        await up.run_jobs()

        assert len(web.find_topic(url).asked) == 1
        assert (await web.publish_post(url, "late")).status_code == 202

        await up.run_jobs()

        assert "late" in up.read_published()
        assert up.hubs.worker is not None  # ready for the next

        await up.run_jobs()

        assert up.hubs.worker is None


async def test_the_backup_poll_counts_what_the_hub_missed_and_drops_stuck_validators(
    tmp_path: Path,
) -> None:
    """The daily poll counts a post that the hub missed ("swift"), and stops sending an ETag that
    stays although posts are new."""
    async with serve_following(tmp_path) as (up, web):
        urls = [
            web.add_topic(100),
            web.add_topic(100, etag='"stuck"'),
            web.add_topic(101, form="page"),
        ]
        forgot, stuck, page = (web.find_topic(url) for url in urls)
        up.follow_feeds(urls)
        await up.run_jobs()
        forgot.posts.insert(0, "swift")  # and its hub says nothing

        assert (await web.publish_post(urls[1], "egret")).status_code == 202
        assert (await web.publish_post(urls[2], "stork")).status_code == 202

        await up.run_jobs()

        assert "egret" in up.read_published()
        assert "stork" not in up.read_published()
        assert [topic.polls for topic in (forgot, stuck, page)] == [1, 1, 1]

        # no poll is due but that of the page, which its hub says has changed
        up.later = timedelta(minutes=6)
        outcomes = await up.run_jobs()

        assert [(outcome.key, len(outcome.added)) for outcome in outcomes] == [("s2", 1)]
        assert [topic.polls for topic in (forgot, stuck, page)] == [1, 1, 2]

        up.later = timedelta(days=1, hours=1)
        await up.run_jobs()

        assert stuck.conditional == ["", '"stuck"']

        forgot.posts.insert(0, "plover")  # the first may have come before the hub knew us
        up.later = timedelta(days=2, hours=2)
        await up.run_jobs()

        assert stuck.conditional[2:] == [""]  # 304 although the hub had shown something newer

        stored = up.read_subscriptions()

        assert [(stored[key].pushed, stored[key].missed) for key in ("s0", "s1")] == [
            (0, 1),
            (1, 0),
        ]


async def test_a_push_removes_nothing_and_is_worth_what_its_source_is(tmp_path: Path) -> None:
    """A push adds only articles of the source's own site ("crane" is foreign), removes none, and if
    unreadable counts as no failure but makes the feed be polled."""
    async with serve_following(tmp_path) as (up, web):
        url = web.add_topic(100)
        topic = web.find_topic(url)
        up.follow_feeds([url])
        await up.run_jobs()
        for body in ("", "<html>no feed</html>", "<rss><channel><item>", "\0" * 1000):
            assert (await web.push_document(topic, body)).status_code == 202
        foreign = web.render_document(topic, "http://127.0.0.2:9", ["crane"])

        assert (await web.push_document(topic, foreign)).status_code == 202

        await up.run_jobs()

        assert "heron" in up.read_published()
        assert "otter" in up.read_published()
        assert "crane" not in up.read_published()

        with open_app(up.config) as app:
            state = app.archive.store.visits.state("s0")

        assert state
        assert state.backoff.failures == 0
        assert state.visits.last_success == state.visits.last_visit

        up.later = timedelta(minutes=6)
        await up.run_jobs()

        assert topic.polls == 2  # what could not be read said that there is something


@pytest.mark.slow
async def test_a_run_does_not_wait_long_for_a_hub_of_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With six slow subscriptions (3 seconds each), a run asks only for some; later runs ask for
    the others, each once."""
    monkeypatch.setattr(intake, "_JOB_SECONDS", 0.05)
    monkeypatch.setattr(intake, "_MOST_AT_ONCE", 1)
    async with serve_following(tmp_path) as (up, web):
        up.follow_feeds([web.add_topic(100, slow=3.0) for _ in range(6)])
        await up.run_jobs()
        asked = sum(len(topic.asked) for topic in web.topics.values())

        assert 0 < asked < 6  # in the time that the visits took

        for topic in web.topics.values():
            topic.slow = 0
        while asked < 6:
            before = asked
            await up.run_jobs()
            asked = sum(len(topic.asked) for topic in web.topics.values())
            assert before < asked

        assert all(
            len(topic.asked) == 1 and topic.verified == [200] for topic in web.topics.values()
        )


async def test_a_hub_that_verifies_later_is_waited_for(tmp_path: Path) -> None:
    """A subscription counts only from the hub's verification on; until then it is "unverified", and
    is not asked for again."""
    async with serve_following(tmp_path) as (up, web):
        url = web.add_topic(100, silent=True)
        topic = web.find_topic(url)
        up.follow_feeds([url])
        await up.run_jobs()
        subscription = up.read_subscriptions()["s0"]

        assert subscription.reason == "unverified"
        assert subscription.expires is None
        assert (await web.verify_request(topic, "subscribe", url, lease="x")).status_code == 200

        await up.run_jobs()
        subscription = up.read_subscriptions()["s0"]

        assert subscription.expires
        assert not subscription.reason
        assert len(topic.asked) == 1
        # nobody asked for that
        assert (await web.verify_request(topic, "unsubscribe", url)).status_code == 404
        assert topic.errors == []


async def test_a_source_with_many_pushes_delays_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While many pushes of one source wait (`gate` is closed), a push of another source is
    published."""
    async with serve_following(tmp_path) as (up, web):
        large = web.add_topic(100)
        small = web.add_topic(100)
        up.follow_feeds([large, small])
        await up.schedule(monkeypatch)
        # no queue of one host
        topic = web.find_topic(large)
        root = large.rpartition("/")[0].replace("127.0.0.1", "localhost")
        topic.gate = asyncio.Event()
        for number in range(intake._MOST_AT_ONCE + 2):
            names = [f"crow{number}-{index}" for index in range(20)]
            assert (
                await web.push_document(topic, web.render_document(topic, root, names))
            ).status_code == 202
        await wait_until(lambda: "crow0-0" in topic.asked_pages)

        assert (await web.publish_post(small, "wren")).status_code == 202

        await wait_until(lambda: "wren" in up.read_published())

        assert "crow" not in up.read_published()

        topic.gate.set()
        await wait_until(lambda: not up.hubs.waiting)


async def test_pushes_that_a_job_had_no_time_for_are_taken_by_the_next_one_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pushes that arrive while a job is busy start the next job at once, although jobs are an hour
    apart. `gate` holds up the first page."""
    seconds = 0.05
    async with serve_following(tmp_path) as (up, web):
        url = web.add_topic(100)
        up.follow_feeds([url])
        await up.schedule(monkeypatch)
        monkeypatch.setattr(intake, "_JOB_SECONDS", seconds)
        topic = web.find_topic(url)
        root = url.rpartition("/")[0]
        topic.gate = asyncio.Event()

        assert (
            await web.push_document(topic, web.render_document(topic, root, ["crow0"]))
        ).status_code == 202

        await wait_until(lambda: "crow0" in topic.asked_pages)
        for name in ("crow1", "crow2"):
            assert (
                await web.push_document(topic, web.render_document(topic, root, [name]))
            ).status_code == 202
        await asyncio.sleep(2 * seconds)

        assert up.hubs.waiting == 2

        topic.gate.set()
        await wait_until(
            lambda: all(f"crow{number}" in up.read_published() for number in range(3)), 20
        )
