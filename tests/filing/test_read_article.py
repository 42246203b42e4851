"""`read_article` as a library function."""

from __future__ import annotations

from typing import Any

import pytest

from syndicator import read_article


@pytest.mark.parametrize(("page", "kind"), [("<p>A text.</p>", "str"), (None, "NoneType")])
def test_a_page_that_is_no_bytes_is_refused_with_the_cure(page: Any, kind: str) -> None:
    """Text or None in place of the page's bytes raises a TypeError that says what to give."""
    with pytest.raises(TypeError, match=f"^html is {kind}; give the bytes of the page"):
        read_article(page, "https://example.org/a")
