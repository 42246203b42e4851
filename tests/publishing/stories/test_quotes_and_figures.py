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
    """The quote of a report is its sentence that earlier reports lack (ADDS). `list_quotes` puts
    the lead report, of the outlet "first" with the sentence FIRST, before the given ones."""
    assert list_quotes(make_account("second", *FIRST, ADDS)) == {"second": ADDS}


def test_a_copy_of_an_agency_adds_nothing() -> None:
    """A report that only copies earlier ones is not quoted: "second" copies the lead, "fourth"
    copies "third". `list_quotes` puts the lead report, with the sentence FIRST, before them."""
    copy_of_lead = make_account("second", *FIRST)
    with_news = make_account("third", ADDS)
    copy_of_third = make_account("fourth", ADDS)

    assert list_quotes(copy_of_lead, with_news, copy_of_third) == {"third": ADDS}


def test_an_outlet_is_quoted_once_and_that_of_the_lead_never() -> None:
    """An outlet with several reports is quoted from its first one only, and the outlet of the lead
    report ("first") is never quoted."""
    later = (
        "Norvik Air and its cabin crew will meet the mediator in Harrowgate Bay on Friday night."
    )
    first_report = make_account("second", ADDS, hours=1)
    later_report = make_account("second", later, hours=2, id="again")
    report_of_lead_outlet = make_account("first", ADDS, id="other")

    assert list_quotes(first_report, later_report) == {"second": ADDS}
    assert list_quotes(report_of_lead_outlet) == {}


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
    long, in brackets, or a repetition of the lead: "Norvik Air cancelled 140 flights in Harrowgate
    Bay on Tuesday after cabin crew walked out." The ids name each reason."""
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
    per outlet (the second report of outlet two, "again", adds none). Dates, durations and other
    flights are left out."""
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
    with_two_numbers = make_account(
        "one", "The airline cancelled 140 flights. It cancelled 152 flights."
    )
    without_sentences = make_account("two")

    assert list_figures(with_two_numbers, without_sentences) == []


def test_an_entry_shows_a_report_once_its_hour_has_ended() -> None:
    """After a story is confirmed, here at 12:10 by its second report, an entry shows later reports
    only when their hour has ended, so that it changes at most hourly."""
    at_12_00, at_12_10, at_12_20, at_12_59 = (
        NOON + timedelta(minutes=minutes) for minutes in (0, 10, 20, 59)
    )
    at_13_00 = NOON + timedelta(hours=1)
    reports = [at_12_00, at_12_10, at_12_20, at_12_59]
    shown_at_12_59 = decide_which_are_due(reports, at_12_10, at_12_59)
    shown_at_13_00 = decide_which_are_due(reports, at_12_10, at_13_00)

    assert shown_at_12_59 == [True, True, False, False]
    assert shown_at_13_00 == [True, True, True, True]
    assert find_end_of_hour(at_12_00) == at_13_00
    assert find_end_of_hour(at_12_59) == at_13_00
