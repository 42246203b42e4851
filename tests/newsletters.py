"""Twelve newsletters of our making, each with a structure of its own as programs for newsletters
make them, and what is to be read in their mails."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape

from tests.aged import prose

READER = "anna.smith@reader.example"
CODE = "aGk4YW5uYS5zbWl0aC40NzExLnJlYWRlcg9Qz7"  # what stands for the reader in links
PIXEL_HOST = "open.tracker.example"
# What must stand nowhere, in lower case.
PERSONAL = (
    READER,
    "anna",
    "smith",
    CODE.lower(),
    "47110815",
    PIXEL_HOST,
    "unsubscribe",
    "abbestellen",
)
LEAVE = f"https://t.example/u/{CODE}"
_PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """A mail, and what it says."""

    key: str
    raw: bytes
    title: str
    sender: str
    sent: datetime
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Newsletter:
    """`charset`, `encoding`: of its texts; `parts`: of its mails: "html", "text", "alternative",
    "related", "mixed"; `html`: makes its HTML from a title and paragraphs."""

    key: str
    sender: str
    html: Callable[[str, Sequence[str]], str]
    language: str = "en"
    charset: str = "utf-8"
    encoding: str = "quoted-printable"
    parts: str = "alternative"
    list_id: bool = False

    @property
    def address(self) -> str:
        return f"letter@{self.key}.example"

    @property
    def table(self) -> str:
        """The lines of sources.toml that follow it."""
        named = f'list = "{self.key}.lists.example"' if self.list_id else f'from = "{self.address}"'
        return f'key = "{self.key}"\n{named}\n'

    def issue(self, number: int, now: datetime) -> Issue:
        seed = f"{self.key} {number}"
        title = prose.make_title(number, self.language)
        paragraphs = prose.make_paragraphs(seed, (), 4, self.language)
        sent = now - timedelta(days=number, minutes=random.Random(seed).randrange(600))
        message = EmailMessage()
        message["From"] = f'"{self.sender}" <{self.address}>'
        message["To"] = f"Anna Smith <{READER}>"
        message["Subject"] = title
        message["Message-ID"] = f"<{self.key}.{number}@mta.example>"
        message["Date"] = format_datetime(sent)
        message["List-Unsubscribe"] = f"<{LEAVE}>, <mailto:leave-{CODE}@{self.key}.example>"
        if self.list_id:
            message["List-Id"] = f"{self.sender} <{self.key}.lists.example>"
        self._fill(message, title, paragraphs)
        return Issue(
            key=self.key,
            raw=message.as_bytes(),
            title=title,
            sender=self.sender,
            sent=sent.replace(microsecond=0),
            text=" ".join(paragraphs),
        )

    def _fill(self, message: EmailMessage, title: str, paragraphs: Sequence[str]) -> None:
        plain = write_text(title, paragraphs)
        html = self.html(title, paragraphs)
        if self.parts == "text":
            message.set_content(plain, charset=self.charset, cte=self.encoding)
            return
        if self.parts == "html":
            message.set_content(html, subtype="html", charset=self.charset, cte=self.encoding)
            return
        message.set_content(plain, charset=self.charset, cte=self.encoding)
        message.add_alternative(html, subtype="html", charset=self.charset, cte=self.encoding)
        if self.parts == "related":
            body = message.get_payload()[1]
            assert isinstance(body, EmailMessage)
            body.add_related(_PNG, "image", "png", cid="<logo>")
        if self.parts == "mixed":
            message.add_attachment(b"%PDF-1.4", "application", "pdf", filename="issue.pdf")


def write_text(title: str, paragraphs: Sequence[str]) -> str:
    """A text without HTML, with its foot."""
    foot = (
        f"You get this mail because {READER} subscribed.\nUnsubscribe: {LEAVE}\n"
        f"View in browser: https://t.example/v/{CODE}\n"
    )
    return "\n\n".join((title.upper(), *paragraphs, foot))


def _pixel() -> str:
    return f'<img src="https://{PIXEL_HOST}/o/{CODE}.gif" width="1" height="1" alt="">'


def _paragraphs(paragraphs: Sequence[str], tag: str = "p", style: str = "") -> str:
    return "".join(f"<{tag}{style}>{escape(text)}</{tag}>" for text in paragraphs)


def write_simple(title: str, paragraphs: Sequence[str]) -> str:
    return (
        f"<html><body><h1>{escape(title)}</h1>{_paragraphs(paragraphs)}<hr>"
        f'<p><a href="{LEAVE}">Unsubscribe</a></p>{_pixel()}</body></html>'
    )


def write_tables(title: str, paragraphs: Sequence[str]) -> str:
    rows = "".join(
        f'<tr><td style="padding:12px;font-family:Arial">{escape(text)}</td></tr>'
        for text in paragraphs
    )
    return (
        '<html><body><div style="display:none;max-height:0">The best of the week for Anna'
        '</div><table width="100%"><tr><td align="center"><table width="600">'
        f'<tr><td><a href="https://t.example/v/{CODE}">View this email in your browser'
        '</a></td></tr><tr><td><img src="https://cdn.example/logo.png" width="600"></td></tr>'
        f"<tr><td><h2>{escape(title)}</h2></td></tr>{rows}</table></td></tr></table><table><tr><td>"
        f"Sent to {READER} &middot; <a href='{LEAVE}'>Unsubscribe</a> &middot; "
        f'<a href="https://t.example/p/{CODE}">Update your preferences</a></td></tr>'
        f"</table>{_pixel()}</body></html>"
    )


def write_post(title: str, paragraphs: Sequence[str]) -> str:
    return (
        f'<html><body>{_pixel()}<div class="post"><h1><a href="https://post.example/p/1?token={CODE}'
        f'&amp;r=47110815">{escape(title)}</a></h1><h3>A letter about harbours</h3>'
        f'<div class="bar"><a href="https://post.example/like?token={CODE}">Like</a> '
        f'<a href="https://post.example/comment?token={CODE}">Comment</a></div>'
        f'{_paragraphs(paragraphs)}<p><a class="button" href="https://post.example/share?token={CODE}">'
        f'Share</a></p></div><div class="footer"><p>&copy; 2026 The Post<br>1 Long Street<br>'
        f'<a href="{LEAVE}">Unsubscribe</a></p></div></body></html>'
    )


def write_breaks(title: str, paragraphs: Sequence[str]) -> str:
    text = "<br><br>".join(escape(paragraph) for paragraph in paragraphs)
    return (
        f'<table><tr><td class="text"><span style="font-size:20px"><strong>{escape(title)}</strong>'
        f"</span><br><br>{text}<br><br></td></tr></table><table><tr><td><em>Copyright 2026</em><br>"
        f'Want to change how you get these emails?<br>You can <a href="https://t.example/'
        f'p/{CODE}">update your preferences</a> or <a href="{LEAVE}">unsubscribe from it</a>.'
        f"</td></tr></table>{_pixel()}"
    )


def write_divs(title: str, paragraphs: Sequence[str]) -> str:
    filler = "&zwnj;&nbsp;" * 60
    blocks = _paragraphs(paragraphs, "div", ' style="margin:0 0 16px;line-height:24px"')
    return (
        f'<html><body><span style="font-size:0;mso-hide:all">Anna, read this{filler}</span>'
        f'<div style="max-width:640px"><div style="font-size:28px">{escape(title)}</div>{blocks}'
        f'<div style="font-size:12px">This was sent to <a href="mailto:{READER}">{READER}</a>.'
        f' <a href="{LEAVE}">Unsubscribe</a></div></div>{_pixel()}</body></html>'
    )


def write_tracked(title: str, paragraphs: Sequence[str]) -> str:
    first, *others = paragraphs
    link = f'<a href="https://t.example/c/{CODE}">the whole report</a>'
    target = "https%3A%2F%2Fharbour.example%2Freport"
    other = f'<a href="https://t.example/r?id={CODE}&amp;url={target}">the tables</a>'
    return (
        f"<html><body><p>Hi Anna,</p><p>{escape(first)}</p>{_paragraphs(others)}"
        f"<p>Those who want more read {link} and {other}.</p><p>Yours, the editors</p>"
        f'<p style="font-size:11px">Not Anna? <a href="{LEAVE}">Unsubscribe</a></p>{_pixel()}'
    )


def write_digest(title: str, paragraphs: Sequence[str]) -> str:
    items = "".join(
        f'<h3><a href="https://news.example/{number}?utm_id=m&amp;uid=47110815">Item {number}'
        f"</a></h3><p>{escape(text)}</p>"
        for number, text in enumerate(paragraphs, 1)
    )
    return (
        f"<html><body><h1>{escape(title)}</h1>{items}<p>Forward this email to a friend: "
        f'<a href="https://news.example/refer/{CODE}">share your link</a></p>'
        f'<p><a href="{LEAVE}">Unsubscribe</a> | <a href="https://news.example/account">My account'
        f"</a></p>{_pixel()}</body></html>"
    )


def write_german(title: str, paragraphs: Sequence[str]) -> str:
    return (
        f'<html><body><p><a href="https://t.example/v/{CODE}">Im Browser ansehen</a></p>'
        f"<h1>{escape(title)}</h1>{_paragraphs(paragraphs)}<p>Diese E-Mail ging an {READER}."
        f'<br><a href="{LEAVE}">Newsletter abbestellen</a></p>{_pixel()}</body></html>'
    )


def write_french(title: str, paragraphs: Sequence[str]) -> str:
    return (
        f"<html><body><table><tr><td><h1>{escape(title)}</h1>{_paragraphs(paragraphs)}</td></tr>"
        f'<tr><td><small>Vous recevez ce message à {READER}. <a href="{LEAVE}">Se désabonner</a>'
        f"</small></td></tr></table>{_pixel()}</body></html>"
    )


def write_japanese(title: str, paragraphs: Sequence[str]) -> str:
    return (
        f"<html><body><h1>{escape(title)}</h1>{_paragraphs(paragraphs)}"
        f'<p><a href="{LEAVE}">配信停止</a></p>{_pixel()}</body></html>'
    )


def write_picture(title: str, paragraphs: Sequence[str]) -> str:
    return (
        f'<html><body><p><img src="cid:logo" alt="The Quay"></p><h2>{escape(title)}</h2>'
        f'<img src="https://cdn.example/photo.jpg?for={CODE}">{_paragraphs(paragraphs)}'
        f'<p>Powered by letters &bull; <a href="{LEAVE}">Unsubscribe</a></p>{_pixel()}</body>'
    )


NEWSLETTERS = (
    Newsletter(key="simple", sender="The Slipway", html=write_simple, parts="html"),
    Newsletter(key="tables", sender="Harbour Weekly", html=write_tables, encoding="base64"),
    Newsletter(key="post", sender="Ida from The Post", html=write_post, list_id=True),
    Newsletter(key="breaks", sender="Tides, Daily", html=write_breaks, parts="html"),
    Newsletter(key="divs", sender="Moorings", html=write_divs),
    Newsletter(key="tracked", sender="Quay & Co", html=write_tracked, list_id=True),
    Newsletter(key="digest", sender="Five Items", html=write_digest, parts="mixed"),
    Newsletter(
        key="german",
        sender="Hafenblatt für alle",
        html=write_german,
        language="de",
        charset="windows-1252",
    ),
    Newsletter(
        key="french",
        sender="Lettre du port",
        html=write_french,
        language="fr",
        encoding="base64",
    ),
    Newsletter(
        key="japanese",
        sender="港だより",
        html=write_japanese,
        language="ja",
        encoding="base64",
    ),
    Newsletter(key="picture", sender="The Quay", html=write_picture, parts="related"),
    Newsletter(key="text", sender="Plain Letters", html=write_simple, parts="text"),
)


def make_issues(now: datetime, each: int = 5) -> list[Issue]:
    """So many issues of every newsletter, sent before `now`."""
    return [
        newsletter.issue(number, now) for newsletter in NEWSLETTERS for number in range(1, each + 1)
    ]
