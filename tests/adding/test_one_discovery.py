"""The same address gives the same source in `add`, `import` and the console."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from syndicator.runs import refresh
from tests.adding.fronts import WAYS, Front, Instance, make_address_list, make_front_pages
from tests.aged.web import Web, serve_web
from tests.cli.sites import make_rss
from tests.faults.instance import InProcess

FRONTS = make_front_pages()


@pytest.fixture
def web() -> Iterator[Web]:
    with serve_web() as started:
        started.answers = {url: it for front in FRONTS for url, it in front.answers.items()}
        yield started


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refresh, "make_worker", lambda settings: InProcess())


def has_expected_source(front: Front, instance: Instance, way: str) -> bool:
    """Whether the instance follows the front page as expected, or gives the expected reason."""
    source_kinds = instance.list_source_kinds()
    if way == "add":
        if front.reason:
            return not any(url.startswith(front.url) for url in source_kinds)
        return any(
            (source_kind.kind, source_kind.followed) == (front.kind, front.followed)
            for source_kind in source_kinds.values()
        )
    if way == "console" and not front.reason:
        return any(
            (kind.kind, kind.followed) == (front.kind, front.followed)
            for kind in source_kinds.values()
        )
    each = source_kinds[front.url]
    return (each.kind, each.followed, each.reason) == (front.kind, front.followed, front.reason)


@pytest.mark.parametrize("way", WAYS)
def test_a_front_page_is_followed_and_is_no_article(tmp_path: Path, web: Web, way: str) -> None:
    """However an address is added, a front page gets the expected source, its three stories are
    filed, and it is never an article itself."""
    instance = Instance(tmp_path, web)
    add_addresses = WAYS[way]
    add_addresses(instance, [front.url for front in FRONTS])
    instance.visit_due()

    wrong = [front.name for front in FRONTS if not has_expected_source(front, instance, way)]
    assert wrong == [], instance.list_source_kinds()

    # stories have /p/ in their addresses, front pages have not
    filed = instance.list_article_urls()
    followed = [front for front in FRONTS if front.followed]

    assert len(filed) == 3 * len(followed)
    assert all("/p/" in url for url in filed)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_list_gives_the_same_sources_by_every_way(tmp_path: Path, web: Web) -> None:
    """A list of 61 addresses gives the same sources, kinds and reasons by every way of adding; 8
    front pages, 30 feeds and 8 more are followed."""
    urls, web.answers = make_address_list()

    assert len(urls) == 61

    sources_by_way = {}
    for way in ("opml", "text", "sources.toml", "console", "api"):
        instance = Instance(tmp_path / way, web)
        add_addresses = WAYS[way]
        add_addresses(instance, urls)
        instance.visit_due(limit=0)
        sources_by_way[way] = sorted(
            (source_kind.key, source_kind.kind, source_kind.followed, source_kind.reason)
            for source_kind in instance.list_source_kinds().values()
        )
    opml_sources = sources_by_way["opml"]

    assert len(opml_sources) == 61

    for way, sources in sources_by_way.items():
        assert set(sources) == set(opml_sources), way

    # a source that is followed has a kind
    assert sum(bool(kind) for _, kind, _, _ in opml_sources) == 8 + 30 + 8


ICON_PATHS = ("/", "/favicon.ico")  # where the icon of a site is looked for


def test_a_first_visit_after_add_asks_for_nothing_beyond_the_preview(
    tmp_path: Path, web: Web
) -> None:
    """`add` requests the same addresses as its preview (`--dry-run`), and the first visit after it
    none of them again: only the icon of the site is new."""
    empty = "http://empty.example/feed"
    web.answers = {**web.answers, empty: make_rss("Empty", empty, [])}

    for name, url in (
        ("one", "http://one.example/"),
        ("plain", "http://plain.example/"),
        ("empty", empty),
    ):
        previewing = Instance(tmp_path / f"preview-{name}", web)
        web.asked.clear()
        previewing.run_command("add", url, "--yes", "--dry-run")
        asked_by_preview = sorted(web.asked)

        adding = Instance(tmp_path / f"add-{name}", web)
        web.asked.clear()
        assert adding.run_command("add", url, "--yes").exit_code == 0
        assert sorted(web.asked) == asked_by_preview

        adding.visit_due()
        asked_by_visit = Counter(web.asked) - Counter(asked_by_preview)
        assert all(urlsplit(asked).path in ICON_PATHS for asked in asked_by_visit), asked_by_visit
