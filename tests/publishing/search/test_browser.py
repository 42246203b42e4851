"""The search page in Chromium, over files and over our own server."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote

import pytest

from syndicator.core.text import each_term
from syndicator.publishing.server.files import CSP
from tests.publishing.memory import MemoryIndex, MemoryOutlet
from tests.publishing.test_builder import make_article, publish_feeds

CHROMIUM = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)
pytestmark = [pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="no chromium here")]

SAID = "20 of 45 found among the newest 52 stories."
HOSTILE = "<img src=x onerror=document.title='run'> & </script>"
TEXTS = [
    "Robots lift a box",
    "Café ÉCLAIR über Straße ΣΟΦΟΣ İstanbul ŁÓDŹ",
    "人工知能の今 AI新聞 犬 𠮷野家",
    "서울 시장 ภาษาไทย हिन्दी में שָׁלוֹם العَرَبِيَّة",
    "Ｆｕｌｌ ﬁne ½ ① x² naïve e\u0301",
    "GPT-4o, C++ & R 5 days _under_ it's",
    HOSTILE,
]


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        return None

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", CSP)
        super().end_headers()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    root = tmp_path_factory.mktemp("site")
    outlet = MemoryOutlet()
    titles = [*TEXTS, *(f"Common story number{number}" for number in range(45))]
    publish_feeds(
        MemoryIndex(make_article(number, title=title) for number, title in enumerate(titles)),
        outlet,
    )
    for name, data in outlet.files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    (root / "terms.html").write_text(
        "<!doctype html><meta charset=utf-8><script src=search.js></script><pre></pre><script"
        " src=terms.js></script>",
    )
    (root / "terms.js").write_text(
        "document.querySelector('pre').textContent ="
        f" JSON.stringify({json.dumps(TEXTS)}.map(syndicator.terms));"
    )
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(root)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()


def load_page(address: str, folder: Path) -> str:
    """Return the document after its scripts ran."""
    assert CHROMIUM is not None
    options = [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        f"--user-data-dir={folder}",
        "--dump-dom",
    ]
    result = subprocess.run(
        [CHROMIUM, *options, "--virtual-time-budget=8000", address],
        capture_output=True,
        text=True,
        timeout=100,
    )
    return result.stdout


def read_results(address: str, folder: Path) -> tuple[list[str], str, str]:
    """Return the titles that were found, the message, and the title of the document."""
    dom = load_page(address, folder)
    results = re.search(r'<ol id="results".*?</ol>', dom, re.DOTALL)
    match = re.search(r'id="said"[^>]*>([^<]*)<', dom)
    title = re.search(r"<title>(.*?)</title>", dom)
    assert results
    assert match
    assert title
    titles = (re.sub("</?mark>", "", link) for link in re.findall(r"<a[^>]*>(.*?)</a>", results[0]))
    return [html.unescape(text) for text in titles], match[1], title[1]


def test_the_script_and_the_build_agree_on_the_terms_of_a_text(site: str, tmp_path: Path) -> None:
    """The JavaScript of the search page splits TEXTS into the same terms as Python does, so that
    searches match the built index."""
    # the page shows the terms of each text as JSON
    page = load_page(site + "terms.html", tmp_path)
    match = re.search(r"<pre>(.*?)</pre>", page, re.DOTALL)
    assert match is not None
    terms_of_script = [set(terms) for terms in json.loads(html.unescape(match[1]))]
    terms_of_build = [set(each_term(text)) for text in TEXTS]

    assert terms_of_script == terms_of_build


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("ROBOT box", TEXTS[0]),
        ("strasse eclair", TEXTS[1]),
        ("知能", TEXTS[2]),
        ("onerror", HOSTILE),
    ],
)
def test_a_story_is_found_and_its_title_is_text(
    site: str, tmp_path: Path, query: str, title: str
) -> None:
    """The search page finds a story in the browser, in several scripts, and shows its title as
    text: HOSTILE would set the document title to "run"."""
    titles, status_line, document_title = read_results(
        f"{site}search.html?q={quote(query)}", tmp_path
    )

    assert titles == [title]
    assert status_line == "1 found."
    assert document_title.startswith("Search"), "nothing of a title was run"


def test_the_newest_come_first_and_the_others_when_they_are_asked_for(
    site: str, tmp_path: Path
) -> None:
    """The search page shows the 20 newest of 45 matches, and how many there are among all 52
    stories; the rest is loaded on demand."""
    titles, status_line, _ = read_results(f"{site}search.html?q=common", tmp_path)

    assert titles[0] == "Common story number44"
    assert len(titles) == 20
    assert status_line == "20 of 45 found among the newest 52 stories."

    titles, status_line, _ = read_results(f"{site}search.html?q=zebra", tmp_path)

    assert titles == []
    assert status_line == "Nothing found."
