"""sources.toml: accepted and refused values, their messages, and edits that keep comments."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicator.configuration.settings import parse_allow
from syndicator.configuration.sources import registry
from syndicator.configuration.sources.registry import (
    add_sources,
    edit_source,
    load_sources,
    make_source_key,
    remove_source,
)
from syndicator.configuration.sources.schema import parse_sources
from syndicator.configuration.toml_files import TomlFile
from syndicator.core import urls
from syndicator.core.errors import ConfigError, LockedError, UsageError
from syndicator.core.model import Rules, Source

SAMPLE = """\
# My sources. Keep the order.

# --- News ---

# AI only
[[source]]
key = "one"
url = "https://one.example/feed"  # moved in May
# every = "1h"

# --- Papers ---

# abstracts
[[source]]
key = "two"
url = "https://two.example/atom.xml"
tags = ["papers"]

  [source.rules]
  remove = [".promo"]  # their events

# the last
[[source]]
key = "three"
url = "https://three.example/"

# written at the end
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "sources.toml"
    path.write_text(SAMPLE, encoding="utf-8")
    return path


def test_every_field_is_read(tmp_path: Path) -> None:
    """Each key of a `[[source]]` table sets the field of its name."""
    path = tmp_path / "sources.toml"
    path.write_text(
        """
[[source]]
key = "all"
url = "https://example.org/feed"
title = "All"
kind = "feed"
category = "AI"
tags = ["AI", "LLM"]
content = "full"
language = "de"
licence = "CC-BY-4.0"
every = "6h"
robots = "ignore"
allow = ["10.0.0.0/8:443", "fd00::/8:443", "192.168.0.0/16"]
headers_env = { Authorization = "FEED_TOKEN" }
backfill = 5
speaks_for = ["Example.NET", "https.example/~alice/"]
llm = false
enabled = false
[source.rules]
select = ["article"]
remove = [".ad"]
title_suffix = " | All"
content = "feed"
keep = ["A line we keep."]
""",
        encoding="utf-8",
    )
    assert load_sources(path) == (
        Source(
            key="all",
            url="https://example.org/feed",
            title="All",
            kind="feed",
            category="AI",
            tags=("AI", "LLM"),
            content="full",
            language="de",
            licence="CC-BY-4.0",
            every="6h",
            robots="ignore",
            allow=("10.0.0.0/8:443", "fd00::/8:443", "192.168.0.0/16"),
            headers_env={"Authorization": "FEED_TOKEN"},
            backfill=5,
            speaks_for=("example.net", "https.example/~alice"),
            llm=False,
            enabled=False,
            rules=Rules(
                select=("article",),
                remove=(".ad",),
                title_suffix=" | All",
                content="feed",
                keep=("A line we keep.",),
            ),
        ),
    )


@pytest.mark.parametrize(
    "line",
    [
        "10.0.0.0/8:443",
        "10.1.2.3/8",
        "10.0.0.5",
        "10.0.0.5:80",
        "fd00::/8:443",
        "fd00::/8",
        "::1",
        "[::1]:8080",
    ],
)
def test_the_guard_reads_what_is_accepted(line: str) -> None:
    """Every form of `allow` that the sources accept can be parsed as a network (`parse_allow`), as
    the network guard does."""
    table = {"key": "a", "url": "https://a.example/", "allow": [line]}
    (source,) = parse_sources(TomlFile(Path("sources.toml"), {"source": [table]}))

    network = parse_allow(source.allow[0]).network

    assert network.num_addresses >= 1


def test_an_empty_list_is_fine(tmp_path: Path) -> None:
    """A sources.toml without a source is valid."""
    path = tmp_path / "sources.toml"
    path.write_text("# nothing yet\n", encoding="utf-8")
    assert load_sources(path) == ()


GOOD = 'key = "a"\nurl = "https://a.example/feed"\n'
# the text of a source, and words that the message has to have
BAD = [
    (GOOD + 'evry = "1h"', ["source 'a'", "unknown key 'evry'", "'every'"]),
    (GOOD + "[source.rules]\nremov = []", ["source 'a'", "'rules.remov'", "'remove'"]),
    (GOOD + 'every = "often"', ["source 'a'", "every", "'often'", '"30m"']),
    (GOOD + 'every = "10s"', ["source 'a'", "every", "one minute"]),
    (GOOD + 'every = "1h"\ncron = "0 7 * * *"', ["source 'a'", "both every and cron"]),
    (GOOD + 'cron = "at seven"', ["source 'a'", "cron", "at seven", "fields"]),
    (GOOD + 'cron = "0 25 * * *"', ["source 'a'", "cron", "25"]),
    (GOOD + 'content = "whole"', ["source 'a'", "content", '"full"', "'whole'"]),
    (GOOD + 'kind = "podcast"', ["source 'a'", "kind", '"feed"']),
    (GOOD + 'language = "deutsch!"', ["source 'a'", "language", '"de"']),
    (GOOD + "backfill = -1", ["source 'a'", "backfill"]),
    (GOOD + 'allow = ["10.0.0.0/99:443"]', ["source 'a'", "allow", '"10.0.0.0/8:443"']),
    (GOOD + 'allow = ["10.0.0.0/8:99999"]', ["source 'a'", "allow", '"10.0.0.0/8:443"']),
    (GOOD + 'speaks_for = ["https://b.example/"]', ["source 'a'", "speaks_for", '"example.org"']),
    (GOOD + 'speaks_for = ["a b"]', ["source 'a'", "speaks_for", '"example.org"']),
    (GOOD + 'tags = [""]', ["source 'a'", "tags"]),
    (
        GOOD + 'headers_env = { Authorization = "Bearer hush-hush" }',
        ["source 'a'", "headers_env", "variable"],
    ),
    (
        GOOD + 'headers_env = { "X Y" = "TOKEN" }',
        ["source 'a'", "headers_env", "'X Y' is not a header name"],
    ),
    (
        GOOD + 'headers_env = { A = "SYNDICATOR_TOKEN" }',
        ["source 'a'", "headers_env", "are settings"],
    ),
    (
        'key = "a"\nurl = "https://a.example/?t=${SYNDICATOR_T}&k=hush-hush"',
        ["source 'a'", "url", "are settings"],
    ),
    ('key = "a"\nurl = "https://${HOST}.a.example/?k=hush-hush"', ["source 'a'", "url"]),
    (
        'key = "a"\nurl = "https://a.example/?t=${A-B}&k=hush-hush"',
        ["source 'a'", "url", "${NAME}"],
    ),
    ('key = "a"\nurl = "https://me:hush-hush@a.example/"', ["source 'a'", "url", "headers_env"]),
    ('key = "a"\nurl = "a.example/feed"', ["source 'a'", "url", "https://"]),
    ('key = "a"\nurl = "ftp://a.example/feed"', ["source 'a'", "url", "https://"]),
    (GOOD + 'select = ["p"]', ["source 'a'", "unknown key 'select'; it belongs to [source.rules]"]),
    (GOOD + 'content = "ful"', ["source 'a'", "content: ", "(did you mean 'full'?)"]),
    ('key = "a"', ["source 'a'", "has no url"]),
    ('url = "https://a.example/"', ["source number 1", "has no key"]),
    ('key = "A b"\nurl = "https://a.example/"', ["source 'A b'", "key", "techcrunch-ai"]),
    ('key = "nul"\nurl = "https://a.example/"', ["source 'nul'", "key", "another"]),
    ('key = "../a"\nurl = "https://a.example/"', ["key", "techcrunch-ai"]),
    (GOOD + '[[source]]\nkey = "a"\nurl = "https://b.example/"', ["two sources have the key 'a'"]),
    (
        GOOD + '[[source]]\nkey = "b"\nurl = "https://A.example:443/feed"',
        ["source 'b'", "url", "'a' has the same"],
    ),
]


@pytest.mark.parametrize(("text", "words"), BAD)
def test_a_fault_names_file_source_key_and_cure(
    tmp_path: Path, text: str, words: list[str]
) -> None:
    """The message for each wrong source has one line with the file and the `words`, which name
    source, key and cure, and never shows the secret `hush-hush` that some have."""
    path = tmp_path / "sources.toml"
    path.write_text("[[source]]\n" + text, encoding="utf-8")

    with pytest.raises(ConfigError) as caught:
        load_sources(path)

    message = str(caught.value)

    for word in (str(path), *words):
        assert word in message
    assert "hush-hush" not in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ('[source]\nkey = "a"', "two brackets"),
        ("[[sources]]\n" + GOOD, "unknown key 'sources'"),
        ("source = 3", "[[source]]"),
        ("[[source]\n", "not valid TOML"),
    ],
)
def test_a_file_of_another_shape(tmp_path: Path, text: str, word: str) -> None:
    """A sources.toml that is not a list of `[[source]]` tables is refused, with the file and the
    mistake."""
    path = tmp_path / "sources.toml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(ConfigError, match=str(path)) as caught:
        load_sources(path)
    assert word in str(caught.value)


def test_a_missing_file_says_how_to_get_one(tmp_path: Path) -> None:
    """The error about a missing sources.toml suggests `init`."""
    with pytest.raises(ConfigError, match="init"):
        load_sources(tmp_path / "sources.toml")


# edits


def test_add_leaves_what_was_there_alone(path: Path) -> None:
    """`add_sources` appends a source, writes no defaults, and keeps the existing text."""
    new = Source(
        key="four",
        url="https://four.example/feed",
        tags=("AI",),
        headers_env={"X-Key": "FOUR_KEY"},
        rules=Rules(remove=(".ad", "aside"), title_suffix=' "quoted" – Four'),
    )
    add_sources(path, [new])

    text = path.read_text(encoding="utf-8")
    added_text = text.removeprefix(SAMPLE.rstrip())

    assert text.startswith(SAMPLE.rstrip())
    assert load_sources(path)[-1] == new
    # defaults
    assert "backfill" not in added_text
    assert "enabled" not in added_text


def test_add_makes_the_file(tmp_path: Path) -> None:
    """Adding the first source makes the file and its folder."""
    path = tmp_path / "config" / "sources.toml"
    add_sources(path, [Source(key="a", url="https://a.example/feed")])
    assert (
        path.read_text(encoding="utf-8")
        == '[[source]]\nkey = "a"\nurl = "https://a.example/feed"\n'
    )


@pytest.mark.parametrize(
    "source",
    [
        Source(key="one", url="https://new.example/"),
        Source(key="new", url="http://www.one.example/feed/"),
    ],
)
def test_add_refuses_what_is_there(path: Path, source: Source) -> None:
    """A source with the key of another, or with its address in another spelling (http, www, a
    slash), is refused; the file stays."""
    with pytest.raises(UsageError, match="already"):
        add_sources(path, [source])
    assert path.read_text(encoding="utf-8") == SAMPLE


def test_add_refuses_what_could_not_be_read_back(path: Path) -> None:
    """A source with an invalid key is not added, and the file stays as it is."""
    with pytest.raises(ConfigError, match="key"):
        add_sources(path, [Source(key="Not A Key", url="https://new.example/")])
    assert path.read_text(encoding="utf-8") == SAMPLE


def load_by_alias(path: Path) -> dict[str, Source]:
    """The sources by what all spellings of their address have in common."""
    return {urls.alias(source.url): source for source in load_sources(path)}


def test_a_caller_who_knows_the_sources_saves_reading_them_again(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A caller may give `add_sources` the known sources; then it does not parse the file. It still
    refuses two new sources with one key or one address."""
    new = Source(key="four", url="https://four.example/feed", rules=Rules(remove=(".ad",)))
    same_key = replace(new, url="https://else.example/")
    same_address = replace(new, key="five")
    known = load_by_alias(path)
    with monkeypatch.context() as patch:
        patch.setattr(registry, "read_toml_file", lambda path: pytest.fail("it was read again"))
        for refused in (same_key, same_address):
            with pytest.raises(UsageError, match="already"):
                add_sources(path, [new, refused], lambda: known)
        add_sources(path, [new], lambda: known)

    assert load_sources(path) == (*known.values(), new)
    assert path.read_text(encoding="utf-8").startswith(SAMPLE.rstrip())


@pytest.mark.parametrize(
    "text",
    [
        'source = [{ key = "a", url = "https://a.example/" }]\n',
        (
            '[[source]]\nkey = "a"\nurl = "https://a.example/"\n[source.rules]\nkeep ='
            ' ["""\n[[source]]\n"""]\n'
        ),
    ],
)
def test_a_file_that_is_written_otherwise_is_read_whoever_knows_it(path: Path, text: str) -> None:
    """Unusual TOML (a list of inline tables, a `[[source]]` line within a text) either gets the new
    source beside the known ones, or is left unchanged, also if the caller gives the known ones."""
    path.write_text(text, encoding="utf-8")
    known = load_by_alias(path)
    new = Source(key="b", url="https://b.example/")
    try:
        add_sources(path, [new], lambda: known)
    except ConfigError:
        assert path.read_text(encoding="utf-8") == text
    else:
        assert load_sources(path) == (*known.values(), new)


def test_remove_takes_the_comment_over_the_source_and_no_other(path: Path) -> None:
    """Removing the source "two" of SAMPLE removes the comments directly above and inside its table
    and keeps all others; no gap of two empty lines is left."""
    assert remove_source(path, "two")

    text = path.read_text(encoding="utf-8")

    assert [source.key for source in load_sources(path)] == ["one", "three"]
    assert "# abstracts" not in text
    assert "# their events" not in text

    for comment in (
        "# --- Papers ---",
        "# the last",
        "# moved in May",
        '# every = "1h"',
        "# written at the end",
    ):
        assert comment in text

    assert "\n\n\n" not in text


def test_remove_the_first_and_the_last(path: Path) -> None:
    """Of the three sources of SAMPLE the first, the last and then the only one left can be removed;
    headings and the final comment stay."""
    assert remove_source(path, "one")
    assert path.read_text(encoding="utf-8").startswith(
        "# My sources. Keep the order.\n\n# --- News ---\n\n# --- Papers"
    )

    assert remove_source(path, "three")
    assert path.read_text(encoding="utf-8").endswith("# written at the end\n")

    assert remove_source(path, "two")
    assert load_sources(path) == ()
    assert "# --- News ---" in path.read_text(encoding="utf-8")


def test_remove_of_an_unknown_key_writes_nothing(path: Path) -> None:
    """Removing an unknown key returns False and does not touch the file."""
    before = path.stat().st_mtime_ns
    assert not remove_source(path, "nine")
    assert path.stat().st_mtime_ns == before


def test_remove_where_lines_mislead(path: Path) -> None:
    """A `[[source]]` line within a multi-line string is not taken for a table."""
    path.write_text(
        '[[source]]\nkey = "a"\nurl = "https://a.example/"\n[source.rules]\nkeep ='
        ' ["""\n[[source]]\n"""]\n\n[[source]]\nkey = "b"\nurl = "https://b.example/"\n',
        encoding="utf-8",
    )

    assert remove_source(path, "b")

    (source,) = load_sources(path)

    assert source.key == "a"
    assert source.rules.keep == ("[[source]]\n",)


def test_edits_keep_the_ends_of_lines(path: Path) -> None:
    """Edits keep CRLF line endings; only the edited address differs afterwards."""
    text = path.read_text(encoding="utf-8").replace("\n", "\r\n")
    path.write_bytes(text.encode())
    edit_source(path, "one", lambda source: replace(source, url="https://one.example/new/feed"))
    add_sources(path, [Source(key="new", url="https://new.example/feed")])
    remove_source(path, "new")
    after = path.read_bytes().decode()

    assert after == text.replace("https://one.example/feed", "https://one.example/new/feed")


def test_an_edit_keeps_the_comment_beside_it(path: Path) -> None:
    """Changing an address keeps the comment on the same line."""
    edit_source(path, "one", lambda source: replace(source, url="https://one.example/new/feed"))
    assert path.read_text(encoding="utf-8") == SAMPLE.replace(
        "one.example/feed", "one.example/new/feed"
    )


def test_an_edit_of_an_unknown_key(path: Path) -> None:
    """Editing an unknown source is an error that names the key."""
    with pytest.raises(UsageError, match="nine"):
        edit_source(path, "nine", lambda source: replace(source, url="https://nine.example/"))


def test_an_edit_to_the_address_of_another(path: Path) -> None:
    """A source cannot get the address of another source; the file stays as it is."""
    with pytest.raises(ConfigError, match="same"):
        edit_source(path, "one", lambda source: replace(source, url="https://two.example/atom.xml"))
    assert path.read_text(encoding="utf-8") == SAMPLE


def test_a_broken_file_is_not_edited(path: Path) -> None:
    """A file that is not valid TOML is left alone."""
    path.write_text("[[source]\n", encoding="utf-8")
    with pytest.raises(ConfigError):
        add_sources(path, [Source(key="a", url="https://a.example/")])
    assert path.read_text(encoding="utf-8") == "[[source]\n"


def test_edits_keep_a_symlink_the_mode_and_leave_no_litter(path: Path, tmp_path: Path) -> None:
    """An edit writes through a symlink, keeps the file mode and leaves no temporary file."""
    path.chmod(0o640)
    link = tmp_path / "elsewhere" / "sources.toml"
    link.parent.mkdir()
    link.symlink_to(path)
    add_sources(link, [Source(key="four", url="https://four.example/")])

    assert link.is_symlink()
    assert path.stat().st_mode & 0o777 == 0o640
    assert len(load_sources(path)) == 4  # three of SAMPLE, and the new one

    # the folder of the link has no suffix
    suffixes = {file.suffix for file in tmp_path.iterdir()}

    assert suffixes <= {"", ".toml", ".lock"}


def test_two_edits_at_once_are_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An edit fails if another one holds the lock longer than `LOCK_SECONDS`."""
    from filelock import FileLock

    monkeypatch.setattr(registry, "LOCK_SECONDS", 0.05)
    lock_of_other_edit = FileLock(path.with_name(f".{path.name}.lock"))
    with lock_of_other_edit, pytest.raises(LockedError, match=r"sources\.toml"):
        remove_source(path, "one")


TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30)


@settings(max_examples=25)  # each writes a file twice
@given(title=TEXT, tags=st.lists(TEXT, max_size=4), suffix=TEXT, keep=st.lists(TEXT, max_size=3))
def test_whatever_is_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory,
    title: str,
    tags: list[str],
    suffix: str,
    keep: list[str],
) -> None:
    """Any title, tags and rules are read back as written, and removing the source restores the
    file."""
    path = tmp_path_factory.mktemp("sources") / "sources.toml"
    path.write_text(SAMPLE, encoding="utf-8")
    rules = Rules(title_suffix=suffix, keep=tuple(keep))
    source = Source(
        key="new", url="https://new.example/", title=title, tags=tuple(tags), rules=rules
    )
    add_sources(path, [source])

    assert load_sources(path)[-1] == source
    assert remove_source(path, "new")
    assert path.read_text(encoding="utf-8") == SAMPLE


# keys

KEYS = [
    ("https://techcrunch.com/category/artificial-intelligence/feed/", "techcrunch-ai"),
    ("https://huggingface.co/blog/feed.xml", "huggingface-blog"),
    ("https://feeds.arstechnica.com/arstechnica/index", "arstechnica"),
    ("https://www.theverge.com/rss/index.xml", "theverge"),
    ("https://rss.arxiv.org/rss/cs.CL", "arxiv-cs-cl"),
    ("https://simonwillison.net/atom/everything/", "simonwillison"),
    ("https://blog.example.org/rss", "example-blog"),
    ("https://someone.substack.com/feed", "someone"),
    ("https://www.bbc.co.uk/news/technology/rss.xml", "bbc-news-technology"),
    ("https://www.youtube.com/feeds/videos.xml?channel_id=UCabc", "youtube-ucabc"),
    ("https://bücher.example/feed", "bucher"),
    ("https://日本.example/", "source"),
    ("http://127.0.0.2:8080/feed.xml", "127-0-0-2"),
]


@pytest.mark.parametrize(("url", "key"), KEYS)
def test_keys_are_short_and_readable(url: str, key: str) -> None:
    """The key of a source is made from the telling parts of its address, as KEYS lists."""
    assert make_source_key(url) == key


def test_a_taken_key_gets_a_number() -> None:
    """If a key is in use, the next free number is appended."""
    assert (
        make_source_key("https://openai.com/news/rss.xml", {"openai-news", "openai-news-2"})
        == "openai-news-3"
    )


@given(path=st.text(max_size=80), query=st.text(max_size=20))
def test_every_key_is_one(path: str, query: str) -> None:
    """Whatever the URL, the key made from it is valid."""
    url = f"https://example.org/{path}?{query}".encode("utf-8", "replace").decode()
    try:
        key = make_source_key(url)
    except ValueError:  # not a URL at all
        return

    # a source with an invalid key would be refused
    table = {"key": key, "url": "https://example.org/"}
    (source,) = parse_sources(TomlFile(Path("sources.toml"), {"source": [table]}))

    assert source.key == key
