"""Remove everything personal from the text of a mail."""

from __future__ import annotations

import base64
import hashlib

import pytest

from syndicator.reading.mail.privacy import clean_address, clean_mail, is_opaque, make_reader

ANNA = "anna@reader.example"
READER = make_reader([ANNA], ["https://news.example/leave?id=1", "mailto:leave@news.example"])
SENTENCE = "The council counted its bridges in a long report and closed none of them this year."


def clean_html(html: str) -> str:
    return clean_mail(html, [ANNA], ["https://news.example/leave?id=1"])


@pytest.mark.parametrize(
    ("url", "cleaned"),
    [
        ("https://a.example/2026/a-long-story-about-the-bridges-of-the-town", None),
        ("https://a.example/story?id=77", None),
        ("https://a.example/story?utm_source=mail&id=77", "https://a.example/story?id=77"),
        ("https://a.example/story?subscriber_id=77&id=5", "https://a.example/story?id=5"),
        ("https://t.example/r?to=https%3A%2F%2Fa.example%2Fstory", "https://a.example/story"),
        ("https://t.example/click?upn=u001aBcDeFgH1234567890aBcDeFgH", ""),
        ("https://t.example/c/eJwNyUEOgyAQBdDTyM4GGNRZsLDtNQzQX52mFUQm", ""),
        ("https://t.example/0b0e3f4e-7a07-4ab8-93a5-8c4b2a0e6f2d", ""),
        ("https://a.example/leave/unsubscribe/me", ""),
        ("https://news.example/leave?id=1", ""),
        ("https://a.example/account", ""),
        ("https://a.example/accounting-rules", None),
        ("https://a.example/a-bank-account-and-its-preferences", None),
        (
            "https://a.example/story?token=aBcDeFgH1234567890aBcDeFgH&id=5",
            "https://a.example/story?id=5",
        ),
        ("http://192.168.1.1/admin", ""),
        ("javascript:alert(1)", ""),
        ("mailto:editor@a.example", ""),
        (f"https://a.example/hello/{ANNA}", ""),
        ("https://a.example/hello?x=anna%40reader.example", "https://a.example/hello"),
        (f"https://a.example/{base64.b64encode(ANNA.encode()).decode()}", ""),
        (f"https://a.example/{hashlib.md5(ANNA.encode()).hexdigest()}/x", ""),
    ],
)
def test_a_link_leads_every_reader_to_the_same_address(url: str, cleaned: str | None) -> None:
    """A link in a mail to Anna loses what identifies her, or becomes empty if nothing public is
    left; `None` means that it stays as it is."""
    expected = url if cleaned is None else cleaned
    assert clean_address(url, READER) == expected


def test_codes_in_addresses_are_no_words() -> None:
    """A part of an address is opaque, and may identify the reader, if it is a token or a digest,
    but not if it is a long word, a hyphenated title or a plain number."""
    assert is_opaque("eyJhbGciOiJIUzI1NiJ9eyJzdWIiOiIx")
    assert is_opaque("1f3870be274f6c49b3e31a0c6728957f")
    assert not is_opaque("warehouse-robots-that-ask-before-they-lift-2026")
    assert not is_opaque("Donaudampfschifffahrtsgesellschaft")
    assert not is_opaque("p-12345678")


def test_pictures_forms_scripts_and_hidden_texts_are_removed() -> None:
    """Everything that loads from elsewhere, acts or is invisible to readers is removed; the
    visible sentence stays."""
    visible = (
        '<table background="https://t.example/b.gif"><tr><td style="font-size:0px">'
        f'<div style="font-size:14px;background:url(https://t.example/c.gif)"><p>{SENTENCE}</p>'
        "</div></td></tr></table>"
    )
    html = (
        '<div style="display:none">Preheader</div>'
        "<style>p{}</style>"
        "<script>x()</script>"
        '<img src="https://t.example/o.gif">'
        '<form action="https://a.example"><input></form>'
        f"{visible}"
        '<span style="max-height:0px;opacity:0">hidden</span>'
        '<p style="font-size:1px">tiny</p>'
    )
    text = clean_html(html)

    assert SENTENCE in text

    for gone in ("t.example", "Preheader", "hidden", "tiny", "form", "script", "style"):
        assert gone not in text


@pytest.mark.parametrize(
    "foot",
    [
        '<p>Had enough? <a href="https://x.example/1">Unsubscribe</a> at any time.</p>',
        '<p><a href="https://x.example/1">Newsletter abbestellen</a></p>',
        '<p>Pas envie ? <a href="https://x.example/1">Se désabonner</a></p>',
        '<table><tr><td><a href="https://news.example/leave?id=1">here</a></td></tr></table>',
        f"<div>This mail was sent to {ANNA.upper()} because you asked.</div>",
        '<p><a href="https://x.example/web/1">View this email</a> in your browser</p>',
        '<p>Bye <a href="mailto:unsubscribe@x.example">write to us</a></p>',
    ],
)
def test_lines_about_the_subscription_are_removed(foot: str) -> None:
    """Lines to unsubscribe, to view the mail in a browser or with the reader's address (Anna's)
    are removed."""
    text = clean_html(f"<p>{SENTENCE}</p>{foot}<p>The end.</p>")
    assert text == f"<body><p>{SENTENCE}</p><p>The end.</p></body>"


@pytest.mark.parametrize("line", ["Hi Anna,", "Dear Dr. Smith:", "Liebe Anna!", "Bonjour,"])
def test_a_line_that_greets_the_reader_is_removed(line: str) -> None:
    """A line that only greets, with or without a name, is removed: it may name the reader."""
    text = clean_html(f"<table><tr><td><p>{line}</p></td></tr></table><p>{SENTENCE}</p>")
    assert text == f"<body><p>{SENTENCE}</p></body>"


@pytest.mark.parametrize("line", ["Hello, world: a history", "Dear readers, the bridges", "Hills"])
def test_a_line_with_more_than_a_greeting_stays(line: str) -> None:
    """A line that only begins like a greeting is text of the mail and stays."""
    assert line in clean_html(f"<p>{line}</p><p>{SENTENCE}</p>")


def test_a_long_text_stays_if_a_link_in_it_is_removed() -> None:
    """Removing an unsubscribe link keeps the paragraph."""
    text = clean_html(f'<p>{SENTENCE * 4} <a href="https://x.example/optout">Unsubscribe</a></p>')

    assert SENTENCE * 4 in text
    assert "Unsubscribe" not in text
    assert "optout" not in text


def test_words_of_a_personal_link_stay() -> None:
    """A personal link, whose address is a token, is removed, and its text is kept."""
    link = '<a href="https://t.example/c/eJwNyUEOgyAQBdDTyM4GGNRZsLDtNQzQX52mFUQm">a report</a>'
    text = clean_html(f"<p>{SENTENCE} See {link}.</p>")
    assert text == f"<body><p>{SENTENCE} See a report.</p></body>"


def test_a_link_whose_text_is_its_address_shows_the_clean_address() -> None:
    """A link whose text is its own address leads to and shows the address without tracking and
    the number of the subscriber (77)."""
    written = "https://a.example/story?utm_source=mail&subscriber_id=77"
    text = clean_html(f'<p>{SENTENCE} <a href="{written}">{written}</a></p>')

    assert "77" not in text
    assert ">https://a.example/story</a>" in text


def test_nothing_is_left_of_a_mail_that_is_a_picture() -> None:
    """A mail that is only a linked picture has an empty text."""
    assert clean_html('<a href="https://a.example"><img src="https://a.example/all.png"></a>') == ""
