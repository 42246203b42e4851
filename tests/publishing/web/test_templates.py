"""Templates and styles of the operator."""

from __future__ import annotations

import sys
from pathlib import Path

import jinja2
import pytest

from syndicator.publishing.page_design import Look, load_look
from syndicator.publishing.selection.feeds import plan_feeds
from syndicator.publishing.web import templates
from tests.publishing.memory import MemoryIndex, MemoryOutlet, list_stale_feeds
from tests.publishing.test_builder import SETTINGS, SOURCES, make_article, publish_feeds

FOOTER = "<footer><p>Run by {{ page.site }} <b>& friends</b></p></footer>"


def render_sample(given: Look) -> tuple[dict[str, bytes], list[str]]:
    index = MemoryIndex(make_article(number) for number in range(4))
    outlet = MemoryOutlet()
    report = publish_feeds(index, outlet, look=given)
    assert all(problem.reason == "template" for problem in report.set_aside)
    return outlet.files, [problem.detail for problem in report.set_aside]


def test_an_operators_template_replaces_ours_on_every_page() -> None:
    """A footer template of the operator replaces ours on all kinds of pages; it may use variables
    such as the title of the site."""
    files, faults = render_sample(Look({"footer.html": FOOTER}))
    assert faults == []
    for name in ("index.html", "feeds.html", "all.html", "archive/all/2025-11-03.html"):
        assert b"<footer><p>Run by Example feeds <b>& friends</b></p></footer>" in files[name]


def test_values_in_templates_are_escaped() -> None:
    """Values in templates of the operator are HTML-escaped without a filter, here a title with a
    script."""
    index = MemoryIndex([make_article(1, title="<script>1</script>")])
    outlet = MemoryOutlet()
    publish_feeds(index, outlet, look=Look({"story.html": "<li>{{ entry.title }}</li>"}))

    assert b"<li>&lt;script&gt;1&lt;/script&gt;</li>" in outlet.files["all.html"]


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        (
            "footer.html",
            "<footer>{% if %}</footer>",
            "templates/footer.html, line 1: Expected an expression",
        ),
        ("story.html", "<li>\n{{ entry.titel }}</li>", "templates/story.html, line 2: "),
        (
            "feed.html",
            "{{ ''.__class__.__mro__ }}",
            "templates/feed.html, line 1: access to attribute '__class__'",
        ),
        ("feed.html", "{{ 1 / 0 }}", "templates/feed.html, line 1: division by zero"),
    ],
)
def test_a_faulty_template_costs_no_page_and_is_named_with_its_line(
    name: str, text: str, fault: str
) -> None:
    """If a template of the operator has a fault, or does something forbidden, the built-in one is
    used and the fault is reported with file and line (`fault` is the beginning). `render_sample`
    returns the files of a site with such templates, and the faults."""
    files, faults = render_sample(Look({name: text}))

    assert len(faults) == 1
    assert faults[0].startswith(fault)

    files_without_template, _ = render_sample(Look())

    assert files == files_without_template


def test_styles_follow_ours_and_the_folder_is_read(tmp_path: Path) -> None:
    """Templates and site.css are read from the configuration folder; its styles are appended to
    ours, so that they win. Without them, the look is ours."""
    assert load_look(tmp_path) == Look()

    (tmp_path / "templates").mkdir()
    (tmp_path / "templates/footer.html").write_text(FOOTER)
    (tmp_path / "site.css").write_text("h1 { color: teal; }")
    look = load_look(tmp_path)
    files, _ = render_sample(look)

    assert files["site.css"].endswith(b"h1 { color: teal; }")
    assert len(files["site.css"]) > 2000  # ours is before it
    assert look.templates == {"footer.html": FOOTER}


def test_a_changed_template_makes_every_page_again() -> None:
    """A changed template of the operator makes all HTML pages again, though no feed is stale."""
    index = MemoryIndex(make_article(number) for number in range(4))
    outlet = MemoryOutlet()
    publish_feeds(index, outlet)
    specs = plan_feeds(
        index.feeds(),
        settings=SETTINGS,
        sources=list(SOURCES.values()),
        queries=(),
        categories={"AI": "Machines"},
    )

    assert list_stale_feeds(specs, index) == set()

    look = Look({"footer.html": FOOTER})
    report = publish_feeds(index, outlet, look=look, whole=False)
    all_pages = {name for name in outlet.files if name.endswith(".html")}
    written_pages = {name for name in report.written if name.endswith(".html")}

    assert written_pages == all_pages


@pytest.mark.parametrize("damaged", [False, True])
def test_our_templates_are_compiled_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, damaged: bool
) -> None:
    """The compiled templates are kept on disk, and compiled again if they are damaged there: a
    process that has none in memory reads them from disk and gets the same pages."""
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", False)

    # count the templates that jinja compiles
    compiled: list[int] = []
    compile_template = jinja2.Environment.compile
    monkeypatch.setattr(
        jinja2.Environment, "compile", lambda *given: compiled.append(1) or compile_template(*given)
    )
    templates._load_our_templates.cache_clear()
    first_files, _ = render_sample(Look())
    compiled_first = len(compiled)

    if damaged:
        for path in tmp_path.rglob("*.pyc"):
            path.write_bytes(path.read_bytes()[:-40])
    templates._load_our_templates.cache_clear()  # as in a new process
    second_files, _ = render_sample(Look())
    compiled_later = len(compiled) - compiled_first

    assert second_files == first_files
    assert compiled_first
    assert compiled_later == (compiled_first if damaged else 0)

    templates._load_our_templates.cache_clear()
