"""The order of results on the search page (its script runs in node)."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from syndicator.publishing import search
from tests.publishing.memory import MemoryIndex, MemoryOutlet
from tests.publishing.test_builder import make_article, publish_feeds

HERE = Path(__file__).parent
SCRIPT = HERE.parents[2] / "syndicator/publishing/static/search.js"
STORIES = (  # the oldest first
    make_article(1, title="Ferry news", excerpt="Nothing else."),
    make_article(2, title="Tides", excerpt="The ferry waits at the bridge."),
    make_article(3, title="Notes", excerpt="A ferry is late."),
    make_article(4, title="Notes", excerpt="A ferry is early."),
    *(make_article(number, title="Other news", excerpt="Nothing else.") for number in range(5, 25)),
)
pytestmark = pytest.mark.skipif(
    shutil.which("node") is None, reason="no node here, which runs the search of the pages"
)


@pytest.mark.parametrize(
    ("words", "titles"),
    [
        pytest.param("ferry", ["Ferry news", "Notes", "Notes", "Tides"], id="title before excerpt"),
        pytest.param("tide ferry bridge", ["Tides"], id="half of the words are not most"),
        pytest.param("ferry nowhere late", ["Notes"], id="most words"),
        pytest.param("ferry nowhere", [], id="one of two is not most"),
    ],
)
def test_the_best_story_is_first(tmp_path: Path, words: str, titles: list[str]) -> None:
    """The search page ranks stories that have most of the words, title matches first. Node runs the
    same script as browsers; each id names its rule. "ferry" is in the title "Ferry news" and in the
    excerpts of "Tides" (with "bridge") and of two "Notes" (one with "late")."""
    outlet = MemoryOutlet()
    publish_feeds(MemoryIndex(STORIES), outlet)
    for name, data in outlet.files.items():
        if name.startswith(search.FOLDER):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_bytes(data)
    done = subprocess.run(
        ["node", HERE / "find.js", SCRIPT, tmp_path],
        input=json.dumps([words]),
        capture_output=True,
        text=True,
        check=True,
    )
    (places,) = json.loads(done.stdout)

    # the titles of the results, which the script gives as period and place in it
    results = [
        search.read_script(
            outlet.files[f"{search.FOLDER}{period}.d{place // search.RESULTS_PER_FILE}.js"]
        )[place % search.RESULTS_PER_FILE][0]
        for period, place in places
    ]

    assert results == titles
