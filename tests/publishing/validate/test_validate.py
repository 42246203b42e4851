"""A faulty feed, or one that lost entries, does not replace the published one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from syndicator.core.axes import ALL
from syndicator.core.model import entry_urn
from syndicator.publishing import validate
from syndicator.publishing.validate import describe_faulty_entry, find_missing
from tests.publishing.memory import MemoryIndex, MemoryOutlet
from tests.publishing.test_builder import INSTANCE, START, make_article, publish_feeds

HEAD = (
    "<feed"
    ' xmlns="http://www.w3.org/2005/Atom"><id>urn:x</id><title>t</title><updated>2025-01-01T00:00:00Z</updated>'
)
ENTRY = (
    "<entry><id>urn:y</id><title>t</title><updated>2025-01-01T00:00:00Z</updated><author><name>a</name></author><link"
    ' href="https://a.example/"/></entry>'
)

RSS = '<rss version="2.0"><channel><title>t</title><link>l</link><description>d</description></channel></rss>'  # noqa: E501


def assert_fault(fault: str | None, expected_fault: str | None) -> None:
    """Assert that `fault` contains `expected_fault`, or that both are None."""
    if expected_fault is None:
        assert fault is None
    else:
        assert fault is not None
        assert expected_fault in fault


@pytest.mark.parametrize(
    ("data", "expected_fault"),
    [
        (HEAD + ENTRY + "</feed>", None),
        (HEAD + ENTRY, "not-well-formed"),
        (HEAD + ENTRY + ENTRY + "</feed>", "an id is there twice (urn:y)"),
        (HEAD.replace("<id>urn:x</id>", "") + "</feed>", "invalid"),
        (HEAD + "<title>again</title></feed>", "invalid"),
        (HEAD + ENTRY.replace("2025-01-01T00:00:00Z", "yesterday") + "</feed>", "(urn:y)"),
        (
            HEAD + ENTRY.replace("<author><name>a</name></author>", "") + "</feed>",
            "without an author (urn:y)",
        ),
        (
            HEAD + ENTRY.replace('<link href="https://a.example/"/>', "") + "</feed>",
            "neither an alternate",
        ),
        (HEAD + ENTRY.replace("<id>urn:y</id>", "<id>urn:y</id><made-up/>") + "</feed>", "invalid"),
        (HEAD + '<link rel="self"/></feed>', "invalid"),
        (HEAD + '<x:y xmlns:x="urn:ext" a="1"><x:z/></x:y></feed>', None),
        (HEAD + "<category/></feed>", "invalid"),
        (
            "<!DOCTYPE feed [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"
            + HEAD
            + "<rights>&x;</rights></feed>",
            "invalid",
        ),
    ],
)
def test_atom(data: str, expected_fault: str | None) -> None:
    """The check of an Atom document (RFC 4287) names its fault, with the id of the entry if there
    is one; valid documents and foreign elements have none."""
    atom_fault = validate.find_atom_fault(data.encode())
    assert_fault(atom_fault, expected_fault)


@pytest.mark.parametrize(
    ("data", "expected_fault"),
    [
        (
            (
                '<rss version="2.0"><channel><title>t</title><link>l</link><description>d</description></channel></rss>'  # noqa: E501
            ),
            None,
        ),
        (RSS.replace("<description>d</description>", ""), "no description"),
        ("<rss><channel/></rss>", "no rss 2.0"),
        (
            RSS.replace("</channel>", "<item/></channel>"),
            "neither a title",
        ),
    ],
)
def test_rss(data: str, expected_fault: str | None) -> None:
    """The check of an RSS 2.0 document names its fault: required elements of channel and item.
    Valid documents have none."""
    fault = validate.check_rss(data.encode()).fault
    assert_fault(fault, expected_fault)


@pytest.mark.parametrize(
    ("data", "expected_fault"),
    [
        ('{"version": "v", "title": "t", "items": []}', None),
        ('{"version": "v", "title": "t", "items": [{"id": "1", "content_text": "x"}]}', None),
        ('{"version": "v", "title": "t", "items": [{"id": "1"}]}', "without id or content"),
        ('{"title": "t"', "not-well-formed"),
    ],
)
def test_json(data: str, expected_fault: str | None) -> None:
    """The check of a JSON feed names its fault: syntax, or an item without id or content. Valid
    documents have none."""
    fault = validate.check_json(data.encode()).fault
    assert_fault(fault, expected_fault)


@pytest.mark.parametrize(
    ("published", "new_version", "members", "excused", "expected_lost"),
    [
        ("cba", "dcb", "dcba", "", ""),  # a moved out of the window
        ("cba", "dca", "dca", "", "b"),  # b is nowhere, and something below it stayed
        ("cba", "dca", "dca", "b", ""),
        ("cba", "dc", "dcba", "", ""),
        ("cba", "da", "dcba", "", "cb"),  # b and c belong but were not rendered
        ("cba", "xyz", "xyz", "", "cba"),  # nothing of the live file is left
        ("cba", "xyz", "xyzcba", "", ""),  # many new ones pushed them all out
        ("cba", "cb", "cb", "", ""),  # the last one is gone: pruned from the end
    ],
)
def test_lost_ids(
    published: str, new_version: str, members: str, excused: str, expected_lost: str
) -> None:
    """Between two versions of a feed an id is lost if it is gone although it still belongs or newer
    ones did not push it out. Each letter is an id, the newest first. `members` belong in the feed,
    shown or not; `excused` may be lost."""
    assert "".join(find_missing(published, new_version, members, excused)) == expected_lost


def test_twenty_new_articles_in_a_minute_pass() -> None:
    """Twenty new articles at once are no reason to hold back a feed, although they are unusually
    many."""
    index = MemoryIndex(make_article(n) for n in range(60))
    outlet = MemoryOutlet()
    publish_feeds(index, outlet)
    for n in range(100, 120):
        index.add(make_article(n, added=START + timedelta(days=5, seconds=n), published=None))
    report = publish_feeds(index, outlet)

    assert report.held == ()
    assert "all.atom" in report.written


def test_an_index_that_forgot_an_article_is_held() -> None:
    """A feed that would lose an entry whose article is missing keeps its published file, until the
    operator deletes that file or excuses the entry."""
    index = MemoryIndex(make_article(n) for n in range(6))
    outlet = MemoryOutlet()
    publish_feeds(index, outlet)
    before = dict(outlet.files)

    # the index forgets an article, without a withdrawal
    lost_id = index.members[next(iter(index.rows))][2]
    lost_article = index.article_store[lost_id]
    index.remove(lost_id)
    report = publish_feeds(index, outlet)

    assert {problem.what for problem in report.held} == {
        "all",
        "tags/ai",
        "tags/llm",
        "categories/ai",
        "sources/alpha",
    }
    assert entry_urn(INSTANCE, lost_id) in report.held[0].detail
    assert (
        f'"{lost_article.title}", {lost_article.url}, which has no article file'
        in report.held[0].detail
    )
    assert outlet.files["all.atom"] == before["all.atom"]
    assert index.rows[next(iter(index.rows))].held

    details_by_feed = {problem.what: problem.detail for problem in report.held}

    assert "delete tags/ai.atom of the public folder" in details_by_feed["tags/ai"]

    # first way out: the operator deletes the published file
    del outlet.files["tags/ai.atom"]  # as its operator is told

    assert "tags/ai" not in {problem.what for problem in publish_feeds(index, outlet).held}

    # second way out: the operator excuses the entry
    report = publish_feeds(index, outlet, excused=[lost_id])

    assert report.held == ()
    assert outlet.files["all.atom"] != before["all.atom"]


def test_a_feed_of_another_instance_is_held() -> None:
    """If the ids in the published feed are those of another instance, it is held: a lost
    instance.toml would show every entry again."""
    index = MemoryIndex(make_article(n) for n in range(6))
    outlet = MemoryOutlet()
    publish_feeds(index, outlet)
    # as another instance would have named its entries
    outlet.files["all.atom"] = outlet.files["all.atom"].replace(b"urn:uuid:", b"urn:uuid:0")

    assert [problem.what for problem in publish_feeds(index, outlet).held] == ["all"]


def test_one_bad_article_is_set_aside_and_named() -> None:
    """An article that cannot be rendered, here for its javascript: address, is reported and left
    out; the other five are published."""
    index = MemoryIndex(make_article(n) for n in range(6))
    outlet = MemoryOutlet()
    bad = make_article(3)
    index.add(replace(bad, url="javascript:alert(1)"))
    report = publish_feeds(index, outlet)

    assert report.held == ()
    assert [(problem.what, problem.reason) for problem in report.set_aside] == [
        ("javascript:alert(1)", "cannot-render")
    ]
    assert len(validate.list_entry_ids(outlet.files["all.atom"])) == 5


def test_a_fault_names_title_address_and_file_of_its_article() -> None:
    """A fault that names an entry is described with the article's title, address and file."""
    index = MemoryIndex(make_article(n) for n in range(3))
    article = make_article(1)
    fault = f"all.atom: invalid: an entry without an author ({entry_urn(INSTANCE, article.id)})"

    assert (
        describe_faulty_entry(fault, ALL, b"", index, INSTANCE)
        == f': "{article.title}", {article.url}, file {article.id}.md'
    )
    assert describe_faulty_entry("cannot write all.atom", ALL, b"", index, INSTANCE) == ""


def test_a_broken_document_names_the_entry_in_which_it_breaks() -> None:
    """The fault of a malformed document names the id of the entry in which it breaks (urn:z, with a
    control character)."""
    data = (
        HEAD
        + ENTRY
        + ENTRY.replace("urn:y", "urn:z").replace("<title>t", "<title>\x01t")
        + "</feed>"
    ).encode()
    fault = validate.check_atom(data).fault

    assert fault is not None
    assert fault.startswith("not-well-formed")
    assert fault.endswith("(urn:z)")
