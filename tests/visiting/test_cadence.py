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


def compute_wait(*args: FetchResult, **kwargs: Any) -> float:
    """Return the seconds until the next visit; arguments as for `plan_next`."""
    return (plan_next(*args, **kwargs).at - NOW).total_seconds()


def make_state_with_rhythm(
    hours: float, count: int = 10, silence: float | None = None
) -> SourceState:
    """Return a state with `count` articles, one each `hours`. The newest is `silence` hours
    old, by default `hours`."""
    newest = NOW - timedelta(hours=hours if silence is None else silence)
    return replace(
        STATE_WITH_ETAG,
        cadence=replace(
            STATE_WITH_ETAG.cadence,
            recent=tuple(newest - timedelta(hours=hours * n) for n in range(count)),
        ),
    )


def test_unknown_rhythm_is_an_hour() -> None:
    """If nothing is known of a source's rhythm, it is visited again after an hour."""
    assert compute_wait() == 3600
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
        (800, CEILING_SECONDS),
        (8760, 365 * 864),
    ],
)
def test_half_the_usual_gap_and_of_slow_sources_its_root_between_floor_and_ceiling(
    hours: float, seconds: float
) -> None:
    """The wait is half the usual gap between articles (`hours`); it grows slower for slow sources
    and stays within limits. At the ceiling, 10 % less for jitter."""
    at_ceiling = seconds >= CEILING_SECONDS
    assert compute_wait(state=make_state_with_rhythm(hours)) == pytest.approx(
        seconds * (0.9 if at_ceiling else 1), abs=1
    )


def test_a_silent_source_is_visited_less() -> None:
    """A source that was silent for much longer than its usual gap is visited after an eighth of
    the silence, up to 20 hours."""
    assert compute_wait(state=make_state_with_rhythm(1, silence=48)) == pytest.approx(48 * 3600 / 8)
    assert compute_wait(state=make_state_with_rhythm(1, silence=400)) == pytest.approx(20 * 3600)
    assert "publishes about every 3h" in plan_next(state=make_state_with_rhythm(3)).why


def test_a_hub_that_pushes_makes_polling_slower_and_never_ends_it() -> None:
    """A trusted hub lengthens the wait up to the ceiling. The wait stays below the time that
    the feed spans, and `every` of the operator is not changed."""
    usual = compute_wait(state=make_state_with_rhythm(4))

    assert compute_wait(state=make_state_with_rhythm(4), trust=0.5) == pytest.approx(2 * usual)
    assert compute_wait(state=make_state_with_rhythm(4), trust=0.98) == pytest.approx(
        0.9 * CEILING_SECONDS
    )
    assert "its hub pushes" in plan_next(state=make_state_with_rhythm(4), trust=0.5).why

    # what the hub misses is in the feed for no longer
    short = change_state(make_state_with_rhythm(4), span_seconds=20_000)

    assert compute_wait(state=short, trust=0.98) == pytest.approx(10_000 * 0.9, rel=0.12)
    assert compute_wait(source=replace(SOURCE, every="2h"), trust=0.98) == compute_wait(
        source=replace(SOURCE, every="2h")
    )


@pytest.mark.parametrize(("jitter", "seconds"), [(0.0, 7200), (0.5, 7380), (0.999, 7559.64)])
def test_sources_with_one_interval_spread_over_a_twentieth_of_it(
    jitter: float, seconds: float
) -> None:
    """Sources with the same interval (2 h) are spread by a random delay of up to a twentieth of it,
    so that they are not visited all at once."""
    assert compute_wait(source=replace(SOURCE, every="2h"), jitter=jitter) == pytest.approx(seconds)


def test_every_and_cron_of_the_operator() -> None:
    """`every` and `cron` set the time of the next visit, whatever the source's rhythm, ttl and
    jitter."""
    assert (
        compute_wait(source=replace(SOURCE, every="2h"), state=make_state_with_rhythm(24)) == 7200
    )

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
    assert compute_wait(source=source) >= 3600 - 300
    assert "asked at most hourly" in plan_next(source=source).why

    cached_for_a_week = replace(UNCHANGED, headers={"cache-control": "max-age=604800"})

    assert compute_wait(cached_for_a_week, source=source) >= 604_800 - 300
    assert "the server's cache headers" in plan_next(cached_for_a_week, source=source).why
    assert compute_wait(cached_for_a_week, source=replace(source, force=True)) == 300

    cached_for_five_minutes = replace(UNCHANGED, headers={"cache-control": "max-age=300"})

    assert compute_wait(cached_for_five_minutes, source=source) == 300
    assert compute_wait(cached_for_five_minutes, state=make_state_with_rhythm(0.1)) == FLOOR_SECONDS


@pytest.mark.parametrize(
    ("span", "seconds", "gap"),
    [
        (0, 86_400, 0.1),
        (86_400 * 30, 86_400, 0.1),
        (7200, 3600, 0.1),
        (86_400, 43_200, 0.1),
        (7200, 7200, 4),
    ],
)
def test_without_validators_it_is_asked_daily_or_at_half_of_what_it_shows(
    span: int, seconds: int, gap: float
) -> None:
    """Without ETag and Last-Modified the wait is a day, or half the time that the feed spans."""
    state = change_state(make_state_with_rhythm(gap), etag=None, span_seconds=span)
    assert compute_wait(state=state, ceiling=10 * CEILING_SECONDS) == seconds
    assert compute_wait(
        state=replace(state, validators=replace(state.validators, last_modified="yesterday")),
        ceiling=10 * CEILING_SECONDS,
    ) == max(3600, gap * 1800)


def test_a_source_that_is_silent_for_years_is_asked_ever_less_and_never_given_up() -> None:
    """The longer a source is silent, the longer the wait in days, up to a month less jitter. A
    feed without dates counts from its last change."""
    waits_in_days = [
        compute_wait(state=make_state_with_rhythm(1, silence=24 * 365 * years)) / 86_400
        for years in (0.1, 1, 2, 5, 50)
    ]

    assert waits_in_days == pytest.approx([0.9, 3.285, 6.57, 16.425, 27], rel=0.02)

    never_dated = replace(
        STATE_WITH_ETAG,
        validators=replace(STATE_WITH_ETAG.validators, validators_at=NOW - timedelta(days=365)),
    )

    assert compute_wait(state=never_dated) == pytest.approx(0.9 * 3.65 * 86_400)


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
    """The next visit is when the feed (ttl, updatePeriod) or the cache headers allow it;
    nonsense headers and a short ttl change nothing. `word` is in the reason."""
    planned = plan_next(make_fetched(**headers), feed=feed, state=make_state_with_rhythm(1))
    assert (planned.at - NOW).total_seconds() == pytest.approx(seconds)
    assert word in planned.why


def test_an_unchanged_feed_still_asks() -> None:
    """What the feed asked for (ttl, skipped hours) also holds after a visit without change,
    until the feed does not ask for it."""
    state = update_through_visits(
        (make_fetched(etag="1"), replace(FEED, ttl_minutes=180, skip_hours=(15, 16))),
        state=make_state_with_rhythm(1),
    )
    planned = plan_next(UNCHANGED, state=state)

    assert planned.at == NOW.replace(hour=17)
    assert "ttl" in planned.why
    assert update_through_visits((make_fetched(b"y"), FEED), state=state).cadence.asked_seconds == 0


def test_a_huge_wish_ends_after_a_month() -> None:
    """A feed and its cache headers can ask for a wait of a month at most."""
    assert (
        compute_wait(
            make_fetched(cache_control="max-age=9999999999"),
            feed=replace(FEED, ttl_minutes=525_600),
        )
        == MONTH_SECONDS
    )


def test_skipped_hours_and_days() -> None:
    """The visit is moved out of the hours and days that the feed skips. A feed that skips all
    hours is visited after an hour."""
    assert plan_next(feed=replace(FEED, skip_hours=(13, 14))).at == NOW.replace(hour=15)
    assert plan_next(feed=replace(FEED, skip_days=("tuesday",))).at == NOW.replace(day=25, hour=0)

    feed_skipping_all_hours = replace(FEED, skip_hours=tuple(range(24)))

    assert plan_next(feed=feed_skipping_all_hours).at == NOW + timedelta(hours=1)


def test_backoff_doubles_to_the_ceiling() -> None:
    """After each further failure the wait doubles, up to the ceiling."""
    waits = [
        compute_wait(
            make_failed(), state=change_state(make_state_with_rhythm(1), failures=n), jitter=0
        )
        for n in range(1, 12)
    ]

    assert waits[:4] == [1800, 3600, 7200, 14_400]
    assert waits == sorted(waits)
    assert 0.9 * CEILING_SECONDS <= waits[-1] <= CEILING_SECONDS
    assert (
        "2 times in a row (http-404)"
        in plan_next(
            make_failed(),
            state=replace(STATE_WITH_ETAG, backoff=replace(STATE_WITH_ETAG.backoff, failures=2)),
        ).why
    )


@pytest.mark.parametrize(
    ("retry", "seconds"),
    [
        (timedelta(hours=3), 10_800),
        (timedelta(days=5), 432_000),
        (timedelta(seconds=2), FLOOR_SECONDS),
    ],
)
def test_retry_after(retry: timedelta, seconds: float) -> None:
    """After a failure the visit waits as long as Retry-After says, but not less than the floor."""
    assert (
        compute_wait(
            make_failed("http-503", 503, retry),
            state=replace(STATE_WITH_ETAG, backoff=replace(STATE_WITH_ETAG.backoff, failures=1)),
        )
        == seconds
    )


@pytest.mark.parametrize(
    ("status", "fresh", "hours"),
    [
        (429, 0.0, [4, 8, 16, 24, 24]),
        (503, 0.0, [1, 2, 4, 8, 16, 24]),
        (429, 6 * 3600.0, [6, 12, 24]),
    ],
)
def test_a_server_in_need_that_does_not_say_for_how_long(
    status: int, fresh: float, hours: list[float]
) -> None:
    """Without Retry-After, 429 and 503 double the wait (`hours`) with each failure up to a day,
    starting later for 429 or a long freshness. Waits at the limit vary by 10 %."""
    failed = replace(make_failed(f"http-{status}", status), fresh_seconds=fresh)
    waits = [
        compute_wait(failed, state=change_state(make_state_with_rhythm(0.5), failures=n + 1)) / 3600
        for n in range(len(hours))
    ]
    assert waits == pytest.approx([hour if hour < 24 else 24 * 0.9 for hour in hours])


def test_who_asks_again_does_not_lengthen_the_wait() -> None:
    """Failed visits that a person starts neither count as further failures nor postpone the planned
    visit, except for Retry-After."""
    once = update_after_visit(
        SOURCE, STATE_WITH_ETAG, make_failed("http-503", 503), None, NOW, asked_by_person=True
    )
    twice = update_after_visit(
        SOURCE, once, make_failed("http-503", 503), None, NOW, asked_by_person=True
    )

    assert once.backoff.failures == 1
    assert twice.backoff.failures == 1
    assert twice.backoff.reason == "http-503"
    assert (
        update_after_visit(
            SOURCE,
            replace(STATE_WITH_ETAG, backoff=replace(STATE_WITH_ETAG.backoff, failures=3)),
            make_failed(),
            None,
            NOW,
            asked_by_person=True,
        ).backoff.failures
        == 3
    )

    # the planned visit stays, unless the server asked for more or it is overdue
    planned = change_state(
        make_state_with_rhythm(1), failures=4, next_due=NOW + timedelta(minutes=20)
    )

    assert compute_wait(make_failed(), state=planned, asked_by_person=True) == 1200
    assert compute_wait(make_failed(), state=planned) == 14_400

    asked_to_wait = make_failed("http-503", 503, timedelta(hours=3))

    assert compute_wait(asked_to_wait, state=planned, asked_by_person=True) == 10_800

    late = replace(planned, schedule=replace(planned.schedule, next_due=NOW - timedelta(days=1)))

    assert compute_wait(make_failed(), state=late, asked_by_person=True) == 14_400


def test_cron_after_a_failure_waits_for_retry_after() -> None:
    """After a failure, a source with a cron schedule is visited at its first scheduled time after
    Retry-After: 16:00 for 15:05, else 13:00."""
    source = replace(SOURCE, cron="0 * * * *")
    assert plan_next(
        make_failed("http-503", 503, timedelta(hours=3, minutes=5)), source=source
    ).at == NOW.replace(hour=16)
    assert plan_next(make_failed(), source=source).at == NOW.replace(hour=13)


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
    ceiling or a month, and has a reason."""
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
    wait = compute_wait(make_fetched(cache_control="max-age=20000"), state=state, jitter=jitter)
    assert wait >= 20_000


# what is remembered


def update_through_visits(
    *steps: tuple[FetchResult, ParsedFeed | None],
    state: SourceState = STATE_WITH_ETAG,
    hours: float = 24,
) -> SourceState:
    now = NOW
    for result, feed in steps:
        state = update_after_visit(SOURCE, state, result, feed, now)
        now += timedelta(hours=hours)
    return state


def test_validators_are_stored_after_a_parse_only() -> None:
    """ETag and Last-Modified are stored only with an answer that was parsed, or that equals the
    last parsed one: else a broken answer would be taken as known."""
    parsed = update_through_visits((make_fetched(etag='"1"', last_modified="yesterday"), FEED))

    assert parsed.validators.etag == '"1"'
    assert parsed.validators.last_modified == "yesterday"
    assert parsed.validators.validators_at == NOW
    assert parsed.validators.body_digest == make_fetched().digest

    broken = update_through_visits((make_failed("broken-xml"), None), state=parsed)

    assert broken.validators.etag == '"1"'
    assert broken.backoff.failures == 1
    assert broken.backoff.reason == "broken-xml"

    changed = update_after_visit(
        replace(SOURCE, kind="feed"), parsed, make_fetched(b"new", etag='"2"'), None, NOW
    )

    assert changed.validators.etag is None

    same = update_after_visit(SOURCE, parsed, make_fetched(etag='"2"'), None, NOW)

    assert same.validators.etag == '"2"'


def test_validators_are_kept_and_those_of_a_304_take_their_place() -> None:
    """Validators never expire; a 304 answer replaces those that it sends and leaves the others."""
    state = update_through_visits((make_fetched(etag='"1"', last_modified="yesterday"), FEED))

    assert (
        update_after_visit(
            SOURCE, state, UNCHANGED, None, NOW + timedelta(days=400)
        ).validators.etag
        == '"1"'
    )

    fresher = replace(UNCHANGED, headers={"etag": 'W/"1"'})
    freshened = update_after_visit(SOURCE, state, fresher, None, NOW)

    assert freshened.validators.etag == 'W/"1"'
    assert freshened.validators.last_modified == "yesterday"


def test_the_span_of_a_feed_is_that_of_its_entries_and_a_part_says_nothing_of_it() -> None:
    """The time that a feed spans is measured from its past entries, on whole feeds only: a partial
    answer (226) changes nothing."""
    entries = tuple(
        Entry(id=str(n), url=URL, published=NOW - timedelta(hours=n)) for n in (1, 4, -9)
    )
    whole = update_after_visit(
        SOURCE, STATE_WITH_ETAG, make_fetched(), replace(FEED, entries=entries), NOW
    )

    assert whole.cadence.span_seconds == 3 * 3600

    part = replace(make_fetched(b"part"), status=226)

    assert (
        update_after_visit(
            SOURCE, whole, part, replace(FEED, entries=entries[:1]), NOW
        ).cadence.span_seconds
        == 3 * 3600
    )
    assert (
        update_after_visit(SOURCE, whole, make_fetched(b"y"), FEED, NOW).cadence.span_seconds == 0
    )


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

    unknown = replace(
        STATE_WITH_ETAG, backoff=replace(STATE_WITH_ETAG.backoff, failures=3, reason="dns")
    )  # as an earlier version left it

    assert (
        update_after_visit(SOURCE, unknown, make_failed("dns"), None, NOW).backoff.failing_since
        is None
    )


def test_success_clears_failures() -> None:
    """After a successful visit, a 304 here, nothing is left of earlier failures."""
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
    ("times", "hours", "disabled"),
    [(3, 24, "gone"), (2, 72, None), (30, 1, None), (49, 1, "gone"), (3, 25, "gone")],
)
def test_gone_needs_three_times_over_two_days(
    times: int, hours: float, disabled: str | None
) -> None:
    """A source is disabled after at least three 410 answers over at least 48 hours; `hours` lie
    between two visits."""
    state = update_through_visits(*([(make_failed("gone", 410), None)] * times), hours=hours)
    assert state.backoff.disabled == disabled
    assert state.backoff.gone_times == times


def test_another_failure_interrupts_gone() -> None:
    """Another failure between 410 answers restarts their count."""
    gone = (make_failed("gone", 410), None)
    assert (
        update_through_visits(gone, gone, (make_failed("timeout"), None), gone).backoff.gone_times
        == 1
    )


def test_a_move_needs_three_visits_that_agree() -> None:
    """A permanent redirect becomes the new address after three visits in a row with that target.
    Failures between do not count; another target or none restarts."""
    new = "https://new.example.org/feed"
    other = "https://other.example.org/feed"
    move_to_new = (make_fetched(moved_to=new), FEED)
    move_to_other = (make_fetched(moved_to=other), FEED)

    assert update_through_visits(move_to_new, move_to_new).redirects.effective_url is None
    assert (
        update_through_visits(move_to_new, move_to_new, move_to_new).redirects.effective_url == new
    )
    assert (
        update_through_visits(move_to_new, move_to_new, move_to_new).redirects.moved_at is not None
    )
    assert (
        update_through_visits(
            move_to_new, (replace(UNCHANGED, moved_to=new), None), move_to_new
        ).redirects.effective_url
        == new
    )
    assert (
        update_through_visits(
            move_to_new, move_to_other, move_to_new, move_to_new
        ).redirects.effective_url
        is None
    )
    assert (
        update_through_visits(
            move_to_new, (make_fetched(), FEED), move_to_new, move_to_new
        ).redirects.effective_url
        is None
    )
    assert (
        update_through_visits(
            move_to_new, move_to_new, (make_failed("timeout"), None), move_to_new
        ).redirects.effective_url
        == new
    )


def test_a_move_to_an_address_that_names_a_variable_is_none() -> None:
    """A redirect to an address with `${...}`, also encoded, is never adopted, as the configuration
    would replace it by a variable of this machine."""
    move_to_variable = (make_fetched(moved_to="https://new.example.org/?x=$%7BHOME%7D"), FEED)
    assert (
        update_through_visits(
            move_to_variable, move_to_variable, move_to_variable
        ).redirects.effective_url
        is None
    )


def test_a_dead_move_is_given_up() -> None:
    """If an adopted new address is gone (three 410 answers), the source returns to its old address
    instead of being disabled."""
    state = replace(
        STATE_WITH_ETAG,
        redirects=replace(STATE_WITH_ETAG.redirects, effective_url="https://new.example.org/feed"),
        validators=replace(STATE_WITH_ETAG.validators, etag='"1"'),
    )
    gone = (make_failed("gone", 410), None)

    assert (
        update_through_visits(gone, gone, state=state).redirects.effective_url
        == "https://new.example.org/feed"
    )
    assert update_through_visits(gone, gone, gone, state=state) == change_state(
        update_through_visits(gone, gone, gone),
        effective_url=None,
        etag=None,
        gone_times=0,
        gone_since=None,
        disabled=None,
    )


def test_times_to_come_leave_the_rhythm_alone() -> None:
    """Entries that are dated ten years ahead do not count for the rhythm of a source."""
    entries = tuple(Entry(id=str(n), published=NOW + timedelta(days=3650 + n)) for n in range(5))
    state = update_through_visits(*([(make_fetched(), replace(FEED, entries=entries))] * 3))
    assert state.cadence.recent == ()


def test_an_edited_address_starts_anew() -> None:
    """If the operator edits the address of a source, what was learnt about the old address
    (validators, moves) is forgotten."""
    state = update_through_visits(
        *([(make_fetched(etag='"1"', moved_to="https://new.example.org/"), FEED)] * 3)
    )
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
    """If the host is paused because of other sources ("rate-limited"), no failure is counted for
    this source."""
    state = update_through_visits((make_failed("rate-limited", None, timedelta(minutes=5)), None))
    assert state.backoff.failures == 0
    assert state.backoff.reason == "rate-limited"


def test_recent_times() -> None:
    """The state keeps the 30 latest publication times, without future ones, and they stay if a
    later feed has none."""
    entries = (
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
