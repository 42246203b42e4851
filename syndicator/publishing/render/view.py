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
_MOST_ALSO: Final = 12  # reports of other outlets that an entry names
_SHOWN: Final = 200  # characters of a faulty address
_STORY_TIME_DIGITS: Final = 10  # the name of a story begins with its Unix time
_MOST_CACHED_NAMES: Final = 4096
_MOST_CACHED_LANGUAGES: Final = 256
_HALF_DAY: Final = 12  # hours
_SENTENCE_ENDS: Final = (". ", "! ", "? ", "。")
_MICROSECONDS: Final = 999_998  # of 1 to 999,998: a later entry of the same time gets the next one
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


def make_view(
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
    article = _remove_private_addresses(_hide_secrets(article, source), source)
    published, updated = find_times(article)
    allowed_mode, restrictions = find_permitted_mode(article, source)
    shown_mode = allowed_mode
    if mode is not None:
        shown_mode = min(mode, allowed_mode, key=_STRICTEST_FIRST.index)
    url = article.url if urls.is_mail(article.url) else clean_uri(article.url)
    if not url:
        raise ValueError(f"no usable address: {article.url[:_SHOWN]!r}")
    summary = ""
    if shown_mode != "link":
        summary = cut_summary(article, restrictions)
    whole_text = ""
    if shown_mode == "full":
        whole_text = _remove_title(_remove_unprintable(text.legal(html)), article.title)
    if shown_mode == "link" or not may_copy_picture(article, source):
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
    """Replace the source's secrets, such as tokens, in the article's addresses by placeholders."""
    names = secrets.variables(source.url) if source else ()
    if source is None or not names:
        return article
    origin = replace(article.origin, url=article.origin.url or source.url)
    article = replace(article, url=secrets.make_public_url(article.url, names), origin=origin)
    return _change_addresses(article, lambda address: secrets.make_public_url(address, names))


def _remove_private_addresses(article: Article, source: Source | None) -> Article:
    """Remove addresses with passwords and, unless the source may use them, those into private
    networks."""
    if source and (source.allow or urls.private(source.url)):
        return article

    def is_public(value: str) -> bool:
        return not any(urls.refusal(word, article.url) for word in _WORDS.split(value))

    def remove_private(value: str) -> str:
        return value if is_public(value) else ""

    rights = tuple(line for line in article.rights if line and is_public(line))
    return replace(_change_addresses(article, remove_private), rights=rights)


def _change_addresses(article: Article, change: Callable[[str], str]) -> Article:
    """Replace each address of `article`, except its own, by `change(address)`. An address that
    becomes "" is removed, and a line of `podcast` whose address changes, too."""
    origin = replace(
        article.origin,
        url=change(article.origin.url),
        site=change(article.origin.site),
        id=change(article.origin.id),
    )
    enclosure = article.enclosure
    if enclosure is not None:
        podcast = tuple(line for line in enclosure.podcast if change(line) == line)
        url = change(enclosure.url)
        enclosure = replace(enclosure, url=url, podcast=podcast) if url else None
    also = [change(address) for address in article.also]
    return replace(
        article,
        cover=change(article.cover or ""),
        also=tuple(address for address in also if address),
        enclosure=enclosure,
        origin=origin,
    )


def list_other_reports(
    article_id: str, story: Story, source_of: Callable[[Article], Source | None]
) -> tuple[tuple[str, str], ...]:
    """Return name of the outlet and address of the first report of each other outlet in the story
    of an article."""
    named_outlets = {outlet for outlet, article in story.reports if article.id == article_id}
    reports: list[tuple[str, str]] = []
    for outlet, article in story.reports:
        url = clean_uri(_hide_secrets(article, source_of(article)).url)
        if outlet not in named_outlets and url:
            named_outlets.add(outlet)
            reports.append((name_outlet(outlet, article), url))
    return tuple(reports[:_MOST_ALSO])


def name_outlet(outlet: str, article: Article) -> str:
    """Return the name of an outlet for people: the title of its feed, else its domain. The title is
    not used if another site announced the article. `outlet`: its registrable domain."""
    site = article.origin.site or article.origin.url
    is_announced_by_outlet = bool(site) and urls.publisher(site) == outlet
    if not is_announced_by_outlet:
        return outlet
    return clean_name(article.origin.title) or outlet


def find_begin(view: View, story: str) -> datetime:
    """Return when a story began, from its name; stories of earlier versions have no time in it and
    began with `view`."""
    seconds = story[:_STORY_TIME_DIGITS]
    if not seconds.isdecimal():
        return view.published
    return datetime.fromtimestamp(int(seconds), UTC)


def lead_story(view: View, entry: StoryEntry, instance: uuid.UUID) -> View:
    """Return the entry for the story that `view` leads, with the id of the story. It was updated
    when its lead was, or when another report was added last (`entry.latest`)."""
    began = find_begin(view, entry.story)
    updated = _add_microseconds(max(began, view.updated, entry.latest), entry.story)
    return replace(
        view, urn=story_urn(instance, entry.story), updated=updated, story=entry.story, began=began
    )


def make_folded_entry(view: View, entry: StoryEntry, instance: uuid.UUID) -> View:
    """Return the entry that an earlier version published for a story. `updated` changes only at
    noon and midnight."""
    latest = max(view.updated, entry.latest)
    half_day = latest.hour // _HALF_DAY * _HALF_DAY
    last_change = latest.replace(hour=half_day, minute=0, second=0, microsecond=0)
    updated = max(find_begin(view, entry.story), last_change)
    return replace(
        lead_story(view, entry, instance), updated=_add_microseconds(updated, entry.story)
    )


def _get_content_mode(source: Source | None) -> ContentMode:
    """Return how much of its articles a source lets us show: "excerpt" if the source is unknown,
    "link" if it is private, for its articles that the operator released."""
    if source is None:
        return "excerpt"
    return "link" if source.content == "private" else source.content


def find_permitted_mode(
    article: Article, source: Source | None
) -> tuple[ContentMode, tuple[str, ...]]:
    """Return how much of an article may be shown, and the names of the publisher's rules that
    restrict it. A recorded licence of the source lifts them. Rules: `statements.terms`; nosnippet
    and noarchive (neither excerpt nor body); max-snippet (an excerpt of so many characters, no
    body; https://developers.google.com/search/docs/crawling-indexing/robots-meta-tag)."""
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
    """Return the page's rules for robots in lower case without spaces."""
    return {rule.strip().lower().replace(" ", "") for rule in article.robots}


def may_copy_picture(article: Article, source: Source | None) -> bool:
    """Return True if a thumbnail may be shown: the content mode allows more than a link and,
    without a recorded licence, neither the page (noimageindex, max-image-preview:none) nor its
    terms forbid it."""
    if find_permitted_mode(article, source)[0] == "link":
        return False
    if source and source.licence:
        return True
    if not derive_terms(article.rights).picture:
        return False
    return not _normalise_robots(article) & {"noimageindex", "max-image-preview:none"}


def clean_uri(value: str) -> str:
    """Return `value` as a URI that every reader accepts (RFC 3986, ASCII only), "" if it is not an
    http(s) address."""
    cleaned = "".join(text.legal(value).split())
    if _PLAIN.fullmatch(cleaned):
        return cleaned
    try:
        return urls.canonical(cleaned)
    except urls.BadUrl:
        return ""


@lru_cache(_MOST_CACHED_NAMES)
def clean_name(value: str) -> str:
    """Return a name (of an author, tag, category, source) as one line without markup, which the
    validator reports (ContainsHTML)."""
    cleaned = clean_line(value)
    previous = ""
    while cleaned != previous:  # removed markup may leave new markup
        previous = cleaned
        cleaned = text.line(_MARKUP.sub(" ", cleaned))
    return cleaned


@lru_cache(_MOST_CACHED_LANGUAGES)
def clean_language(value: str) -> str:
    """Return a language tag for xml:lang (RFC 5646), "" if it is invalid or its language has no
    two-letter code."""
    tag = value.strip().replace("_", "-")
    language, *subtags = tag.split("-")
    if language.lower() not in _LANGUAGES or not tag.isascii():
        return ""
    for subtag in subtags:
        if not subtag.isalnum() or len(subtag) > _LONGEST_SUBTAG:
            return ""
    return tag


def get_direction(language: str) -> str:
    """Return the direction in which a language is written, "rtl" or "ltr", for the attribute `dir`
    of HTML."""
    code, _, subtags = language.lower().partition("-")
    if code in _RIGHT_TO_LEFT and "latn" not in subtags:
        return "rtl"
    return "ltr"


def clean_line(value: str) -> str:
    """Return a text as one line without characters that must not be published."""
    return text.line(_remove_unprintable(value))


def _remove_unprintable(value: str) -> str:
    """Remove characters that XML allows and HTML does not (HTML 13.2.3.5), decode what was encoded
    twice, and write "?" for U+FFFD."""
    if value.isascii() and value.isprintable():
        return value
    decoded = _TWICE_ENCODED.sub(_decode_twice_encoded, value)
    return _UNPRINTED.sub("", decoded).replace("\ufffd", "?")


def _decode_twice_encoded(match: re.Match[str]) -> str:
    """Decode text that was encoded twice (Latin-1 characters whose bytes are UTF-8), which the
    validator reports."""
    try:
        return match[0].encode("latin-1").decode("utf-8")
    except UnicodeError:
        return match[0]


def _remove_title(html: str, title: str) -> str:
    """Remove the first heading of a text if it has the words of its title."""
    heading = _HEADING.match(html[:_LONGEST_HEADING])
    if heading is None:
        return html
    heading_text = unescape(_MARKUP.sub("", heading[2]))
    if _split_words(heading_text) != _split_words(title):
        return html
    return html[heading.end() :]


def _split_words(value: str) -> list[str]:
    return [word for word in re.split(r"\W+", value.casefold()) if word]


def find_times(article: Article) -> tuple[datetime, datetime]:
    """Return when an article was published and updated, in UTC. It was not published after it was
    added. A recorded revision decides the time of the update, else the page's own date, if that is
    not later than both other times."""
    added = _convert_to_utc(article.added) or _FIRST
    published = min(_convert_to_utc(article.published) or added, added)
    if published < _FIRST:
        published = max(added, _FIRST)
    revisions = [moment for moment in map(_parse_time, article.revisions) if moment is not None]
    if revisions:
        return published, max(published, *revisions)
    stated_update = _convert_to_utc(article.updated) or published
    latest_update = max(added, published)
    return published, max(published, min(stated_update, latest_update))


def _add_microseconds(moment: datetime, entry_id: str) -> datetime:
    """Return `moment` with microseconds that are derived from the id: readers sort by time, and the
    validator warns of equal times."""
    digest = hashlib.sha256(entry_id.encode("utf-8", "replace")).digest()
    number = int.from_bytes(digest[:4], "big")
    return moment.replace(microsecond=1 + number % _MICROSECONDS)


def _convert_to_utc(moment: datetime | None) -> datetime | None:
    """Return a time in UTC without microseconds. A time without a zone is in UTC already."""
    if moment is None:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC).replace(microsecond=0)


def _parse_time(value: str) -> datetime | None:
    """Return the time of an ISO 8601 text in UTC, None if it is none."""
    try:
        return _convert_to_utc(datetime.fromisoformat(value))
    except ValueError:
        return None


def _find_snippet_limit(article: Article) -> int | None:
    """Return the lowest number of the page's max-snippet rules, in characters; None without one."""
    limits: list[int] = []
    for rule in article.robots:
        name, _, count = rule.lower().replace(" ", "").partition(":")
        if name == "max-snippet" and count.isdigit():
            limits.append(int(count))
    return min(limits, default=None)


def cut_summary(article: Article, restrictions: Sequence[str]) -> str:
    """Return the excerpt that may be shown: whole sentences, at most as long as the page's
    max-snippet allows. `restrictions`: those of `permitted`."""
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
    """Return the distinct names that are not empty, each as `clean_name` does."""
    names = [clean_name(value) for value in values]
    return tuple(dict.fromkeys(name for name in names if name))


def _clean_enclosure(enclosure: Enclosure | None) -> Enclosure | None:
    """Return the enclosure with a valid type; None unless it is audio or video."""
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


def _clean_podcast_line(text: str) -> str:
    """Return a line of `Enclosure.podcast` in which every address and name may be published; "" if
    its main address or name is invalid. Form: "kind value; key=value; key=value"."""
    if _EPISODE_FACT.fullmatch(text):
        return text
    kind, _, rest = clean_line(text).partition(" ")
    value, *pairs = rest.split("; ")
    attributes: list[str] = []
    has_type = False
    for pair in pairs:
        key, _, attribute = pair.partition("=")
        if key == "type" and _TYPE.fullmatch(attribute):
            has_type = True
        if key in ("href", "img"):
            attribute = clean_uri(attribute)
        if attribute and not attribute.endswith("="):
            attributes.append(f"{key}={attribute}")
    value = clean_name(value) if kind == "person" else clean_uri(value)
    is_typed = has_type or kind == "person"
    if not value or not is_typed:
        return ""
    return "; ".join([f"{kind} {value}", *attributes])


def _parse_duration(enclosure: Enclosure | None) -> int:
    """Return the duration of an enclosure in seconds, 0 if it is unknown."""
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
    try:
        path = urlsplit(url).path
    except ValueError:
        return ""
    return path.rpartition("/")[2].rpartition(".")[2].lower()


def _make_origin(article: Article, source: Source | None, published: datetime) -> Origin:
    """Return the source feed of an article. Fields that were not recorded come from the source,
    else from the article."""
    recorded = article.origin
    source_url = source.url if source else ""
    source_title = (source.title or "") if source else ""
    url = clean_uri(recorded.url) or clean_uri(source_url)
    site = clean_uri(recorded.site)
    title = clean_name(recorded.title) or clean_name(source_title)
    updated = _convert_to_utc(recorded.updated)
    if updated is None or updated < _FIRST:
        updated = published
    else:
        updated = min(updated, _convert_to_utc(article.added) or updated)
    return Origin(
        title=title or urlsplit(site or url or clean_uri(article.url)).netloc,
        url=url,
        site=site,
        id=_make_source_id(recorded.id) or _make_source_id(url) or _make_source_id(article.url),
        updated=updated,
    )


def _make_source_id(value: str) -> str:
    """Return the id of the source feed as an absolute URI (RFC 4287 4.2.6), "" if it is not a
    URI."""
    value = value.strip()
    if any(form.fullmatch(value) for form in (_URN, _UUID, _TAG)):
        return value
    address, _, fragment = clean_uri(value).partition("#")
    # Ids are compared byte by byte, so they need one spelling (the validator's NonCanonicalURI;
    # accents in NFC). An address with escapes that are not UTF-8, or escaped twice, has none: use a
    # UUID made from it.
    if _TWICE.search(address) or not _FRAGMENT.fullmatch(fragment):
        return uuid.uuid5(uuid.NAMESPACE_URL, value).urn
    try:
        canonical = urls.canonical(address) if address else ""
        spelled = _ESCAPED.sub(_compose_accents, canonical)
    except UnicodeDecodeError:
        return uuid.uuid5(uuid.NAMESPACE_URL, value).urn
    return f"{spelled}#{fragment}" if fragment else spelled


def _compose_accents(escaped: re.Match[str]) -> str:
    """Return escaped characters of an address in the form NFC, escaped. Raises
    UnicodeDecodeError."""
    return quote(normalize("NFC", unquote(escaped[0], errors="strict")), safe="")
