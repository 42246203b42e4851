"""Sources that are newsletters in a mailbox: their settings and defaults."""

from __future__ import annotations

from pathlib import Path

import pytest

from syndicator.configuration.sources.plain_values import table
from syndicator.configuration.sources.registry import load_sources
from syndicator.configuration.sources.schema import make_source
from syndicator.core.errors import ConfigError, UsageError
from syndicator.core.mailboxes import BadMailbox, Mailbox, parse_mailbox

NEWS = {"key": "a", "url": "maildir:/home/anna/Maildir", "from": "News@A.example"}


def test_mails_are_for_their_reader_alone_unless_the_table_says_otherwise() -> None:
    """Newsletters are private and unread by models by default."""
    source = make_source(NEWS)

    assert source.content == "private"
    assert source.llm is False
    assert source.sender == "news@a.example"
    assert table(source) == {**NEWS, "from": "news@a.example"}

    open_source = make_source({**NEWS, "content": "excerpt", "llm": True})

    assert open_source.content == "excerpt"
    assert open_source.llm is True
    assert make_source(table(open_source)) == open_source


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"from": None}, "name one newsletter"),
        ({"from": "nobody"}, "no sender"),
        ({"from": None, "list": "a b"}, "no list"),
        ({"after": "delete"}, "after"),
        ({"after": "move:.hidden"}, "after"),
        ({"kind": "feed"}, "kind is for the web"),
        ({"backfill": 3}, "backfill is for the web"),
        ({"rules": {"links": ["a"]}}, "take links"),
        ({"url": "maildir:Maildir"}, "no whole path"),
        ({"url": "imaps://anna:${SYNDICATOR_X}@mail.example/INBOX"}, "are settings"),
        ({"url": "imaps://anna:secret@mail.example/INBOX"}, "contains a password"),
        ({"url": "https://a.example/feed"}, "is for mailboxes"),
    ],
)
def test_a_table_that_is_wrong_has_its_cure(changes: dict[str, object], words: str) -> None:
    """Invalid newsletter tables are refused with a hint."""
    values = {name: value for name, value in {**NEWS, **changes}.items() if value is not None}
    with pytest.raises(UsageError, match=words):
        make_source(values)


def test_newsletters_of_one_mailbox_differ_in_their_names(tmp_path: Path) -> None:
    """Two newsletters in one mailbox need different senders."""
    path = tmp_path / "sources.toml"
    table_text = '[[source]]\nkey = "{}"\nurl = "maildir:/m"\nfrom = "{}"\n'
    path.write_text(table_text.format("a", "a@x.example") + table_text.format("b", "b@x.example"))

    assert [source.key for source in load_sources(path)] == ["a", "b"]

    path.write_text(table_text.format("a", "a@x.example") + table_text.format("b", "a@x.example"))

    with pytest.raises(ConfigError, match="has the same"):
        load_sources(path)


def test_the_parts_of_an_address() -> None:
    """The address of a mailbox is split into folder, or host, port, user, password and folder."""
    assert parse_mailbox("maildir:///var/mail/anna/") == Mailbox(folder="/var/mail/anna")

    address = "imaps://anna@x.example:${PW}@[2001:db8::1]:1993/Lists%20of/News"

    assert parse_mailbox(address) == Mailbox(
        folder="Lists of/News",
        host="2001:db8::1",
        port=1993,
        user="anna@x.example",
        password="${PW}",
    )
    assert parse_mailbox("imaps://anna:${PW}@Mail.Example").folder == "INBOX"


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example/",
        "imaps://mail.example/INBOX",
        "imaps://anna@mail.example/INBOX",
        "imaps://anna:${PW}@/INBOX",
        "imaps://anna:${PW}@mail.example:0/INBOX",
        "imaps://anna:${PW}@mail.example:x/INBOX",
    ],
)
def test_what_is_no_mailbox(url: str) -> None:
    """An invalid mailbox address is refused with the reason."""
    with pytest.raises(BadMailbox):
        parse_mailbox(url)
