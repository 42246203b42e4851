"""Decide what may be shown of an article; make its values legal in any format. Pure."""

import hashlib
import re
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from html import unescape
from typing import Final
from unicodedata import normalize
from urllib.parse import quote, unquote, urlsplit

from syndicator.core import secrets, text, urls
from syndicator.core.model import (
    Article,
    ContentMode,
    Enclosure,
    Origin,
    Source,
    entry_urn,
    story_urn,
)
from syndicator.core.ports import Story, StoryEntry
from syndicator.core.ports.subscriptions import Picture
from syndicator.core.usage.statements import terms

# Earlier dates count as unknown: nearly all are mistakes (year 1, the Unix epoch), and the W3C
# validator calls them implausible (its validators.py, implausible_8601).
_FIRST: Final = datetime(1990, 1, 1, tzinfo=UTC)
# Forms of ids that the validator accepts (its validators.py, rfc2396): RFC 8141, RFC 4122, RFC
# 4151.
_URN: Final = re.compile(
    r"urn:(?!uuid:)[a-z0-9][a-z0-9-]{1,31}:([a-z0-9()+,.:=@;$_!*'-]|%[0-9a-f]{2})+", re.I
)
_UUID: Final = re.compile(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.I)
_TAG: Final = re.compile(
    r"tag:([a-z0-9._-]+@)?[a-z0-9.-]+,\d{4}(-\d\d(-\d\d)?)?:[0-9a-zA-Z;/?:@&=+$._!~*'(),-]+"
)

_IMAGES: Final = {
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "webp": "image/webp",
    "avif": "image/avif",
    "svg": "image/svg+xml",
}
_MEDIA: Final = {
    "mp3": "audio/mpeg",
    "m4a": "audio/x-m4a",
    "aac": "audio/aac",
    "ogg": "audio/ogg",
    "oga": "audio/ogg",
    "opus": "audio/ogg",
    "wav": "audio/wav",
    "flac": "audio/flac",
    "mp4": "video/mp4",
    "m4v": "video/x-m4v",
    "mov": "video/quicktime",
    "webm": "video/webm",
    "ogv": "video/ogg",
}
_PLAIN: Final = re.compile(
    r"https?://[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*(:[0-9]{1,5})?"
    r"(/([A-Za-z0-9;/?:@&=+$._!~*'(),-]|%[0-9A-Fa-f]{2})*)?(#[A-Za-z0-9._-]*)?"
)
_EPISODE_FACT: Final = re.compile("(?:season|episode) [1-9][0-9]{0,5}|explicit (?:true|false)")
_WORDS: Final = re.compile(r"[\s=;]+")  # separates addresses in lines of rights and podcasts
_TWICE: Final = re.compile(r"%25[0-9A-Fa-f]{2}")
_FRAGMENT: Final = re.compile(r"[\w.~-]*", re.ASCII)
_ESCAPED: Final = re.compile(r"[A-Za-z]?(?:%[89A-F][0-9A-F])+")
_UNPRINTED: Final = re.compile(
    "[\x7f-\x9f\ufdd0-\ufdef"
    + "".join(chr(plane << 16 | end) for plane in range(17) for end in (0xFFFE, 0xFFFF))
    + "]"
)
# Text between escaped characters with a UTF-8 character that was read as two Latin-1 characters.
_TWICE_ENCODED: Final = re.compile(
    "(?<![^&<>;\n])[^&<>;\n]*[\u00c2\u00c3][\u0080-\u00bf][^&<>;\n]*"
)
_MARKUP: Final = re.compile(r"</?[A-Za-z][^<>]*>|<!--")
_HEADING: Final = re.compile(r"\s*<h([1-6])>(.*?)</h\1>\s*", re.DOTALL)
_LONGEST_HEADING: Final = 2000  # characters of HTML: no title is longer
# ISO 639-1; the validator knows few longer codes.
_CODES: Final = (
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy"
    " da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu"
    " hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb"
    " lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om"
    " or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw"
    " ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu "
)
_LANGUAGES: Final = frozenset(_CODES.split())
_RIGHT_TO_LEFT: Final = frozenset(("ar", "dv", "fa", "he", "ku", "ps", "sd", "ug", "ur", "yi"))
_LONGEST_SUBTAG: Final = 8  # RFC 5646 section 2.1
_TYPE: Final = re.compile(r"[a-z]+/[A-Za-z0-9][A-Za-z0-9.+-]*")
_AUDIO_VIDEO: Final = re.compile(r"(audio|video)/[a-z0-9][a-z0-9.+-]*")
_STRICTEST_FIRST: Final[tuple[ContentMode, ...]] = ("link", "excerpt", "full")
_MOST_ALSO: Final = 12
_HALF_DAY: Final = 12  # hours
# seconds, MM:SS or HH:MM:SS (Apple)
_DURATION: Final = re.compile(r"[0-9]{1,7}|[0-9]{1,3}(:[0-5][0-9]){1,2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The values that all formats write: each text is one legal line, each address a legal URI,
    each time in UTC."""

    id: str  # the article's
    urn: str
    url: str
    title: str
    authors: tuple[str, ...]  # names; the source's title without any
    published: datetime
    updated: datetime  # unique by its microseconds, see `_with_microseconds`
    summary: str
    html: str  # the whole text, "" if it is not published
    language: str
    tags: tuple[str, ...]
    category: str
    cover: str
    cover_type: str
    enclosure: Enclosure | None
    seconds: int  # duration of the enclosure, 0 if unknown
    related: tuple[str, ...]
    origin: Origin  # the source feed; every field may be published
    source_key: str = ""
    is_own: bool = False  # an entry that we wrote, such as a digest: it has no source feed
    picture: Picture | None = None  # for pages only
    icon: str = ""  # name of the picture of its source, "" for none; for pages only
    content: str = ""  # HTML for readers: a card, the whole text, both, or ""
    markdown: str = ""  # the whole text, if the operator enabled it
    rights: str = ""  # the publisher's terms of use, for people
    licence: str = ""  # the address of its licence
    also: tuple[tuple[str, str], ...] = ()  # name and address of reports of other outlets
    story: str = ""  # the story that it leads
    began: datetime | None = None  # when that story did: `published` in feeds, whoever leads it
    explained: str = ""  # HTML: what its reports add, by `publishing/stories/explanation.py`

    @property
    def author(self) -> str:
        """The authors as one line."""
        return ", ".join(self.authors)

    @property
    def text(self) -> str:
        """The excerpt, else the source's name: formats require a text, and it should not repeat the
        title."""
        return self.summary or self.origin.title


def view(
    article: Article,
    source: Source | None,
    instance: uuid.UUID,
    mode: ContentMode | None,
    html: str,
    picture: Picture | None = None,
) -> View:
    """Return the view of `article`. `mode`: the feed's content mode, None for the source's; `html`:
    the rendered body, "" for none; `picture`: the article's thumbnail. Raises ValueError if the
    article has no usable address."""
    article = _without_private(_without_secrets(article, source), source)
    published, updated = times(article)
    allowed, restricted = permitted(article, source)
    shown = allowed if mode is None else min(mode, allowed, key=_STRICTEST_FIRST.index)
    url = article.url if urls.is_mail(article.url) else uri(article.url)
    if not url:
        raise ValueError(f"no usable address: {article.url[:200]!r}")
    origin = _origin(article, source, published)
    rules = terms(article.rights)
    return View(
        id=article.id,
        urn=entry_urn(instance, article.id),
        url=url,
        title=line(article.title) or urlsplit(url).netloc,
        authors=_unique(article.authors or text.persons(article.author)) or (origin.title,),
        published=published,
        updated=_with_microseconds(updated, article.id),
        summary=published_summary(article, restricted) if shown != "link" else "",
        html=_without_title(_printed(text.legal(html)), article.title) if shown == "full" else "",
        language=language(article.language or ""),
        tags=_unique(article.tags),
        category=name(article.category),
        cover=uri(article.cover or ""),
        cover_type=_IMAGES.get(_ending(article.cover or ""), ""),
        picture=picture if shown != "link" and may_copy_picture(article, source) else None,
        enclosure=_enclosure(article.enclosure),
        seconds=_seconds(article.enclosure),
        related=tuple(address for address in map(uri, article.also) if address),
        origin=origin,
        source_key=article.source_key,
        rights=line("; ".join((*rules.words, *rules.because))),
        licence=next(filter(None, map(uri, rules.licences)), ""),
    )


def _without_secrets(article: Article, source: Source | None) -> Article:
    """Replace the source's secrets in the article's addresses by placeholders."""
    names = secrets.variables(source.url) if source else ()
    if not names:
        return article
    origin = replace(article.origin, url=article.origin.url or (source.url if source else ""))
    article = replace(article, url=secrets.published(article.url, names), origin=origin)
    return _readdressed(article, lambda value: secrets.published(value, names))


def _without_private(article: Article, source: Source | None) -> Article:
    """Remove addresses with passwords and, unless the source may use them, those into private
    networks."""
    if source and (source.allow or urls.private(source.url)):
        return article

    def public(value: str) -> str:
        return "" if any(urls.refusal(word, article.url) for word in _WORDS.split(value)) else value

    return replace(_readdressed(article, public), rights=tuple(filter(public, article.rights)))


def _readdressed(article: Article, changed: Callable[[str], str]) -> Article:
    """Apply `changed` to all addresses of `article` but its own; an address that becomes "" is
    removed."""
    enclosure = article.enclosure
    origin = article.origin
    if enclosure is not None:
        podcast = tuple(line for line in enclosure.podcast if changed(line) == line)
        url = changed(enclosure.url)
        enclosure = replace(enclosure, url=url, podcast=podcast) if url else None
    return replace(
        article,
        cover=changed(article.cover or ""),
        also=tuple(filter(None, map(changed, article.also))),
        enclosure=enclosure,
        origin=replace(
            origin, url=changed(origin.url), site=changed(origin.site), id=changed(origin.id)
        ),
    )


def also(
    article_id: str, story: Story, source_of: Callable[[Article], Source | None]
) -> tuple[tuple[str, str], ...]:
    """Return (name, address) of the first report of each other outlet in the story of article
    `id`."""
    address_of = {outlet: "" for outlet, article in story.reports if article.id == article_id}
    named: list[tuple[str, str]] = []
    for outlet, article in story.reports:
        url = uri(_without_secrets(article, source_of(article)).url)
        if outlet not in address_of and url:
            address_of[outlet] = url
            named.append((name_outlet(outlet, article), url))
    return tuple(named[:_MOST_ALSO])


def name_outlet(outlet: str, article: Article) -> str:
    """Return the name of an outlet for people: the title of its feed, unless another site announced
    the article."""
    site = article.origin.site or article.origin.url
    own = bool(site) and urls.publisher(site) == outlet
    return (own and name(article.origin.title)) or outlet


def find_begin(view: View, story: str) -> datetime:
    """Return when a story began; names of earlier versions have no time."""
    seconds = story[:10]
    return datetime.fromtimestamp(int(seconds), UTC) if seconds.isdecimal() else view.published


def leading(view: View, entry: StoryEntry, instance: uuid.UUID) -> View:
    """Return an entry for the story that `view` leads, with its id. `updated` is that of the lead
    or of what others added last."""
    began = find_begin(view, entry.story)
    updated = _with_microseconds(max(began, view.updated, entry.latest), entry.story)
    return replace(
        view, urn=story_urn(instance, entry.story), updated=updated, story=entry.story, began=began
    )


def folding(view: View, entry: StoryEntry, instance: uuid.UUID) -> View:
    """Return the entry that an earlier version published for a story. `updated` changes only at
    noon and midnight."""
    latest = max(view.updated, entry.latest)
    half = latest.replace(
        hour=latest.hour // _HALF_DAY * _HALF_DAY, minute=0, second=0, microsecond=0
    )
    return replace(
        leading(view, entry, instance),
        updated=_with_microseconds(max(find_begin(view, entry.story), half), entry.story),
    )


def _content_mode(source: Source | None) -> ContentMode:
    """Return how much a source shows; the least if it is private and this instance is public: its
    articles are on hold, except those that the operator released."""
    if source is None:
        return "excerpt"
    return "link" if source.content == "private" else source.content


def permitted(article: Article, source: Source | None) -> tuple[ContentMode, tuple[str, ...]]:
    """Return how much of an article may be shown, and the names of the publisher's rules that
    restrict it. A recorded licence of the source lifts them. Rules: `statements.terms`; nosnippet
    and noarchive (neither excerpt nor body); max-snippet (an excerpt of so many characters, no
    body; https://developers.google.com/search/docs/crawling-indexing/robots-meta-tag)."""
    wanted = _content_mode(source)
    if source and source.licence:
        return wanted, ()
    rules = {rule.strip().lower().replace(" ", "") for rule in article.robots}
    usage = terms(article.rights)
    restricted: list[str] = list(usage.because) if usage.most != "full" else []
    if usage.most == "link":
        return "link", tuple(restricted)
    if rules & {"nosnippet", "max-snippet:0"}:
        return "link", (*restricted, "nosnippet")
    if _snippet(article) is not None:
        restricted.append(f"max-snippet:{_snippet(article)}")
    if "noarchive" in rules:
        restricted.append("noarchive")
    if restricted and wanted == "full":
        wanted = "excerpt"
    return wanted, tuple(restricted)


def may_copy_picture(article: Article, source: Source | None) -> bool:
    """Return True if a thumbnail may be shown: the content mode allows more than a link and,
    without a recorded licence, neither the page (noimageindex, max-image-preview:none) nor its
    terms forbid it."""
    if permitted(article, source)[0] == "link":
        return False
    rules = {rule.strip().lower().replace(" ", "") for rule in article.robots}
    if source and source.licence:
        return True
    return terms(article.rights).picture and not rules & {"noimageindex", "max-image-preview:none"}


def uri(value: str) -> str:
    """Return `value` as a URI that every reader accepts (RFC 3986, ASCII only), "" if it is not an
    http(s) address."""
    cleaned = "".join(text.legal(value).split())
    if _PLAIN.fullmatch(cleaned):
        return cleaned
    try:
        return urls.canonical(cleaned)
    except urls.BadUrl:
        return ""


@lru_cache(4096)
def name(value: str) -> str:
    """Return a name (of an author, tag, category, source) as one line without markup (validator:
    ContainsHTML)."""
    cleaned = line(value)
    before = ""
    while cleaned != before:
        before = cleaned
        cleaned = text.line(_MARKUP.sub(" ", cleaned))
    return cleaned


@lru_cache(256)
def language(value: str) -> str:
    """Return a language tag for xml:lang (RFC 5646), "" if it is invalid or its language has no
    two-letter code."""
    tag = value.strip().replace("_", "-")
    first, *more = tag.split("-")
    fine = first.lower() in _LANGUAGES and all(
        part.isalnum() and len(part) <= _LONGEST_SUBTAG for part in more
    )
    return tag if fine and tag.isascii() else ""


def direction(language: str) -> str:
    """Return the direction in which a language is written, for the attribute `dir` of HTML."""
    subtag, _, rest = language.lower().partition("-")
    if subtag in _RIGHT_TO_LEFT and "latn" not in rest:
        return "rtl"
    return "ltr"


def line(value: str) -> str:
    """Return a text as one line without characters that must not be published."""
    return text.line(_printed(value))


def _printed(value: str) -> str:
    """Remove characters that XML allows and HTML does not (HTML 13.2.3.5), and write "?" for
    U+FFFD."""
    if value.isascii() and value.isprintable():
        return value
    return _UNPRINTED.sub("", _TWICE_ENCODED.sub(_decoded_twice, value)).replace("\ufffd", "?")


def _decoded_twice(match: re.Match[str]) -> str:
    """Decode text that was encoded twice (Latin-1 characters whose bytes are UTF-8), which the
    validator reports."""
    try:
        return match[0].encode("latin-1").decode("utf-8")
    except UnicodeError:
        return match[0]


def _without_title(html: str, title: str) -> str:
    heading = _HEADING.match(html[:_LONGEST_HEADING])
    if heading and _words(unescape(_MARKUP.sub("", heading[2]))) == _words(title):
        return html[heading.end() :]
    return html


def _words(value: str) -> list[str]:
    return [word for word in re.split(r"\W+", value.casefold()) if word]


def times(article: Article) -> tuple[datetime, datetime]:
    """Return (published, updated): `published` is never after `added`; only a recorded revision
    moves `updated`."""
    added = _utc(article.added) or _FIRST
    published = min(_utc(article.published) or added, added)
    published = published if published >= _FIRST else max(added, _FIRST)
    revised = [moment for moment in map(_parsed, article.revisions) if moment is not None]
    if revised:
        return published, max(published, *revised)
    return published, max(published, min(_utc(article.updated) or published, max(added, published)))


def _with_microseconds(moment: datetime, article_id: str) -> datetime:
    """Add microseconds derived from `id`: readers sort by time, and the validator warns of equal
    times."""
    digest = hashlib.sha256(article_id.encode("utf-8", "replace")).digest()
    return moment.replace(microsecond=1 + int.from_bytes(digest[:4], "big") % 999_998)


def _utc(moment: datetime | None) -> datetime | None:
    if moment is None:
        return None
    return (
        (moment if moment.tzinfo else moment.replace(tzinfo=UTC))
        .astimezone(UTC)
        .replace(microsecond=0)
    )


def _parsed(value: str) -> datetime | None:
    try:
        return _utc(datetime.fromisoformat(value))
    except ValueError:
        return None


def _snippet(article: Article) -> int | None:
    rules = (rule.lower().replace(" ", "").partition(":") for rule in article.robots)
    return min(
        (int(count) for name, _, count in rules if name == "max-snippet" and count.isdigit()),
        default=None,
    )


def published_summary(article: Article, restricted: Sequence[str]) -> str:
    """Return the excerpt that may be shown. `restricted`: the rules of `permitted`."""
    whole = line(article.excerpt)
    limit = (
        _snippet(article) if any(rule.startswith("max-snippet") for rule in restricted) else None
    )
    if limit is None or len(whole) <= limit:
        return whole
    cut = max(whole.rfind(end, 0, limit) for end in (". ", "! ", "? ", "。"))
    return whole[: cut + 1].strip() if cut > 0 else ""


def _unique(values: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in map(name, values) if text))


def _enclosure(enclosure: Enclosure | None) -> Enclosure | None:
    """Return the enclosure with a valid type; None unless it is audio or video."""
    url = uri(enclosure.url) if enclosure else ""
    if enclosure is None or not url:
        return None
    declared = enclosure.type.partition(";")[0].strip().lower()
    kind = declared if _AUDIO_VIDEO.fullmatch(declared) else _MEDIA.get(_ending(url), "")
    if not kind:
        return None
    podcast = tuple(line for line in map(_podcast, enclosure.podcast) if line)
    return Enclosure(
        url=url,
        type=kind,
        length=max(enclosure.length, 0),
        duration=enclosure.duration,
        podcast=podcast,
    )


def _podcast(text: str) -> str:
    """Return a line of `Enclosure.podcast`, made legal; "" if its address or name is invalid."""
    if _EPISODE_FACT.fullmatch(text):
        return text
    kind, _, rest = line(text).partition(" ")
    main, *values = rest.split("; ")
    pairs = [value.partition("=") for value in values]
    attributes = [
        f"{key}={uri(value) if key in ('href', 'img') else value}"
        for key, _, value in pairs
        if value
    ]
    main = name(main) if kind == "person" else uri(main)
    typed = kind == "person" or any(
        key == "type" and _TYPE.fullmatch(value) for key, _, value in pairs
    )
    valid = [attribute for attribute in attributes if not attribute.endswith("=")]
    return "; ".join([f"{kind} {main}", *valid]) if main and typed else ""


def _seconds(enclosure: Enclosure | None) -> int:
    declared = enclosure.duration.strip() if enclosure else ""
    seconds = 0
    for part in declared.split(":") if _DURATION.fullmatch(declared) else ():
        seconds = 60 * seconds + int(part)
    return seconds


def _ending(url: str) -> str:
    try:
        path = urlsplit(url).path
    except ValueError:
        return ""
    return path.rpartition("/")[2].rpartition(".")[2].lower()


def _origin(article: Article, source: Source | None, published: datetime) -> Origin:
    recorded = article.origin
    url = uri(recorded.url) or uri(source.url if source else "")
    site = uri(recorded.site)
    updated = _utc(recorded.updated)
    named = name(recorded.title) or name((source and source.title) or "")
    return Origin(
        title=named or urlsplit(site or url or uri(article.url)).netloc,
        url=url,
        site=site,
        id=_source_id(recorded.id) or _source_id(url) or _source_id(article.url),
        updated=(
            min(updated, _utc(article.added) or updated)
            if updated and updated >= _FIRST
            else published
        ),
    )


def _source_id(value: str) -> str:
    """Return the original feed's id as an absolute URI (RFC 4287 4.2.6), "" if it is not a URI."""
    value = value.strip()
    if any(shape.fullmatch(value) for shape in (_URN, _UUID, _TAG)):
        return value
    address, _, fragment = uri(value).partition("#")
    # Ids are compared byte by byte, so they need one spelling (the validator's NonCanonicalURI;
    # accents in NFC). An address with escapes that are not UTF-8, or escaped twice, has none: use a
    # UUID made from it.
    if _TWICE.search(address) or not _FRAGMENT.fullmatch(fragment):
        return uuid.uuid5(uuid.NAMESPACE_URL, value).urn
    composed = lambda match: quote(normalize("NFC", unquote(match[0], errors="strict")), safe="")
    try:
        spelled = _ESCAPED.sub(composed, urls.canonical(address) if address else "")
    except UnicodeDecodeError:
        return uuid.uuid5(uuid.NAMESPACE_URL, value).urn
    return spelled + (f"#{fragment}" if fragment else "")
