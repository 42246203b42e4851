"""The published pages in Chromium: axe finds nothing, no layout shift, no logged message.
axe-core comes from npm; tests of missing programs are skipped."""

from __future__ import annotations

import functools
import html
import http.server
import io
import json
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from lxml import html as lxml_html
from PIL import Image

from syndicator.configuration.settings import Publish, Settings, Site
from syndicator.core.model import FeedSpec
from syndicator.core.ports.subscriptions import Picture
from syndicator.publishing.render.html import render_markdown
from syndicator.publishing.selection.feeds import plan_feeds
from syndicator.publishing.web.pages import Pages
from syndicator.publishing.web.shared_pages import PHONE, SharedPages
from tests import axe as axe_core
from tests.publishing.memory import MemoryIndex, MemoryOutlet, build_all
from tests.publishing.test_builder import INSTANCE, SOURCES, make_article

pytestmark = pytest.mark.slow

SETTINGS = Settings(
    site=Site(title="Example feeds", url="http://127.0.0.1/", contact="me@feeds.example"),
    publish=Publish(tag_min=1),
)
PAGES = (
    *(
        "index.html",
        "tags/ai.html",
        "feeds.html",
        "archive.html",
        "combine.html",
    ),
    *("search.html", f"articles/{make_article(7).id}.html", PHONE),
    *("sources/alpha.html", "categories/ai.html", "archive/all/2025-11-04.html"),
    # the site of somebody who writes Arabic
    *("ar/index.html", "ar/tags/ai.html", f"ar/articles/{make_article(7).id}.html"),
)
# A text with all that markdown has, wide things and deep headings first.
WHOLE = render_markdown(
    """#### Deep first

A text with [a link](https://a.example/), `code` and ![a picture](https://a.example/p.png).

# High after it

| one | two | three |
|---|:-:|--:|
| """
    + "wide " * 40
    + """| b | c |

> A quotation.

```
a line of code that is wider than a small screen can show at once, so that it has to go on below
```

1. first
2. second
   - and a part of it
""",
    "https://alpha.example/7",
)
# The page in a frame of so many pixels; it says what axe found, how much moved, and whether it is
# too wide.
FRAME = """<!doctype html><title>-</title><iframe width="{width}" height="900" src="{name}"></iframe>
<pre id="said"></pre>
<script>onmessage = (event) => {{ document.getElementById("said").textContent = event.data; }};</script>"""  # noqa: E501
MOVED = 0.02  # cumulative layout shift that nobody notices
PROBE = """<script>window.moved = 0; new PerformanceObserver((list) => {
for (const one of list.getEntries()) moved += one.value; }).observe({type: "layout-shift", buffered: true});</script>"""  # noqa: E501
ASK = """<script src="/axe.min.js"></script><script>addEventListener("load", () => {
const cls = moved;
document.querySelector("[popover]")?.showPopover();
axe.run(document).then((found) => parent.postMessage(JSON.stringify({
  violations: found.violations.map((one) => one.id + " " + one.nodes[0].target), passes: found.passes.length, cls,
  wide: document.documentElement.scrollWidth > innerWidth, dark: matchMedia("(prefers-color-scheme: dark)").matches,
}), "*")); });</script>"""  # noqa: E501


class UncachedFiles(http.server.SimpleHTTPRequestHandler):
    """Serves files that Chromium does not keep: tests change them, and share its profile."""

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Write nothing among the output of the tests."""


@dataclass(frozen=True, slots=True)
class PublishedSite:
    """The pages on loopback, and Chromium."""

    folder: Path
    base: str
    chromium: str

    def dom(self, path: str, *options: str) -> tuple[str, str]:
        """The document after its scripts ran, and what Chromium logged."""
        command = [self.chromium, "--headless=new", "--no-sandbox", "--disable-gpu"]
        command += [
            f"--user-data-dir={self.folder}-profile",
            "--virtual-time-budget=20000",
            "--enable-logging=stderr",
            "--dump-dom",
            *options,
            self.base + path,
        ]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        return done.stdout, "\n".join(
            line for line in done.stderr.splitlines() if "CONSOLE" in line
        )


def _build(
    index: MemoryIndex, outlet: MemoryOutlet, settings: Settings, sources: dict[str, Any]
) -> list[FeedSpec]:
    specs = plan_feeds(
        index.feeds(), settings=settings, sources=list(sources.values()), queries=(), categories={}
    )
    build_all(
        specs, index=index, outlet=outlet, settings=settings, sources=sources, instance=INSTANCE
    )
    return specs


@pytest.fixture(scope="module")
def published_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PublishedSite]:
    chromium = shutil.which("chromium")
    if not chromium:
        pytest.skip("no chromium here")
    folder = tmp_path_factory.mktemp("web") / "public"
    index = MemoryIndex()
    outlet = MemoryOutlet()
    for number in range(30):
        more: dict[str, Any] = {"also": ("https://other.example/1",)} if number == 20 else {}
        more |= {"language": "de"} if number in (3, 28) else {}
        title = f"Story {number} has a headline of the length that most have"
        tags = ("AI", f"T {number % 4}")
        index.add(
            make_article(
                number,
                title=title,
                excerpt="A whole sentence, and another one. " * 4,
                tags=tags,
                **more,
            )
        )
        index.thumbnails[make_article(number).id] = Picture(
            name="pictures/1.webp", width=640, height=360
        )
    for number in (6, 7):
        index.add(make_article(number, source_key="whole"))
        index.kept[make_article(number).id] = WHOLE
    sources = {**SOURCES, "whole": replace(SOURCES["alpha"], key="whole", content="full")}
    specs = _build(index, outlet, SETTINGS, sources)
    arabic = SETTINGS.model_copy(update={"site": Site(title="مثال", language="ar")})
    right_to_left = MemoryOutlet()
    _build(index, right_to_left, arabic, sources)
    outlet.files |= {f"ar/{name}": data for name, data in right_to_left.files.items()}
    private = SETTINGS.model_copy(update={"publish": Publish(secret_path="sesame-opens-this-door")})
    shared_pages = SharedPages(Pages(specs, private))
    outlet.files[PHONE] = shared_pages.render_shared_pages({}, [])[PHONE]
    Image.new("RGB", (640, 360), "teal").save(bytes_io := io.BytesIO(), "WEBP")
    for folder_of_site in ("", "ar/"):
        outlet.files[f"{folder_of_site}pictures/1.webp"] = bytes_io.getvalue()
    for name, data in outlet.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    handler = functools.partial(UncachedFiles, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield PublishedSite(folder, f"http://127.0.0.1:{server.server_address[1]}/", chromium)
        server.shutdown()


@pytest.fixture(scope="module")
def checked_site(
    published_site: PublishedSite, tmp_path_factory: pytest.TempPathFactory
) -> PublishedSite:
    """The same with copies of the pages that ask axe-core."""
    shutil.copy(
        axe_core.fetch_axe_script(tmp_path_factory.mktemp("npm")),
        published_site.folder / "axe.min.js",
    )
    for name in PAGES:
        page = (published_site.folder / name).read_text()
        page = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', PROBE, page).replace(
            "</body>", f"{ASK}</body>"
        )
        (published_site.folder / name).with_suffix(".asked.html").write_text(page)
    return published_site


def read_axe_answer(checked_site: PublishedSite, options: Sequence[str]) -> dict[str, Any]:
    """Return the faults that axe found in the frame. Chromium's own clock runs on while a busy
    machine keeps a page waiting: a page that had no time to answer is asked again, and so is one
    that moved because its style sheet came late."""
    results: dict[str, Any] = {}
    for _ in range(3):
        dom, _ = checked_site.dom("frame.html", *options)
        (said,) = re.findall(r'<pre id="said">(.*?)</pre>', dom, re.DOTALL) or [""]
        if said:
            results = json.loads(html.unescape(said))
            if results["cls"] < MOVED:
                break
    assert results, f"no answer: {dom[:2000]}"
    return results


@pytest.mark.timeout(600)  # sixteen pages, each in a browser of its own
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_and_nothing_moves(
    checked_site: PublishedSite, width: int, dark: bool
) -> None:
    """In Chromium, axe finds no accessibility violation on any page, nothing is wider than the
    window, and the layout does not shift."""
    for name in PAGES:
        # the copy of the page that runs axe, in a frame that has this width
        asked = name.replace(".html", ".asked.html")
        (checked_site.folder / "frame.html").write_text(FRAME.format(width=width, name=asked))
        options = [
            "--window-size=1400,1000",
            f"--blink-settings=preferredColorScheme={0 if dark else 1}",
        ]
        axe_answer = read_axe_answer(checked_site, options)

        assert axe_answer["violations"] == [], (name, axe_answer)
        assert axe_answer["passes"] > 20, (name, axe_answer)  # axe did look at the page
        assert axe_answer["wide"] is False, name
        assert axe_answer["dark"] is dark, name
        assert axe_answer["cls"] < MOVED, (name, axe_answer)  # the cumulative layout shift


@pytest.mark.parametrize("name", ["tags/ai.html", "categories/ai.html", "sources/alpha.html"])
def test_a_feed_page_shows_twelve_headlines_on_a_screen(
    published_site: PublishedSite, name: str
) -> None:
    """In a window of 1280 by 900 pixels, at least 12 headlines are visible and the aside is beside
    them; a script counts them in an <iframe> of that size."""
    script = """addEventListener("load", () => {
const links = [...document.querySelectorAll(".story h3 a")];
const seen = links.filter((one) => one.getBoundingClientRect().bottom <= 900).length;
const aside = document.querySelector("aside").getBoundingClientRect();
const isBeside = aside.left > 900 && aside.top < 250;
document.title = `${seen} headlines, aside ${isBeside ? "beside" : "below"}`; });"""
    (published_site.folder / "count.js").write_text(script)
    page = (published_site.folder / name).read_text()
    counted_page = Path(name).with_suffix(".counted.html")
    (published_site.folder / counted_page).write_text(
        page.replace("</body>", '<script src="/count.js"></script></body>')
    )

    # the frame shows the title of the page in it as its own
    (published_site.folder / "frame.html").write_text(
        f'<iframe width="1280" height="900" src="{counted_page}"></iframe><script>onload = () => '
        'document.title = document.querySelector("iframe").contentDocument.title</script>'
    )
    dom, _ = published_site.dom("frame.html", "--window-size=1400,1000")
    (headlines, beside) = re.findall(r"<title>(\d+) headlines, aside (\w+)", dom)[0]

    assert int(headlines) >= 12
    assert beside == "beside"


def test_an_article_is_printed_as_its_text_only(published_site: PublishedSite) -> None:
    """A printed article has only source, title and text. Headless Chromium shows the print styles
    on screen, and a script reports the visible text."""
    name = f"articles/{make_article(7).id}.html"
    styles = (published_site.folder / "site.css").read_text()

    assert styles.count("@media print") == 1

    (published_site.folder / "print.css").write_text(
        styles.replace("@media print", "@media screen")
    )
    # a copy of the page, with a script that puts pictures and text into its title
    (published_site.folder / "text.js").write_text("""addEventListener("load", () => {
const seen = [...document.images].filter((one) => one.offsetParent).length;
document.title = JSON.stringify([seen, document.body.innerText]); });""")
    page = (published_site.folder / name).read_text().replace("site.css", "print.css")
    page = page.replace("</body>", '<script src="/text.js"></script></body>')
    (published_site.folder / name).with_suffix(".printed.html").write_text(page)
    dom, _ = published_site.dom(name.replace(".html", ".printed.html"))
    (title,) = re.findall(r"<title>(.*?)</title>", dom, re.DOTALL)
    pictures, text = json.loads(html.unescape(title))
    lines = [line for line in text.splitlines() if line.strip()]

    assert pictures == 0
    assert lines[:2] == ["Alpha", "Story 7"]
    assert "A quotation." in text
    assert "and a part of it" in lines[-1]

    for noise in ("Subscribe", "Search", "Read it at", "First published", "Story 6", "Picture"):
        assert noise not in text


def test_a_page_of_arabic_reads_from_the_right(published_site: PublishedSite) -> None:
    """An Arabic site is laid out right to left, its aside on the left; English excerpts and texts
    in it stay left to right."""
    script = """addEventListener("load", () => {
const list = document.querySelector(".stories").getBoundingClientRect();
const aside = document.querySelector("aside").getBoundingClientRect();
const direction = (name) => getComputedStyle(document.querySelector(name)).direction;
const english = [direction(".stories .excerpt"), direction(".stories time")];
document.title = [document.dir, aside.right < list.left, ...english].join(" "); });"""
    (published_site.folder / "side.js").write_text(script)
    page = (published_site.folder / "ar/tags/ai.html").read_text()
    (published_site.folder / "ar/tags/side.html").write_text(
        page.replace("</body>", '<script src="/side.js"></script></body>')
    )
    dom, _ = published_site.dom("ar/tags/side.html", "--window-size=1280,900")

    # page: from the right, aside left of the list; excerpt and time: from the left
    assert "<title>rtl true ltr ltr</title>" in dom

    whole = lxml_html.fromstring(
        (published_site.folder / f"ar/articles/{make_article(7).id}.html").read_text()
    )

    assert whole.xpath("//article/@dir") == ["ltr"]  # an English text


def test_no_page_logs_a_message(published_site: PublishedSite) -> None:
    """No page writes a message to the console of the browser, such as an error or a policy
    violation."""
    for name in PAGES:
        _, logged = published_site.dom(name)
        assert logged == "", name


def test_without_a_script_all_stories_and_addresses_are_there(
    published_site: PublishedSite,
) -> None:
    """Without JavaScript the front page has all 30 stories and the feed addresses; only copy
    buttons, which need a script, are hidden."""
    page = lxml_html.fromstring((published_site.folder / "index.html").read_text())

    assert len(page.xpath("//a[@class='headline']")) == 30
    assert "http://127.0.0.1/all.atom" in page.xpath("//section[@popover]//code/text()")
    assert {node.get("class") for node in page.xpath("//*[@hidden]")} == {"copy"}


def test_an_address_is_selected_and_copied_without_https(published_site: PublishedSite) -> None:
    """Without the clipboard API, which needs HTTPS, the copy button selects the address and uses
    `execCommand`. A script in the page clicks and reports."""
    # one script takes the clipboard away, another clicks and puts into the title of the page:
    # is the button hidden, what was executed, what is selected, what the page says
    page = (published_site.folder / PHONE).read_text()
    (published_site.folder / "bare.js").write_text(
        'Object.defineProperty(navigator, "clipboard", { value: undefined });'
    )
    (published_site.folder / "click.js").write_text("""addEventListener("load", async () => {
const button = document.querySelector("button.copy");
let asked = "";
document.execCommand = (what) => { asked = what; return true; };
button.click();
await null;
const said = document.querySelector(".said").textContent;
document.title = [button.hidden, asked, getSelection(), said].join(" | "); });""")
    page = page.replace("<title>", '<script src="/bare.js"></script><title>')
    (published_site.folder / "copied.html").write_text(
        page.replace("</body>", '<script src="/click.js"></script></body>')
    )
    dom, logged = published_site.dom("copied.html")
    address = lxml_html.fromstring(page).xpath("string(//p[@class='address']/code)")

    assert logged == ""
    assert address.startswith("http")
    assert f"<title>false | copy | {address} | Copied.</title>" in dom


def test_a_question_shows_its_number_of_stories_and_an_address_to_copy(
    published_site: PublishedSite,
) -> None:
    """On the page that combines tags, clicks (tag "T 1", not tag "T 2") show the number of stories,
    the newest six, and the address of that feed. The page says that the server answers it
    (`offered`) or not (`unanswered`), which it knows by the script q/answers.js."""
    page = (published_site.folder / "combine.html").read_text()
    click_script = """addEventListener("load", () => {
const click = (selector) => document.querySelector(selector).click();
click("[data-kind='tag'][value='t-1']"); click("[data-kind='tag'][value='t-2']");
click("[data-kind='not.tag'][value='t-2']"); });"""
    (published_site.folder / "tick.js").write_text(click_script)
    (published_site.folder / "ticked.html").write_text(
        page.replace("</body>", '<script src="/tick.js"></script></body>')
    )

    # the page with these clicks, on a server that answers
    answers_script = published_site.folder / "q" / "answers.js"
    answers_script.write_text("syndicator.isAnswered = true;")
    dom, logged = published_site.dom("ticked.html")
    answers_script.write_bytes(b"")

    assert logged == ""
    assert '<p id="offered">' in dom
    assert '<p class="by" id="unanswered" hidden="">' in dom
    assert "8 of all 30 stories." in dom

    address = f"{published_site.base}q/tag.t-1/not.tag.t-2.atom"

    assert f'<code id="address">{address}</code>' in dom
    assert f'data-copy="{address}"' in dom
    assert 'data-format="rss" href="q/tag.t-1/not.tag.t-2.rss"' in dom
    assert "syndicator build --question 'q/tag.t-1/not.tag.t-2'" in dom
    assert "mailto:me@feeds.example?subject=" in dom

    (newest,) = re.findall(r'<ol id="newest".*?</ol>', dom, re.DOTALL)

    assert newest.count("<li>") == 6

    # the page opened by the address of a question, on a server that has files only
    second_dom, _ = published_site.dom("combine.html#q/tag.t-1/words.sentence-whole")

    assert '<p id="offered" hidden="">' in second_dom
    assert 'id="unanswered">' in second_dom
    assert "8 of all 30 stories." in second_dom
    assert "q/tag.t-1/words.sentence-whole.atom" in second_dom
