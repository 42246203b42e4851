"""The published pages by keyboard alone, without JavaScript, in the Nu checker, and by size.
The driver of Chromium and the checker come from npm; tests of missing programs are skipped."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.publishing.web.test_browser import PAGES, PublishedSite, published_site

pytestmark = pytest.mark.slow
__all__ = ["published_site"]

DRIVE = Path(__file__).with_name("keyboard.js")
MOST = 60_000  # bytes of the front page with its stylesheet and script, as gzip, without pictures


def install_package(name: str, folder: Path) -> Path:
    """Return the folder of a package of npm; skip the test if it cannot be installed."""
    npm = shutil.which("npm")
    if not npm:
        pytest.skip(f"no npm here, which {name} comes from")
    command = [npm, "install", "--ignore-scripts", "--no-audit", "--no-fund", name]
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=200)
    if done.returncode or not (folder / "node_modules" / name).is_dir():
        pytest.skip(f"npm cannot serve {name}")
    return folder / "node_modules" / name


@pytest.fixture(scope="module")
def driver_results(
    published_site: PublishedSite, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """The results of the driver."""
    node = shutil.which("node")
    if not node:
        pytest.skip("no node here, which drives Chromium")
    folder = tmp_path_factory.mktemp("driver")
    install_package("puppeteer-core", folder)
    shutil.copy(DRIVE, folder / "keyboard.js")
    command = [node, "keyboard.js", published_site.base, published_site.chromium, "story 7"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr[-2000:]
    document: dict[str, Any] = json.loads(done.stdout)
    return document


@pytest.mark.timeout(300)
def test_all_is_reached_by_keyboard_and_seen_where_it_is(driver_results: dict[str, Any]) -> None:
    """The Tab key reaches all links in order, each visible when focused. `driver_results` is what
    keyboard.js saw in Chromium: `order` the focused links, `skipped` the first one
    after "Skip to the content" was followed, `open` whether the box "Subscribe" opened."""
    names = [
        "Skip to the content",
        "Example feeds",
        "Latest",
        "All feeds",
        "Archive",
        "Search",
        "en",
        "de",
        "Subscribe",
    ]

    assert [link["text"] for link in driver_results["order"]][: len(names)] == names
    assert driver_results["order"][len(names)]["text"].startswith("Story ")
    assert all(link["seen"] for link in driver_results["order"])
    assert driver_results["skipped"] == "en"
    assert driver_results["open"] is True


@pytest.mark.timeout(300)
def test_the_first_screen_has_as_many_headlines_as_a_page_of_news(
    driver_results: dict[str, Any],
) -> None:
    """The first screen shows at least 25 headlines, 7 on a phone. `driver_results` is what
    keyboard.js saw in Chromium, in a wide and a narrow window."""
    wide, narrow = driver_results["firsts"]
    assert wide >= 25
    assert narrow >= 7


@pytest.mark.timeout(300)
def test_keys_lead_from_headline_to_headline_and_to_the_search(
    driver_results: dict[str, Any],
) -> None:
    """Keys move the focus between headlines (first, two forward, two back), and "/" opens the
    search. `driver_results` is what keyboard.js saw in Chromium."""
    first, second, third = driver_results["headlines"][:3]

    assert driver_results["keys"] == [first, third, first]  # what had the focus
    assert second != third
    assert driver_results["slash"].endswith("/search.html")


@pytest.mark.timeout(300)
def test_a_browser_remembers_the_languages_and_what_it_saw(driver_results: dict[str, Any]) -> None:
    """The browser remembers the chosen languages and which headlines are new since the last visit:
    none at the first, then two. `driver_results` is what keyboard.js saw: the new headlines of
    three visits, and the headlines with "de" chosen (stories 3 and 28 are German)."""
    assert driver_results["first"] == []
    assert driver_results["again"] == driver_results["headlines"][:2]
    assert driver_results["same"] == driver_results["headlines"][:2]
    assert driver_results["news"] == "2 new"
    assert sorted(driver_results["german"]) == sorted(
        headline for headline in driver_results["headlines"] if headline.split()[1] in ("3", "28")
    )


@pytest.mark.timeout(300)
def test_search_and_combinations_need_no_mouse(driver_results: dict[str, Any]) -> None:
    """Searching "story 7" and combining tags work by keyboard alone and log no error.
    `driver_results` is what keyboard.js saw in Chromium."""
    assert driver_results["results"] == ["Story 7"]
    assert driver_results["matches"] == "30 of all 30 stories."
    assert driver_results["logged"] == []


@pytest.mark.timeout(300)
def test_without_a_script_the_search_leads_to_the_archive_and_no_field_is_dead(
    driver_results: dict[str, Any],
) -> None:
    """Without JavaScript the search page links the archive instead, and no filter field is shown,
    as none would work."""
    assert "Without it, these pages have all stories:" in driver_results["withoutScript"]
    assert driver_results["withoutScript"].endswith("Archive")
    assert driver_results["filter"] == 0


@pytest.mark.timeout(300)
def test_the_nu_checker_finds_nothing(published_site: PublishedSite, tmp_path: Path) -> None:
    """The Nu HTML checker of the W3C finds no error in any page."""
    java = shutil.which("java")
    if not java:
        pytest.skip("no java here, which runs the Nu checker")
    jar = next(install_package("vnu-jar", tmp_path).rglob("vnu.jar"), None)
    if jar is None:
        pytest.skip("no vnu.jar in the package vnu-jar")
    files = [str(published_site.folder / name) for name in (*PAGES, "404.html")]
    command = [java, "-jar", str(jar), "--errors-only", "--format", "text", *files]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200)

    assert done.returncode == 0, done.stderr


def test_the_front_page_is_light(published_site: PublishedSite) -> None:
    """The front page with its style sheet, scripts and icon has fewer than MOST bytes when
    compressed."""
    names = ("index.html", "site.css", "site.js", "front.js", "icon.svg")
    assert (
        sum(len(gzip.compress((published_site.folder / name).read_bytes())) for name in names)
        < MOST
    )
