"""Convert an HTML tree to Markdown."""

from __future__ import annotations

import pytest
from lxml import html as lxml_html
from markdown_it import MarkdownIt

from syndicator.reading import markdown
from syndicator.reading.html.blocks import read_blocks
from syndicator.reading.html.document import parse_tree

BASE = "https://a.example/dir/page"
CASES = [
    ("<p>One <b>two</b><i> three </i>four</p>", "One **two** *three* four"),
    ("<p>a</p><div>b<p>c</p>d</div>", "a\n\nb\n\nc\n\nd"),
    (
        "<ul><li>a<ol start=3><li>b</li><li>c</li></ol></li><li>d</li></ul>",
        "- a\n  3. b\n  4. c\n- d",
    ),
    ("<ul><li><p>a</p><p>b</p></li></ul>", "- a\n\n  b"),
    ("<blockquote><p>a</p><p>b</p></blockquote>", "> a\n>\n> b"),
    ("<h2>A <a href='#x'>b</a></h2><p>c</p>", "## A [b](https://a.example/dir/page#x)\n\nc"),
    ("<pre><code class='language-js'>a &lt; b\n\n  c</code></pre>", "```js\na < b\n\n  c\n```"),
    ("<p>one<br>two<br><br>three</p>", "one\\\ntwo\n\nthree"),
    (
        (
            "<table><tr><th>a</th><th>b</th></tr><tr><td>1|2</td><td><a"
            " href='/x'>c</a></td></tr></table>"
        ),
        "| a | b |\n| --- | --- |\n| 1\\|2 | [c](https://a.example/x) |",
    ),
    ("<table><tr><td><h1>Title</h1><p>a</p></td></tr></table>", "# Title\n\na"),
    (
        "<figure><img src='i.jpg' alt='An [alt]'><figcaption>A \"caption\"</figcaption></figure>",
        '![An \\[alt\\]](https://a.example/dir/i.jpg "A \\"caption\\"")',
    ),
    (
        "<img src='data:image/gif;base64,R0' data-src='/real.jpg'>",
        "![](https://a.example/real.jpg)",
    ),
    ("<img srcset='/s.jpg 300w, /l.jpg 1200w, /xl.jpg 4000w'>", "![](https://a.example/l.jpg)"),
    ("<img src='/p.gif' width=1 height=1><p>x</p>", "x"),
    ("<p><a href='javascript:alert(1)'>a</a> <a href='data:text/html,x'>b</a></p>", "a b"),
    (
        "<p>&lt;b&gt; &amp;lt; *a* _b_ [c](d) `e` # f</p>",
        "&lt;b> &amp;lt; \\*a\\* \\_b\\_ \\[c\\](d) \\`e\\` # f",
    ),
    ("<p># a</p><p>- b</p><p>1. c</p><p>&gt; d</p>", "\\# a\n\n\\- b\n\n1\\. c\n\n\\> d"),
    ("<p>a<script>b</script><style>c</style><!-- d -->e</p>", "ae"),
    ("<p><code>a`b</code></p>", "``a`b``"),
]


@pytest.mark.parametrize(("markup", "expected"), CASES)
def test_markdown(markup: str, expected: str) -> None:
    """Each piece of HTML in `CASES` is converted to the expected Markdown."""
    blocks = read_blocks(parse_tree(f"<html><body>{markup}</body></html>"))
    assert markdown.to_markdown(blocks, BASE) == expected


@pytest.mark.parametrize("markup", [markup for markup, _ in CASES])
def test_escaped_text_makes_no_markup(markup: str) -> None:
    """Markdown made from any of the sample markup renders to HTML without scripts, raw tags or
    `javascript:` links."""
    blocks = read_blocks(parse_tree(f"<html><body>{markup}</body></html>"))
    markdown_text = markdown.to_markdown(blocks, BASE)

    # a renderer that lets raw HTML through
    renderer = MarkdownIt("commonmark", {"html": True}).enable("table")
    rendered = renderer.render(markdown_text)

    assert "<script" not in rendered
    assert "<b>" not in rendered
    assert "javascript:" not in rendered


@pytest.mark.parametrize("depth", [50, 900])
@pytest.mark.parametrize("tag", ["div", "span", "blockquote", "b", "ul><li"])
def test_deep_nesting_overflows_no_stack(depth: int, tag: str) -> None:
    """Elements nested up to 900 deep are converted to Markdown, and their text is not lost."""
    nested = f"<{tag}>" * depth + "text"
    # the usual parser drops what is deeper than 256
    parser = lxml_html.HTMLParser(huge_tree=True)
    tree = lxml_html.document_fromstring(f"<html><body>{nested}</body></html>", parser=parser)

    assert "text" in markdown.to_markdown(read_blocks(tree), BASE)


@pytest.mark.parametrize(
    ("cut_blocks", "expected"),
    [
        (0, ["- a", "  - b", "    1. c", "    2. d"]),
        (1, ["- b", "  1. c", "  2. d"]),
        (2, ["1. c", "2. d"]),
    ],
)
def test_an_item_whose_own_text_was_cut_leaves_no_marker(
    cut_blocks: int, expected: list[str]
) -> None:
    """If the text of the outer items of nested lists was cut (the first blocks), their bullets
    are cut, too."""
    nested = "<ul><li>a<ul><li>b<ol><li>c</li><li>d</li></ol></li></ul></li></ul>"
    blocks = read_blocks(parse_tree(f"<html><body>{nested}</body></html>"))
    kept = blocks[cut_blocks:]

    assert markdown.to_markdown(kept, BASE).splitlines() == expected
