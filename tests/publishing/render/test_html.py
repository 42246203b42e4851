"""Markdown to safe HTML with absolute addresses."""

from __future__ import annotations

import html
import re
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from lxml import html as lxml_html

from syndicator.publishing.render.html import render_markdown
from tests.samples import Samples

BASE = "https://site.example/a/page.html"
NAMES = (
    "a abbr b blockquote br code dd del dl dt em h1 h2 h3 h4 h5 h6 hr i img li ol p pre s strong"
    " sub sup table tbody td th thead tr ul"
)
TAGS = set(NAMES.split())
ATTRIBUTES = {"href", "title", "src", "alt", "start", "align"}


def find_live_markup(rendered: str) -> list[str]:
    """Return the parts of the HTML that could run or load anything except a link or a picture over
    http."""
    root = lxml_html.fragment_fromstring(rendered, create_parent="body")
    results = [
        f"comment or instruction {node.text!r}"
        for node in root.iter(etree.Comment, etree.ProcessingInstruction)
    ]
    for element in root.iterdescendants(etree.Element):
        if element.tag not in TAGS:
            results.append(f"<{element.tag}>")
        results += [f"{element.tag} {name}" for name in element.attrib if name not in ATTRIBUTES]
        for name in {"href", "src"} & set(element.attrib):
            scheme = urlsplit(re.sub(r"[\x00-\x20]", "", element.get(name))).scheme.lower()
            if scheme not in ("http", "https") and (scheme, name) != ("mailto", "href"):
                results.append(f"{element.tag} {name}={element.get(name)!r}")
    return results


def check_html(payload: str) -> None:
    forms = (
        payload,
        html.escape(payload),
        f"[x]({payload})",
        f"![x]({payload})",
        f"<{payload}>",
        f"`{payload}`",
    )
    for form in forms:
        assert find_live_markup(render_markdown(form, BASE)) == [], form


def test_no_payload_is_alive(samples: Samples) -> None:
    """After cleaning, no sample XSS payload runs a script: `check_html` renders it as Markdown, in
    text, links and code, and looks for markup that runs or loads anything. Every fiftieth sample is
    checked here, for speed."""
    for row in samples.rows("xss", every=50):
        check_html(row["payload"])


@pytest.mark.slow
def test_no_payload_of_all_is_alive(samples: Samples) -> None:
    """After cleaning, none of all sample XSS payloads runs a script: `check_html` renders it as
    Markdown, in text, links and code, and looks for markup that runs or loads anything."""
    for row in samples.rows("xss"):
        check_html(row["payload"])


@settings(max_examples=200, deadline=None)
@given(
    st.text(
        st.sampled_from("<>&\"'`[](){}!*_~|:/\\#-+=\n\t javscriptonloadhref&lt;&gt;\x00\u2028"),
        max_size=80,
    )
)
def test_no_text_is_alive(markdown: str) -> None:
    """No random Markdown, made of characters with a meaning in HTML, gives HTML that runs a
    script."""
    assert find_live_markup(render_markdown(markdown, BASE)) == []


@pytest.mark.parametrize(
    ("markdown", "expected_html"),
    [
        ("[x](../b)", '<a href="https://site.example/b">x</a>'),
        ("![x](i.png)", '<img src="https://site.example/a/i.png" alt="x">'),
        ("[x](//other.example/y)", '<a href="https://other.example/y">x</a>'),
        ("[x](mailto:a@b.example)", '<a href="mailto:a@b.example">x</a>'),
        ("[x](#part)", '<a href="https://site.example/a/page.html#part">x</a>'),
        ("~~gone~~", "<s>gone</s>"),
        ("2. two\n3. three", '<ol start="2">'),
        ("|a|b|\n|-|-:|\n|1|2|", '<td align="right">2</td>'),
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("![a chart](data:image/png;base64,AAAA)", "a chart"),
    ],
)
def test_markdown_becomes_html(markdown: str, expected_html: str) -> None:
    """Each Markdown construct is rendered as safe HTML: links are absolute, raw HTML is escaped,
    and pictures without an HTTP address become their text."""
    assert expected_html in render_markdown(markdown, BASE)


@pytest.mark.parametrize(
    "url",
    [
        "https://pixel.example/x.gif?id=1",
        "https://stats.site.example/b.gif",
        "https://site.example/1x1.gif",
        "https://site.example/assets/spacer.png",
        "https://site.example/matomo.php?idsite=1",
        "https://feeds.example/~r/Site/~4/abc",
        "https://www.example/tr?id=1&ev=PageView",
    ],
)
def test_tracking_pixels_go(url: str) -> None:
    """Pictures whose address looks like a tracking pixel are removed: by host, file name,
    statistics script or query."""
    assert "<img" not in render_markdown(f"Text ![]({url}) more", BASE)


@pytest.mark.parametrize(
    "url",
    [
        "https://site.example/google-pixel-9.jpg",
        "https://site.example/pixel.jpg",
        "https://site.example/statistics/chart.png",
        "https://img.example/photo-counter.png",
        "https://trackrecord.example/a.png",
    ],
)
def test_pictures_stay(url: str) -> None:
    """Pictures whose address only resembles that of a tracking pixel are kept."""
    assert url in render_markdown(f"![x]({url})", BASE)


def test_the_text_of_clean_articles_stays(samples: Samples) -> None:
    """At least 99 % of the words of 40 sample texts of articles are still there when the texts are
    rendered as HTML."""
    word_count = kept_count = 0
    for text in samples.texts(40):
        words = re.findall(r"\w+", text)
        rendered = lxml_html.fragment_fromstring(
            render_markdown(text, BASE), create_parent="body"
        ).text_content()
        rendered_words = set(re.findall(r"\w+", rendered))
        word_count += len(words)
        kept_count += sum(word in rendered_words for word in words)

    assert word_count > 1_000
    assert kept_count / word_count >= 0.99


@pytest.mark.parametrize(
    "host", ["169.254.169.254", "0x7f.1", "[::1]", "printer.local", "intranet", "me:s@a.example"]
)
def test_links_and_pictures_of_private_networks_are_text(host: str) -> None:
    """Links and pictures that lead into a private network or have a password become text, unless
    the article itself is on a private address; passwords always go."""
    markdown = f"[a link](http://{host}/x) ![a picture](http://{host}/x.png)"
    on_public_page = render_markdown(markdown, BASE)
    on_private_page = render_markdown(markdown, "http://10.0.0.7/")

    assert on_public_page == "<p><a>a link</a> a picture</p>\n"
    assert on_private_page.count(host) == (0 if "@" in host else 2)  # the link and the picture
