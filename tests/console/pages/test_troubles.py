"""Troubles on the Today page: the first button offers the cure."""

from __future__ import annotations

import re
from importlib import resources

import pytest

from syndicator.console.responses import cure, describe_trouble
from syndicator.core.reasons import (
    NOT_A_FEED,
    NOT_AN_ARTICLE,
    CommandReason,
    EntryReason,
    FeedFileReason,
    FeedReason,
    FetchReason,
    FileReason,
    HubReason,
    PageReason,
    WorkerReason,
)
from syndicator.core.reasons import ConditionReason as Kind
from syndicator.health.conditions import Condition


@pytest.mark.parametrize(
    ("kind", "code", "expected_act", "link"),
    [
        (Kind.SOURCE_FAILING, FetchReason.DNS, "retry", "/sources/a"),
        (Kind.SOURCE_FAILING, FetchReason.GONE, "remove-source", "/sources/a"),
        (Kind.SOURCE_GONE, "", "remove-source", "/sources/a"),
        (Kind.SOURCE_MOVED, "", "adopt-move", "/sources/a"),
        (Kind.EXTRACTION_COLLAPSED, "", "", "/sources/a/mend"),
        (Kind.SELECTOR_UNMATCHED, "", "", "/sources/a/mend"),
        (Kind.FLOOD, "", "", "/sources/a"),
    ],
)
def test_the_cure_comes_first(kind: Kind, code: str, expected_act: str, link: str) -> None:
    """The strong button of a trouble is its cure; troubles without a safe one link the page where
    they are solved."""
    trouble = describe_trouble(Condition(kind=kind, subject="a", source="a", code=code))
    strong_remedies = [remedy for remedy in trouble.remedies if remedy.strong]

    assert [remedy_button.act for remedy_button in strong_remedies] == (
        [expected_act] if expected_act else []
    )
    assert trouble.link == link
    assert {tuple(remedy.args.items()) for remedy in trouble.remedies} == {(("key", "a"),)}


def test_what_is_about_no_source_has_no_button_for_one() -> None:
    """A trouble that is about no source (a held feed, a disk) has no button that needs one."""
    trouble = describe_trouble(Condition(kind=Kind.FEED_HELD, subject="tags/ai"))

    assert [remedy.act for remedy in trouble.remedies] == ["build"]
    assert describe_trouble(Condition(kind=Kind.DISK, subject="/")).remedies == ()
    assert (
        describe_trouble(Condition(kind=Kind.ARTICLES_ON_HOLD, subject="x", count=3)).link_says
        == "See 3 articles"
    )


SHOWN = (
    CommandReason,
    EntryReason,
    FeedFileReason,
    FetchReason,
    FileReason,
    HubReason,
    Kind,
    WorkerReason,
)


@pytest.mark.parametrize(
    ("code", "general"),
    [(one.value, one.cure) for group in SHOWN for one in group]
    + [(NOT_A_FEED + one.value, one.cure) for one in FeedReason]
    + [(NOT_AN_ARTICLE + one.value, one.cure) for one in PageReason],
)
def test_no_cure_names_a_command(code: str, general: str) -> None:
    """Cures in the console name no command line, for any reason that a source can fail with."""
    text = cure(Condition(kind=Kind.SOURCE_FAILING, subject="a", code=code, cure=general))
    assert "syndicator " not in text
    assert "./run" not in text


def test_no_page_names_a_command() -> None:
    """No template or label of the console tells people to type a command."""
    folder = resources.files("syndicator.console")
    texts = [folder / "labels.toml", *(folder / "templates").iterdir()]

    assert len(texts) > 20

    for text in texts:
        assert re.findall(r"`\w+[^`]*`|\./run|syndicator [a-z]+", text.read_text("utf-8")) == [], (
            text
        )
