"""Read OPML subscription lists of other programs, and write our sources as OPML. Pure.

OPML 2.0 (opml.org). A list that we wrote is read without loss."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from html.entities import html5
from typing import Any, Literal

from lxml import etree

from syndicator.configuration.sources.plain_values import table
from syndicator.configuration.sources.rights import RIGHTS, list_variables
from syndicator.core import text, urls
from syndicator.core.errors import NotAFeed
from syndicator.core.model import Source
from syndicator.core.reasons import FeedReason

Folders = Literal["category", "tag", "ignore"]  # meaning of a list's folders

# Namespace of attributes for settings of a source that OPML lacks. Their names are the keys of
# sources.toml; the values are texts as they are (`_TEXT_SETTINGS`), and JSON for all others.
# `place` is the number of the source in sources.toml, because folders change the order.
SPACE = "urn:x-syndicator:opml"
_PLACE_KEY = "place"
# An ampersand that begins no entity of XML; the name of an entity of HTML, if it begins one.
_BARE_AND = re.compile(
    rb"&(?!#\d+;|#x[0-9a-fA-F]+;|(?:amp|lt|gt|quot|apos);)(?:([A-Za-z]\w{1,30});)?"
)
# codes of libxml2: bytes in another encoding than stated, and depth
_ENCODING_ERRORS = (6, 31, 32, 81)
_DEPTH_ERRORS = (89, 114)
# root elements of Atom, of RSS 0.9x and 2.0, and of RSS 1.0
_FEED_ELEMENTS = frozenset({"feed", "rss", "rdf"})
_EXPORT_AGAIN = "export the list again"
_EXPORT_AS_OPML = "export the list from the other reader as OPML"
LONGEST_TITLE = 200  # characters, as sources.toml allows
_TEXT_SETTINGS = frozenset(
    [
        "key",
        "title",
        "kind",
        "category",
        "content",
        "language",
        "licence",
        "every",
        "cron",
        "robots",
        "keep",
        "mute",
        "from",
        "list",
        "after",
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A subscription in a list. `folders`: the names of the folders that it is in, the outermost
    first. `own`: its settings, if this program wrote the list. `removed`: the names of the rights
    that were taken from it, because the list may be a stranger's."""

    url: str
    line: int = 0
    title: str = ""
    site: str = ""
    folders: tuple[str, ...] = ()
    own: Mapping[str, Any] = field(default_factory=dict)
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A line or outline of a list that is not imported. `why`: the reason, for people."""

    line: int
    name: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionList:
    """The subscriptions of a list, each address once, and what was skipped. `is_trusted`: the list
    is the operator's own, so its rights count."""

    outlines: tuple[Outline, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    is_trusted: bool = False

    @property
    def folders(self) -> tuple[str, ...]:
        """The names of all folders in the list, each once, in the order of the document. The
        operator decides if they become categories, tags or nothing. Folders of subscriptions that
        this program wrote are left out, because these have categories and tags of their own."""
        names: dict[str, None] = {}  # a set in order
        for outline in self.outlines:
            if not outline.own:  # written by another program
                names.update(dict.fromkeys(outline.folders))
        return tuple(names)


def read_opml(data: bytes, *, is_trusted: bool = False) -> SubscriptionList:
    """Return the subscriptions of an OPML document (`data`), and those that cannot be imported.

    `is_trusted`: True if the operator exported the list. If not, settings that give rights are
    removed, and addresses with an environment variable of this machine are skipped. Raises
    NotAFeed, with the line and the cure, if any part of the document cannot be read, so that nobody
    takes a part of a list for the whole."""
    root = _parse_xml(data)
    _need_opml(root)
    outlines_by_alias: dict[str, Outline] = {}
    positions: dict[str, int] = {}  # in the result, by address
    skipped: list[Skipped] = []
    for element in root.iter("{*}outline"):
        item = _parse_outline(element)
        if isinstance(item, Outline) and not is_trusted:
            item = clean_outline(item)
        if item is None:  # a folder
            continue
        if isinstance(item, Skipped):
            skipped.append(item)
            continue
        alias = _make_alias(item)
        first = outlines_by_alias.get(alias)
        if first is not None:
            # the same subscription again: keep the first
            why = f"{item.url} stands in line {first.line} too"
            skipped.append(Skipped(line=item.line, name=item.title, why=why))
            continue
        outlines_by_alias[alias] = item
        # our own lists state the position, because folders changed the order
        position = item.own.get(_PLACE_KEY)
        positions[item.url] = position if isinstance(position, int) else len(outlines_by_alias)

    in_order = sorted(outlines_by_alias.values(), key=lambda outline: positions[outline.url])
    outlines: list[Outline] = []
    for outline in in_order:
        # the position is no setting of the source
        settings = {name: value for name, value in outline.own.items() if name != _PLACE_KEY}
        outlines.append(replace(outline, own=settings))
    return SubscriptionList(outlines=tuple(outlines), skipped=tuple(skipped), is_trusted=is_trusted)


def _need_opml(root: etree._Element) -> None:
    """Raise NotAFeed, with the line and the cure, if `root` is not the root element of an OPML
    document."""
    # a comment or the like has no text as tag; "{namespace}name" is a name with a namespace
    name = root.tag.rpartition("}")[2].lower() if isinstance(root.tag, str) else ""
    if name == "opml":
        return
    if name in _FEED_ELEMENTS:
        fault = "this is a feed, not a list of feeds; give its web address, not the file"
    else:
        fault = f"the document is not OPML; {_EXPORT_AS_OPML}"
    raise NotAFeed(FeedReason.UNKNOWN_FORMAT, f"line {root.sourceline or 1}: {fault}")


def _make_alias(outline: Outline) -> str:
    """Return a text that is the same for two outlines if they are the same subscription, and only
    then. It is the address in its common spelling; for a mailbox, also the sender and the list of
    the newsletter."""
    if urls.is_mailbox(outline.url):
        return f"{outline.url} from={outline.own.get('from')} list={outline.own.get('list')}"
    return urls.alias(outline.url)


def _parse_xml(data: bytes) -> Any:
    """Return the root element of an XML document (`data`). Two faults that many programs make are
    corrected: `&` that is not escaped, and HTML entities such as `&eacute;`. Raises NotAFeed, with
    the line and the cure, if the document is not valid, or declares entities."""
    # libxml2 always expands entities in attributes, to any size: refuse documents with entities.
    # Without NUL bytes, the search finds them also in UTF-16.
    plain = data.replace(b"\0", b"")
    position = plain.find(b"<!ENTITY")
    if position >= 0:
        line = plain.count(b"\n", 0, position) + 1
        cure = "remove them, or export the list again"
        detail = f"line {line}: the document declares entities; {cure}"
        raise NotAFeed(FeedReason.BROKEN_XML, detail)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        return etree.fromstring(_BARE_AND.sub(_escape_and, data), parser)
    except etree.XMLSyntaxError as error:
        line = error.position[0] or 1
        why = _describe_syntax(error)
        is_cut_off = not plain.rstrip().lower().endswith(b"opml>")
        if is_cut_off:
            line = plain.rstrip().count(b"\n") + 1
            why = f"the document is cut off here, so none of it is taken; {_EXPORT_AGAIN}"
        raise NotAFeed(FeedReason.BROKEN_XML, f"line {line}: {why}") from error


def _escape_and(match: re.Match[bytes]) -> bytes:
    """Return the bytes to write in place of a match of _BARE_AND, an ampersand that is not valid in
    XML. If it begins an HTML entity such as `&eacute;`, that is the number of the character, such
    as `&#233;`; if not, `&amp;` and the rest of the match."""
    entity_name = match[1]
    if entity_name:
        character = html5.get(f"{entity_name.decode()};")
        if character:
            return character.encode("ascii", "xmlcharrefreplace")
    return b"&amp;" + match[0][1:]


def _describe_syntax(error: etree.XMLSyntaxError) -> str:
    """Return in words what is wrong with an XML document, and the cure. `error`: the error that
    libxml2 reported."""
    code: int = getattr(error, "code", 0)
    if code in _ENCODING_ERRORS:
        return "its characters are not in the encoding that it states; save it as UTF-8"
    if code in _DEPTH_ERRORS:
        return f"folders are nested too deeply; {_EXPORT_AGAIN}"
    # without the position, which the caller says
    words = re.sub(r"(, line \d+, column \d+)?( \(.*\))?$", "", str(error))
    return f"{words}; correct the line, or {_EXPORT_AGAIN}"


def clean_outline(outline: Outline) -> Outline | Skipped:
    """Return an outline (a subscription in a list that may be a stranger's) without the settings
    that give rights; `removed` has their names. Return a Skipped, with the reason, if only the
    operator may follow the address, because it is a mailbox or contains the name of an environment
    variable of this machine."""
    if urls.is_mailbox(outline.url):
        why = "it is a mailbox, which only you can follow: write it into sources.toml by hand"
        return Skipped(line=outline.line, name=outline.title, why=why)
    variables = list_variables(outline.url)
    if variables:
        why = (
            f"its address names a variable of this machine, {variables[0]}, whose value its server"
            " would get; add it by itself, or `syndicator import --trust-own` if the list is an"
            " export of your own"
        )
        return Skipped(line=outline.line, name=outline.title, why=why)
    removed = tuple(name for name in RIGHTS if name in outline.own)
    harmless = {name: value for name, value in outline.own.items() if name not in RIGHTS}
    return replace(outline, own=harmless, removed=removed)


def make_source_table(
    outline: Outline, folders: Folders, categories: Mapping[str, str]
) -> dict[str, Any]:
    """Return the [[source]] table of sources.toml for an outline (a subscription in a list).
    `folders`: "category" if its innermost folder becomes the category of the source, "tag" if all
    its folders become tags, "ignore" if they are not used. `categories`: the spelling of each
    category in use, by the name in small letters (`casefold`)."""
    if outline.own:  # this program wrote the list, with all settings
        return {**outline.own, "url": outline.url}
    values: dict[str, Any] = {"url": outline.url}
    if outline.title:
        values["title"] = outline.title[:LONGEST_TITLE].strip()
    if outline.folders and folders == "category":
        name = outline.folders[-1]
        values["category"] = categories.get(name.casefold(), name)
    elif outline.folders and folders == "tag":
        values["tags"] = tuple(dict.fromkeys(outline.folders))
    return values


def write_opml(
    title: str, sources: Sequence[Source], sites: Mapping[str, str] | None = None
) -> bytes:
    """Return an OPML document with the sources, in a folder for each category. `title`: the title
    of the document. `sites`: the address of each source's site, by the key of the source; it may
    lack sources."""
    root = etree.Element("opml", {"version": "2.0"}, nsmap={"syndicator": SPACE})
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = text.line(title)
    body = etree.SubElement(root, "body")
    # the element of each folder, by its name; sources without a category are in no folder
    folders: dict[str, Any] = {"": body}
    site_by_key = sites or {}
    for position, source in enumerate(sources, 1):
        name = text.line(source.category or "")
        if name not in folders:
            folders[name] = etree.SubElement(body, "outline", {"text": name, "title": name})
        site = text.line(site_by_key.get(source.key, ""))
        attributes = {**_make_outline(source, site), **_make_own_attributes(source, position)}
        etree.SubElement(folders[name], "outline", attributes)
    document: bytes = etree.tostring(
        root, pretty_print=True, xml_declaration=True, encoding="UTF-8"
    )
    return document


def _make_outline(source: Source, site: str) -> dict[str, str]:
    """Return the attributes of a source's `outline` element that all programs understand. A source
    that other programs cannot follow (a page, a list of articles, a mailbox) gets those of a link.
    `site`: the address of the source's site, "" if it is not known."""
    name = text.line(source.title or source.key)
    url = text.line(source.url)
    is_page = source.kind in ("page", "list") or bool(source.rules.links)
    if is_page or urls.is_mailbox(source.url):
        return {"type": "link", "text": name, "title": name, "url": url}
    outline = {"type": "rss", "text": name, "title": name, "xmlUrl": url}
    if site:
        outline["htmlUrl"] = site
    return outline


def _make_own_attributes(source: Source, position: int) -> dict[str, str]:
    """Return all settings of a source as attributes of its `outline` element, in the XML namespace
    of this program. `position`: the number of the source in sources.toml, also written, because
    folders change the order."""
    attributes = {}
    for name, value in table(source).items():
        if name == "url":
            continue
        if name in _TEXT_SETTINGS:
            written = text.remove_illegal(value)
        else:
            written = json.dumps(value, ensure_ascii=True, default=dict)
        attributes[f"{{{SPACE}}}{name}"] = written  # "{namespace}name", as lxml wants it
    attributes[f"{{{SPACE}}}{_PLACE_KEY}"] = str(position)
    return attributes


def _parse_outline(element: Any) -> Outline | Skipped | None:
    """Return the subscription that an `outline` element of OPML describes. Return a Skipped, with
    the reason, if it cannot be imported. Return None if the element is a folder: it has no address
    but contains elements."""
    # standard attributes only: those of a namespace begin with "{"
    attributes = {
        name.lower(): value for name, value in element.attrib.items() if not name.startswith("{")
    }
    line = element.sourceline or 0
    title = _read_name(element)
    try:
        settings = _read_settings(element)
    except ValueError as error:
        why = f"an attribute of {SPACE} cannot be read: {error}"
        return Skipped(line=line, name=title, why=why)
    is_ours = bool(settings)  # written by our `export`
    kind = attributes.get("type", "").lower()
    if kind in ("link", "include") and not is_ours:
        return Skipped(line=line, name=title, why=f"it is of type {kind}, which is no feed")
    stated_url = attributes.get("xmlurl") or attributes.get("url") or ""
    is_folder = not stated_url and len(element) > 0
    if is_folder:
        return None
    url = stated_url.strip() if is_ours else urls.absolute("", stated_url)
    if not url:
        why = f"{stated_url!r} is no web address" if stated_url else "it has no xmlUrl"
        return Skipped(line=line, name=title, why=why)
    # the innermost folder first
    parents = [_read_name(parent) for parent in element.iterancestors("{*}outline")]
    return Outline(
        url=url,
        line=line,
        title=title,
        site=urls.absolute("", attributes.get("htmlurl") or "") or "",
        folders=tuple(name for name in reversed(parents) if name),
        own=settings,
    )


def _read_settings(element: Any) -> dict[str, Any]:
    """Return the settings that this program's `export` wrote into an `outline` element, by their
    keys in sources.toml. They are empty if another program wrote it. Raises ValueError if a value
    is not valid JSON."""
    prefix = f"{{{SPACE}}}"  # of attributes in our namespace
    settings = {}
    for name, value in element.attrib.items():
        if name.startswith(prefix):
            key = name.removeprefix(prefix)
            settings[key] = value if key in _TEXT_SETTINGS else json.loads(value)
    return settings


def _read_name(element: Any) -> str:
    """Return the name of an `outline` element, which is a folder or a subscription, as one line of
    text. Return "" if it has no name."""
    return text.line(element.get("title") or element.get("text") or "")
