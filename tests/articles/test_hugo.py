"""The real Hugo builds a site from our article files."""

from __future__ import annotations

import html
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from syndicator.articles.article_store import FileArticleStore
from syndicator.core.model import make_article_id
from tests.articles.samples import TRAPS, make_full_article
from tests.articles.test_shortcodes import BODIES
from tests.articles.wild import list_expected_fields, store_wild_articles

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
ODD = ("{{< title >}}", "{{% title %}}", "{{ .Title }}", "{{</*", "<!--more-->")
LAYOUTS = {
    "_default/single.html": "{{ .Title }}|{{ .Params.excerpt }}|{{ .Summary }}|{{ .Content }}",
    "_default/list.html": "{{ range .Pages }}{{ .Title }}{{ end }}",
    "index.html": "{{ range .Site.RegularPages }}{{ .Title }}: {{ .Params.excerpt }}{{ end }}",
}


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """The folder of a site without content."""
    if not shutil.which("hugo"):
        pytest.skip("hugo is not installed; Debian has it")
    for name, layout in LAYOUTS.items():
        path = tmp_path / "layouts" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(layout)
    (tmp_path / "hugo.toml").write_text(
        'baseURL = "https://example.org/"\ndisableKinds = ["RSS", "sitemap"]\n'
    )
    return tmp_path


def run_hugo(site: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["hugo", "--source", str(site)], capture_output=True, text=True, check=False, timeout=120
    )


def test_hugo_makes_pages_of_all_our_files(site: Path) -> None:
    """The site generator Hugo builds a page for each article file, also with odd texts and with
    text that looks like a shortcode."""
    store = FileArticleStore(site / "content", durable=False)
    store.instance()
    texts = [*ODD, *(trap for trap in TRAPS if trap.strip())]
    # odd texts in title, excerpt and body, and shortcodes in the body alone
    values = [
        *({"title": text, "excerpt": text, "body": text} for text in texts),
        *({"body": body} for body in BODIES),
    ]
    for number, changes in enumerate(values):
        url = f"https://example.org/{number}"
        alias = f"https://example.org/?p={number}"
        store.put(make_full_article(id=make_article_id(url), url=url, aliases=(alias,), **changes))

    result = run_hugo(site)

    assert result.returncode == 0, result.stdout + result.stderr
    pages = [path.read_text() for path in (site / "public").rglob("*.html")]
    # the layout of an article has a "|"
    assert sum("|" in page for page in pages) >= len(texts) + len(BODIES)
    # the shortcode `{{< x >}}`, as text
    assert any("<code>{{\u2060&lt; x &gt;}}</code>" in page for page in pages)


def test_hugo_gives_each_field_its_type(site: Path) -> None:
    """Hugo reads the fields of our files with the right types: a template prints each as JSON,
    which equals what we wrote."""
    fields = " ".join(
        f'"{key}" .Params.{key}'
        for key in ("excerpt", "coverImage", "author", "tags", "category", "source")
    )
    day = '"date" (.Date.Format "2006-01-02")'
    # only the front page has content: a line of JSON for each article
    for kind in ("_default/single.html", "_default/list.html"):
        (site / "layouts" / kind).write_text("")
    page = f'{{{{ dict "path" .File.Path "title" .Title {day} {fields} | jsonify }}}}\n'
    (site / "layouts/index.html").write_text(
        f"{{{{ range .Site.RegularPages }}}}{page}{{{{ end }}}}"
    )
    # whose every field is an odd text, by the path of their file
    articles = store_wild_articles(site / "content")

    result = run_hugo(site)

    assert result.returncode == 0, result.stdout + result.stderr

    lines = [line for line in (site / "public/index.html").read_text().split("\n") if line]
    found = {
        str(site / "content" / one.pop("path")): one
        for one in map(json.loads, map(html.unescape, lines))
    }

    assert found.keys() == articles.keys()

    for path, one in found.items():
        assert one == list_expected_fields(articles[path]) | {"date": "2026-11-23"}


def test_a_file_without_that_care_ends_the_build(site: Path) -> None:
    """A file with a shortcode that we did not escape makes Hugo fail: otherwise the tests above
    would prove nothing."""
    page = site / "content/a.md"
    page.parent.mkdir()
    page.write_text("---\ntitle: A\n---\n{{< figure-of-no-site >}}\n")

    assert run_hugo(site).returncode != 0
