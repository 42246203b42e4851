"""The full text of an article on its page."""

from __future__ import annotations

import pytest

from syndicator.publishing.render.html import render_markdown
from syndicator.publishing.web.shell import adapt_text

PICTURE = "https://a.example/a%20b.png?c=1&d=2"


def adapt_sample(markdown: str, picture: str = "") -> str:
    return adapt_text(render_markdown(markdown, "https://a.example/1"), picture).strip()


@pytest.mark.parametrize(
    ("markdown", "levels"),
    [
        ("# A\n## B\n# C", [2, 3, 2]),
        ("#### A\n###### B\n### C", [2, 3, 2]),
        ("## A\n#### B\n### C\n###### D", [2, 3, 3, 4]),
        ("# A\n## B\n### C\n#### D\n##### E\n###### F", [2, 3, 4, 5, 6, 6]),
    ],
)
def test_headings_begin_at_the_second_level_and_leave_none_out(
    markdown: str, levels: list[int]
) -> None:
    """Headings of a text begin at <h2>, as the page has the <h1>, and skip no level; `levels` are
    the resulting ones."""
    sample = adapt_sample(markdown)
    levels_of_start_tags = [int(part[0]) for part in sample.split("<h")[1:]]
    levels_of_end_tags = [int(part[0]) for part in sample.split("</h")[1:]]

    assert levels_of_start_tags == levels
    assert levels_of_end_tags == levels


def test_pictures_are_links_since_no_page_asks_another_host() -> None:
    """Pictures in texts become links, as our pages load nothing from other hosts; one that is a
    link already keeps its address; the cover (second argument), which the page shows, goes."""
    picture = adapt_sample(f'A text. ![a "b" > <i>c]({PICTURE})')

    assert "<img" not in picture
    assert f'href="{PICTURE.replace("&", "&amp;")}"' in picture
    assert ">Picture: a &quot;b&quot; &gt; &lt;i&gt;c</a>" in picture

    linked_picture = adapt_sample(f"[![]({PICTURE})](https://b.example/)")

    assert linked_picture == '<p><a href="https://b.example/">Picture</a></p>'

    cover = adapt_sample(f"A text.\n\n![words]({PICTURE})\n\nMore.", PICTURE)

    assert cover == "<p>A text.</p>\n<p>More.</p>"


def test_no_picture_is_linked_before_the_text() -> None:
    """Pictures before the first text are removed, since the page shows a cover there; later ones
    become links."""
    assert adapt_sample(f"![words]({PICTURE})\n\nA text.") == "<p>A text.</p>"
    assert adapt_sample(f"# ![]({PICTURE})\n\n![]({PICTURE})\n\nA text.").count("<a") == 0
    assert ">Picture</a>" in adapt_sample(f"A text.\n\n![]({PICTURE})")


@pytest.mark.parametrize("address", ["data:image/png;base64,AA", "/1.png", "file:///1.png", ""])
def test_a_picture_without_a_usable_address_is_dropped(address: str) -> None:
    """A picture whose address is not an absolute HTTP address is removed, with its paragraph."""
    assert adapt_text(f'<p>A text.</p>\n<p><img src="{address}" alt="words"></p>').strip() == (
        "<p>A text.</p>"
    )


def test_a_wide_table_scrolls_by_itself() -> None:
    """A table is wrapped in a scrollable element that the keyboard can focus, so that a wide one
    does not widen the page."""
    sample = adapt_sample("| a | b |\n|---|---|\n| 1 | 2 |")
    assert sample.startswith('<div class="wide" tabindex="0"')
    assert sample.endswith("</table></div>")


def test_columns_are_aligned_by_the_stylesheet() -> None:
    """Aligned columns have a class instead of the attribute `align`, which HTML no longer has."""
    sample = adapt_sample("| a | b |\n|--:|:-:|\n| 1 | 2 |")

    assert '<td class="right">1</td>' in sample
    assert '<th class="center">b</th>' in sample
    assert "align" not in sample


def test_everything_else_stays() -> None:
    """Text without a heading or picture is returned as it was."""
    given = (
        "<p>One <em>two</em> &lt;h1&gt; <a"
        ' href="https://b.example/?q=1&amp;r=%3Ch1%3E">three</a></p>'
    )
    assert adapt_text(given) == given
