"""Find the next page of a list."""

from __future__ import annotations

import pytest

from syndicator.reading.html.document import parse
from syndicator.reading.lists.learn import find_next_page


@pytest.mark.parametrize(
    ("link", "path"),
    [
        ('<link rel="next" href="/blog/page/2/">', "/blog/page/2/"),
        ('<a rel="next" href="?page=2">2</a>', "/blog/?page=2"),
        ('<a href="/blog/page/2">Older posts</a>', "/blog/page/2"),
        ('<a href="/blog/seite/2">Ältere Beiträge</a>', "/blog/seite/2"),
        ('<a href="/blog?p=2">Page suivante</a><a href="/blog?p=2">Suivant</a>', "/blog?p=2"),
        ('<a href="./?p=2">次へ</a>', "/blog/?p=2"),
        ('<a href="/akhbar?page=2">التالي</a>', "/akhbar?page=2"),
        ('<a href="/blog/page/2" aria-label="Next page">›</a>', "/blog/page/2"),
        ('<a href="/p/next-year-will-be-better">Next year will be better</a>', ""),
        ('<a href="https://b.example/page/2">Next</a>', ""),
        ('<a href="#page-2">Next</a>', ""),
    ],
)
def test_the_next_page_of_a_list(link: str, path: str) -> None:
    """The next page of a list is found by `rel`, or by a label such as "Older posts" in many
    languages; a link to an article, another site or the same page leads to none."""
    page = f"<html><body><p>Text</p>{link}</body></html>".encode()
    next_page = find_next_page(parse(page, "https://a.example/blog/"))

    assert next_page == (f"https://a.example{path}" if path else "")
