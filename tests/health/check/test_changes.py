"""Describe an edit of the configuration."""

from __future__ import annotations

import asyncio
from pathlib import Path

from syndicator.app.read_configuration import read_configuration
from syndicator.health.check.config_files import list_changes
from syndicator.runs import daemon


def test_each_setting_source_and_query_is_named(tmp_path: Path) -> None:
    """The difference of two configurations is one line for each changed setting, source and
    query."""
    sources, settings, queries = (
        tmp_path / name for name in ("sources.toml", "syndicator.toml", "feeds.toml")
    )
    source = '[[source]]\nkey = "{}"\nurl = "https://{}.example/feed"\n'
    sources.write_text(source.format("one", "one") + source.format("two", "two"))
    before = read_configuration(tmp_path, {})

    assert list(list_changes(before, before)) == []

    settings.write_text(
        '[publish]\nlisten = "127.0.0.1:1234"\nlimit = 60\nmost = 9\n[describe.llm]\ndaily_calls'
        " = 1\n"
    )
    sources.write_text(source.format("two", "other") + source.format("three", "three"))
    queries.write_text('[[feed]]\nslug = "chips"\nquery = "tag:GPU"\n')

    assert list(list_changes(before, read_configuration(tmp_path, {}))) == [
        "setting describe.llm.daily_calls changed",
        "setting publish.limit changed",
        "setting publish.listen changed; it counts from the next start",
        (
            f"{settings}:4: publish.most is no setting any more: it is always 500, or publish.limit"
            " if that is more; delete the line"
        ),
        "source one removed",
        "source three added",
        "source two changed",
        "query chips added",
    ]


def test_up_says_what_an_edit_changed_and_goes_on_with_the_last_good_one(tmp_path: Path) -> None:
    """`up` reports what an edit changed; an invalid source or setting is reported once, and its
    last valid value stays in use."""
    messages: list[str] = []
    jobs = daemon.Jobs(
        tmp_path, stop=asyncio.Event(), warn=messages.append, report_change=messages.append
    )
    sources = tmp_path / "sources.toml"
    settings = tmp_path / "syndicator.toml"
    sources.write_text("")

    assert jobs.read().sources == {}
    assert messages == []

    settings.write_text("[publish]\nlimit = 60\n")

    assert jobs.read().settings.publish.limit == 60
    assert messages == ["setting publish.limit changed"]

    sources.write_text(
        '[[source]]\nkey = "one"\n[[source]]\nkey = "two"\nurl = "https://two.example/"\n'
    )
    for _ in range(2):  # a fault is told once
        assert list(jobs.read().sources) == ["two"]

    assert messages[1:] == [
        "source two added",
        f"{sources}:1: source 'one': has no url; write one; what was valid before counts",
    ]

    sources.write_text("")

    assert jobs.read().sources == {}
    assert messages.pop() == "source two removed"

    del messages[1:]
    settings.write_text("[publish]\nlimit = 0\n")

    assert jobs.read().settings.publish.limit == 60
    assert "publish.limit" in messages[1]
    assert messages[1].endswith("going on with the configuration read before")
