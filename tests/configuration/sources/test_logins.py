"""Sources with a cookie file: their settings and defaults."""

from __future__ import annotations

import pytest

from syndicator.configuration.sources.identity import update_state
from syndicator.configuration.sources.opml import read_opml, write_opml
from syndicator.configuration.sources.plain_values import table
from syndicator.configuration.sources.rights import list_given
from syndicator.configuration.sources.schema import make_source
from syndicator.core.errors import UsageError
from syndicator.core.model import Source
from syndicator.publishing.selection.fingerprints import fingerprint_source
from syndicator.visiting.websub import may_subscribe

TABLE = {"key": "a", "url": "https://a.example/feed", "cookies": "cookies/a.txt"}
PLAIN = {"key": "a", "url": "https://a.example/feed"}


def test_no_model_reads_the_texts_of_a_session_unless_the_operator_says_so() -> None:
    """For sources with cookies, `llm` is off by default."""
    assert make_source(TABLE).llm is False
    assert make_source({**TABLE, "llm": True}).llm is True
    assert make_source(PLAIN).llm is True


def test_a_table_has_what_differs_from_the_defaults_of_a_session() -> None:
    """Only values that differ from the defaults are written."""
    assert table(make_source(TABLE)) == TABLE
    assert table(make_source({**TABLE, "llm": True})) == {**TABLE, "llm": True}
    assert make_source(table(make_source(TABLE))) == make_source(TABLE)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"content": "full"}, "name the licence that permits it"),
        ({"headers_env": {"cookie": "A_COOKIE"}}, "remove one of them"),
        ({"cookies": "/etc/passwd"}, "is no file below the folder of the configuration"),
        ({"cookies": "../cookies.txt"}, "is no file below the folder of the configuration"),
        ({"cookies": "a/../../cookies.txt"}, "is no file below the folder of the configuration"),
        ({"cookies": "a\\b"}, "is no file below the folder of the configuration"),
        ({"url": "maildir:/var/mail/anna", "from": "news@a.example"}, "cookies is for the web"),
    ],
)
def test_what_a_table_with_cookies_may_not_say(options: dict[str, object], message: str) -> None:
    """A source with cookies needs a licence for full texts, excludes a cookie header and mail, and
    its cookie file is below the configuration folder."""
    with pytest.raises(UsageError, match=message):
        make_source({**TABLE, **options})


def test_whole_texts_are_published_with_a_licence() -> None:
    """A source behind a login may publish full texts if it names the licence that permits it."""
    source = make_source({**TABLE, "content": "full", "licence": "CC-BY-4.0"})
    assert source.content == "full"


def test_cookies_are_a_right_that_no_list_of_a_stranger_gives() -> None:
    """An imported list cannot set `cookies`."""
    assert 'cookies = "cookies/a.txt"' in list_given(make_source(TABLE)).rights

    (outline,) = read_opml(write_opml("Evil", [make_source(TABLE)])).outlines

    assert outline.removed == ("cookies",)
    assert "cookies" not in outline.own


def test_no_hub_is_asked_for_a_feed_behind_a_login() -> None:
    """Only a source without cookies subscribes to a hub, as hubs send what everybody may read."""
    assert may_subscribe(Source(**PLAIN))
    assert not may_subscribe(Source(**TABLE))


def test_a_source_is_visited_again_and_its_feeds_are_made_again_when_it_gets_cookies() -> None:
    """A new cookie file changes the fingerprints for visits and for feeds."""
    assert update_state(Source(**PLAIN), None).terms != update_state(Source(**TABLE), None).terms
    assert fingerprint_source(Source(**PLAIN)) != fingerprint_source(Source(**TABLE))
