"""Pages made to hang, crash or fill a reader: deep nesting, tags that are never closed, floods of
one thing."""

from __future__ import annotations

_PROSE = (
    "<p>This is an ordinary sentence about the harbour, with commas, enough words, and a length"
    " that makes it text.</p>"
)


def _page(body: str, head: str = "") -> str:
    article = f"<article><h1>Headline</h1>{_PROSE * 5}{body}</article>"
    return f"<html><head><title>t</title>{head}</head><body>{article}</body></html>"


def _json_ld(script: str) -> str:
    return _page(_PROSE, f"<script type='application/ld+json'>{script}</script>")


PAGES = {
    "nested div": _page("<div>" * 3000 + _PROSE + "</div>" * 3000),
    "nested span": _page("<p>" + "<span>" * 3000 + "text here, and more" + "</span>" * 3000),
    "nested blockquote": _page("<blockquote>" * 3000 + _PROSE),
    "nested lists": _page("<ul><li>" * 2000 + _PROSE),
    "nested tables": _page("<table><tr><td>" * 300 + _PROSE),
    "nested bold": _page("<b>" * 3000 + _PROSE),
    "links never closed": _page("<a href=x>" * 2000 + _PROSE),
    "marks closed in the wrong order": _page("<b><i><u>" * 300 + "<p>x</b></i></u>" * 300),
    "paragraphs in links": _page("<a><p>" * 2000 + _PROSE),
    "many attributes": _page("<p " + " ".join(f"a{n}=1" for n in range(5000)) + ">x</p>"),
    "a long attribute": _page("<img src='data:image/png;base64," + "A" * 500_000 + "'>" + _PROSE),
    "comments": _page("<!-- x -->" * 5000 + _PROSE),
    "angle brackets": _page("<" * 5000 + _PROSE),
    "open declarations": _page("<!" * 5000 + _PROSE),
    "entities": _page("<p>" + "&lt;&amp;&#x41;" * 5000 + "</p>"),
    "spaces": _page("<p>a" + " " * 200_000 + "b</p>"),
    "line ends": _page("<p>a" + "\n" * 100_000 + "b</p>"),
    "a word without end": _page("<p>" + "a" * 200_000 + "</p>"),
    "a wide colspan": _page(
        "<table><tr><td colspan=100000000>c</td></tr><tr><td>a</td><td>b</td></tr></table>"
    ),
    "nested JSON-LD": _json_ld('{"@graph":[' * 20_000),
    "broken JSON-LD": _json_ld(
        '{"@type":"Article","author":{"@type":"Person","name":"' + '\\"' * 5000
    ),
    "nul": _page("<p>" + "a\0b" * 5000 + "</p>"),
    "surrogates": _page("<p>" + "&#xD800;&#x0;&#xFFFF;" * 2000 + "</p>"),
    "a wide table": _page("<table><tr>" + "<td>cell</td>" * 2000 + "</tr></table>"),
    "a long table": _page("<table>" + "<tr><td>cell</td><td>c2</td></tr>" * 1000 + "</table>"),
    "pictures": _page("".join(f"<img src='/p{n}.jpg' alt='x'>" for n in range(1000))),
    "links": _page("".join(f"<a href='/p{n}'>link {n}</a> " for n in range(1000))),
    "line breaks": _page("<p>" + "a<br>" * 2000 + "</p>"),
    "a long paragraph": _page("<p>" + "word, word. " * 8000 + "</p>"),
    "many paragraphs": _page(_PROSE * 500),
}
