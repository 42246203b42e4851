"""Parse bytes to a page: charsets, other media types, broken JSON-LD, hostile input."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.core.errors import NotAnArticle
from syndicator.reading.html import charset, jsonld
from syndicator.reading.html.document import parse, read_text

URL = "https://paper.example/news/a.html"
CHARSETS = [
    ("utf-8", "Zażółć gęślą jaźń"),
    ("iso-8859-2", "Zażółć gęślą jaźń"),
    ("windows-1251", "Паром ушёл на рассвете"),
    ("koi8-r", "Паром ушёл на рассвете"),
    ("shift_jis", "最後のフェリー"),
    ("euc-jp", "最後のフェリー"),
    ("iso-2022-jp", "最後のフェリー"),
    ("gb2312", "最后的渡轮"),
    ("big5", "最後的渡輪"),
    ("euc-kr", "마지막 여객선"),
    ("iso-8859-1", "Fähre für 5 Mark"),
    ("windows-1254", "Son feribot şafakta ayrıldı"),
]


def parse_title(data: bytes, headers: dict[str, str] | None = None) -> str:
    result = parse(data, URL, headers).tree.findtext(".//title")
    return str(result)


@pytest.mark.parametrize(("name", "words"), CHARSETS)
def test_charset_of_a_meta(name: str, words: str) -> None:
    """A page is decoded with the charset that its `<meta>` names."""
    assert parse_title(f'<html><meta charset="{name}"><title>{words}</title>'.encode(name)) == words


@pytest.mark.parametrize(("name", "words"), CHARSETS)
def test_charset_of_the_header(name: str, words: str) -> None:
    """A page is decoded with the charset that its Content-Type header names."""
    data = f"<html><title>{words}</title>".encode(name)
    assert parse_title(data, {"Content-Type": f'text/html; charset="{name}"'}) == words


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_byte_order_marks_and_wide_characters(codec: str) -> None:
    """Without any declaration, UTF-8 with a mark, UTF-16 and UTF-32 are recognised by their
    bytes."""
    title = "Fähre " + "x" * 40
    page = f"<html><head><title>{title}</title></head></html>"

    assert parse_title(page.encode(codec)) == title


@pytest.mark.parametrize(
    "stated", ["iso-8859-1", "windows-1252", "ascii", "utf-16", "no-such-charset", "hex"]
)
def test_utf8_that_is_declared_as_something_else(stated: str) -> None:
    """Bytes that are valid UTF-8 are read as UTF-8, although the page declares another charset."""
    page = f'<meta charset="{stated}"><title>Fähre — „letzte“ Fahrt</title>'
    assert parse_title(page.encode("utf-8")) == "Fähre — „letzte“ Fahrt"


def test_latin1_that_is_declared_as_utf8() -> None:
    """Bytes that are not valid UTF-8 are read as Latin-1, although the page declares UTF-8."""
    title = "Größe, Fähre, Müll: für ältere Brüder"
    page = f'<meta charset="utf-8"><title>{title}</title>'

    assert parse_title(page.encode("latin-1")) == title


def test_a_few_foreign_bytes_in_utf8_are_windows_1252() -> None:
    """One byte of Windows-1252 (0x92, an apostrophe) in UTF-8 is read as its character, and the
    page stays UTF-8."""
    data = (
        "<title>Fähre und Brücke</title><p>".encode()
        + b"it\x92s"
        + "größer und schöner als früher".encode() * 20
    )
    page = parse(data, URL)

    assert page.charset == "utf-8"
    assert "it’s" in read_text(page.tree, 5_000)


def test_utf8_written_twice_is_undone() -> None:
    """Text that was encoded as UTF-8, read as Latin-1 and encoded again is restored."""
    title = "“It’s the last ferry” — said nobody, naïve or not…"
    encoded_twice = title.encode("utf-8").decode("latin-1").encode("utf-8")

    assert parse_title(b"<title>" + encoded_twice + b"</title>") == title


def test_a_page_about_doubled_letters_is_not_changed() -> None:
    """A page that only quotes such a mistake ("Ã¤") beside correct umlauts is left as it is."""
    words = "Ã¤ steht für ä, sagte José über Müller, Größe und Ärger"
    assert parse_title(f"<title>{words}</title>".encode()) == words


ENCODED = {
    "utf-8": "Grüße, Привет, 茶",
    "utf-16": "Grüße, Привет, 茶",
    "utf-16-le": "Greetings from the harbour of Lindenau",
    "utf-32": "Grüße, Привет, 茶",
    "iso-8859-1": "Grüße aus Lindenau",
    "iso-8859-2": "Zażółć gęślą jaźń",
    "iso-8859-5": "Привет из гавани",
    "iso-8859-7": "Καλημέρα από το λιμάνι",
    "iso-8859-9": "İskelede kimse el sallamadı",
    "iso-8859-15": "Der Eintritt kostet 5 €",
    "windows-1250": "Příliš žluťoučký kůň",
    "windows-1251": "Привет из гавани",
    "windows-1252": "“Grüße” — 5 €",
    "windows-1256": "مرحبا من الميناء",
    "koi8-r": "Привет из гавани",
    "shift_jis": "港からこんにちは",
    "euc-jp": "港からこんにちは",
    "iso-2022-jp": "港からこんにちは",
    "euc-kr": "항구에서 인사합니다",
    "gb2312": "来自港口的问候",
    "gbk": "来自港口的问候",
    "big5": "來自港口的問候",
    "tis-620": "สวัสดีจากท่าเรือ",
}


@pytest.mark.parametrize(("name", "words"), ENCODED.items())
def test_an_encoding_that_an_xml_declaration_names(name: str, words: str) -> None:
    """An XML page is decoded with the encoding of its declaration, also if it is UTF-16 or
    UTF-32."""
    page = f'<?xml version="1.0" encoding="{name}"?><html><body><p>{words}</p></body></html>'
    text, _ = charset.decode(page.encode(name))
    assert words in text


@pytest.mark.parametrize(
    ("data", "content_type"),
    [
        (b"", ""),
        (b" \n\t", "text/html"),
        (b"%PDF-1.7 ...", "application/pdf"),
        (b"%PDF-1.7 ...", "text/html"),
        (b"\x89PNG\r\n\x1a\n....", "image/png"),
        (b"\xff\xd8\xff\xe0", ""),
        (b'{"title": "<p>x</p>"}', "application/json"),
        (b'[{"a": "<div>x</div>"}]', ""),
        (b"only words, no tags", "text/plain"),
        (b'<?xml version="1.0"?><rss version="2.0"><channel/></rss>', ""),
        (b"<feed xmlns='http://www.w3.org/2005/Atom'></feed>", "text/html"),
    ],
)
def test_bytes_that_are_no_page(data: bytes, content_type: str) -> None:
    """Empty input, PDF, pictures, JSON, plain text and feeds are refused as `not-html`, whatever
    the header says."""
    with pytest.raises(NotAnArticle) as caught:
        parse(data, URL, {"content-type": content_type})
    assert caught.value.kind == "not-html"


def test_base_counts_and_is_itself_relative() -> None:
    """The base address of links is `<base>`, resolved against the page's own; a base that is no
    web address is ignored."""
    assert parse(b'<base href="/en/"><p>x', URL).base_url == "https://paper.example/en/"
    assert parse(b'<base href="javascript:x"><p>x', URL).base_url == URL


@pytest.mark.parametrize(
    ("html", "language"),
    [
        (b'<html lang="DE_at"><p>x', "de-AT"),
        (b'<html xml:lang="fr"><p>x', "fr"),
        (b'<meta http-equiv="Content-Language" content="pl"><p>x', "pl"),
        (b'<meta property="og:locale" content="pt_BR"><p>x', "pt-BR"),
        (
            (
                b"<script"
                b' type="application/ld+json">{"@type":"Article","inLanguage":"zh-hant"}</script><p>x'  # noqa: E501
            ),
            "zh-Hant",
        ),
        (b'<html lang="{{lang}}"><p>x', None),
        (b"<p>x", None),
    ],
)
def test_language(html: bytes, language: str | None) -> None:
    """The language is read from the page's markup in each of these forms, or is None."""
    assert parse(html, URL).language == language


def test_metas_by_name_property_and_itemprop() -> None:
    """Values of `<meta>` are found by name, property or itemprop in any case, with blanks trimmed
    and each value once; `meta` gives that of the first name that the page has, or ""."""
    page = parse(
        b'<meta NAME="Author" content=" A  B ">'
        b'<meta property="og:Title" content="T">'
        b"<meta itemprop=x content=1>"
        b'<meta name="author" content="C">'
        b'<meta name="author" content="A B">'
        b"<p>x",
        URL,
    )

    assert page.metas["author"] == ("A B", "C")
    assert page.meta("none", "og:title") == "T"
    assert page.meta("x") == "1"
    assert page.meta("none") == ""


def read_scripts(*values: str) -> tuple[jsonld.Object, ...]:
    return jsonld.read_objects(values)


def test_jsonld_is_flat() -> None:
    """Nested JSON-LD objects of all scripts become one list, in the order of the page."""
    first_script = {
        "@graph": [{"@type": "A"}, [{"@type": "B", "mainEntity": {"@type": "C"}}]],
        "@context": "x",
    }
    second_script = [{"@type": "D"}]
    objects = read_scripts(json.dumps(first_script), json.dumps(second_script))

    assert [item["@type"] for item in objects] == ["A", "B", "C", "D"]


@pytest.mark.parametrize(
    "script",
    [
        '<!-- {"@type":"Article","headline":"H"} -->',
        '{"@type":"Article","headline":"H",}',
        '{"@type":"Article","headline":"H"};',
        '{"@type":"Article","description":"two\nlines","headline":"H"}',
        '//<![CDATA[\n{"@type":"Article","headline":"H"}\n//]]>',
        '{"@type":"Article","headline":"H","broken":"a "quote" in it"}',
        '{"@type":["Article"],"headline":"H"',
    ],
)
def test_broken_jsonld_is_salvaged(script: str) -> None:
    """JSON-LD with common faults, such as comments, a trailing comma or inner quotes, still
    gives its headline."""
    assert [item["headline"] for item in read_scripts(script)] == ["H"]


def test_salvaged_jsonld_keeps_author_and_date() -> None:
    r"""From JSON-LD that breaks off, the date and the author are read, with escaped letters
    (`\u0042` is B)."""
    broken_off = (
        '{"headline":"H","datePublished":"2020-01-02",'
        '"author":{"@type":"Person","name":"A \\u0042"} "x"'
    )
    item, *_ = read_scripts(broken_off)

    assert item["datePublished"] == "2020-01-02"
    assert item["author"] == [{"@type": "Person", "name": "A B"}]


@pytest.mark.parametrize(
    "script", ["", "null", "3", '"x"', "[" * 100_000, '{"a":' * 100_000, "{" + '"@graph":[' * 5_000]
)
def test_unreadable_jsonld_has_no_objects(script: str) -> None:
    """JSON-LD without an object, or nested too deeply to read, gives nothing and raises nothing."""
    assert read_scripts(script) == ()


@pytest.mark.parametrize(
    "data",
    [
        b"<html>" + b"<div>" * 50_000 + b"x",
        b"<p>" + b"\x00" * 100_000 + b"x",
        b"<p " + b" ".join(b"a%d=1" % number for number in range(60_000)) + b">x</p>",
        b"<p>" + b"<!--x-->" * 50_000,
        b"<" * 100_000 + b"p>x",
        b"<p>&#xD800;&#x0;&#xFFFF;\xff\xfe\x01",
        b"<title>x</title>" * 20_000,
    ],
)
def test_hostile_bytes_parse(data: bytes) -> None:
    """Very deep, long, repeated or illegal markup is parsed to a page without an exception."""
    assert parse(data, URL).tree.tag == "html"


@given(st.binary(max_size=400))
def test_any_bytes_are_a_page_or_a_named_refusal(data: bytes) -> None:
    """Parsing any bytes either gives a page or raises `NotAnArticle` with a reason, never
    another exception."""
    try:
        page = parse(b"<p>" + data, URL)
    except NotAnArticle as error:
        assert error.kind == "not-html"
    else:
        assert page.tree.tag == "html"


@given(st.binary(max_size=300), st.text(max_size=40))
def test_decoding_never_raises(data: bytes, content_type: str) -> None:
    """Any bytes with any Content-Type are decoded to text, with a charset that Python knows."""
    content, charset_name = charset.decode(data, content_type)

    assert isinstance(content, str)
    # raises LookupError for a charset that Python does not know
    "".encode(charset_name)


@pytest.mark.parametrize("end", ["</body></html>", "</BODY>\n</HTML >\n"])
def test_text_behind_the_end_tag_of_the_body_is_read(end: str) -> None:
    """Text after a misplaced end tag is read: some templates close the body after their menus."""
    article = "<div><p>The ferry sails again.</p></div>"
    html = f"<html><body><nav>Home</nav>{end}{article}</body></html>"
    tree = parse(html.encode(), "https://a.example/").tree

    assert tree.findtext(".//p") == "The ferry sails again."


@pytest.mark.parametrize("start", ["article", "main", "section", "custom-element", "svg"])
def test_a_page_without_body_tags_is_read(start: str) -> None:
    """If `<body>` is missing, meta and title go to the head and the whole text goes to the body,
    with whatever element that begins."""
    text = f"<{start}>a</{start}> b<p>c"
    html = f"<!doctype html><meta charset=utf-8><title>T</title>{text}"
    tree = parse(html.encode(), URL).tree

    assert [child.tag for child in tree.find("head")] == ["meta", "title"]
    assert "".join(tree.find("body").itertext()) == "a bc"
