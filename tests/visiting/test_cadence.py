"""When next, and what is remembered: rules as properties, and the named cases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.cron import next_fire
from syndicator.model import Entry, Failed, Fetched, FetchResult, NotModified, ParsedFeed, Source, SourceState
from syndicator.visiting.cadence import Next, after, next_visit
from tests.visiting.conftest import NOW

FLOOR, CEILING = 900, 86_400
URL = "https://example.org/feed"
SOURCE = Source(key="s", url=URL)
STATE = SourceState(key="s", url=URL)
UNCHANGED = NotModified(url=URL, final_url=URL, headers={})
FEED = ParsedFeed(format="rss20")


def got(body: bytes = b"x", moved_to: str | None = None, **headers: str) -> Fetched:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Fetched(url=URL, final_url=URL, status=200, headers=named, body=body, moved_to=moved_to)


def fail(reason: str = "http-404", status: int | None = None, retry: timedelta | None = None) -> Failed:
    return Failed(url=URL, reason=reason, status=status, retry_after=None if retry is None else NOW + retry)


def when(
    result: FetchResult = UNCHANGED,
    *,
    source: Source = SOURCE,
    state: SourceState = STATE,
    feed: ParsedFeed | None = None,
    jitter: float = 0.0,
    floor: int = FLOOR,
    ceiling: int = CEILING,
    now: datetime = NOW,
    asked: bool = False,
) -> Next:
    return next_visit(
        source,
        state,
        feed,
        result,
        now=now,
        floor=floor,
        ceiling=ceiling,
        jitter=jitter,
        cron_next=next_fire,
        asked=asked,
    )


def wait(*args: FetchResult, **kwargs: Any) -> float:
    return (when(*args, **kwargs).at - NOW).total_seconds()


def rhythm(hours: float, count: int = 10, silence: float | None = None) -> SourceState:
    newest = NOW - timedelta(hours=hours if silence is None else silence)
    return replace(STATE, recent=tuple(newest - timedelta(hours=hours * n) for n in range(count)))


def test_unknown_rhythm_is_an_hour() -> None:
    assert wait() == 3600
    assert "rhythm not known" in when().why


@pytest.mark.parametrize(
    ("hours", "seconds"), [(0.1, FLOOR), (1, 1800), (4, 7200), (24, 43_200), (24 * 7, CEILING), (24 * 365, CEILING)]
)
def test_half_the_usual_gap_between_floor_and_ceiling(hours: float, seconds: float) -> None:
    at_ceiling = seconds == CEILING
    assert wait(state=rhythm(hours)) == pytest.approx(seconds * (0.9 if at_ceiling else 1))


def test_a_silent_source_is_visited_less() -> None:
    assert wait(state=rhythm(1, silence=48)) == pytest.approx(48 * 3600 / 8)
    assert "publishes about every 1h" in when(state=rhythm(1)).why


def test_every_and_cron_of_the_operator() -> None:
    assert wait(source=replace(SOURCE, every="5m"), state=rhythm(24)) == 300
    planned = when(source=replace(SOURCE, cron="30 6 * * *"), feed=replace(FEED, ttl_minutes=600), jitter=0.9)
    assert planned.at == datetime(2026, 11, 25, 6, 30, tzinfo=UTC)
    assert planned.why == "cron 30 6 * * *"


@pytest.mark.parametrize(
    ("feed", "headers", "seconds", "word"),
    [
        (replace(FEED, ttl_minutes=180), {}, 10_800, "ttl or updatePeriod"),
        (replace(FEED, update_seconds=14_400), {}, 14_400, "ttl or updatePeriod"),
        (FEED, {"cache_control": "public, max-age=7200"}, 7200, "cache headers"),
        (FEED, {"cache_control": "max-age=7200", "age": "1800"}, 5400, "cache headers"),
        (FEED, {"expires": "Tue, 24 Nov 2026 14:00:00 GMT", "date": "Tue, 24 Nov 2026 12:00:00 GMT"}, 7200, "cache"),
        (FEED, {"cache_control": "no-cache", "expires": "0"}, 1800, "publishes"),
        (FEED, {"cache_control": "max-age=nonsense"}, 1800, "publishes"),
        (FEED, {"expires": "Mon, 01 Jan 1990 00:00:00 GMT"}, 1800, "publishes"),
        (replace(FEED, ttl_minutes=5), {}, 1800, "publishes"),
    ],
)
def test_what_feed_and_headers_ask_for(feed: ParsedFeed, headers: dict[str, str], seconds: float, word: str) -> None:
    planned = when(got(**headers), feed=feed, state=rhythm(1))
    assert (planned.at - NOW).total_seconds() == pytest.approx(seconds)
    assert word in planned.why


def test_an_unchanged_feed_still_asks() -> None:
    state = follow((got(), replace(FEED, ttl_minutes=180, skip_hours=(15, 16))), state=rhythm(1))
    planned = when(UNCHANGED, state=state)
    assert planned.at == NOW.replace(hour=17)
    assert "ttl" in planned.why
    assert follow((got(b"y"), FEED), state=state).asked_seconds == 0


def test_a_huge_wish_ends_at_the_ceiling() -> None:
    assert wait(got(cache_control="max-age=9999999999"), feed=replace(FEED, ttl_minutes=525_600)) <= CEILING


def test_skipped_hours_and_days() -> None:
    assert when(feed=replace(FEED, skip_hours=(13, 14))).at == NOW.replace(hour=15)
    assert when(feed=replace(FEED, skip_days=("tuesday",))).at == NOW.replace(day=25, hour=0)
    everything = replace(FEED, skip_hours=tuple(range(24)))
    assert when(feed=everything).at == NOW + timedelta(hours=1)


def test_backoff_doubles_to_the_ceiling() -> None:
    waits = [wait(fail(), state=replace(rhythm(1), failures=n), jitter=0) for n in range(1, 12)]
    assert waits[:4] == [1800, 3600, 7200, 14_400]
    assert waits == sorted(waits)
    assert 0.9 * CEILING <= waits[-1] <= CEILING
    assert "2 times in a row (http-404)" in when(fail(), state=replace(STATE, failures=2)).why


@pytest.mark.parametrize(
    ("retry", "seconds"), [(timedelta(hours=3), 10_800), (timedelta(days=5), 432_000), (timedelta(seconds=2), FLOOR)]
)
def test_retry_after(retry: timedelta, seconds: float) -> None:
    assert wait(fail("http-503", 503, retry), state=replace(STATE, failures=1)) == seconds


def test_who_asks_again_does_not_lengthen_the_wait() -> None:
    once = after(SOURCE, STATE, fail("http-503", 503), None, NOW, asked=True)
    again = after(SOURCE, once, fail("http-503", 503), None, NOW, asked=True)
    assert (once.failures, again.failures, again.reason) == (1, 1, "http-503")
    assert after(SOURCE, replace(STATE, failures=3), fail(), None, NOW, asked=True).failures == 3
    planned = replace(rhythm(1), failures=4, next_due=NOW + timedelta(minutes=20))
    assert wait(fail(), state=planned, asked=True) == 1200
    assert wait(fail(), state=planned) == 14_400
    asked_to_wait = fail("http-503", 503, timedelta(hours=3))
    assert wait(asked_to_wait, state=planned, asked=True) == 10_800
    late = replace(planned, next_due=NOW - timedelta(days=1))
    assert wait(fail(), state=late, asked=True) == 14_400


def test_cron_after_a_failure_waits_for_retry_after() -> None:
    source = replace(SOURCE, cron="0 * * * *")
    assert when(fail("http-503", 503, timedelta(hours=3, minutes=5)), source=source).at == NOW.replace(hour=16)
    assert when(fail(), source=source).at == NOW.replace(hour=13)


times = st.integers(631_152_000, 2_208_988_800).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
states = st.builds(
    lambda recent, failures: replace(STATE, recent=tuple(sorted(recent, reverse=True)), failures=failures),
    st.lists(times, max_size=30),
    st.integers(0, 5000),
)
feeds = st.none() | st.builds(
    lambda ttl, update: replace(FEED, ttl_minutes=ttl, update_seconds=update),
    st.none() | st.integers(0, 10**6),
    st.none() | st.integers(0, 10**8),
)
headers = st.fixed_dictionaries(
    {},
    optional={
        "cache-control": st.sampled_from(["max-age=60", "max-age=99999999999999", "s-maxage=9, max-age=30", "x"]),
        "expires": st.sampled_from(["0", "", "Tue, 24 Nov 2026 14:00:00 GMT", "Tue, 99 Nov 9999 99:00:00 GMT"]),
        "age": st.sampled_from(["0", "-1", "9" * 30]),
    },
)
jitters = st.floats(0, 1, exclude_max=True)


@given(states, feeds, headers, jitters, st.integers(1, 5000), st.integers(0, 10**6))
def test_always_between_floor_and_ceiling(
    state: SourceState, feed: ParsedFeed | None, given: dict[str, str], jitter: float, floor: int, more: int
) -> None:
    for result in (replace(UNCHANGED, headers=given), replace(got(), headers=given), fail()):
        planned = when(result, state=state, feed=feed, jitter=jitter, floor=floor, ceiling=floor + more)
        waited = (planned.at - NOW).total_seconds()
        assert floor - 0.001 <= waited <= floor + more + 0.001
        assert planned.why


@given(states, feeds, jitters)
def test_deterministic(state: SourceState, feed: ParsedFeed | None, jitter: float) -> None:
    assert when(state=state, feed=feed, jitter=jitter) == when(state=state, feed=feed, jitter=jitter)


@given(states, jitters)
def test_asking_for_less_is_granted(state: SourceState, jitter: float) -> None:
    asked = wait(got(cache_control="max-age=20000"), state=state, jitter=jitter)
    assert asked >= 20_000


# what is remembered


def follow(*steps: tuple[FetchResult, ParsedFeed | None], state: SourceState = STATE, hours: float = 24) -> SourceState:
    now = NOW
    for result, feed in steps:
        state = after(SOURCE, state, result, feed, now)
        now += timedelta(hours=hours)
    return state


def test_validators_are_stored_after_a_parse_only() -> None:
    parsed = follow((got(etag='"1"', last_modified="yesterday"), FEED))
    assert (parsed.etag, parsed.last_modified, parsed.validators_at) == ('"1"', "yesterday", NOW)
    assert parsed.body_digest == got().digest
    broken = follow((fail("broken-xml"), None), state=parsed)
    assert (broken.etag, broken.failures, broken.reason) == ('"1"', 1, "broken-xml")
    changed = after(replace(SOURCE, kind="feed"), parsed, got(b"new", etag='"2"'), None, NOW)
    assert changed.etag is None
    same = after(SOURCE, parsed, got(etag='"2"'), None, NOW)
    assert same.etag == '"2"'


def test_validators_are_dropped_after_eight_days() -> None:
    state = follow((got(etag='"1"'), FEED))
    assert after(SOURCE, state, UNCHANGED, None, NOW + timedelta(days=7)).etag == '"1"'
    assert after(SOURCE, state, UNCHANGED, None, NOW + timedelta(days=8)).etag is None


def test_a_failure_is_as_old_as_the_first_of_its_row() -> None:
    first = after(SOURCE, STATE, fail("dns"), None, NOW)
    later = after(SOURCE, first, fail("timeout"), None, NOW + timedelta(hours=2))
    assert (first.failing_since, later.failing_since) == (NOW, NOW)
    well = after(SOURCE, later, UNCHANGED, None, NOW + timedelta(hours=3))
    assert well.failing_since is None
    unknown = replace(STATE, failures=3, reason="dns")  # as an earlier version left it
    assert after(SOURCE, unknown, fail("dns"), None, NOW).failing_since is None


def test_success_clears_failures() -> None:
    state = follow((fail("timeout"), None), (fail("gone", 410), None), (UNCHANGED, None))
    assert (state.failures, state.reason, state.gone_times, state.gone_since, state.disabled) == (
        0,
        None,
        0,
        None,
        None,
    )
    assert state.last_success == NOW + timedelta(hours=48)


@pytest.mark.parametrize(
    ("times", "hours", "disabled"), [(3, 24, "gone"), (2, 72, None), (30, 1, None), (49, 1, "gone"), (3, 25, "gone")]
)
def test_gone_needs_three_times_over_two_days(times: int, hours: float, disabled: str | None) -> None:
    state = follow(*([(fail("gone", 410), None)] * times), hours=hours)
    assert (state.disabled, state.gone_times) == (disabled, times)


def test_another_failure_interrupts_gone() -> None:
    gone = (fail("gone", 410), None)
    assert follow(gone, gone, (fail("timeout"), None), gone).gone_times == 1


def test_a_move_needs_three_visits_that_agree() -> None:
    new, other = "https://new.example.org/feed", "https://other.example.org/feed"
    there, elsewhere = (got(moved_to=new), FEED), (got(moved_to=other), FEED)
    assert follow(there, there).effective_url is None
    assert follow(there, there, there).effective_url == new
    assert follow(there, there, there).moved_at is not None
    assert follow(there, (replace(UNCHANGED, moved_to=new), None), there).effective_url == new
    assert follow(there, elsewhere, there, there).effective_url is None
    assert follow(there, (got(), FEED), there, there).effective_url is None
    assert follow(there, there, (fail("timeout"), None), there).effective_url == new


def test_a_move_to_an_address_that_names_a_variable_is_none() -> None:
    there = (got(moved_to="https://new.example.org/?x=$%7BHOME%7D"), FEED)
    assert follow(there, there, there).effective_url is None


def test_a_dead_move_is_given_up() -> None:
    state = replace(STATE, effective_url="https://new.example.org/feed", etag='"1"')
    gone = (fail("gone", 410), None)
    assert follow(gone, gone, state=state).effective_url == "https://new.example.org/feed"
    assert follow(gone, gone, gone, state=state) == replace(
        follow(gone, gone, gone), effective_url=None, etag=None, gone_times=0, gone_since=None, disabled=None
    )


def test_times_to_come_leave_the_rhythm_alone() -> None:
    entries = tuple(Entry(id=str(n), published=NOW + timedelta(days=3650 + n)) for n in range(5))
    state = follow(*([(got(), replace(FEED, entries=entries))] * 3))
    assert state.recent == ()


def test_an_edited_address_starts_anew() -> None:
    state = follow(*([(got(etag='"1"', moved_to="https://new.example.org/"), FEED)] * 3))
    edited = after(replace(SOURCE, url="https://edited.example.org/"), state, fail(), None, NOW)
    assert (edited.url, edited.etag, edited.effective_url) == ("https://edited.example.org/", None, None)
    assert edited.first_visit == NOW


def test_a_warning_stays_until_the_next_whole_answer() -> None:
    state = follow((replace(got(), warning="shut"), FEED), (UNCHANGED, None), (fail("timeout"), None))
    assert state.warning == "shut"
    assert follow((got(b"y"), FEED), state=state).warning == ""


def test_a_held_host_is_not_the_sources_fault() -> None:
    state = follow((fail("rate-limited", None, timedelta(minutes=5)), None))
    assert (state.failures, state.reason) == (0, "rate-limited")


def test_recent_times() -> None:
    entries = (
        *(Entry(id=str(n), published=NOW - timedelta(hours=n), updated=NOW) for n in range(40)),
        Entry(id="future", published=NOW + timedelta(days=3650)),
        Entry(id="none"),
        Entry(id="u", updated=NOW),
    )
    state = follow((got(), replace(FEED, entries=entries, title="T", site_url="https://example.org/")))
    assert len(state.recent) == 30
    assert state.recent[0] == NOW  # the future one is left out
    assert list(state.recent) == sorted(set(state.recent), reverse=True)
    assert (state.feed_title, state.site_url) == ("T", "https://example.org/")
    later = follow((got(b"y"), FEED), state=state)
    assert (later.recent, later.feed_title) == (state.recent, "T")
