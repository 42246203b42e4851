"""Recognise pages that are filled by scripts."""

from __future__ import annotations

import pytest

from syndicator.reading.page_scripts import is_filled_by_scripts
from tests.visiting.drawing.drawn import DRAWN, PAGES, deliver_whole

MENU = "<a href=/news>News</a> <a href=/sport>Sport</a>"
TEXT = "<p>" + "Eleven words of a text that stands in the page itself. " * 5 + "</p>"


@pytest.mark.parametrize("name", DRAWN)
def test_a_page_of_scripts_is_filled_by_scripts(name: str) -> None:
    """Each sample page whose text is drawn by scripts is recognised before any script runs."""
    page = (PAGES / name / "index.html").read_bytes()
    assert is_filled_by_scripts(page, "https://a.example/")


@pytest.mark.parametrize(
    ("body", "filled"),
    [
        (f"{MENU}<div id=root></div><script src=/app.js></script>", True),
        (f"{MENU}<div id=root></div><script type=module>import '/app.js'</script>", True),
        (f"{MENU}<noscript><p>Switch it on.</p></noscript><script src=/app.js></script>", True),
        # its text is read without scripts
        (f"{MENU}<noscript>{TEXT}</noscript><script src=/app.js></script>", False),
        (f"{MENU}{TEXT}<script src=/app.js></script>", False),
        (f"{MENU}<p>There is nothing here.</p>", False),
        (f"{MENU}<script type=application/ld+json>{{}}</script>", False),
    ],
)
def test_a_page_with_text_or_without_scripts_is_not_filled_by_scripts(
    body: str, filled: bool
) -> None:
    """A page needs scripts only if it has one of its own and no text, not even in `<noscript>`."""
    page = f"<!doctype html><title>A title</title><body>{body}</body>".encode()
    assert is_filled_by_scripts(page, "https://a.example/") is filled


def test_a_page_with_its_whole_text_is_not_filled_by_scripts() -> None:
    """A page that is delivered with its text does not need scripts, although it also loads one."""
    page = deliver_whole().replace("</body>", "<script src=/more.js></script></body>")
    assert not is_filled_by_scripts(page.encode(), "https://a.example/")


def test_other_bytes_are_not_filled_by_scripts() -> None:
    """A feed is no page, so it cannot be filled by scripts."""
    assert not is_filled_by_scripts(b"<?xml version='1.0'?><rss/>", "https://a.example/feed")
