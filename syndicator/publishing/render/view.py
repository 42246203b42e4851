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
from syndicator.core.usage.statements import derive_terms

# Earlier dates count as unknown: nearly all are mistakes (year 1, the Unix epoch), and the W3C
# validator calls them implausible (its validators.py, implausible_8601).
_FIRST_DATE: Final = datetime(1990, 1, 1, tzinfo=UTC)
# Forms of ids that the validator accepts (its validators.py, rfc2396): URNs (RFC 8141), UUIDs (RFC
# 4122) and tag: URIs (RFC 4151).
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
# Addresses that are legal as they are, so that they need no parsing.
_LEGAL_ADDRESS: Final = re.compile(
    r"https?://[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*(:[0-9]{1,5})?"
    r"(/([A-Za-z0-9;/?:@&=+$._!~*'(),-]|%[0-9A-Fa-f]{2})*)?(#[A-Za-z0-9._-]*)?"
)
_EPISODE_FACT: Final = re.compile("(?:season|episode) [1-9][0-9]{0,5}|explicit (?:true|false)")
_WORD_SEPARATOR: Final = re.compile(
    r"[\s=;]+"
)  # separates addresses in lines of rights and podcasts
_TWICE_ESCAPED: Final = re.compile(r"%25[0-9A-Fa-f]{2}")
_FRAGMENT: Final = re.compile(r"[\w.~-]*", re.ASCII)
# Escaped characters that are not ASCII, with the letter before, which may carry their accent.
_ESCAPED: Final = re.compile(r"[A-Za-z]?(?:%[89A-F][0-9A-F])+")
# Control characters and noncharacters of Unicode.
_UNPRINTED: Final = re.compile(
    "[\x7f-\x9f\ufdd0-\ufdef"
    + "".join(chr(plane << 16 | end) for plane in range(17) for end in (0xFFFE, 0xFFFF))
    + "]"
)
# A piece of text with a UTF-8 character that was read as two Latin-1 characters ("Ã¤" for "ä"). It
# ends at markup, references and line ends, so that only a piece in which all characters are of
# Latin-1 can be decoded.
_TWICE_ENCODED: Final = re.compile(
    "(?<![^&<>;\n])[^&<>;\n]*[\u00c2\u00c3][\u0080-\u00bf][^&<>;\n]*"
)
_MARKUP: Final = re.compile(r"</?[A-Za-z][^<>]*>|<!--")
_HEADING: Final = re.compile(r"\s*<h([1-6])>(.*?)</h\1>\s*", re.DOTALL)
_LONGEST_HEADING: Final = 2000  # characters of HTML: no title is longer
# Languages with a two-letter code (ISO 639-1); the validator knows few longer codes.
_LANGUAGE_CODES: Final = (
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy"
    " da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu"
    " hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb"
    " lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om"
    " or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw"
    " ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu "
)
_LANGUAGES: Final = frozenset(_LANGUAGE_CODES.split())
_RIGHT_TO_LEFT: Final = frozenset(("ar", "dv", "fa", "he", "ku", "ps", "sd", "ug", "ur", "yi"))
_LONGEST_SUBTAG: Final = 8  # RFC 5646 section 2.1
_MEDIA_TYPE: Final = re.compile(r"[a-z]+/[A-Za-z0-9][A-Za-z0-9.+-]*")
_AUDIO_VIDEO: Final = re.compile(r"(audio|video)/[a-z0-9][a-z0-9.+-]*")
_STRICTEST_FIRST: Final[tuple[ContentMode, ...]] = ("link", "excerpt", "full")
_MOST_ALSO: Final = 12  # reports of other outlets that an entry names
_MOST_SHOWN: Final = 200  # characters of a faulty address
_STORY_TIME_DIGITS: Final = 10  # the name of a story begins with its Unix time
_MOST_CACHED_NAMES: Final = 4096
_MOST_CACHED_LANGUAGES: Final = 256
_NOON: Final = 12  # o'clock
_SENTENCE_ENDS: Final = (". ", "! ", "? ", "。")
# The microseconds of times are 1 to 999,998. The next one is free for an entry of the same time.
_MOST_MICROSECONDS: Final = 999_998
# seconds, MM:SS or HH:MM:SS (Apple)
_DURATION: Final = re.compile(r"[0-9]{1,7}|[0-9]{1,3}(:[0-5][0-9]){1,2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The values of an article that all formats write, as far as they may be published. Each text
    is one line of legal characters, each address is a legal URI, each time is in UTC."""

    id: str  # the article's
    urn: str
    url: str
    title: str
    authors: tuple[str, ...]  # names; if the article has none, the title of its source
    published: datetime
    updated: datetime  # unique by its microseconds, see `_add_microseconds`
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
    began: datetime | None = None  # the time when that story began: feeds write it as `published`
    explained: str = ""  # HTML: what the other reports of the story add to this one

    @property
    def author(self) -> str:
        """The authors as one line."""
        return ", ".join(self.authors)

    @property
    def text(self) -> str:
        """The excerpt or, if there is none, the title of the source. Formats require a text, and
        the title of the article would only repeat what readers see already."""
        return self.summary or self.origin.title


def make_view(
    article: Article,
    source: Source | None,
    instance: uuid.UUID,
    mode: ContentMode | None,
    html: str,
    picture: Picture | None = None,
) -> View:
    """Return the view of `article`: what feeds and pages may show of it. `source`: its source, None
    if that was removed; `mode`: how much of the text the feed shows at most, None for as much as
    the source permits; `html`: the rendered body, "" if there is none; `picture`: the article's
    thumbnail. Raises ValueError if the article has no usable address."""
    article = _remove_private_addresses(_hide_secrets(article, source), source)
    published, updated = find_times(article)
    allowed_mode, restrictions = find_permitted_mode(article, source)
    shown_mode = allowed_mode
    if mode is not None:
        shown_mode = min(mode, allowed_mode, key=_STRICTEST_FIRST.index)
    url = article.url if urls.is_mail(article.url) else clean_uri(article.url)
    if not url:
        raise ValueError(f"no usable address: {article.url[:_MOST_SHOWN]!r}")
    is_only_link = shown_mode == "link"
    summary = "" if is_only_link else cut_summary(article, restrictions)
    whole_text = ""
    if shown_mode == "full":
        whole_text = _remove_title(_remove_unprintable(text.legal(html)), article.title)
    if is_only_link or not may_copy_picture(article, source):
        picture = None

    origin = _make_origin(article, source, published)
    authors = _clean_names(article.authors or text.persons(article.author))
    usage = derive_terms(article.rights)
    licences = [address for address in map(clean_uri, usage.licences) if address]
    return View(
        id=article.id,
        urn=entry_urn(instance, article.id),
        url=url,
        title=clean_line(article.title) or urlsplit(url).netloc,
        authors=authors or (origin.title,),
        published=published,
        updated=_add_microseconds(updated, article.id),
        summary=summary,
        html=whole_text,
        language=clean_language(article.language or ""),
        tags=_clean_names(article.tags),
        category=clean_name(article.category),
        cover=clean_uri(article.cover or ""),
        cover_type=_IMAGES.get(_get_file_ending(article.cover or ""), ""),
        picture=picture,
        enclosure=_clean_enclosure(article.enclosure),
        seconds=_parse_duration(article.enclosure),
        related=tuple(address for address in map(clean_uri, article.also) if address),
        origin=origin,
        source_key=article.source_key,
        rights=clean_line("; ".join((*usage.words, *usage.because))),
        licence=licences[0] if licences else "",
    )


def _hide_secrets(article: Article, source: Source | None) -> Article:
    """Return the article without the secrets of its source, such as an access token in the address
    of a private feed: in all addresses of the article, placeholders replace them. `source`: None if
    it was removed."""
    names = secrets.variables(source.url) if source else ()
    if source is None or not names:
        return article

    def hide(address: str) -> str:
        return secrets.make_public_url(address, names)

    origin = replace(article.origin, url=article.origin.url or source.url)
    with_public_url = replace(article, url=hide(article.url), origin=origin)
    return _change_addresses(with_public_url, hide)


def _remove_private_addresses(article: Article, source: Source | None) -> Article:
    """Return the article without addresses that contain passwords or lead into private networks.
    Return it unchanged if its source is itself in a private network, or if the operator allows the
    source to read private addresses. `source`: None if it was removed."""
    if source and (source.allow or urls.private(source.url)):
        return article

    def keep_public(value: str) -> str:
        return value if _is_public(value, article.url) else ""

    public_article = _change_addresses(article, keep_public)
    public_rights = tuple(line for line in article.rights if line and _is_public(line, article.url))
    return replace(public_article, rights=public_rights)


def _is_public(value: str, base: str) -> bool:
    """Return True if no word of `value` is an address that has a password or leads into a private
    network. `base`: the address of the article, to which relative addresses refer."""
    return not any(urls.refusal(word, base) for word in _WORD_SEPARATOR.split(value))


def _change_addresses(article: Article, change: Callable[[str], str]) -> Article:
    """Return the article with `change` applied to all of its addresses except `article.url`. An
    address for which `change` returns "" is removed, and with the address of an enclosure the whole
    enclosure. Lines about a podcast contain addresses anywhere: a line that `change` would alter is
    removed."""
    changed_origin = replace(
        article.origin,
        url=change(article.origin.url),
        site=change(article.origin.site),
        id=change(article.origin.id),
    )
    changed_enclosure = None
    enclosure = article.enclosure
    if enclosure is not None:
        podcast = tuple(line for line in enclosure.podcast if change(line) == line)
        enclosure_url = change(enclosure.url)
        if enclosure_url:
            changed_enclosure = replace(enclosure, url=enclosure_url, podcast=podcast)
    changed_related = [change(address) for address in article.also]
    return replace(
        article,
        cover=change(article.cover or ""),
        also=tuple(address for address in changed_related if address),
        enclosure=changed_enclosure,
        origin=changed_origin,
    )


def list_other_reports(
    article_id: str, story: Story, source_of: Callable[[Article], Source | None]
) -> tuple[tuple[str, str], ...]:
    """Return the other outlets that report the story of an article, each as (name of the outlet,
    address of its first report), twelve at most. Reports without a usable address are left out.
    `source_of`: returns the source of an article, None if it was removed."""
    seen_outlets = {outlet for outlet, article in story.reports if article.id == article_id}
    reports: list[tuple[str, str]] = []
    for outlet, article in story.reports:
        public_article = _hide_secrets(article, source_of(article))
        url = clean_uri(public_article.url)
        if not url or outlet in seen_outlets:
            continue
        seen_outlets.add(outlet)
        reports.append((name_outlet(outlet, article), url))
    return tuple(reports[:_MOST_ALSO])


def name_outlet(outlet: str, article: Article) -> str:
    """Return the name of an outlet for people. This is the title of the feed that announced
    `article`, if that feed is of the same outlet; else it is the domain of the outlet. `outlet`:
    its registrable domain, such as "example.co.uk"; `article`: one of its articles."""
    site = article.origin.site or article.origin.url
    is_announced_by_outlet = bool(site) and urls.publisher(site) == outlet
    if not is_announced_by_outlet:
        return outlet
    return clean_name(article.origin.title) or outlet


def find_begin(view: View, story: str) -> datetime:
    """Return the time when a story began. `story`: its name, which starts with this time as a Unix
    time of ten digits; `view`: its lead article. Names from earlier versions of the program do not
    start with a time: for them, return when the lead article was published."""
    seconds = story[:_STORY_TIME_DIGITS]
    if not seconds.isdecimal():
        return view.published
    return datetime.fromtimestamp(int(seconds), UTC)


def make_lead_view(view: View, entry: StoryEntry, instance: uuid.UUID) -> View:
    """Return the entry of a story: the view of its lead article (`view`) with the entry id of the
    story and the time when the story began. Its `updated` time is the latest of three: when the
    story began, when the lead article was updated, and when the newest report of the story was
    added (`entry.latest`)."""
    began = find_begin(view, entry.story)
    last_change = max(began, view.updated, entry.latest)
    return replace(
        view,
        urn=story_urn(instance, entry.story),
        updated=_add_microseconds(last_change, entry.story),
        story=entry.story,
        began=began,
    )


def make_folded_entry(view: View, entry: StoryEntry, instance: uuid.UUID) -> View:
    """Return the entry of a story in the form that versions up to 0.3 published in all feeds. Its
    `updated` time is rounded down to noon or midnight, so that readers show the entry as changed at
    most twice a day. `view`: the lead article."""
    latest = max(view.updated, entry.latest)
    half_day = 0 if latest.hour < _NOON else _NOON
    last_change = latest.replace(hour=half_day, minute=0, second=0, microsecond=0)
    updated = max(find_begin(view, entry.story), last_change)
    lead_view = make_lead_view(view, entry, instance)
    return replace(lead_view, updated=_add_microseconds(updated, entry.story))


def _get_content_mode(source: Source | None) -> ContentMode:
    """Return how much of a source's articles may be shown, as its setting `content` says. Return
    "excerpt" if the source was removed (None). Return "link" if the setting is "private": single
    articles of such a source may still be published by the operator."""
    if source is None:
        return "excerpt"
    return "link" if source.content == "private" else source.content


def find_permitted_mode(
    article: Article, source: Source | None
) -> tuple[ContentMode, tuple[str, ...]]:
    """Return how much of an article may be shown, and the names of the publisher's rules that
    restrict it. If the operator recorded a licence for the source, no rule restricts it. There are
    two kinds of rules: the publisher's terms of use (see `derive_terms`), and the page's rules for
    robots (https://developers.google.com/search/docs/crawling-indexing/robots-meta-tag):

    - nosnippet or max-snippet:0 permit only a link;
    - noarchive permits an excerpt;
    - max-snippet:NUMBER permits an excerpt of so many characters."""
    mode = _get_content_mode(source)
    if source and source.licence:
        return mode, ()
    robots = _normalise_robots(article)
    usage = derive_terms(article.rights)
    restrictions: list[str] = []
    if usage.most != "full":
        restrictions += usage.because
    if usage.most == "link":
        return "link", tuple(restrictions)
    if robots & {"nosnippet", "max-snippet:0"}:
        return "link", (*restrictions, "nosnippet")
    snippet_limit = _find_snippet_limit(article)
    if snippet_limit is not None:
        restrictions.append(f"max-snippet:{snippet_limit}")
    if "noarchive" in robots:
        restrictions.append("noarchive")
    if restrictions and mode == "full":
        mode = "excerpt"
    return mode, tuple(restrictions)


def _normalise_robots(article: Article) -> set[str]:
    """Return the rules for robots on an article's page (<meta name="robots">), in lower case and
    without spaces."""
    return {rule.strip().lower().replace(" ", "") for rule in article.robots}


def may_copy_picture(article: Article, source: Source | None) -> bool:
    """Return True if this instance may show a thumbnail of the article's cover. Return False if
    only a link to the article is permitted. Else a licence that the operator recorded permits the
    thumbnail; without a licence, the publisher's terms or the page's rules for robots may forbid
    it."""
    if find_permitted_mode(article, source)[0] == "link":
        return False
    if source and source.licence:
        return True
    if not derive_terms(article.rights).picture:
        return False
    return not _normalise_robots(article) & {"noimageindex", "max-image-preview:none"}


def clean_uri(value: str) -> str:
    """Return an address as a URI that every feed reader accepts (RFC 3986, ASCII only); "" if
    `value` is not an http(s) address."""
    cleaned = "".join(text.legal(value).split())
    if _LEGAL_ADDRESS.fullmatch(cleaned):
        return cleaned
    try:
        return urls.canonical(cleaned)
    except urls.BadUrl:
        return ""


@lru_cache(_MOST_CACHED_NAMES)
def clean_name(value: str) -> str:
    """Return the name of an author, tag, category or source as one line, without HTML tags, which
    the W3C validator reports in names (ContainsHTML)."""
    cleaned = clean_line(value)
    previous = ""
    while cleaned != previous:  # "<a<b>>" without its tag "<b>" is again a tag, "<a>"
        previous = cleaned
        cleaned = text.line(_MARKUP.sub(" ", cleaned))
    return cleaned


@lru_cache(_MOST_CACHED_LANGUAGES)
def clean_language(value: str) -> str:
    """Return a language such as "en-GB" as a tag for xml:lang (RFC 5646); "" if it is invalid or
    its language has no two-letter code."""
    tag = value.strip().replace("_", "-")
    language, *subtags = tag.split("-")
    if language.lower() not in _LANGUAGES or not tag.isascii():
        return ""
    for subtag in subtags:
        if not subtag.isalnum() or len(subtag) > _LONGEST_SUBTAG:
            return ""
    return tag


def get_direction(language: str) -> str:
    """Return the direction in which a language is written, for the attribute `dir` of HTML: "rtl"
    (from right to left) or "ltr". It is "ltr" for any language in Latin script, such as
    "ku-Latn"."""
    code, _, subtags = language.lower().partition("-")
    if code in _RIGHT_TO_LEFT and "latn" not in subtags:
        return "rtl"
    return "ltr"


def clean_line(value: str) -> str:
    """Return a text as one line without characters that must not be published."""
    return text.line(_remove_unprintable(value))


def _remove_unprintable(value: str) -> str:
    """Return a text without characters that XML allows but HTML does not (HTML 13.2.3.5). Also
    decode characters that were encoded twice, and replace U+FFFD, the sign for an undecodable
    character, by "?"."""
    if value.isascii() and value.isprintable():
        return value
    decoded = _TWICE_ENCODED.sub(_decode_twice_encoded, value)
    return _UNPRINTED.sub("", decoded).replace("\ufffd", "?")


def _decode_twice_encoded(match: re.Match[str]) -> str:
    """Return the matched text, decoded once more if it was encoded twice: "Ã¤" gives "ä". It was if
    all of its characters are in Latin-1 and their bytes are UTF-8; else return it unchanged."""
    try:
        return match[0].encode("latin-1").decode("utf-8")
    except UnicodeError:
        return match[0]


def _remove_title(html: str, title: str) -> str:
    """Return the HTML of an article without the heading at its beginning, if the heading has the
    same words as the title; else return it unchanged."""
    heading = _HEADING.match(html[:_LONGEST_HEADING])
    if heading is None:
        return html
    heading_text = unescape(_MARKUP.sub("", heading[2]))
    if _split_words(heading_text) != _split_words(title):
        return html
    return html[heading.end() :]


def _split_words(value: str) -> list[str]:
    """Return the words of a text, in a form in which upper and lower case are equal."""
    return [word for word in re.split(r"\W+", value.casefold()) if word]


def find_times(article: Article) -> tuple[datetime, datetime]:
    """Return (published, updated) of an article, both in UTC.

    It was published when its page says so, unless the page states no time, a time before 1990 or
    one after the article was added here: then the article counts as published when it was added. It
    was updated when this instance last noticed a change. If it noticed none, the article was
    updated when the page says so, but not before it was published and not after it was added."""
    added = _convert_to_utc(article.added) or _FIRST_DATE
    stated_publication = _convert_to_utc(article.published) or added
    published = min(stated_publication, added)
    if published < _FIRST_DATE:
        published = max(added, _FIRST_DATE)
    revisions = [_parse_time(revision) for revision in article.revisions]
    noticed_changes = [moment for moment in revisions if moment is not None]
    if noticed_changes:
        return published, max(published, *noticed_changes)
    stated_update = _convert_to_utc(article.updated) or published
    latest_possible_update = max(added, published)
    return published, max(published, min(stated_update, latest_possible_update))


def _add_microseconds(moment: datetime, entry_id: str) -> datetime:
    """Return `moment` with microseconds that are derived from the id of an entry. So entries of the
    same second mostly have different times. Readers sort by time, and the W3C validator warns of
    equal times."""
    digest = hashlib.sha256(entry_id.encode("utf-8", "replace")).digest()
    number = int.from_bytes(digest[:4], "big")
    return moment.replace(microsecond=1 + number % _MOST_MICROSECONDS)


def _convert_to_utc(moment: datetime | None) -> datetime | None:
    """Return a time in UTC without microseconds, None for None. A time without a zone is taken for
    UTC."""
    if moment is None:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC).replace(microsecond=0)


def _parse_time(value: str) -> datetime | None:
    """Return the time of a text such as "2026-11-30T08:00:00Z" (ISO 8601) in UTC; None if the text
    is no time."""
    try:
        return _convert_to_utc(datetime.fromisoformat(value))
    except ValueError:
        return None


def _find_snippet_limit(article: Article) -> int | None:
    """Return the lowest number of characters in the page's max-snippet rules, None if it has no
    such rule. max-snippet:-1, which means no limit, does not count."""
    limits: list[int] = []
    for rule in article.robots:
        name, _, count = rule.lower().replace(" ", "").partition(":")
        if name == "max-snippet" and count.isdigit():
            limits.append(int(count))
    return min(limits, default=None)


def cut_summary(article: Article, restrictions: Sequence[str]) -> str:
    """Return the excerpt of an article or, if the page's max-snippet rule permits fewer characters,
    so many whole sentences from its beginning as are permitted; "" if not even one is.
    `restrictions`: the rules that restrict the article, from `find_permitted_mode`."""
    excerpt = clean_line(article.excerpt)
    is_limited = any(rule.startswith("max-snippet") for rule in restrictions)
    limit = _find_snippet_limit(article) if is_limited else None
    if limit is None or len(excerpt) <= limit:
        return excerpt
    last_end = max(excerpt.rfind(end, 0, limit) for end in _SENTENCE_ENDS)
    if last_end <= 0:
        return ""
    return excerpt[: last_end + 1].strip()


def _clean_names(values: Sequence[str]) -> tuple[str, ...]:
    """Return names of people or tags, each as one line without HTML tags. Names that are empty or
    occur again are left out."""
    names = [clean_name(value) for value in values]
    return tuple(dict.fromkeys(name for name in names if name))


def _clean_enclosure(enclosure: Enclosure | None) -> Enclosure | None:
    """Return the enclosure with values that feeds may contain. A media type that is not of audio or
    video is replaced by the type of the file ending in the address. Return None if there is no
    enclosure, its address is invalid, or it has no such ending either."""
    if enclosure is None:
        return None
    url = clean_uri(enclosure.url)
    if not url:
        return None
    media_type = enclosure.type.partition(";")[0].strip().lower()
    if not _AUDIO_VIDEO.fullmatch(media_type):
        media_type = _MEDIA.get(_get_file_ending(url), "")
    if not media_type:
        return None
    podcast = [_clean_podcast_line(line) for line in enclosure.podcast]
    return Enclosure(
        url=url,
        type=media_type,
        length=max(enclosure.length, 0),
        duration=enclosure.duration,
        podcast=tuple(line for line in podcast if line),
    )


def _clean_podcast_line(line: str) -> str:
    """Return a line of `Enclosure.podcast` with legal addresses and names, "" if that is
    impossible. Such a line is one of these:

    - a fact, such as "season 2", which is returned unchanged;
    - "person NAME; key=value; key=value";
    - an address, "transcript ADDRESS; type=text/vtt; key=value" or "chapters ADDRESS; ...". Without
      a valid type it is dropped, since Podcasting 2.0 requires one.

    Further keys with an invalid value are left out."""
    if _EPISODE_FACT.fullmatch(line):
        return line
    kind, _, rest = clean_line(line).partition(" ")
    name_or_address, *pairs = rest.split("; ")
    attributes: list[str] = []
    has_media_type = False
    for pair in pairs:
        key, _, stated_value = pair.partition("=")
        if key == "type" and _MEDIA_TYPE.fullmatch(stated_value):
            has_media_type = True
        is_address = key in ("href", "img")
        value = clean_uri(stated_value) if is_address else stated_value
        if value and not value.endswith("="):
            attributes.append(f"{key}={value}")
    if kind == "person":
        main_value = clean_name(name_or_address)
    elif has_media_type:
        main_value = clean_uri(name_or_address)
    else:
        main_value = ""
    if not main_value:
        return ""
    return "; ".join([f"{kind} {main_value}", *attributes])


def _parse_duration(enclosure: Enclosure | None) -> int:
    """Return the duration of an enclosure in seconds, 0 if it is unknown. `enclosure.duration` has
    seconds, MM:SS or HH:MM:SS."""
    if enclosure is None:
        return 0
    duration = enclosure.duration.strip()
    if not _DURATION.fullmatch(duration):
        return 0
    seconds = 0
    for part in duration.split(":"):
        seconds = 60 * seconds + int(part)
    return seconds


def _get_file_ending(url: str) -> str:
    """Return the ending of the file name in an address in lower case, such as "mp3". Return the
    whole name if it has no ending, "" if the address is invalid."""
    try:
        path = urlsplit(url).path
    except ValueError:
        return ""
    _, _, name = path.rpartition("/")
    _, _, ending = name.rpartition(".")
    return ending.lower()


def _make_origin(article: Article, source: Source | None, published: datetime) -> Origin:
    """Return the source feed of an article as it may be published. Values that were not recorded
    with the article come from its source; if the source has none either, they come from the address
    of the article. `source`: None if it was removed; `published`: when the article was published,
    which is also the time of the feed if the feed states no usable time."""
    recorded = article.origin
    source_url = source.url if source else ""
    source_title = (source.title or "") if source else ""
    url = clean_uri(recorded.url) or clean_uri(source_url)
    site = clean_uri(recorded.site)
    title = clean_name(recorded.title) or clean_name(source_title)
    if not title:
        title = urlsplit(site or url or clean_uri(article.url)).netloc
    origin_id = _make_source_id(recorded.id) or _make_source_id(url)
    if not origin_id:
        origin_id = _make_source_id(article.url)

    updated = published
    stated_time = _convert_to_utc(recorded.updated)
    if stated_time is not None and stated_time >= _FIRST_DATE:
        # the feed was read before its article was added
        added = _convert_to_utc(article.added) or stated_time
        updated = min(stated_time, added)
    return Origin(title=title, url=url, site=site, id=origin_id, updated=updated)


def _make_source_id(value: str) -> str:
    """Return the id of a source feed as an absolute URI in its normal form, as RFC 4287 section
    4.2.6 requires. Return a UUID, made from the address, for an address that has no normal form.
    Return "" if `value` is no URI."""
    stated_id = value.strip()
    if any(form.fullmatch(stated_id) for form in (_URN, _UUID, _TAG)):
        return stated_id
    address, _, fragment = clean_uri(stated_id).partition("#")
    # Ids are compared byte by byte, so that they need one spelling (the validator's
    # NonCanonicalURI), with accents in the Unicode form NFC. An address with characters that are
    # escaped twice, or escapes that are not UTF-8, has no such spelling: use a UUID made from it.
    if _TWICE_ESCAPED.search(address) or not _FRAGMENT.fullmatch(fragment):
        return uuid.uuid5(uuid.NAMESPACE_URL, stated_id).urn
    try:
        canonical_address = urls.canonical(address) if address else ""
        normal_form = _ESCAPED.sub(_compose_accents, canonical_address)
    except UnicodeDecodeError:
        return uuid.uuid5(uuid.NAMESPACE_URL, stated_id).urn
    return f"{normal_form}#{fragment}" if fragment else normal_form


def _compose_accents(escaped: re.Match[str]) -> str:
    """Return escaped characters of an address in the Unicode form NFC, escaped again: "a%CC%88",
    which is a letter and its accent, gives "%C3%A4". `escaped`: the match of the characters. Raises
    UnicodeDecodeError if they are not UTF-8."""
    return quote(normalize("NFC", unquote(escaped[0], errors="strict")), safe="")
