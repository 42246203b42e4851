"""Cookie consent dialogs are removed, unless they are all that a page has."""

from __future__ import annotations

import pytest

from syndicator.reading.reader import read

URL = "https://board.example/t/188"
POST = (
    "<p>Does anyone know what the two holes in the lower plate of this case are for? The manual"
    " says nothing, but they look as if they were meant for something.</p>"
)
ASKED = (
    "These technologies are set by us or by partners of ours and count who reads what, on which"
    " machine, and how long."
)
BOX = (
    "<div id='{name}' role='dialog'><h2>Your choices</h2><p>When you visit any site, it may"
    " store or read facts in your browser, mostly in the form of"
    f" cookies.</p><p>{ASKED}</p><p>{ASKED.replace('count', 'learn')}</p></div>"
)


def make_page(box: str, story: str = POST) -> bytes:
    return f"<html><head><title>Two holes</title></head><body><main>{story}</main>{box}</body></html>".encode()  # noqa: E501


@pytest.mark.parametrize(
    "name", ["onetrust-consent-sdk", "cookie-banner", "site_gdpr_popup", "cookieConsent"]
)
def test_a_request_longer_than_the_post_is_not_read(name: str) -> None:
    """A consent dialog is cut by its id, even if it has more text than the post above it."""
    body = read(make_page(BOX.format(name=name)), URL).body

    assert "two holes" in body
    assert "browser" not in body
    assert "technologies" not in body


def test_a_story_on_cookies_is_read() -> None:
    """An article whose class mentions cookie consent is not taken for a dialog: its text stays."""
    story = f"<article class='tag-cookie-consent'>{POST}<p>{ASKED}</p></article>"
    assert "technologies" in read(make_page("", story), URL).body
