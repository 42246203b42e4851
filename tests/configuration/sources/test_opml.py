"""Read and write OPML subscription lists."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from syndicator.configuration.sources.opml import (
    SPACE,
    Folders,
    SubscriptionList,
    make_source_table,
    read_opml,
    write_opml,
)
from syndicator.configuration.sources.plain_values import key_of, table
from syndicator.configuration.sources.rights import RIGHTS
from syndicator.configuration.sources.schema import make_source
from syndicator.core.errors import NotAFeed
from syndicator.core.model import Rules, Source

LIST = b"""<?xml version="1.0"?>
<opml version="1.1"><head><title>Mine</title></head><body>
  <outline text="Tech &amp; more"><outline title="Deep">
    <outline type="rss" text="Alpha" xmlUrl="https://alpha.example/feed" htmlUrl="https://alpha.example/"/>
  </outline></outline>
  <outline TYPE="RSS" text="Beta" XMLURL=" https://beta.example/rss "/>
  <outline text="Alpha again" xmlUrl="http://alpha.example/feed/"/>
  <outline text="no address"/>
  <outline text="script" xmlUrl="javascript:alert(1)"/>
  <outline text="file" xmlUrl="file:///etc/passwd"/>
</body></opml>"""


def test_reads_each_feed_once_with_its_folders() -> None:
    """OPML is read whatever the case of its attributes, each feed once; folders become names, and
    other addresses than http(s) are skipped."""
    alpha, beta = read_opml(LIST).outlines

    assert alpha.url == "https://alpha.example/feed"
    assert alpha.title == "Alpha"
    assert alpha.site == "https://alpha.example/"
    assert alpha.folders == ("Tech & more", "Deep")
    assert beta.url == "https://beta.example/rss"
    assert beta.title == "Beta"
    assert beta.folders == ()
    assert read_opml(LIST).folders == ("Tech & more", "Deep")


def test_what_is_skipped_has_its_line_and_why() -> None:
    """Skipped outlines are listed with line, name and reason."""
    skipped = [(item.line, item.name, item.why) for item in read_opml(LIST).skipped]

    assert skipped == [
        (7, "Alpha again", "http://alpha.example/feed/ stands in line 4 too"),
        (8, "no address", "it has no xmlUrl"),
        (9, "script", "'javascript:alert(1)' is no web address"),
        (10, "file", "'file:///etc/passwd' is no web address"),
    ]

    link = b"<opml><body><outline text='x' type='link' url='https://a.example/'/></body></opml>"

    assert [item.why for item in read_opml(link).skipped] == [
        "it is of type link, which is no feed"
    ]


ALL = Source(
    key="all",
    url="https://all.example/feed?k=${TOKEN}&b=%7e",
    title='All <&> "quoted"',
    kind="feed",
    category="Tech",
    tags=("AI", "a, b; c"),
    content="full",
    language="de",
    licence="CC BY 4.0",
    every="6h",
    force=True,
    robots="ignore",
    allow=("10.0.0.0/8:80",),
    headers_env={"Authorization": "ALL_TOKEN"},
    backfill=3,
    keep='tag:"AI"',
    mute="title:advert",
    speaks_for=(),
    cookies="cookies/all.txt",
    llm=True,
    lead=True,
    quotes=False,
    enabled=False,
    browser=True,
    rules=Rules(select=("main > p",), title_suffix=" | All", content="feed"),
)
SOURCES = [
    ALL,
    Source(key="b", url="https://beta.example/feed"),
    Source(key="c", url="https://gamma.example/page", kind="page", category="Tech"),
    Source(key="d", url="https://delta.example/feed", cron="0 6 * * *", category="Other"),
    Source(
        key="e",
        url="https://epsilon.example/news",
        category="Other",
        rules=Rules(links=("li > a",)),
    ),
]
MAILBOX = Source(
    key="f", url="maildir:/home/me/Maildir", sender="news@f.example", content="private", llm=False
)
NEWSLETTERS = [
    MAILBOX,
    replace(MAILBOX, key="g", sender=None, list_id="weekly.g.example", after="move:Read"),
    replace(MAILBOX, key="h", sender="@h.example", content="excerpt", llm=True),
]


def make_sources(subscriptions: SubscriptionList) -> list[Source]:
    """The sources that these outlines become."""
    return [
        make_source(make_source_table(outline, "tag", {})) for outline in subscriptions.outlines
    ]


def test_what_we_write_reads_back_whole_and_in_its_order() -> None:
    """Sources that are written as OPML, the same each time, and read back as trusted are as before
    and in their order; nothing is skipped, and their categories are no folders of a stranger."""
    opml = write_opml("Mine", SOURCES)
    subscriptions = read_opml(opml, is_trusted=True)

    assert write_opml("Mine", SOURCES) == opml
    assert make_sources(subscriptions) == SOURCES
    assert subscriptions.skipped == ()
    assert subscriptions.folders == ()


def test_a_list_that_is_not_trusted_gives_no_right_and_names_no_variable() -> None:
    """From an untrusted list a source loses its rights, which get their defaults, and the list says
    which it lost; a source with `${VARIABLE}` in its address (ALL) is skipped."""
    with_rights = replace(ALL, url="https://all.example/feed")  # without the variable
    subscriptions = read_opml(write_opml("Evil", [with_rights, *SOURCES]))
    defaults = Source(key="", url="")
    default_rights = {name: getattr(defaults, name) for name in RIGHTS}
    first, *others = make_sources(subscriptions)
    first_outline, *other_outlines = subscriptions.outlines

    assert first == replace(with_rights, **default_rights)
    assert first_outline.removed == RIGHTS
    assert others == SOURCES[1:]  # all but ALL; they have no rights
    assert not any(outline.removed for outline in other_outlines)

    (skipped,) = subscriptions.skipped

    assert skipped.line > 0
    assert "names a variable of this machine, TOKEN" in skipped.why


def test_newsletters_of_one_mailbox_come_back_from_a_list_of_our_own_alone() -> None:
    """Newsletters, which name a mailbox of this machine, are imported from our own OPML; from an
    untrusted list all are skipped for that reason."""
    opml = write_opml("Mine", NEWSLETTERS)
    trusted = read_opml(opml, is_trusted=True)
    untrusted = read_opml(opml)

    assert make_sources(trusted) == NEWSLETTERS
    assert not untrusted.outlines
    assert untrusted.skipped
    assert all("mailbox" in item.why for item in untrusted.skipped)


def test_every_right_is_an_option_of_a_source() -> None:
    """The list of rights, which no foreign OPML may set, names existing options of a source."""
    assert set(RIGHTS) <= {field.name for field in fields(Source)}


def test_every_option_of_a_source_is_in_the_round_trip() -> None:
    """The sources that the round-trip test writes and reads back use every option between them."""
    sources = (*SOURCES, *NEWSLETTERS)
    written_options = table(ALL).keys() | {name for source in sources for name in table(source)}
    assert written_options == {key_of(field.name) for field in fields(Source)}


def test_other_readers_see_feeds_with_their_sites_in_folders() -> None:
    """Exported OPML puts sources into category folders, feeds as `rss` with their site; a page is a
    `link` without `xmlUrl`."""
    root = etree.fromstring(write_opml("Mine", SOURCES, {"all": "https://all.example/"}))
    tech, other = root.findall("body/outline[outline]")

    assert tech.get("text") == "Tech"
    assert other.get("text") == "Other"

    first, page = tech

    assert first.get("type") == "rss"
    assert first.get("xmlUrl") == ALL.url
    assert first.get("title") == ALL.title
    assert first.get("htmlUrl") == "https://all.example/"
    assert [outline.get("type") for outline in other] == ["rss", "link"]
    assert page.get("type") == "link"
    assert page.get("url") == "https://gamma.example/page"
    assert page.get("xmlUrl") is None


@pytest.mark.parametrize(
    ("folders", "values"),
    [
        ("category", {"category": "DEEP"}),
        ("tag", {"tags": ("Tech & more", "Deep")}),
        ("ignore", {}),
    ],
)
def test_folders_become_what_is_said(folders: Folders, values: dict[str, Any]) -> None:
    """The folders of the first feed of LIST, "Tech & more" and in it "Deep", become tags, a
    category or nothing, by option. A category is the innermost folder, spelled as ours."""
    alpha, _ = read_opml(LIST).outlines
    our_categories = {"deep": "DEEP"}
    base = {"url": "https://alpha.example/feed", "title": "Alpha"}

    assert make_source_table(alpha, folders, our_categories) == base | values


def test_a_list_that_a_hand_broke_is_skipped_with_its_line() -> None:
    """In our own OPML somebody breaks an option: its JSON lacks the quotes around "AI". The outline
    is skipped and reported with its line and the namespace of our options (SPACE)."""
    broken_opml = write_opml("Mine", [ALL]).replace(b"&quot;AI&quot;", b"AI")
    (skipped,) = read_opml(broken_opml).skipped

    assert skipped.line > 1
    assert SPACE in skipped.why


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused(encoding: str) -> None:
    """OPML that declares XML entities is refused in any encoding, as they can expand endlessly or
    read local files."""
    bomb = """<!DOCTYPE opml [<!ENTITY a "aaaaaaaaaa"><!ENTITY f SYSTEM "file:///etc/hostname">]>
    <opml version="2.0"><body><outline text="&a;&f;" xmlUrl="https://alpha.example/feed"/></body></opml>"""
    with pytest.raises(NotAFeed, match="entities"):
        read_opml(bomb.encode(encoding))


@pytest.mark.parametrize("data", [b"", b"hello", b"<rss/>", b"<html><body/></html>", b"\x00\xff"])
def test_what_is_no_opml_is_refused(data: bytes) -> None:
    """Other documents raise NotAFeed."""
    with pytest.raises(NotAFeed):
        read_opml(data)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    """Any bytes are read as OPML or refused with a known reason; nothing else is raised."""
    for given_bytes in (data, b"<opml>" + data):
        try:
            assert isinstance(read_opml(given_bytes), SubscriptionList)
        except NotAFeed as error:
            assert error.reason in ("broken-xml", "unknown-format", "empty")
