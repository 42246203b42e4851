"""The search files of a build, which contain only published words."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from syndicator.publishing import search
from syndicator.publishing.kinds.targets import SEARCH
from syndicator.searching.documents import Document
from tests.publishing.memory import MemoryIndex, MemoryOutlet
from tests.publishing.test_builder import SETTINGS, SOURCES, make_article, publish_feeds


def search_files(outlet: MemoryOutlet) -> dict[str, bytes]:
    return {name: data for name, data in outlet.files.items() if name.startswith("search/")}


def list_periods(outlet: MemoryOutlet) -> list[list[Any]]:
    script: list[list[Any]] = search.read_script(outlet.files["search/index.js"])
    return script


def read_search_text(outlet: MemoryOutlet) -> str:
    return json.dumps(
        [search.read_script(data) for data in search_files(outlet).values()], ensure_ascii=False
    )


def build_search_files(*articles: Any) -> tuple[MemoryIndex, MemoryOutlet]:
    index = MemoryIndex(articles)
    outlet = MemoryOutlet()
    publish_feeds(index, outlet)
    return index, outlet


OLD = datetime(2023, 5, 1, tzinfo=UTC)


def test_title_tags_category_author_source_and_excerpt_are_found() -> None:
    """A search file has every word of an article: marked `!` in title and tags, `.` elsewhere,
    unmarked for facets such as tag:savanna. `0` is the article's number."""
    _, outlet = build_search_files(
        make_article(
            1, title="Zebras graze", excerpt="Quietly so.", tags=("Savanna",), category="Nature"
        )
    )

    # the terms: each with the numbers of its articles
    lines = search.read_script(outlet.files["search/2025-11.0.t0.js"]).split("\n")
    articles_of = dict(line.split(" ") for line in lines)
    for term in ("zebra", "graze", "savanna"):
        assert articles_of[term] == "0!"
    for term in ("quietly", "nature", "ann", "writer", "alpha"):
        assert articles_of[term] == "0."
    for term in ("tag:savanna", "category:nature", "source:alpha", "lang:en"):
        assert articles_of[term] == "0"

    # the details that results show
    assert search.read_script(outlet.files["search/2025-11.0.d0.js"]) == [
        [
            "Zebras graze",
            "https://alpha.example/1",
            "2025-11-03",
            "Alpha",
            "Quietly so.",
            make_article(1).id,
        ]
    ]
    assert "search.html" in outlet.files
    assert "search.js" in outlet.files


def test_the_same_articles_give_the_same_bytes_and_one_more_changes_one_block() -> None:
    """Search files do not depend on the order of articles; a new article changes the block of its
    month and the index, not the closed year 2023."""
    articles = [make_article(n) for n in range(5)] + [make_article(9, added=OLD, published=OLD)]
    index, outlet = build_search_files(*articles)
    before = search_files(outlet)
    _, outlet_of_other_order = build_search_files(*reversed(articles))

    assert search_files(outlet_of_other_order) == before

    index.add(make_article(6, title="Another"))
    publish_feeds(index, outlet, only={key for key, row in index.rows.items() if row.stale})
    changed = {name for name, data in search_files(outlet).items() if before.get(name) != data}

    assert changed == {"search/index.js", "search/2025-11.0.t0.js", "search/2025-11.0.d0.js"}
    assert [row[0] for row in list_periods(outlet)] == ["2023", "2025-11.0"]


def test_fingerprints_of_search_files_are_stored_and_not_published() -> None:
    """Fingerprints of search files stay in the database. If they are outdated, the files are made
    again with the same bytes."""
    index, outlet = build_search_files(make_article(1), make_article(9, added=OLD, published=OLD))
    remembered = index.targets([SEARCH])

    assert remembered.keys() == {"search/index.js", "search/2023", "search/2025-11.0"}

    # the published list of periods has versions, not the fingerprints
    published_versions = {row[1] for row in list_periods(outlet)}

    assert not set(remembered.values()) & published_versions

    # all fingerprints are outdated
    before = search_files(outlet)
    for name, file in index.files(remembered).items():
        index.files_of[name] = replace(file, made_of="other times")
    index.mark_stale(index.rows)
    publish_feeds(index, outlet, only=set(index.rows))

    assert search_files(outlet) == before


def test_a_build_makes_no_file_of_a_period_that_did_not_change(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """After a new article in November 2025, only the files of that period are computed, not those
    of 2023."""
    index, outlet = build_search_files(make_article(1), make_article(9, added=OLD, published=OLD))
    index.add(make_article(2))

    # each period whose files are computed makes a `Shards`
    computed_periods: list[str] = []
    make_shards = search.Shards

    def record_period(name: str) -> search.Shards:
        computed_periods.append(name)
        return make_shards(name)

    monkeypatch.setattr(search, "Shards", record_period)
    publish_feeds(index, outlet, only={key for key, row in index.rows.items() if row.stale})

    assert computed_periods == ["2025-11.0"]


def test_an_article_that_was_withdrawn_is_found_no_more() -> None:
    """The build after an article is withdrawn removes its title ("Retracted") and its terms
    ("retracted") from all search files."""
    gone_article = make_article(3, title="Retracted claim")
    index, outlet = build_search_files(*(make_article(n) for n in range(3)), gone_article)

    assert "Retracted" in read_search_text(outlet)

    index.remove(gone_article.id, at=datetime(2026, 1, 1, tzinfo=UTC))
    publish_feeds(index, outlet, only={key for key, row in index.rows.items() if row.stale})

    assert "Retracted" not in read_search_text(outlet)
    assert "retracted" not in read_search_text(outlet)


def test_words_of_unpublished_texts_find_nothing() -> None:
    """Words of a nosnippet article are not in the search files, neither of its excerpt
    ("Unquotable") nor of its text ("Unsayable")."""
    article = make_article(1, robots=("nosnippet",), excerpt="Unquotable words.")
    _, outlet, _ = build_with_texts(article, texts={article.id: "Unsayable."})

    assert "unquotable" not in read_search_text(outlet)
    assert "unsayable" not in read_search_text(outlet)


def test_words_of_a_text_with_only_an_excerpt_published_are_not_found() -> None:
    """If a source publishes excerpts, only words of the excerpt are in the search files, not those
    of the text ("Unpublished")."""
    article = make_article(1, excerpt="Quotable words.")
    _, outlet, _ = build_with_texts(article, texts={article.id: "Unpublished."})

    assert "quotable" in read_search_text(outlet)
    assert "unpublished" not in read_search_text(outlet)


def test_files_of_periods_that_are_no_more_go() -> None:
    """When months are merged into a year, the files of the months are deleted: once there is an
    article of 2026, the year 2025 is closed."""
    index, outlet = build_search_files(make_article(1))

    assert any(name.startswith("search/2025-11.") for name in outlet.files)

    index.add(make_article(2, added=datetime(2026, 2, 1, tzinfo=UTC)))
    publish_feeds(index, outlet)

    assert {row[0] for row in list_periods(outlet)} == {"2025", "2026-02.0"}
    assert not any(name.startswith("search/2025-11.") for name in outlet.files)


def test_a_file_that_is_lost_and_a_list_that_is_broken_are_made_again() -> None:
    """A build restores a missing search file, also if the index of search files is damaged (first
    `damage`)."""
    index, outlet = build_search_files(make_article(1), make_article(2))
    whole_files = search_files(outlet)
    for damage in ({"search/index.js": b'syndicatorSearch("index",[[1,2]])\n'}, {}):
        outlet.files |= damage
        outlet.files.pop("search/2025-11.0.d0.js")
        index.mark_stale(index.rows)
        publish_feeds(index, outlet, only=set(index.rows))
        assert search_files(outlet) == whole_files


def test_hostile_text_is_data_in_a_script_of_ascii() -> None:
    """Search files are one-line ASCII scripts, in which a hostile title is only data; line
    separators (U+2028) become spaces."""
    title = "</script><img src=x onerror=alert(1)>\u2028\"';__proto__ constructor"
    _, outlet = build_search_files(make_article(1, title=title, tags=("__proto__",)))
    for name, data in search_files(outlet).items():
        assert (
            data.isascii() and data.count(b"\n") == 1 and data.startswith(b"syndicatorSearch(")
        ), name

    assert (
        title.replace("\u2028", " ")
        in search.read_script(outlet.files["search/2025-11.0.d0.js"])[0][0]
    )


def read_terms(outlet: MemoryOutlet, period: str) -> dict[str, str]:
    """Return the terms of all files of a period."""
    files = [
        search.read_script(data)
        for name, data in outlet.files.items()
        if name.startswith(f"search/{period}.t")
    ]
    return dict(line.split(" ") for file in files for line in file.split("\n") if line)


def test_many_articles_are_spread_over_files() -> None:
    """A period with 300 articles is split into four shards. Terms list gaps between article numbers
    in base 36: "story" is in all, "number37" in article 37."""
    articles = [
        make_article(n, title=f"Story number{n} word{n * 7919}", added=OLD + timedelta(minutes=n))
        for n in range(300)
    ]
    _, outlet = build_search_files(*articles, make_article(999))
    ((name, _, article_count, shard_count),) = (
        row for row in list_periods(outlet) if row[0] == "2023"
    )

    assert article_count == 300
    assert shard_count == 4
    assert set(search.list_shard_names(name, article_count, shard_count)) <= set(outlet.files)

    lines = read_terms(outlet, "2023")

    assert lines["story"] == ",".join(["0!"] * 300)  # no gap; `!` marks the title
    assert lines["number7"] == "7!"
    assert lines["number37"] == "11!"  # 36 + 1


@pytest.fixture
def whole_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The source publishes whole texts."""
    monkeypatch.setitem(SOURCES, "alpha", replace(SOURCES["alpha"], content="full"))


def build_with_texts(
    *articles: Any, texts: dict[str, str], **more: Any
) -> tuple[MemoryIndex, MemoryOutlet, list[str]]:
    index = MemoryIndex(articles)
    outlet = MemoryOutlet()
    read = list[str]()
    index.save_html({article_id: f"<p>{text}</p>" for article_id, text in texts.items()})
    publish_feeds(index, outlet, markdown=lambda id: (read.append(id), texts[id])[1], **more)
    return index, outlet, read


@pytest.mark.usefixtures("whole_texts")
def test_words_of_a_text_are_found_and_frequent_words_weigh_more() -> None:
    """Words of a published text are indexed: frequent ones with the mark `.`, rare ones without;
    addresses of links are not indexed."""
    text = "**Inflation** rose. " + "Prices fell. " * 3 + "[here](https://hidden.example/)"
    _, outlet, _ = build_with_texts(make_article(1), texts={make_article(1).id: text})
    lines = read_terms(outlet, "2025-11.0")

    assert lines["inflation"] == "0"
    assert lines["price"] == "0."
    assert lines["here"] == "0"
    assert "hidden" not in lines


@pytest.mark.usefixtures("whole_texts")
def test_the_terms_that_are_stored_are_those_of_a_text() -> None:
    """If terms of a text are stored, as for article 2, they are used and the text is not read
    again: "Prices." is never indexed."""
    texts = {make_article(1).id: "Inflation.", make_article(2).id: "Prices."}
    index, outlet, _ = build_with_texts(make_article(1), texts=texts)
    index.add(make_article(2))
    index.terms[make_article(2).id] = Document(body=" tariff ")
    publish_feeds(index, outlet, markdown=texts.__getitem__)
    terms = read_terms(outlet, "2025-11.0")

    assert "tariff" in terms
    assert "price" not in terms


@pytest.mark.usefixtures("whole_texts")
def test_the_words_of_a_long_text_are_bounded() -> None:
    """At most 400 words of a text are indexed, to bound the size of search files; this text has
    1,000 different words."""
    text = " ".join(f"word{number}" for number in range(1000))
    _, outlet, _ = build_with_texts(make_article(1), texts={make_article(1).id: text})
    words = [term for term in read_terms(outlet, "2025-11.0") if term.startswith("word")]

    assert len(words) == 400


def test_without_pages_there_is_no_search() -> None:
    """If the format "html" is not published, no search files are written, since only HTML pages use
    them."""
    publish = SETTINGS.publish.model_copy(update={"formats": ("atom",)})
    index = MemoryIndex([make_article(1)])
    outlet = MemoryOutlet()
    publish_feeds(index, outlet, SETTINGS.model_copy(update={"publish": publish}))

    assert search_files(outlet) == {}
