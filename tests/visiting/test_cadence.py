"""Plan the next visit to a source."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.configuration.cron import find_next_time
from syndicator.core.model import (
    Entry,
    Failed,
    Fetched,
    FetchResult,
    NotModified,
    ParsedFeed,
    Source,
    SourceState,
    Validators,
)
from syndicator.visiting.cadence import Next, plan_next_visit
from syndicator.visiting.source_state import update_after_visit
from tests.states import change_state
from tests.visiting.conftest import NOW

FLOOR_SECONDS = 900
CEILING_SECONDS = 86_400
URL = "https://example.org/feed"
SOURCE = Source(key="s", url=URL)
STATE_WITH_ETAG = SourceState(key="s", url=URL, validators=Validators(etag='"1"'))
MONTH_SECONDS = 30 * 86_400
UNCHANGED = NotModified(url=URL, final_url=URL, headers={})
FEED = ParsedFeed(format="rss20")


def make_fetched(body: bytes = b"x", moved_to: str | None = None, **headers: str) -> Fetched:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Fetched(url=URL, final_url=URL, status=200, headers=named, body=body, moved_to=moved_to)


def make_failed(
    reason: str = "http-404", status: int | None = None, retry: timedelta | None = None
) -> Failed:
    return Failed(
        url=URL, reason=reason, status=status, retry_after=None if retry is None else NOW + retry
    )


def plan_next(
    result: FetchResult = UNCHANGED,
    *,
    source: Source = SOURCE,
    state: SourceState = STATE_WITH_ETAG,
    feed: ParsedFeed | None = None,
    jitter: float = 0.0,
    floor: int = FLOOR_SECONDS,
    ceiling: int = CEILING_SECONDS,
    now: datetime = NOW,
    asked_by_person: bool = False,
    trust: float = 0.0,
) -> Next:
    """Plan the next visit after `result`, by default an unchanged feed of a source whose rhythm
    is unknown."""
    return plan_next_visit(
        source,
        state,
        feed,
        result,
        now=now,
        floor=floor,
        ceiling=ceiling,
        jitter=jitter,
        cron_next=find_next_time,
        asked_by_person=asked_by_person,
        trust=trust,
    )


def compute_wait_seconds(*args: FetchResult, **kwargs: Any) -> float:
    """Return the seconds until the next visit; arguments as for `plan_next`."""
    return (plan_next(*args, **kwargs).at - NOW).total_seconds()


def make_state_publishing_every(
    hours: float, count: int = 10, silent_hours: float | None = None
) -> SourceState:
    """Return a state with `count` articles, one each `hours`. The newest is `silent_hours` hours
    old, by default `hours`."""
    newest = NOW - timedelta(hours=hours if silent_hours is None else silent_hours)
    return replace(
        STATE_WITH_ETAG,
        cadence=replace(
            STATE_WITH_ETAG.cadence,
            recent=tuple(newest - timedelta(hours=hours * n) for n in range(count)),
        ),
    )


def test_unknown_rhythm_is_an_hour() -> None:
    """If nothing is known of a source's rhythm, it is visited again after an hour."""
    # by default the state holds no article, and the visit found the feed unchanged
    assert compute_wait_seconds() == 3600
    assert "rhythm not known" in plan_next().why


@pytest.mark.parametrize(
    ("hours", "seconds"),
    [
        (0.1, 3600),
        (1, 3600),
        (2, 3600),
        (4, 7200),
        (24, 17_636),
        (24 * 7, 46_661),
        (800, 0.9 * CEILING_SECONDS),
        (8760, 0.9 * 365 * 864),
    ],
)
def test_half_the_usual_gap_and_of_slow_sources_its_root_between_floor_and_ceiling(
    hours: float, seconds: float
) -> None:
    """The wait is half the usual gap between articles (`hours`), but an hour at least, and grows
    slower (with the root) for slow sources. From the ceiling of a day on, jitter takes 10 %."""
    state = make_state_publishing_every(hours=hours)

    assert compute_wait_seconds(state=state) == pytest.approx(seconds, abs=1)


def test_a_silent_source_is_visited_less() -> None:
    """A source that was silent for much longer than its usual gap is visited after an eighth of
    the silence, up to 20 hours. The reason names the usual gap."""
    assert compute_wait_seconds(
        state=make_state_publishing_every(hours=1, silent_hours=48)
    ) == pytest.approx(48 * 3600 / 8)
    assert compute_wait_seconds(
        state=make_state_publishing_every(hours=1, silent_hours=400)
    ) == pytest.approx(20 * 3600)
    assert "publishes about every 3h" in plan_next(state=make_state_publishing_every(hours=3)).why


def test_a_hub_that_pushes_makes_polling_slower_and_never_ends_it() -> None:
    """A trusted hub lengthens the wait up to the ceiling. The wait stays below the time that
    the feed spans, and `every` of the operator is not changed. `trust` is that in the hub, 0 to
    1."""
    state = make_state_publishing_every(hours=4)
    seconds_without_hub = compute_wait_seconds(state=state)

    assert compute_wait_seconds(state=state, trust=0.5) == pytest.approx(2 * seconds_without_hub)
    assert "its hub pushes" in plan_next(state=state, trust=0.5).why
    assert compute_wait_seconds(state=state, trust=0.98) == pytest.approx(0.9 * CEILING_SECONDS)

    # the feed shows the articles of 20,000 s: one that the hub misses is in it for no longer
    short_feed = change_state(state, span_seconds=20_000)

    assert compute_wait_seconds(state=short_feed, trust=0.98) == pytest.approx(
        10_000 * 0.9, rel=0.12
    )

    every_two_hours = replace(SOURCE, every="2h")

    assert compute_wait_seconds(source=every_two_hours, trust=0.98) == 7200


@pytest.mark.parametrize(("jitter", "seconds"), [(0.0, 7200), (0.5, 7380), (0.999, 7559.64)])
def test_sources_with_one_interval_spread_over_a_twentieth_of_it(
    jitter: float, seconds: float
) -> None:
    """Sources with the same interval (2 h) are spread by a random delay of up to a twentieth of it,
    so that they are not visited all at once."""
    assert compute_wait_seconds(source=replace(SOURCE, every="2h"), jitter=jitter) == pytest.approx(
        seconds
    )


def test_every_and_cron_of_the_operator() -> None:
    """`every` and `cron` set the time of the next visit, whatever the source's rhythm, ttl and
    jitter. It is NOW 2026-11-24, 12:00; an hourly cron is not due again within the hour."""
    every_two_hours = replace(SOURCE, every="2h")
    daily_articles = make_state_publishing_every(hours=24)

    assert compute_wait_seconds(source=every_two_hours, state=daily_articles) == 7200

    planned = plan_next(
        source=replace(SOURCE, cron="30 6 * * *"), feed=replace(FEED, ttl_minutes=600), jitter=0.9
    )

    assert planned.at == datetime(2026, 11, 25, 6, 30, tzinfo=UTC)
    assert planned.why == "cron 30 6 * * *"

    hourly = plan_next(source=replace(SOURCE, cron="0 * * * *"), now=NOW + timedelta(seconds=70))

    assert hourly.at == NOW + timedelta(hours=1)


@pytest.mark.parametrize(
    "source", [replace(SOURCE, every="5m"), replace(SOURCE, cron="*/5 * * * *")]
)
def test_the_servers_wish_goes_before_the_operators_unless_it_is_forced(source: Source) -> None:
    """Without cache headers a source is asked hourly at most, although the operator wants each
    five minutes. Cache headers make the wait longer or shorter; with `force` the operator's
    interval holds."""
    # a visit may come up to one interval of the operator (300 s) early
    assert compute_wait_seconds(source=source) >= 3600 - 300
    assert "asked at most hourly" in plan_next(source=source).why

    cached_for_a_week = replace(UNCHANGED, headers={"cache-control": "max-age=604800"})

    assert compute_wait_seconds(cached_for_a_week, source=source) >= 604_800 - 300
    assert "the server's cache headers" in plan_next(cached_for_a_week, source=source).why
    assert compute_wait_seconds(cached_for_a_week, source=replace(source, force=True)) == 300

    cached_for_five_minutes = replace(UNCHANGED, headers={"cache-control": "max-age=300"})

    assert compute_wait_seconds(cached_for_five_minutes, source=source) == 300
    # without the operator's wish, not below the floor
    assert (
        compute_wait_seconds(cached_for_five_minutes, state=make_state_publishing_every(hours=0.1))
        == FLOOR_SECONDS
    )


@pytest.mark.parametrize(
    ("article_every_hours", "feed_span_seconds", "seconds", "seconds_with_validator"),
    [
        (0.1, 0, 86_400, 3600),
        (0.1, 86_400 * 30, 86_400, 3600),
        (0.1, 7200, 3600, 3600),
        (0.1, 86_400, 43_200, 3600),
        # half the span would be an hour, but half the gap between articles is two
        (4, 7200, 7200, 7200),
    ],
)
def test_without_validators_it_is_asked_daily_or_at_half_of_what_it_shows(
    article_every_hours: float, feed_span_seconds: int, seconds: int, seconds_with_validator: int
) -> None:
    """Without ETag and Last-Modified the wait is a day, or half the time that the feed spans if
    that is less. With one of them it is half the gap between articles, an hour at least."""
    without_validators = change_state(
        make_state_publishing_every(hours=article_every_hours),
        etag=None,
        span_seconds=feed_span_seconds,
    )
    with_last_modified = change_state(without_validators, last_modified="yesterday")

    assert compute_wait_seconds(state=without_validators, ceiling=10 * CEILING_SECONDS) == seconds
    assert (
        compute_wait_seconds(state=with_last_modified, ceiling=10 * CEILING_SECONDS)
        == seconds_with_validator
    )


def test_a_source_that_is_silent_for_years_is_asked_ever_less_and_never_given_up() -> None:
    """A source waits a hundredth of its silence, less 10 % of jitter, and 27 days (a month less
    jitter) at most. A feed without dates counts from its last change."""
    days_waited_by_years_silent = {
        years: compute_wait_seconds(
            state=make_state_publishing_every(hours=1, silent_hours=24 * 365 * years)
        )
        / 86_400
        for years in (0.1, 1, 2, 5, 50)
    }

    assert days_waited_by_years_silent == pytest.approx(
        {0.1: 0.9, 1: 3.285, 2: 6.57, 5: 16.425, 50: 27}, rel=0.02
    )

    # last changed a year ago: a hundredth is 3.65 days
    never_dated = replace(
        STATE_WITH_ETAG,
        validators=replace(STATE_WITH_ETAG.validators, validators_at=NOW - timedelta(days=365)),
    )

    assert compute_wait_seconds(state=never_dated) == pytest.approx(0.9 * 3.65 * 86_400)


@pytest.mark.parametrize(
    ("feed", "headers", "seconds", "word"),
    [
        (replace(FEED, ttl_minutes=180), {}, 10_800, "ttl or updatePeriod"),
        (replace(FEED, update_seconds=14_400), {}, 14_400, "ttl or updatePeriod"),
        (FEED, {"cache_control": "public, max-age=7200"}, 7200, "cache headers"),
        (FEED, {"cache_control": "max-age=7200", "age": "1800"}, 5400, "cache headers"),
        (
            FEED,
            {"expires": "Tue, 24 Nov 2026 14:00:00 GMT", "date": "Tue, 24 Nov 2026 12:00:00 GMT"},
            7200,
            "cache",
        ),
        (FEED, {"cache_control": "max-age=604800"}, 604_800, "cache headers"),
        (FEED, {"cache_control": "no-cache", "expires": "0"}, 3600, "hourly"),
        (FEED, {"cache_control": "max-age=nonsense"}, 3600, "hourly"),
        (FEED, {"expires": "Mon, 01 Jan 1990 00:00:00 GMT"}, 3600, "hourly"),
        (replace(FEED, ttl_minutes=5), {}, 1800, "publishes"),
    ],
)
def test_what_feed_and_headers_ask_for(
    feed: ParsedFeed, headers: dict[str, str], seconds: float, word: str
) -> None:
    """The next visit is when the feed (ttl, updatePeriod) or the cache headers allow it. Headers
    of no use leave an hour; a ttl below the usual wait changes nothing. `word` is in the reason."""
    # by its rhythm alone, an article an hour, it would be asked after 1,800 s
    planned = plan_next(
        make_fetched(**headers), feed=feed, state=make_state_publishing_every(hours=1)
    )
    assert (planned.at - NOW).total_seconds() == pytest.approx(seconds)
    assert word in planned.why


def test_an_unchanged_feed_still_asks() -> None:
    """What the feed asked for (a ttl of 3 hours, skipping 15:00 to 17:00) also holds after a visit
    without change, until a feed comes that does not ask for it."""
    state = update_through_visits(
        (make_fetched(etag="1"), replace(FEED, ttl_minutes=180, skip_hours=(15, 16))),
        state=make_state_publishing_every(hours=1),
    )
    planned = plan_next(UNCHANGED, state=state)

    # 12:00 and the ttl make 15:00, which is skipped
    assert planned.at == NOW.replace(hour=17)
    assert "ttl" in planned.why

    # the next feed has neither
    assert update_through_visits((make_fetched(b"y"), FEED), state=state).cadence.asked_seconds == 0


def test_a_huge_wish_ends_after_a_month() -> None:
    """A feed and its cache headers can ask for a wait of a month at most."""
    assert (
        compute_wait_seconds(
            make_fetched(cache_control="max-age=9999999999"),
            feed=replace(FEED, ttl_minutes=525_600),
        )
        == MONTH_SECONDS
    )


def test_skipped_hours_and_days() -> None:
    """The visit, due at 13:00 on Tuesday the 24th, is moved out of the hours and days that the
    feed skips. A feed that skips all hours is visited after an hour."""
    assert plan_next(feed=replace(FEED, skip_hours=(13, 14))).at == NOW.replace(hour=15)
    assert plan_next(feed=replace(FEED, skip_days=("tuesday",))).at == NOW.replace(day=25, hour=0)

    feed_skipping_all_hours = replace(FEED, skip_hours=tuple(range(24)))

    assert plan_next(feed=feed_skipping_all_hours).at == NOW + timedelta(hours=1)


def test_backoff_doubles_to_the_ceiling() -> None:
    """After each further failure the wait in seconds doubles, from the usual 1,800 up to the
    ceiling; the reason says how many and which failures they were."""
    waits = [
        compute_wait_seconds(
            make_failed("http-404"),
            state=change_state(make_state_publishing_every(hours=1), failures=failures),
            jitter=0,
        )
        for failures in range(1, 12)
    ]

    assert waits[:4] == [1800, 3600, 7200, 14_400]
    assert waits == sorted(waits)
    assert 0.9 * CEILING_SECONDS <= waits[-1] <= CEILING_SECONDS

    failed_twice = change_state(STATE_WITH_ETAG, failures=2)

    assert (
        "2 times in a row (http-404)" in plan_next(make_failed("http-404"), state=failed_twice).why
    )


@pytest.mark.parametrize(
    ("retry_after", "seconds"),
    [
        (timedelta(hours=3), 10_800),
        (timedelta(days=5), 432_000),
        (timedelta(seconds=2), FLOOR_SECONDS),
    ],
)
def test_retry_after(retry_after: timedelta, seconds: float) -> None:
    """After a failure the visit waits as long as Retry-After says, but not less than the floor."""
    failed_once = change_state(STATE_WITH_ETAG, failures=1)
    overloaded = make_failed("http-503", status=503, retry=retry_after)

    assert compute_wait_seconds(overloaded, state=failed_once) == seconds


@pytest.mark.parametrize(
    ("status", "fresh_hours", "wait_hours_by_failures"),
    [
        # 21.6 hours are a day less 10 % of jitter
        (429, 0, {1: 4, 2: 8, 3: 16, 4: 21.6, 5: 21.6}),
        (503, 0, {1: 1, 2: 2, 3: 4, 4: 8, 5: 16, 6: 21.6}),
        (429, 6, {1: 6, 2: 12, 3: 21.6}),
    ],
)
def test_a_server_in_need_that_does_not_say_for_how_long(
    status: int, fresh_hours: int, wait_hours_by_failures: dict[int, float]
) -> None:
    """Without Retry-After, 429 and 503 double the wait with each failure up to a day. It starts
    longer for 429, or if the cache headers of the answer call it fresh for longer."""
    answer = replace(
        make_failed(f"http-{status}", status=status), fresh_seconds=fresh_hours * 3600.0
    )
    usual_state = make_state_publishing_every(hours=0.5)

    waits = {
        failures: compute_wait_seconds(answer, state=change_state(usual_state, failures=failures))
        / 3600
        for failures in wait_hours_by_failures
    }

    assert waits == pytest.approx(wait_hours_by_failures)


def test_who_asks_again_does_not_lengthen_the_wait() -> None:
    """Failed visits that a person starts neither count as further failures nor postpone the planned
    visit, except for Retry-After or if it is overdue."""
    overloaded = make_failed("http-503", status=503)

    def count_failures_after_asking(state: SourceState) -> int:
        asked = update_after_visit(SOURCE, state, overloaded, None, NOW, asked_by_person=True)
        assert asked.backoff.reason == "http-503"
        return asked.backoff.failures

    # the first failure counts, whoever asks; none after it
    assert count_failures_after_asking(change_state(STATE_WITH_ETAG, failures=0)) == 1
    assert count_failures_after_asking(change_state(STATE_WITH_ETAG, failures=1)) == 1
    assert count_failures_after_asking(change_state(STATE_WITH_ETAG, failures=3)) == 3

    # after four failures of an hourly source: 1,800 s, doubled three times
    wait_after_failures = 14_400
    due_in_20_minutes = change_state(
        make_state_publishing_every(hours=1), failures=4, next_due=NOW + timedelta(minutes=20)
    )

    assert (
        compute_wait_seconds(make_failed(), state=due_in_20_minutes, asked_by_person=True) == 1200
    )
    assert compute_wait_seconds(make_failed(), state=due_in_20_minutes) == wait_after_failures

    wait_three_hours = make_failed("http-503", status=503, retry=timedelta(hours=3))

    assert (
        compute_wait_seconds(wait_three_hours, state=due_in_20_minutes, asked_by_person=True)
        == 10_800
    )

    overdue = change_state(due_in_20_minutes, next_due=NOW - timedelta(days=1))

    assert (
        compute_wait_seconds(make_failed(), state=overdue, asked_by_person=True)
        == wait_after_failures
    )


def test_cron_after_a_failure_waits_for_retry_after() -> None:
    """After a failure at 12:00, a source with an hourly cron schedule is visited at the first full
    hour after Retry-After (15:05), and at 13:00 without one."""
    hourly = replace(SOURCE, cron="0 * * * *")
    wait_until_15_05 = make_failed("http-503", status=503, retry=timedelta(hours=3, minutes=5))

    assert plan_next(wait_until_15_05, source=hourly).at == NOW.replace(hour=16)
    assert plan_next(make_failed(), source=hourly).at == NOW.replace(hour=13)


times = st.integers(631_152_000, 2_208_988_800).map(
    lambda seconds: datetime.fromtimestamp(seconds, UTC)
)
states = st.builds(
    lambda recent, failures: replace(
        STATE_WITH_ETAG,
        cadence=replace(STATE_WITH_ETAG.cadence, recent=tuple(sorted(recent, reverse=True))),
        backoff=replace(STATE_WITH_ETAG.backoff, failures=failures),
    ),
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
        "cache-control": st.sampled_from(
            ["max-age=60", "max-age=99999999999999", "s-maxage=9, max-age=30", "x"]
        ),
        "expires": st.sampled_from(
            ["0", "", "Tue, 24 Nov 2026 14:00:00 GMT", "Tue, 99 Nov 9999 99:00:00 GMT"]
        ),
        "age": st.sampled_from(["0", "-1", "9" * 30]),
    },
)
jitters = st.floats(0, 1, exclude_max=True)


@given(states, feeds, headers, jitters, st.integers(1, 5000), st.integers(0, 10**6))
def test_always_between_floor_and_ceiling(
    state: SourceState,
    feed: ParsedFeed | None,
    given: dict[str, str],
    jitter: float,
    floor: int,
    more: int,
) -> None:
    """For any state, feed and headers, the next visit is not before the floor and not after the
    ceiling (`more` seconds above it) or a month, whichever is later, and has a reason."""
    for result in (
        replace(UNCHANGED, headers=given),
        replace(make_fetched(), headers=given),
        make_failed(),
    ):
        planned = plan_next(
            result, state=state, feed=feed, jitter=jitter, floor=floor, ceiling=floor + more
        )
        waited = (planned.at - NOW).total_seconds()
        assert floor - 0.001 <= waited <= max(floor + more, MONTH_SECONDS) + 0.001
        assert planned.why


@given(states, feeds, jitters)
def test_deterministic(state: SourceState, feed: ParsedFeed | None, jitter: float) -> None:
    """The same state, feed and jitter always give the same plan."""
    assert plan_next(state=state, feed=feed, jitter=jitter) == plan_next(
        state=state, feed=feed, jitter=jitter
    )


@given(states, jitters)
def test_asking_for_less_is_granted(state: SourceState, jitter: float) -> None:
    """A max-age that a server sends (20,000 s) is a lower bound of the wait, whatever the rhythm of
    the source."""
    wait = compute_wait_seconds(
        make_fetched(cache_control="max-age=20000"), state=state, jitter=jitter
    )
    assert wait >= 20_000


# what is remembered


def update_through_visits(
    *steps: tuple[FetchResult, ParsedFeed | None],
    state: SourceState = STATE_WITH_ETAG,
    hours_between: float = 24,
) -> SourceState:
    """Return the state after visits with these results and feeds, the first NOW."""
    now = NOW
    for result, feed in steps:
        state = update_after_visit(SOURCE, state, result, feed, now)
        now += timedelta(hours=hours_between)
    return state


def test_validators_are_stored_after_a_parse_only() -> None:
    """ETag and Last-Modified are stored only with an answer that was parsed, or that equals the
    last parsed one: else a broken answer would be taken as known. The ETag is forgotten if a feed
    changed and was not parsed."""
    parsed = update_through_visits((make_fetched(etag='"1"', last_modified="yesterday"), FEED))

    assert parsed.validators.etag == '"1"'
    assert parsed.validators.last_modified == "yesterday"
    assert parsed.validators.validators_at == NOW
    assert parsed.validators.body_digest == make_fetched().digest

    broken = update_through_visits((make_failed("broken-xml"), None), state=parsed)

    assert broken.validators.etag == '"1"'
    assert broken.backoff.failures == 1
    assert broken.backoff.reason == "broken-xml"

    # None: no feed was parsed from the answer
    changed = update_after_visit(
        replace(SOURCE, kind="feed"), parsed, make_fetched(b"new", etag='"2"'), None, NOW
    )

    assert changed.validators.etag is None

    # the body is that of the parsed answer
    same = update_after_visit(SOURCE, parsed, make_fetched(etag='"2"'), None, NOW)

    assert same.validators.etag == '"2"'


def test_validators_are_kept_and_those_of_a_304_take_their_place() -> None:
    """Validators never expire; a 304 answer replaces those that it sends and leaves the others."""
    state = update_through_visits((make_fetched(etag='"1"', last_modified="yesterday"), FEED))
    much_later = update_after_visit(SOURCE, state, UNCHANGED, None, NOW + timedelta(days=400))

    assert much_later.validators.etag == '"1"'

    # a 304 with an ETag and without Last-Modified
    fresher = replace(UNCHANGED, headers={"etag": 'W/"1"'})
    freshened = update_after_visit(SOURCE, state, fresher, None, NOW)

    assert freshened.validators.etag == 'W/"1"'
    assert freshened.validators.last_modified == "yesterday"


def test_the_span_of_a_feed_is_that_of_its_entries_and_a_part_says_nothing_of_it() -> None:
    """The time that a feed spans is measured from its past entries, on whole feeds only: a partial
    answer (226) changes nothing, and a whole feed without entries spans none."""
    # hours ago; -9 is still to come and does not count
    entries = tuple(
        Entry(id=str(hours), url=URL, published=NOW - timedelta(hours=hours))
        for hours in (1, 4, -9)
    )
    whole = update_after_visit(
        SOURCE, STATE_WITH_ETAG, make_fetched(), replace(FEED, entries=entries), NOW
    )

    assert whole.cadence.span_seconds == 3 * 3600

    answer_226 = replace(make_fetched(b"part"), status=226)
    part = update_after_visit(SOURCE, whole, answer_226, replace(FEED, entries=entries[:1]), NOW)

    assert part.cadence.span_seconds == 3 * 3600

    empty = update_after_visit(SOURCE, whole, make_fetched(b"y"), FEED, NOW)

    assert empty.cadence.span_seconds == 0


def test_a_failure_is_as_old_as_the_first_of_its_row() -> None:
    """`failing_since` is the time of the first of consecutive failures; it is unknown for failures
    that an earlier version counted."""
    first = update_after_visit(SOURCE, STATE_WITH_ETAG, make_failed("dns"), None, NOW)
    later = update_after_visit(
        SOURCE, first, make_failed("timeout"), None, NOW + timedelta(hours=2)
    )

    assert first.backoff.failing_since == NOW
    assert later.backoff.failing_since == NOW

    well = update_after_visit(SOURCE, later, UNCHANGED, None, NOW + timedelta(hours=3))

    assert well.backoff.failing_since is None

    # as an earlier version left it: failures without `failing_since`
    counted_before = change_state(STATE_WITH_ETAG, failures=3, reason="dns")
    fourth = update_after_visit(SOURCE, counted_before, make_failed("dns"), None, NOW)

    assert fourth.backoff.failing_since is None


def test_success_clears_failures() -> None:
    """After a successful visit, a 304 here, nothing is left of earlier failures. A day lies between
    two of the three visits."""
    state = update_through_visits(
        (make_failed("timeout"), None), (make_failed("gone", 410), None), (UNCHANGED, None)
    )

    assert state.backoff.failures == 0
    assert state.backoff.reason is None
    assert state.backoff.gone_times == 0
    assert state.backoff.gone_since is None
    assert state.backoff.disabled is None
    assert state.visits.last_success == NOW + timedelta(hours=48)


@pytest.mark.parametrize(
    ("times", "hours_between", "disabled"),
    [(3, 24, "gone"), (2, 72, None), (30, 1, None), (49, 1, "gone"), (3, 25, "gone")],
)
def test_gone_needs_three_times_over_two_days(
    times: int, hours_between: float, disabled: str | None
) -> None:
    """A source is disabled after at least three 410 answers in a row of which the last is at least
    48 hours after the first."""
    gone = (make_failed("gone", status=410), None)

    state = update_through_visits(*[gone] * times, hours_between=hours_between)

    assert state.backoff.disabled == disabled
    assert state.backoff.gone_times == times


def test_another_failure_interrupts_gone() -> None:
    """Another failure between 410 answers restarts their count."""
    gone = (make_failed("gone", status=410), None)
    timeout = (make_failed("timeout"), None)

    assert update_through_visits(gone, gone, timeout, gone).backoff.gone_times == 1


def test_a_move_needs_three_visits_that_agree() -> None:
    """A permanent redirect becomes the new address after three visits in a row with that target.
    Failures between do not count; another target or none restarts."""
    new = "https://new.example.org/feed"
    other = "https://other.example.org/feed"
    to_new = (make_fetched(moved_to=new), FEED)
    to_new_unchanged = (replace(UNCHANGED, moved_to=new), None)
    to_other = (make_fetched(moved_to=other), FEED)
    no_redirect = (make_fetched(), FEED)
    failure = (make_failed("timeout"), None)

    def find_address(*visits: tuple[FetchResult, ParsedFeed | None]) -> str | None:
        return update_through_visits(*visits).redirects.effective_url

    assert find_address(to_new, to_new) is None
    assert find_address(to_new, to_new, to_new) == new
    assert find_address(to_new, to_new_unchanged, to_new) == new
    assert find_address(to_new, to_other, to_new, to_new) is None
    assert find_address(to_new, no_redirect, to_new, to_new) is None
    assert find_address(to_new, to_new, failure, to_new) == new

    assert update_through_visits(to_new, to_new, to_new).redirects.moved_at is not None


def test_a_move_to_an_address_that_names_a_variable_is_none() -> None:
    """A redirect to an address with `${...}`, also encoded, is never adopted, as the configuration
    would replace it by a variable of this machine."""
    move_to_variable = (make_fetched(moved_to="https://new.example.org/?x=$%7BHOME%7D"), FEED)

    # three visits that agree would do for another address
    state = update_through_visits(move_to_variable, move_to_variable, move_to_variable)

    assert state.redirects.effective_url is None


def test_a_dead_move_is_given_up() -> None:
    """If an adopted new address is gone (three 410 answers), the source returns to its old address
    instead of being disabled."""
    new = "https://new.example.org/feed"
    moved = change_state(STATE_WITH_ETAG, effective_url=new)
    gone = (make_failed("gone", status=410), None)

    assert update_through_visits(gone, gone, state=moved).redirects.effective_url == new

    # all else is as for a source that had not moved
    not_moved = update_through_visits(gone, gone, gone, state=STATE_WITH_ETAG)

    assert update_through_visits(gone, gone, gone, state=moved) == change_state(
        not_moved, effective_url=None, etag=None, gone_times=0, gone_since=None, disabled=None
    )


def test_times_to_come_leave_the_rhythm_alone() -> None:
    """Entries that are dated ten years ahead do not count for the rhythm of a source."""
    entries = tuple(Entry(id=str(n), published=NOW + timedelta(days=3650 + n)) for n in range(5))
    visit = (make_fetched(), replace(FEED, entries=entries))

    state = update_through_visits(visit, visit, visit)

    # the publication times that are known
    assert state.cadence.recent == ()


def test_an_edited_address_starts_anew() -> None:
    """If the operator edits the address of a source, what was learnt about the old address
    (validators, moves) is forgotten."""
    redirect = (make_fetched(etag='"1"', moved_to="https://new.example.org/"), FEED)
    # the third one adopts the new address
    state = update_through_visits(redirect, redirect, redirect)

    edited = update_after_visit(
        replace(SOURCE, url="https://edited.example.org/"), state, make_failed(), None, NOW
    )

    assert edited.url == "https://edited.example.org/"
    assert edited.validators.etag is None
    assert edited.redirects.effective_url is None
    assert edited.visits.first_visit == NOW


def test_a_warning_stays_until_the_next_whole_answer() -> None:
    """A warning about an answer stays over 304 and failed visits, until an answer with a body comes
    without it."""
    state = update_through_visits(
        (replace(make_fetched(), warning="shut"), FEED),
        (UNCHANGED, None),
        (make_failed("timeout"), None),
    )
    assert state.warning == "shut"
    assert update_through_visits((make_fetched(b"y"), FEED), state=state).warning == ""


def test_a_held_host_is_not_the_sources_fault() -> None:
    """If the host is paused because of other sources ("rate-limited", without a status), no failure
    is counted for this source."""
    held = make_failed("rate-limited", status=None, retry=timedelta(minutes=5))

    state = update_through_visits((held, None))

    assert state.backoff.failures == 0
    assert state.backoff.reason == "rate-limited"


def test_recent_times() -> None:
    """The state keeps the 30 latest publication times, newest first and without future ones. They
    and the feed's title and site stay if a later feed has none."""
    entries = (
        # 40 entries, one an hour
        *(Entry(id=str(n), published=NOW - timedelta(hours=n), updated=NOW) for n in range(40)),
        Entry(id="future", published=NOW + timedelta(days=3650)),
        Entry(id="none"),
        Entry(id="u", updated=NOW),
    )
    state = update_through_visits(
        (make_fetched(), replace(FEED, entries=entries, title="T", site_url="https://example.org/"))
    )

    assert len(state.cadence.recent) == 30
    assert state.cadence.recent[0] == NOW  # the future one is left out
    assert list(state.cadence.recent) == sorted(set(state.cadence.recent), reverse=True)
    assert state.channel.feed_title == "T"
    assert state.channel.site_url == "https://example.org/"

    later = update_through_visits((make_fetched(b"y"), FEED), state=state)

    assert later.cadence.recent == state.cadence.recent
    assert later.channel.feed_title == "T"
