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
    if mode is not None:  # the stricter of the two
        shown_mode = min(mode, allowed_mode, key=_STRICTEST_FIRST.index)
    url = article.url if urls.is_mail(article.url) else clean_uri(article.url)
    if not url:
        raise ValueError(f"no usable address: {article.url[:_MOST_SHOWN]!r}")
    is_only_link = shown_mode == "link"
    summary = "" if is_only_link else cut_excerpt(article, restrictions)
    whole_text = ""
    if shown_mode == "full":
        whole_text = _remove_title(_remove_unprintable(text.remove_illegal(html)), article.title)
    if is_only_link or not may_copy_picture(article, source):
        picture = None

    origin = _make_origin(article, source, published)
    authors = _clean_names(article.authors or text.split_author_names(article.author))
    usage = derive_terms(article.rights)  # the publisher's terms of use
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
    """Return the article with placeholders in its addresses in place of the secrets of its source,
    such as an access token in the address of a private feed. `source`: the article's source, None
    if it was removed."""
    if source is None:
        return article
    secret_names = secrets.variables(source.url)
    if not secret_names:
        return article

    def hide(address: str) -> str:
        return secrets.make_public_url(address, secret_names)

    origin = replace(article.origin, url=article.origin.url or source.url)
    with_public_url = replace(article, url=hide(article.url), origin=origin)
    return _change_addresses(with_public_url, hide)


def _remove_private_addresses(article: Article, source: Source | None) -> Article:
    """Return the article without addresses that contain passwords or lead into private networks.
    Return it unchanged if its source is itself in a private network, or if the operator allows the
    source to read private addresses. `source`: None if it was removed."""
    if source and (source.allow or urls.explain_private(source.url)):
        return article

    def keep_public(address: str) -> str:
        return address if _is_public(address, article.url) else ""

    public_article = _change_addresses(article, keep_public)
    public_rights = tuple(line for line in article.rights if line and _is_public(line, article.url))
    return replace(public_article, rights=public_rights)


def _is_public(value: str, base: str) -> bool:
    """Return True if no word of `value` is an address that has a password or leads into a private
    network. `base`: the address of the article, to which relative addresses refer."""
    return not any(urls.explain_unsafe_link(word, base) for word in _WORD_SEPARATOR.split(value))


def _change_addresses(article: Article, change: Callable[[str], str]) -> Article:
    """Return the article with `change` applied to all of its addresses except `article.url`.
    `change`: takes an address and returns another, or "" to remove it. An enclosure whose address
    is removed is removed as a whole. Lines about a podcast may contain addresses at any place: a
    line that `change` would alter is removed."""
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
    `story`: its `reports` are pairs of outlet and article; `source_of`: returns the source of an
    article, None if it was removed."""
    # begin with the outlet of the article itself, so that it is left out
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
    """Return the name of an outlet to show to people. `outlet`: its registrable domain, such as
    "example.co.uk"; `article`: one of its articles. The name is the title of the feed that
    announced the article, if the outlet publishes this feed itself; else it is the domain."""
    site = article.origin.site or article.origin.url
    is_announced_by_outlet = bool(site) and urls.publisher(site) == outlet
    if not is_announced_by_outlet:
        return outlet
    return clean_name(article.origin.title) or outlet


def find_story_begin(view: View, story: str) -> datetime:
    """Return the time when a story began. `story`: its name, which starts with this time as a Unix
    time of ten digits; `view`: its lead article. Names from earlier versions of the program do not
    start with a time: for them, return when the lead article was published."""
    seconds = story[:_STORY_TIME_DIGITS]
    if not seconds.isdecimal():
        return view.published
    return datetime.fromtimestamp(int(seconds), UTC)


def make_lead_view(view: View, entry: StoryEntry, instance: uuid.UUID) -> View:
    """Return the view that a feed shows as the entry of a story. It is the view of the story's lead
    article with the entry id of the story and the time when the story began. Its `updated` time is
    the latest of three: when the story began, when the lead article was updated, and when the
    newest report of the story was added (`entry.latest`). `view`: of the lead article; `instance`:
    the id of this installation, part of entry ids."""
    began = find_story_begin(view, entry.story)
    last_change = max(began, view.updated, entry.latest)
    return replace(
        view,
        urn=story_urn(instance, entry.story),
        updated=_add_microseconds(last_change, entry.story),
        story=entry.story,
        began=began,
    )


def make_folded_entry(view: View, entry: StoryEntry, instance: uuid.UUID) -> View:
    """Return the view that a feed shows as the entry of a story, in the form that versions up to
    0.3 of this program published. It is as `make_lead_view` makes it, but its `updated` time is
    rounded down to noon or midnight, so that readers show the entry as changed at most twice a day.
    `view`: of the story's lead article; `instance`: the id of this installation."""
    latest = max(view.updated, entry.latest)
    half_day = 0 if latest.hour < _NOON else _NOON
    last_change = latest.replace(hour=half_day, minute=0, second=0, microsecond=0)
    updated = max(find_story_begin(view, entry.story), last_change)
    lead_view = make_lead_view(view, entry, instance)
    return replace(lead_view, updated=_add_microseconds(updated, entry.story))


def _get_content_mode(source: Source | None) -> ContentMode:
    """Return how much of a source's articles may be shown: "link", "excerpt" or "full", as its
    setting `content` says; "excerpt" if the source was removed (None)."""
    if source is None:
        return "excerpt"
    if source.content == "private":
        # the operator may still publish single articles of a private source
        return "link"
    return source.content


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
    """Return True if this instance may copy the article's cover picture and show it as a thumbnail.
    It may not if only a link to the article is permitted. Else it may if the operator recorded a
    licence for the source, or if neither the publisher's terms nor the page's rules for robots
    forbid it."""
    mode, _ = find_permitted_mode(article, source)
    if mode == "link":
        return False
    if source and source.licence:
        return True
    if not derive_terms(article.rights).picture:
        return False
    forbidding_rules = _normalise_robots(article) & {"noimageindex", "max-image-preview:none"}
    return not forbidding_rules


def clean_uri(value: str) -> str:
    """Return an address as a URI that every feed reader accepts (RFC 3986, ASCII only); "" if
    `value` is not an http(s) address."""
    cleaned = "".join(text.remove_illegal(value).split())
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
    """Return a language such as "en_GB" as a tag for xml:lang (RFC 5646), here "en-GB"; "" if it is
    invalid or does not begin with a two-letter code."""
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
    """Return a text without the characters that HTML forbids although XML allows them (HTML
    13.2.3.5). Also decode characters that were encoded twice, and replace each U+FFFD, the sign for
    an undecodable character, by "?"."""
    if value.isascii() and value.isprintable():
        return value
    decoded = _TWICE_ENCODED.sub(_decode_twice_encoded, value)
    return _UNPRINTED.sub("", decoded).replace("\ufffd", "?")


def _decode_twice_encoded(match: re.Match[str]) -> str:
    """Return a text that may have been encoded twice, decoded once more: "Ã¤" gives "ä". `match`:
    of the text. Return it unchanged if it was not encoded twice, that is, if it has characters
    outside of Latin-1 or its bytes in Latin-1 are not UTF-8."""
    try:
        return match[0].encode("latin-1").decode("utf-8")
    except UnicodeError:
        return match[0]


def _remove_title(html: str, title: str) -> str:
    """Return the HTML of an article without the heading at its beginning, if this heading has the
    same words as `title`; else return `html` unchanged."""
    heading = _HEADING.match(html[:_LONGEST_HEADING])
    if heading is None:
        return html
    _, heading_html = heading.groups()  # the first group is the heading's level, 1 to 6
    heading_text = unescape(_MARKUP.sub("", heading_html))
    if _split_words(heading_text) != _split_words(title):
        return html
    return html[heading.end() :]


def _split_words(value: str) -> list[str]:
    """Return the words of a text, in a form in which upper and lower case are equal."""
    return [word for word in re.split(r"\W+", value.casefold()) if word]


def find_times(article: Article) -> tuple[datetime, datetime]:
    """Return two times of an article, both in UTC: when it was published, and when it was updated.

    Published: the time that its page states. If the page states no time, a time before 1990, or
    one after the article was added here, this is the time when the article was added.

    Updated: the time when this instance last noticed a change. If it noticed none, this is the time
    that the page states, moved if necessary: not before the article was published and not after it
    was added."""
    added = _convert_to_utc(article.added) or _FIRST_DATE
    stated_publication = _convert_to_utc(article.published) or added
    published = min(stated_publication, added)
    if published < _FIRST_DATE:
        published = max(added, _FIRST_DATE)

    revision_times = [_parse_time(revision) for revision in article.revisions]
    noticed_changes = [moment for moment in revision_times if moment is not None]
    if noticed_changes:
        return published, max(published, *noticed_changes)

    stated_update = _convert_to_utc(article.updated) or published
    latest_possible_update = max(added, published)
    updated = min(stated_update, latest_possible_update)
    return published, max(published, updated)


def _add_microseconds(moment: datetime, entry_id: str) -> datetime:
    """Return `moment` with microseconds that are derived from the id of an entry. So entries of the
    same second mostly have different times, as is useful: readers sort by time, and the W3C
    validator warns of equal times."""
    digest = hashlib.sha256(entry_id.encode("utf-8", "replace")).digest()
    number_from_id = int.from_bytes(digest[:4], "big")
    return moment.replace(microsecond=1 + number_from_id % _MOST_MICROSECONDS)


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
    """Return how many characters of an article the page's rules for robots permit to show: the
    lowest number in its rules "max-snippet:NUMBER". Return None if the page has no such rule. A
    rule max-snippet:-1, which means no limit, is ignored."""
    limits: list[int] = []
    for rule in article.robots:
        name, _, count = rule.lower().replace(" ", "").partition(":")
        if name == "max-snippet" and count.isdigit():
            limits.append(int(count))
    return min(limits, default=None)


def cut_excerpt(article: Article, restrictions: Sequence[str]) -> str:
    """Return the excerpt of an article. If the page's max-snippet rule permits fewer characters,
    return only as many whole sentences from its beginning as fit, "" if not even the first fits.
    `restrictions`: the names of the rules that apply to the article, from `find_permitted_mode`."""
    excerpt = clean_line(article.excerpt)
    is_limited = any(rule.startswith("max-snippet") for rule in restrictions)
    limit = _find_snippet_limit(article) if is_limited else None
    if limit is None or len(excerpt) <= limit:
        return excerpt
    last_full_stop = max(excerpt.rfind(end, 0, limit) for end in _SENTENCE_ENDS)
    if last_full_stop <= 0:
        return ""
    return excerpt[: last_full_stop + 1].strip()


def _clean_names(values: Sequence[str]) -> tuple[str, ...]:
    """Return names of people or tags, each as one line without HTML tags. Names that are empty or
    occur again are left out."""
    names = [clean_name(value) for value in values]
    return tuple(dict.fromkeys(name for name in names if name))


def _clean_enclosure(enclosure: Enclosure | None) -> Enclosure | None:
    """Return an enclosure (an audio or video file of an article) with values that feeds may
    contain. If its stated media type is not audio or video, the type is derived from the file
    ending in its address. Return None if there is no enclosure, its address is invalid, or neither
    its stated type nor its ending is of audio or video."""
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
    """Return a line about a podcast episode (of `Enclosure.podcast`) with legal addresses and
    names; "" if the line is unusable. The line has one of these forms:

    - a fact such as "season 2", which is returned unchanged;
    - "person NAME; key=value; key=value", unusable without a name;
    - "transcript ADDRESS; type=text/vtt; key=value" or "chapters ADDRESS; ...", unusable without a
      valid address and type, since Podcasting 2.0 requires both.

    A pair key=value with an invalid value is left out."""
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
    """Return the duration of an enclosure (an audio or video file) in seconds, 0 if it is unknown.
    It is stated in `enclosure.duration` as seconds, MM:SS or HH:MM:SS."""
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
    """Return the ending of the file name in an address, in lower case and without its dot, such as
    "mp3". Return the whole name if it has no ending, "" if the address is invalid."""
    try:
        path = urlsplit(url).path
    except ValueError:
        return ""
    _, _, name = path.rpartition("/")
    _, _, ending = name.rpartition(".")
    return ending.lower()


def _make_origin(article: Article, source: Source | None, published: datetime) -> Origin:
    """Return the source feed of an article (title, address, site, id, time) as it may be published.
    A value that was not recorded with the article comes from its source, or if that has none, from
    the article's own address. `source`: None if it was removed; `published`: when the article was
    published, used as the time of the feed if no usable time was recorded."""
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
        # The article was added after its feed was read, so a later time of the feed is wrong.
        added = _convert_to_utc(article.added) or stated_time
        updated = min(stated_time, added)
    return Origin(title=title, url=url, site=site, id=origin_id, updated=updated)


def _make_source_id(value: str) -> str:
    """Return the id of a source feed as an absolute URI in its normal form, as RFC 4287 section
    4.2.6 requires. `value`: the id that the feed states, or its address. If it has no normal form,
    return a UUID that is made from it; if it is no URI, return ""."""
    stated_id = value.strip()
    if any(form.fullmatch(stated_id) for form in (_URN, _UUID, _TAG)):
        return stated_id
    address, _, fragment = clean_uri(stated_id).partition("#")
    # Readers compare ids byte by byte, so an address needs one spelling (the validator's
    # NonCanonicalURI), with accents in the Unicode form NFC. An address has no such spelling if
    # characters are escaped twice, or if escapes are not UTF-8.
    has_escaped_twice = _TWICE_ESCAPED.search(address) is not None
    if has_escaped_twice or not _FRAGMENT.fullmatch(fragment):
        return uuid.uuid5(uuid.NAMESPACE_URL, stated_id).urn
    try:
        canonical_address = urls.canonical(address) if address else ""
        normal_form = _ESCAPED.sub(_compose_accents, canonical_address)
    except UnicodeDecodeError:
        return uuid.uuid5(uuid.NAMESPACE_URL, stated_id).urn
    return f"{normal_form}#{fragment}" if fragment else normal_form


def _compose_accents(escaped: re.Match[str]) -> str:
    """Return escaped characters of an address with letters and accents composed (the Unicode form
    NFC): "a%CC%88", a letter and its accent, gives "%C3%A4", one letter. `escaped`: the match of
    the characters. Raises UnicodeDecodeError if they are not UTF-8."""
    return quote(normalize("NFC", unquote(escaped[0], errors="strict")), safe="")
