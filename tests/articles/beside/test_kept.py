"""The copies of feeds.toml and sources.toml beside the articles: written, read, errors reported."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.articles.article_store import FileArticleStore
from syndicator.articles.beside.toml_lists import FEEDS, SOURCES, KeptFeed, parse_our_sources
from syndicator.articles.beside.toml_text import write_table
from syndicator.core.errors import ConfigError
from syndicator.core.model import FeedKey

CORDAGE = FeedKey("tag", "cordage")
ROPE = FeedKey("tag", "rope")
PIER = FeedKey("source", "pier")
# the tag rope was renamed to cordage
MOVED = KeptFeed(ROPE, moved_to=CORDAGE)
RENAMED = KeptFeed(CORDAGE, name='Cord "and" 😀\x7f\x00', first_slug="rope", published=True)
DROPPED = KeptFeed(PIER, dropped=True)
USUAL = KeptFeed(FeedKey("tag", "plain"), first_slug="plain")
KEPT = (MOVED, RENAMED, DROPPED, USUAL)


def test_what_is_written_is_read_and_what_is_no_exception_is_not_written(tmp_path: Path) -> None:
    """Only feeds with something unusual (another name, a move, an end) are written to feeds.toml,
    sorted by axis and slug, and read back; control characters of a name are removed."""
    FEEDS.update(FileArticleStore(tmp_path), lambda before: (MOVED, RENAMED, DROPPED, USUAL))

    feeds_by_key = {feed.key: feed for feed in FEEDS.read(FileArticleStore(tmp_path))}

    assert list(feeds_by_key) == [PIER, CORDAGE, ROPE]  # in order of axis and slug
    assert feeds_by_key[ROPE] == MOVED
    assert feeds_by_key[PIER] == DROPPED
    assert feeds_by_key[CORDAGE].name == 'Cord "and" 😀'
    assert feeds_by_key[CORDAGE].first_slug == "rope"
    assert feeds_by_key[CORDAGE].published is True


def test_the_same_facts_are_the_same_bytes(tmp_path: Path) -> None:
    """Feeds are written to feeds.toml in a fixed order, so that the same feeds in another order do
    not change or rewrite the file."""
    path = tmp_path / "feeds.toml"
    FEEDS.update(FileArticleStore(tmp_path), lambda before: KEPT)
    before = path.read_bytes()
    stamp = path.stat().st_mtime_ns

    FEEDS.update(FileArticleStore(tmp_path), lambda before: reversed(KEPT))

    assert path.read_bytes() == before
    assert path.stat().st_mtime_ns == stamp


def test_nothing_to_say_makes_no_file_and_empties_one_that_is_there(tmp_path: Path) -> None:
    """A list without unusual feeds creates no file, and empties an existing file without deleting
    it."""
    path = tmp_path / "feeds.toml"
    FEEDS.update(FileArticleStore(tmp_path), lambda before: [KeptFeed(CORDAGE)])

    assert not path.exists()
    assert FEEDS.read(FileArticleStore(tmp_path)) == []

    FEEDS.update(FileArticleStore(tmp_path), lambda before: KEPT)
    FEEDS.update(FileArticleStore(tmp_path), lambda before: [])

    assert path.exists()
    assert FEEDS.read(FileArticleStore(tmp_path)) == []


def test_sources_keep_the_order_of_their_addresses(tmp_path: Path) -> None:
    """sources.toml lists sources by key and keeps the order of their addresses; a source without
    addresses is left out."""
    addresses_by_source = {
        "wired": ("https://b.example/", "https://a.example/"),
        "ars": ("https://ars.example/feed",),
        "none": (),
    }

    SOURCES.update(FileArticleStore(tmp_path), lambda before: addresses_by_source.items())

    assert SOURCES.read(FileArticleStore(tmp_path)) == [
        ("ars", ("https://ars.example/feed",)),
        ("wired", ("https://b.example/", "https://a.example/")),
    ]


TEXTS = st.text(st.sampled_from('ab"\\\n\t]#, é😀\x7f\u2028'), max_size=5)
ROWS = st.builds(
    lambda key, urls: write_table("[[source]]", {"key": key, "urls": urls}),
    TEXTS,
    st.lists(TEXTS, max_size=3),
)
LINES = st.sampled_from(
    (
        "# a note\n",
        "\n",
        "[[source]]\n",
        'key = "k"\n',
        'urls = ["u"]\n',
        'urls = ["u", "v"\n',
        "]\n",
    )
)


@given(st.lists(ROWS | LINES, max_size=9), st.sampled_from(["", "# A note.\n"]))
def test_the_fast_way_reads_what_a_parser_reads_or_leaves_it_to_that(
    parts: list[str], note: str
) -> None:
    """The fast parser of sources.toml gives the same as a TOML parser, or None for a file that is
    not exactly in our form. The parts are tables as we write them and odd lines."""
    data = (note + "".join(parts)).encode()

    result = parse_our_sources(data)
    if result is not None:
        rows = tomllib.loads(data.decode()).get("source", [])
        assert dict(result) == {row["key"]: tuple(row["urls"]) for row in rows}


def test_what_we_write_is_read_the_fast_way(tmp_path: Path) -> None:
    """The fast parser for files in exactly our form reads what we write; other files need the
    slower TOML parser."""
    path = tmp_path / "sources.toml"
    kept = {
        "ars": ("https://ars.example/feed",),
        "wired": ("https://b.example/é", "https://a.example/"),
    }
    SOURCES.update(FileArticleStore(tmp_path), lambda before: kept.items())

    assert parse_our_sources(path.read_bytes()) == list(kept.items())


@pytest.mark.parametrize(
    "data",
    [
        "x",
        "feed = 1",
        "other = 1",
        "[[feed]]",
        '[[feed]]\nfeed = "tag"',
        '[[feed]]\nfeed = "planet/mars"',
        '[[feed]]\nfeed = "tag/../../x"',
        '[[feed]]\nfeed = "tag/.."',
        '[[feed]]\nfeed = "tag/ai"\nmoved-to = "tag/ml"',
        '[[feed]]\nfeed = "tag/ai"\nmoved_to = "ml"',
        '[[feed]]\nfeed = "tag/ai"\nfirst_slug = "a/b"',
        '[[feed]]\nfeed = "tag/ai"\ndropped = "yes"',
        '[[feed]]\nfeed = "tag/ai"\nname = 1',
    ],
)
def test_a_broken_file_is_named_with_its_cure(tmp_path: Path, data: str) -> None:
    """A feeds.toml with a fault, by syntax, key or value, is an error that says to restore the file
    from a backup."""
    path = tmp_path / "feeds.toml"
    path.write_text(data)
    with pytest.raises(
        ConfigError, match=r"feeds\.toml: not as Syndicator writes it .*restore it from a backup"
    ):
        FEEDS.read(FileArticleStore(tmp_path))


@pytest.mark.parametrize(
    "data", ["[[source]]", '[[source]]\nkey = "a"\nurls = "b"', "[[source]]\nkey = 1\nurls = []"]
)
def test_a_broken_list_of_sources_is_named(tmp_path: Path, data: str) -> None:
    """A sources.toml that lacks a key or has a value of another type is an error that names the
    file."""
    path = tmp_path / "sources.toml"
    path.write_text(data)
    with pytest.raises(ConfigError, match=r"sources\.toml: not as"):
        SOURCES.read(FileArticleStore(tmp_path))
