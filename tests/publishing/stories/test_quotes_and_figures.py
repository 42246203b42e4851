"""Choose the sentences that each report adds to a story, and figures that differ."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from syndicator.publishing.stories.quotes_and_figures import (
    LONGEST,
    Account,
    Explanation,
    choose_quotes_and_figures,
    decide_which_are_due,
    find_end_of_hour,
)

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
FIRST = (
    "Norvik Air cancelled 140 flights in Harrowgate Bay on Tuesday after cabin crew walked out.",
)
ADDS = "Norvik Air said its pilots would join the walkout in Harrowgate Bay at the weekend."


def make_account(outlet: str, *sentences: str, hours: int = 0, id: str = "") -> Account:
    at = NOON + timedelta(hours=hours)
    return Account(id or outlet, outlet, at, "Norvik Air strike", sentences)


def list_quotes(*accounts: Account) -> dict[str, str]:
    quotes = choose_quotes_and_figures([make_account("first", *FIRST), *accounts], "first")
    return {quote.report: quote.text for quote in quotes.quotes}


def test_the_event_is_the_first_sentence_of_the_lead() -> None:
    """A story is described by the first sentence of its lead report, here named by id; without
    sentences there is no explanation."""
    accounts = [make_account("first", *FIRST), make_account("second", ADDS, *FIRST)]

    assert choose_quotes_and_figures(accounts, "first").event == FIRST[0]
    assert choose_quotes_and_figures(accounts, "second").event == ADDS
    assert choose_quotes_and_figures([make_account("first")], "first") == Explanation()


def test_a_report_is_quoted_word_for_word_with_what_it_adds() -> None:
    """The quote of a report is its sentence that earlier reports lack."""
    assert list_quotes(make_account("second", *FIRST, ADDS)) == {"second": ADDS}


def test_a_copy_of_an_agency_adds_nothing() -> None:
    """A report that only copies earlier ones is not quoted: "second" copies the lead, "fourth"
    copies "third"."""
    assert list_quotes(
        make_account("second", *FIRST), make_account("third", ADDS), make_account("fourth", ADDS)
    ) == {"third": ADDS}


def test_an_outlet_is_quoted_once_and_that_of_the_lead_never() -> None:
    """An outlet with several reports is quoted from its first one only, and the outlet of the lead
    report ("first") is never quoted."""
    later = (
        "Norvik Air and its cabin crew will meet the mediator in Harrowgate Bay on Friday night."
    )
    second_account = make_account("second", later, hours=2, id="again")

    assert list_quotes(make_account("second", ADDS, hours=1), second_account) == {"second": ADDS}
    assert list_quotes(make_account("first", ADDS, id="other")) == {}


@pytest.mark.parametrize(
    "sentence",
    [
        "Norvik Air grounded pilots over wage claims of mechanics in Harrowgate Bay in 2019.",
        "The museum of Osterby showed forty portraits by Ines Caldera on Sunday morning.",
        "Norvik Air said its pilots would join the walkout in Harrowgate Bay and",
        "Norvik pilots join Bay walkout.",
        f"({ADDS})",
        f'"{ADDS}',
        ADDS[:-1] + " with " + "many mechanics, " * 12 + "too.",
        "Norvik Air cancelled 140 flights on Tuesday in Harrowgate Bay, as cabin crew walked out.",
    ],
    ids=[
        "background",
        "another event",
        "cut",
        "says too little",
        "an aside",
        "half said",
        "too long",
        "repeats",
    ],
)
def test_sentences_without_news_of_the_event_are_not_quoted(sentence: str) -> None:
    """A sentence is not quoted if it is background, about another event, incomplete, too short, too
    long, in brackets, or a repetition. The ids name each reason."""
    assert list_quotes(make_account("second", sentence)) == {}


def test_no_quote_is_longer_than_is_fair() -> None:
    """A quote has at most LONGEST characters: a sentence of that length is quoted, one character
    more is not."""
    longest = ADDS[:-1] + " " + "x" * (LONGEST - len(ADDS) - 1) + "."

    assert len(longest) == LONGEST
    assert list_quotes(make_account("second", longest)) == {"second": longest}
    assert list_quotes(make_account("second", longest[:-1] + "x.")) == {}


def list_figures(*accounts: Account) -> list[list[str]]:
    groups = choose_quotes_and_figures(accounts, accounts[0].id).figures
    return [[f"{figure.report}: {figure.text}" for figure in group] for group in groups]


def test_figures_for_the_same_thing_stand_together() -> None:
    """Numbers for the same thing (cancelled flights) that differ between outlets are one group, one
    per outlet. Dates, durations and other flights are left out."""
    assert list_figures(
        make_account("one", "The airline cancelled 140 flights on Tuesday."),
        make_account("two", "By noon it had cancelled 152 flights, the second time in 3 days."),
        make_account("two", "It cancelled 152 flights.", id="again"),
        make_account("three", "Some 9 flights were painted blue on 24 novembre 2026."),
    ) == [["one: 140 flights", "two: 152 flights"]]


@pytest.mark.parametrize(
    "sentence",
    [
        "The airline cancelled trips for 2 days.",
        "The airline cancelled 2 million.",
        "The airline cancelled 2026 flights.",
    ],
)
def test_other_numbers_are_no_figures(sentence: str) -> None:
    """Durations, numbers without a noun, and years are not compared between reports."""
    assert list_figures(make_account("one", sentence), make_account("two", sentence)) == []


def test_figures_of_one_outlet_are_not_listed() -> None:
    """Two different numbers in the report of one outlet are no disagreement between outlets; the
    second report has no sentence."""
    account = make_account("one", "The airline cancelled 140 flights. It cancelled 152 flights.")
    assert list_figures(account, make_account("two", *FIRST[:0])) == []


def test_an_entry_shows_a_report_once_its_hour_has_ended() -> None:
    """After a story is confirmed, an entry shows later reports only when their hour has ended, so
    that it changes at most hourly."""
    times = [NOON + timedelta(minutes=minutes) for minutes in (0, 10, 20, 59)]
    confirmed = times[1]

    assert decide_which_are_due(times, confirmed, times[3]) == [True, True, False, False]
    assert decide_which_are_due(times, confirmed, NOON + timedelta(hours=1)) == [True] * 4
    assert find_end_of_hour(times[3]) == NOON + timedelta(hours=1) == find_end_of_hour(NOON)
