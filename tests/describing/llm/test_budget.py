"""The daily budget and the circuit breaker of language model requests."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.configuration.settings import Llm
from syndicator.core.model import Failed
from syndicator.core.ports import Meter
from syndicator.describing.llm import client as limits

NOW = datetime(2026, 3, 10, 23, 30, tzinfo=UTC)
SETTINGS = Llm(url="http://127.0.0.1:9/v1", model="tiny", daily_calls=3, daily_tokens=10_000)
FRESH = limits.reset_if_changed(Meter(), SETTINGS, NOW)


def make_failure(reason: str, retry_after: timedelta | None = None) -> Failed:
    return Failed(
        url="u",
        reason=reason,
        detail="d",
        retry_after=NOW + retry_after if retry_after else None,
    )


def find_hindrance_reason(meter: Meter, now: datetime = NOW, cost: int = 100) -> str:
    hindrance = limits.find_hindrance(meter, SETTINGS, cost, now)
    return hindrance.reason if hindrance else ""


def test_calls_and_tokens_of_a_day() -> None:
    """Requests stop at 3 calls or 10,000 tokens a day; an hour after 23:30 is the next day, and
    both counts start again."""
    meter = FRESH
    for _ in range(3):
        assert find_hindrance_reason(meter) == ""
        meter = limits.count_call(meter, cost=100)
        meter = limits.record_answer(meter, cost=100, tokens=250, form="schema")

    assert meter.calls == 3
    assert meter.tokens == 750
    assert meter.form == "schema"
    assert find_hindrance_reason(meter) == "budget-calls"

    next_day = limits.reset_if_changed(meter, SETTINGS, NOW + timedelta(hours=1))

    assert find_hindrance_reason(next_day) == ""
    assert find_hindrance_reason(FRESH, cost=10_001) == "budget-tokens"
    # 9,950 tokens are used, and the question costs 100
    assert find_hindrance_reason(replace(FRESH, tokens=9_950)) == "budget-tokens"


@pytest.mark.parametrize("tokens", [0, -5, 1_000_000])
def test_a_count_of_tokens_that_cannot_be_is_not_believed(tokens: int) -> None:
    """If the server reports an impossible number of tokens, our own estimate (100), called the
    cost, is counted."""
    after_call = limits.count_call(FRESH, cost=100)
    meter = limits.record_answer(after_call, cost=100, tokens=tokens, form="bare")

    assert meter.tokens == 100


def test_a_call_that_is_cut_short_counts_as_it_was_expected() -> None:
    """A call that times out may have used its tokens, so its estimate (100) is counted."""
    after_call = limits.count_call(FRESH, cost=100)
    meter = limits.record_failure(after_call, make_failure("timeout"), NOW)

    assert meter.calls == 1
    assert meter.tokens == 100


@pytest.mark.parametrize(
    "reason", ["connect", "dns", "tls", "blocked-address", "http-401", "http-404", "http-307"]
)
def test_one_look_at_a_dead_endpoint_is_enough(reason: str) -> None:
    """A failure that only the endpoint can have caused pauses requests ("resting") at once; after
    the first pause (`FIRST_REST`) they go on."""
    meter = limits.record_failure(FRESH, make_failure(reason), NOW)

    assert find_hindrance_reason(meter) == "resting"
    assert limits.is_caused_by_endpoint(make_failure(reason))
    assert find_hindrance_reason(meter, NOW + limits.FIRST_REST) == ""


@pytest.mark.parametrize(
    "reason", ["timeout", "http-500", "not-a-completion", "truncated", "http-400"]
)
def test_what_may_be_the_questions_fault_needs_three_in_a_row(reason: str) -> None:
    """A failure that the question may have caused pauses requests ("resting") at the third in a
    row; one more doubles the pause, and an answer ends it."""
    meter = FRESH
    for expected_hindrance in ("", "", "resting"):
        meter = limits.record_failure(meter, make_failure(reason), NOW)
        assert find_hindrance_reason(meter) == expected_hindrance

    assert not limits.is_caused_by_endpoint(make_failure(reason))

    paused_again = limits.record_failure(meter, make_failure(reason), NOW)

    assert paused_again.rest_until == NOW + 2 * limits.FIRST_REST
    assert (
        find_hindrance_reason(limits.record_answer(paused_again, cost=0, tokens=0, form="bare"))
        == ""
    )


def test_rests_double_up_to_an_hour() -> None:
    """Each further failure doubles the pause, up to an hour."""
    meter = FRESH
    pauses = []
    for _ in range(20):
        meter = limits.record_failure(meter, make_failure("connect"), NOW)
        assert meter.rest_until
        pauses.append(meter.rest_until - NOW)

    assert pauses[:4] == [limits.FIRST_REST * factor for factor in (1, 2, 4, 8)]
    assert pauses[-1] == limits.LONGEST_REST


def test_retry_after_is_kept_to_but_not_for_ever() -> None:
    """The server's `Retry-After` is obeyed up to `LONGEST_WISH`, and the operator cannot end it;
    other pauses the operator can."""
    for_seven_minutes = make_failure("rate-limited", retry_after=timedelta(minutes=7))
    meter = limits.record_failure(FRESH, for_seven_minutes, NOW)

    assert find_hindrance_reason(meter, NOW + timedelta(minutes=6, seconds=59)) == "resting"
    # the operator's order to end the pause does not overrule the server
    assert find_hindrance_reason(limits.end_pause(meter)) == "resting"
    assert find_hindrance_reason(meter, NOW + timedelta(minutes=7)) == ""

    for_a_month = make_failure("http-503", retry_after=timedelta(days=30))
    asked_for_a_month = limits.record_failure(FRESH, for_a_month, NOW)

    assert asked_for_a_month.rest_until == NOW + limits.LONGEST_WISH

    not_asked_to_wait = limits.record_failure(FRESH, make_failure("connect"), NOW)

    assert find_hindrance_reason(limits.end_pause(not_asked_to_wait)) == ""


def test_another_endpoint_starts_in_good_health_with_what_is_left_of_the_day() -> None:
    """After a change of model, the failures, the pause and the known form of requests are reset,
    but the day's used budget stays."""
    after_call = limits.count_call(replace(FRESH, form="bare"), cost=500)
    after_failure = limits.record_failure(after_call, make_failure("connect"), NOW)

    other_model = SETTINGS.model_copy(update={"model": "large"})
    meter = limits.reset_if_changed(after_failure, other_model, NOW)

    assert meter.calls == 1
    assert meter.tokens == 500
    assert meter.form == ""
    assert meter.rest_until is None
    assert meter.failures == 0


def test_a_clock_that_was_set_back_does_not_stop_us() -> None:
    """A pause that ends far in the future, because the clock was set back by 400 days after a
    failure, is ignored."""
    before_set_back = NOW + timedelta(days=400)
    meter = limits.record_failure(FRESH, make_failure("connect"), before_set_back)

    assert find_hindrance_reason(meter, now=NOW) == ""


@given(
    st.lists(st.sampled_from(["ok", "connect", "timeout", "http-500", "rate-limited"]), max_size=60)
)
def test_no_run_of_luck_spends_more_than_the_day_has(outcomes: list[str]) -> None:
    """No sequence of answers and failures, one every five minutes of a day, uses more calls or
    tokens than configured."""
    meter = FRESH
    now = NOW.replace(hour=0)
    calls = 0
    for outcome in outcomes:
        now += timedelta(minutes=5)
        meter = limits.reset_if_changed(meter, SETTINGS, now)
        if limits.find_hindrance(meter, SETTINGS, 100, now):
            continue  # no question is sent now

        calls += 1
        meter = limits.count_call(meter, cost=100)
        if outcome == "ok":
            meter = limits.record_answer(meter, cost=100, tokens=90, form="schema")
        else:
            meter = limits.record_failure(meter, make_failure(outcome), now)

        assert meter.tokens <= SETTINGS.daily_tokens
        assert meter.calls <= SETTINGS.daily_calls

    assert calls <= SETTINGS.daily_calls
