"""Make URLs canonical, find their host and publisher, recognise private addresses. Pure.
Nothing is looked up in the DNS."""

import ipaddress
import re
from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import SplitResult, quote, unquote_to_bytes, urljoin, urlsplit, urlunsplit

import idna

# Names of parameters that tell where a click came from, and do not change the page (from the lists
# of courlan, Mozilla and Brave).
_TRACKING = re.compile(
    r"^(utm_.*|at_(medium|campaign|custom\d*|link.*)|pk_.*|mtm_.*|piwik_.*|hsa_.*|oly_(anon|enc)_id|vero_(conv|id)|"
    r"fbclid|gclid|gclsrc|dclid|msclkid|twclid|yclid|ttclid|dicbo|li_fat_id|igsh|igshid|wbraid|gbraid|mc_(cid|eid)|mkt_tok|_hs(enc|mi)|hsctatracking|ns_(mchannel|source|campaign|"
    r"linkname|fee)|cmpid|ito|sref|ref_src|ref_url|referrer|__twitter_impression|_ga|_gl|s_cid|icid|ncid|"
    r"sc_(cid|campaign|channel|content|medium|outcome|geo|country)|spm|trk|trkcampaign|xtor|wt_mc|wtmc|smid|smtyp|"
    r"guccounter|guce_referrer.*|soc_(src|trk)|rss_id|action_object_map|action_type_map|"
    r"action_ref_map|fb_(action_ids|action_types|source|ref)|gs_l|echobox)$",
    re.I,
)
_DEFAULT_PORT = {"http": 80, "https": 443}
_SAFE_PATH = "/:@!$&'()*+,;=-._~"
# browsers escape the apostrophe in queries, and only there
_SAFE_QUERY = _SAFE_PATH.replace("'", "") + "?"
# How browsers read http(s) references (URL Standard, special schemes): any number of slashes or
# backslashes.
_BLANK = "".join(map(chr, range(33)))
_HEAD = re.compile(r"(https?):[/\\]*", re.I)
_SECRET = re.compile(r"^(\s*[a-z][a-z0-9+.-]*:[/\\\\]*)[^/?#\\\\]*@", re.I)
_AUTHORITY = re.compile(r"(https?://)[^/?#]*@", re.I)

# The usual canonical URLs, which need no further work: a host of names in lower case, the last
# beginning with a letter, or of four octets; a port of four digits or more, or none; a path of
# plain names without a leading dot; no query.
_OCTET_TEXT = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_CANONICAL = re.compile(
    rf"https?://(?:(?:[a-z0-9-]+\.)+[a-z][a-z0-9-]*|(?:{_OCTET_TEXT}\.){{3}}{_OCTET_TEXT})(?::[1-5]\d{{3,4}})?"
    r"(?:/(?:[A-Za-z0-9_~-][A-Za-z0-9._~-]*)?)+"
)
# The usual absolute URLs, which a base does not change.
_ABSOLUTE = re.compile(r"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)*/[\w~./%-]*(?:\?[\w~./%&=+-]+)?", re.A)
_SHOWN_CHARS = 200  # of a wrong URL, in a message
_HOST_CHARS = 253  # the 255 octets of RFC 1035 section 2.3.4, which count two more
_IPV4_PARTS = 4
_OCTET = 256  # values of one part of an IPv4 address

MAIL = "mid:"  # address of a mail, made of its Message-ID (RFC 2392)
_MAILBOXES = ("imaps:", "maildir:")

_USER_MARKS = "~@"  # at the start of a path: a user's pages
_BEFORE_USER = frozenset({"feed", "feeds", "rss"})
_FRONT_PATH = re.compile(r"/(?:(?:index|default|home)\.(?:html?|php|aspx?|jsp))?", re.I)
_FEED_ENDING = re.compile(r"\.(rss|atom|xml|json)$")  # mastodon.example/@alice.rss is of /@alice
# the only block that IANA allocates to unicast (RFC 3587)
_GLOBAL_6 = ipaddress.IPv6Network("2000::/3")
_BLOCKED_6: tuple[tuple[ipaddress.IPv6Network, str], ...] = tuple(
    (ipaddress.IPv6Network(network), what)
    for network, what in (
        ("2001::/32", "Teredo tunnel"),
        ("2001::/23", "reserved"),
        ("2001:db8::/32", "documentation"),
        ("2002::/16", "6to4 tunnel"),
        ("3fff::/20", "documentation"),
    )
)
# Names outside the public DNS: RFC 6761, 6762 (with its appendix G), 8375 and 9476, ICANN's
# .internal and held names (corp, home, mail). Below .arpa there are no web servers.
_PRIVATE_NAME = re.compile(
    r"(.+\.)?(localhost|localdomain|local|internal|intranet|private|corp|home|mail|lan|arpa|alt)|[^.]+"
)
_MAPPED = ipaddress.IPv6Network("::ffff:0:0/96")
# the beginning of an interface id that ends in an IPv4 address, in any network (RFC 5214)
_ISATAP = 0x00005EFE
_IPV6_GROUP_SHIFTS = range(112, -16, -16)  # bits after each of the eight groups of an address
# from this prefix length on, the IPv4 address is the last 32 bits (RFC 6052 section 2.2)
_NAT64_LOW_BITS = 96
LOOPBACK_6 = ipaddress.IPv6Address("::1")


class BadUrl(ValueError):
    """The text is no absolute http or https URL with a host."""


@lru_cache(maxsize=1024)  # a visit calls it a dozen times for the same URLs
def canonical(url: str) -> str:
    """Return the canonical spelling of an http or https URL, which is the same for all URLs that
    mean the same address (RFC 3986 section 6.2.2). It has no user name, password, fragment or
    parameters that track clicks. Raises BadUrl if `url` is no http or https URL."""
    return url if _is_canonical(url) else normalise(url)


def _is_canonical(url: str) -> bool:
    """Return True if a quick check finds that `url` is in its canonical spelling. False does not
    mean that it is not."""
    return _CANONICAL.fullmatch(url) is not None and len(url) <= _HOST_CHARS and "xn--" not in url


def normalise(url: str) -> str:
    """Return the canonical spelling of any http or https URL: one spelling for all URLs that mean
    the same address. `canonical` does the same and is faster for URLs that have this spelling
    already. Raises BadUrl if `url` is no http or https URL."""
    # correct what browsers accept: "http:host", backslashes, a user name and password
    with_two_slashes = _HEAD.sub(r"\1://", _remove_ignored_characters(url), count=1)
    with_slashes = _replace_backslashes(with_two_slashes)
    without_user = _AUTHORITY.sub(r"\1", with_slashes, count=1)
    try:
        parts = urlsplit(without_user)
        host = parts.hostname or ""
        port = parts.port
    except ValueError as error:
        raise BadUrl(f"not a URL: {url[:_SHOWN_CHARS]!r}") from error
    scheme = parts.scheme.lower()
    if scheme not in _DEFAULT_PORT or not host:
        raise BadUrl(f"not an http or https URL: {url[:_SHOWN_CHARS]!r}")
    netloc = _normalise_host(host)
    if port is not None and port != _DEFAULT_PORT[scheme]:
        netloc += f":{port}"
    path = _escape(_remove_dots(parts.path or "/"), _SAFE_PATH)
    query = _remove_tracking(parts.query)
    no_fragment = ""
    return urlunsplit((scheme, netloc, path, query, no_fragment))


def alias(url: str) -> str:
    """Return the alias key of `url`, a text that is the same for all usual spellings of an address:
    "https://www.a.example/b/" and "http://a.example/b" both have "a.example/b". Articles and
    sources are recognised by it. A text that is no URL is its own key."""
    # the same as below, ten times faster: `add` calls this for every source
    if _is_canonical(url):
        _, _, without_scheme = url.partition("://")
        host, _, path = without_scheme.partition("/")
        return f"{host.removeprefix('www.')}/{path.rstrip('/')}"
    try:
        parts = urlsplit(canonical(url))
    except BadUrl:
        return url.strip()
    host = parts.netloc.removeprefix("www.")
    path = parts.path.rstrip("/") or "/"
    if not parts.query:
        return host + path
    return f"{host}{path}?{parts.query}"


def is_mail(url: str) -> bool:
    """Return True if `url` is the address of a mail, from which nothing can be fetched."""
    return url.startswith(MAIL)


def is_mailbox(url: str) -> bool:
    """Return True if `url` is the address of a mailbox, such as imaps://... or maildir:/..."""
    return url.lower().startswith(_MAILBOXES)


def guid_alias(source_key: str, entry_id: str) -> str:
    """Return the alias key of an entry, made of the id that its feed gives it. Such ids are only
    unique within a source, so the key of the source is a part of it."""
    return f"guid:{source_key}:{entry_id}"


def absolute(base: str, reference: str) -> str | None:
    """Return the absolute URL of a link, as browsers read it, with its fragment. `base`: the URL of
    the page. `reference`: the link as the page has it, absolute or relative. Return None if the
    link leads to no http or https URL."""
    if _ABSOLUTE.fullmatch(reference):  # most links; the rest is slower
        return reference
    reference = _replace_backslashes(_remove_ignored_characters(reference))
    if reference.startswith("//"):  # browsers ignore further slashes
        reference = "//" + reference.lstrip("/")
    scheme_match = _HEAD.match(reference)
    if scheme_match:
        # "http:page" is relative on a page with the same scheme (URL Standard)
        has_other_scheme = scheme_match[1].lower() != base.partition(":")[0].lower()
        if has_other_scheme or scheme_match[0].endswith("//"):
            reference = _HEAD.sub(r"\1://", reference, count=1)
    try:
        joined = urljoin(base, reference)
        parts = urlsplit(joined)
        is_web_address = parts.scheme.lower() in _DEFAULT_PORT and bool(parts.hostname)
    except ValueError:
        return None
    if not is_web_address:
        return None
    return joined


def _split_canonical(url: str) -> SplitResult:
    """Return the parts (scheme, host, path and so on) of `url` in its canonical spelling. If it is
    no URL, all parts are empty."""
    try:
        return urlsplit(canonical(url))
    except BadUrl:
        return urlsplit("")


def host(url: str) -> str:
    """Return the host of `url` in lower case, with its port if that is not the default one; "" if
    `url` is no URL."""
    return _split_canonical(url).netloc


def own_host(url: str) -> str:
    """Return the host of `url`, with its port if that is not the default one. On a host where each
    user has pages of their own, return the `site` of the user, such as "github.com/alice". Return
    "" if `url` is no URL."""
    parts = _split_canonical(url)
    host_name = (parts.hostname or "").removeprefix("www.")
    if _find_user(host_name, parts.path):
        return site(url)
    return parts.netloc


def domain(url: str) -> str:
    """Return the registrable domain of `url` (the part that somebody has registered), such as
    "bbc.co.uk", or its host if it has none. It is used to make names; use `site` to find out who
    owns an address."""
    name = _split_canonical(url).hostname or ""
    return _find_registrable_domain(name) or name


@lru_cache(maxsize=4096)
def site(url: str) -> str:
    """Return the site to which `url` belongs: usually its host, without `www.` and port. IP
    addresses and names without a dot keep their port. Return "" if `url` is no URL.

    On hosts where each user has pages of their own (data/shared_hosts.toml), and for paths such as
    /~alice and /@alice, it is the site of the user, such as "github.com/alice"."""
    parts = _split_canonical(url)
    name = (parts.hostname or "").removeprefix("www.")
    user = _find_user(name, parts.path)
    if user:
        has_subdomains = name in _load_shared_hosts().users  # one for each user
        if has_subdomains and user[0] in _USER_MARKS:
            # medium.com/@alice is the same site as alice.medium.com
            user_name = user[1:]
            return f"{user_name}.{name}"
        return f"{name}/{user}"
    keeps_port = "." not in name or is_numeric_host(name)
    if keeps_port:
        return parts.netloc.removeprefix("www.")
    return name


def same_site(url: str, other: str) -> bool:
    """Return True if two URLs belong to the same `site`."""
    return site(url) == site(other)


def publisher(url: str) -> str:
    """Return the publisher of `url`: its registrable domain, such as "bbc.co.uk" or
    "alice.github.io"; on hosts that users share, the `site` of the user."""
    return _find_publisher(site(url))


@lru_cache(maxsize=4096)
def _find_publisher(site_name: str) -> str:
    """Return the publisher of a site: its registrable domain, such as "bbc.co.uk", or the site
    itself if it is a user's or an IP address. `site_name`: a result of `site`."""
    is_of_user = "/" in site_name
    is_ipv6 = site_name.startswith("[")
    if is_of_user or is_ipv6:
        return site_name
    name = site_name.partition(":")[0]  # without the port
    # a host that gives each user a subdomain, such as alice.github.io
    shared_subdomain = _load_shared_hosts().subdomains.fullmatch(name)
    if shared_subdomain and shared_subdomain[1]:
        return shared_subdomain[1]
    return _find_registrable_domain(name) or _find_last_two_labels(name) or site_name


def same_publisher(url: str, other: str) -> bool:
    """Return True if two URLs have the same `publisher`."""
    return publisher(url) == publisher(other)


class _SharedHosts(NamedTuple):
    """The hosts that users share, where each user has a site of their own, from
    data/shared_hosts.toml."""

    # matches a host below one that gives each user a subdomain; group 1 is the user's host
    subdomains: re.Pattern[str]
    users: tuple[str, ...]  # hosts with a path and a subdomain for each user
    paths: Mapping[str, int]  # by host, how many segments of a path name a user
    patterns: Mapping[str, int]  # the same for hosts with `*` in place of a label


@cache
def _load_shared_hosts() -> _SharedHosts:
    """Return the hosts that users share, from data/shared_hosts.toml. The file is read once."""
    import tomllib  # imported here because a run with nothing due does not need it

    file = Path(__file__).parent.parent / "data/shared_hosts.toml"
    table = tomllib.loads(file.read_text(encoding="utf-8"))
    paths = {}
    patterns = {}
    for name, user_segments in table["paths"].items():
        if "*" in name:
            patterns[name] = user_segments
        else:
            paths[name] = user_segments
    # "*" stands for a top-level domain, such as in "blogspot.*"
    parents = [re.escape(name).replace(r"\*", "[a-z.]{2,6}") for name in table["subdomains"]]
    return _SharedHosts(
        subdomains=re.compile(rf"(?:.*\.)?([^.]+\.(?:{'|'.join(parents)}))"),
        users=tuple(table["users"]),
        paths=paths,
        patterns=patterns,
    )


def _find_user(name: str, path: str) -> str:
    """Return the beginning of a URL's path that names a user of its host, such as "alice" or
    "@alice". Return "" if the path names no user. `name`: the host. `path`: the path of the URL."""
    user_segment_count = _count_user_segments(name)
    segments = [segment for segment in path.lower().split("/") if segment]
    if len(segments) > 1 and segments[0] in _BEFORE_USER:
        # medium.com/feed/@alice is of @alice
        is_before_user = user_segment_count > 0 or segments[1][0] in _USER_MARKS
        if is_before_user:
            del segments[0]
    if segments and segments[0][0] in _USER_MARKS:
        user_segment_count = 1
    user = "/".join(segments[:user_segment_count])
    is_longer_path = len(segments) > user_segment_count
    if is_longer_path:
        return user
    # the path of a user's feed may be like "alice.rss"
    return _FEED_ENDING.sub("", user)


def _count_user_segments(name: str) -> int:
    """Return the number of segments of a path (the parts between slashes) that name a user on the
    host `name`: 1 for github.com/alice. Return 0 if the host has no users with pages of their
    own."""
    shared = _load_shared_hosts()
    if name in shared.paths:
        return shared.paths[name]
    for pattern, count in shared.patterns.items():
        if fnmatchcase(name, pattern):
            return count
    return 0


def _find_last_two_labels(name: str) -> str:
    """Return the last two labels of a host (the parts between dots), such as "example.zzz" of
    "news.example.zzz". Return "" for an IP address or a single label. They stand for the
    registrable domain if the public suffix list lacks the top-level domain."""
    labels = name.split(".")
    if is_numeric_host(name) or len(labels) == 1:
        return ""
    return ".".join(labels[-2:])


def is_numeric_host(name: str) -> bool:
    """Return True if the host `name` is an IP address."""
    return re.fullmatch(r"[\d.]+|.*:.*", name) is not None


def _find_registrable_domain(name: str) -> str:
    """Return the registrable domain of a host (the part that somebody has registered), such as
    "bbc.co.uk" of "news.bbc.co.uk". Return "" for an IP address or an unknown top-level domain."""
    if is_numeric_host(name):
        return ""
    # imported here: it imports Python's HTTP client, which a run with nothing due does not need
    import tld

    return str(tld.get_fld(f"https://{name}", fail_silently=True, search_private=True) or "")


def is_public_suffix(url: str) -> bool:
    """Return True if the host of `url` is a public suffix, such as "com" or "co.uk", below which
    anybody can register a domain. `url`: a URL in its canonical spelling."""
    import tld  # imported here because few runs need it

    name = urlsplit(url).hostname or ""
    # ask for the suffix of a name below the host: it is the host, or ends in the host
    suffix = tld.get_tld(f"https://x.{name}", as_object=True, fail_silently=True)
    return isinstance(suffix, tld.Result) and f".{suffix.tld}".endswith(f".{name}")


def redacted(url: str) -> str:
    """Return `url` without its user name and password. It may be an invalid URL."""
    return _SECRET.sub(r"\1", url, count=1) if "@" in url else url


def is_root(url: str) -> bool:
    """Return True if `url` is the front page of its host: it has no path and no query."""
    parts = _split_canonical(url)
    return parts.path == "/" and not parts.query


def is_front_page(url: str) -> bool:
    """Return True if `url` is the front page of its host, also if its path is a file such as
    /index.html."""
    parts = _split_canonical(url)
    return not parts.query and bool(_FRONT_PATH.fullmatch(parts.path))


def _remove_ignored_characters(value: str) -> str:
    """Return a URL without the characters that browsers ignore: blanks and control characters at
    both ends, and tabs and line ends anywhere."""
    return re.sub(r"[\t\r\n]", "", value.strip(_BLANK).strip())


def _replace_backslashes(value: str) -> str:
    """Return `value`, a URL or relative link, with slashes in place of the backslashes before its
    query and fragment, as browsers read it. URLs of schemes other than http and https stay as they
    are."""
    match = re.match(r"[^?#]*", value)
    before_query = match[0] if match else ""
    from_query = value[len(before_query) :]
    scheme = re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", before_query)
    if scheme and scheme[0].lower() not in ("http:", "https:"):
        return value
    return before_query.replace("\\", "/") + from_query


def _normalise_host(name: str) -> str:
    """Return the host of a URL as browsers write it: international names in ASCII (IDNA), IPv4
    addresses as four decimal numbers, IPv6 addresses in their shortest form and in brackets. Raises
    BadUrl if `name` is not a valid host."""
    if ":" in name:  # only IPv6 addresses contain colons
        return f"[{_normalise_ipv6(name)}]"
    try:
        name = _encode_idna(unquote_to_bytes(name).decode()).rstrip(".").lower()
    except (UnicodeError, ValueError) as error:
        raise BadUrl(f"not a host name: {name[:_SHOWN_CHARS]!r}") from error
    if not re.fullmatch(r"[a-z0-9._~!$&'()*+,;=-]+", name) or len(name) > _HOST_CHARS:
        raise BadUrl(f"not a host name: {name[:_SHOWN_CHARS]!r}")
    # a host whose last label is a number is an IPv4 address (URL Standard)
    if re.fullmatch(r"\d+|0x[0-9a-f]*", name.rpartition(".")[2]):
        return _normalise_ipv4(name)
    return name


def _encode_idna(name: str) -> str:
    """Return the name of a host in ASCII: "bücher.example" gives "xn--bcher-kva.example". Raises
    ValueError or UnicodeError if the name is not valid."""
    if name.isascii():
        for label in name.lower().split("."):
            if not label.startswith("xn--"):
                continue
            decoded_label = label.removeprefix("xn--").encode().decode("punycode")
            if decoded_label.isascii():  # not valid: it needs no encoding
                raise ValueError(label)
        return name
    try:
        return idna.encode(name, uts46=True).decode()
    except idna.IDNAError:
        # symbols such as emoji: browsers still accept them, by IDNA 2003
        return name.encode("idna").decode()


def _normalise_ipv4(name: str) -> str:
    """Return an IPv4 address as four decimal numbers. It may be written in any way that browsers
    accept: 127.1, 0x7f000001 and 2130706433 all give "127.0.0.1" (URL Standard, IPv4 parser).
    Raises BadUrl if `name` is no IPv4 address."""
    fault = f"not an address: {name[:_SHOWN_CHARS]!r}"
    try:
        numbers = [_parse_number(label) for label in name.split(".")]
    except ValueError as error:
        raise BadUrl(fault) from error
    if len(numbers) > _IPV4_PARTS:
        raise BadUrl(fault)
    *octets, last = numbers
    if any(octet >= _OCTET for octet in octets):
        raise BadUrl(fault)
    # the last number fills all octets that are left
    if last >= _OCTET ** (_IPV4_PARTS - len(octets)):
        raise BadUrl(fault)

    # make one number of all, and divide it into four
    address = last
    for index, octet in enumerate(octets):
        address += octet << (8 * (_IPV4_PARTS - 1 - index))
    return ".".join(str(address >> shift & 255) for shift in (24, 16, 8, 0))


def _parse_number(label: str) -> int:
    """Return the value of a number in an IPv4 address, which may be hexadecimal (0x7f), octal
    (0177) or decimal. `label`: the number as text. Raises ValueError if it is no number."""
    if label.startswith("0x"):
        return int(label[2:] or "0", 16)
    is_octal = label.startswith("0") and len(label) > 1
    if is_octal:
        return int(label, 8)
    return int(label)


def _normalise_ipv6(name: str) -> str:
    """Return an IPv6 address in its shortest form (RFC 5952), such as "2001:db8::1". If an IPv4
    address is a part of it, that is written in hexadecimal, as browsers do. Raises BadUrl if `name`
    is no IPv6 address."""
    try:
        value = int(ipaddress.IPv6Address(name))
    except ValueError as error:
        raise BadUrl(f"not an address: {name[:_SHOWN_CHARS]!r}") from error
    groups = [f"{value >> shift & 0xFFFF:x}" for shift in _IPV6_GROUP_SHIFTS]
    full = ":".join(groups)
    # "::" takes the place of the longest run of two or more zeros
    zero_runs = list(re.finditer(r"(?:\b0(?::|$)){2,}", full))
    if not zero_runs:
        return full
    longest = max(zero_runs, key=lambda run: len(run[0].rstrip(":")))  # the first of equal ones
    before_zeros = full[: longest.start()].rstrip(":")
    after_zeros = full[longest.end() :]
    return f"{before_zeros}::{after_zeros}"


def _remove_dots(path: str) -> str:
    """Return the path of a URL with the segments `.` and `..` resolved, also if they are escaped:
    "/a/../b" and "/a/%2e%2e/b" become "/b"."""
    resolved: list[str] = []
    segments = path.split("/")
    for index, segment in enumerate(segments):
        plain_segment = segment.replace("%2e", ".").replace("%2E", ".")
        if plain_segment not in (".", ".."):
            resolved.append(segment)
            continue
        if plain_segment == ".." and len(resolved) > 1:  # the first is "", before the first slash
            resolved.pop()
        is_last = index == len(segments) - 1
        if is_last:  # "/a/." is a folder: "/a/"
            resolved.append("")
    return "/".join(resolved) or "/"


def _escape(value: str, safe: str) -> str:
    """Return a part of a URL with escapes, such as "%20", for exactly the characters that need
    them: those that are neither in `safe` nor unreserved (letters, digits and "-._~"; RFC 3986
    section 2.3). Escapes of unreserved characters are undone."""
    # a "%" that begins no escape
    value = re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", value)
    # every second piece is a run of escapes
    pieces = re.split(r"((?:%[0-9A-Fa-f]{2})+)", value)
    for index, piece in enumerate(pieces):
        is_escaped = index % 2 == 1
        if is_escaped:
            pieces[index] = "".join(_escape_byte(byte) for byte in unquote_to_bytes(piece))
        else:
            pieces[index] = quote(piece, safe=safe, encoding="utf-8", errors="replace")
    return "".join(pieces)


def _escape_byte(byte: int) -> str:
    """Return the text for an escaped byte in a URL: the character itself if it means the same
    without an escape (RFC 3986 section 2.3, unreserved characters), else the escape, such as
    "%2F"."""
    character = chr(byte)
    is_letter_or_digit = character.isascii() and character.isalnum()
    if is_letter_or_digit or character in "-._~":
        return character
    return f"%{byte:02X}"


def _remove_tracking(query: str) -> str:
    """Return the query of a URL without parameters that track clicks, such as "utm_source=feed",
    and without empty ones. Characters that need an escape are escaped."""
    pairs = []
    for pair in query.split("&"):
        if not pair:
            continue
        escaped_pair = _escape(pair, _SAFE_QUERY)
        name = escaped_pair.split("=", 1)[0]
        if not _TRACKING.match(name):
            pairs.append(escaped_pair)
    return "&".join(pairs)


Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# IANA's special-purpose registries (RFC 6890 and successors), multicast, class E, and the metadata
# server of Azure's machines, whose address is in a public range.
_BLOCKED_4: tuple[tuple[Network, str], ...] = tuple(
    (ipaddress.ip_network(network), what)
    for what, networks in (
        ("this network", "0.0.0.0/8"),
        ("private", "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16"),
        ("carrier-grade NAT", "100.64.0.0/10"),
        ("loopback", "127.0.0.0/8"),
        ("cloud metadata", "168.63.129.16/32"),
        ("link-local", "169.254.0.0/16"),
        ("reserved", "192.0.0.0/24 240.0.0.0/4"),
        ("documentation", "192.0.2.0/24 198.51.100.0/24 203.0.113.0/24"),
        ("6to4 relay", "192.88.99.0/24"),
        ("benchmarking", "198.18.0.0/15"),
        ("multicast", "224.0.0.0/4"),
    )
    for network in networks.split()
)


@lru_cache(maxsize=4096)
def explain_private(url: str) -> str:
    """Return why the host of `url` belongs to a private network, in words such as "10.0.0.1 is
    private". Return "" if the host is public or `url` is no URL. Names are not looked up in the
    DNS."""
    name = _split_canonical(url).hostname or ""
    if is_numeric_host(name):
        kind = describe_special_address(ipaddress.ip_address(name))
        if kind is None:
            return ""
        return f"{name} is {kind}"
    if _PRIVATE_NAME.fullmatch(name):
        return f"{name} is a name of a private network"
    return ""


def explain_unsafe_link(url: str, by: str = "") -> str:
    """Return in words why a link to `url` must not be followed: it has a user name or password, or
    leads from the public network into a private one. Return "" if it may be followed. `by`: the
    address of the page with the link, "" if unknown."""
    if redacted(url) != url:
        return "the address has a user name or password in it"
    if by and explain_private(by):  # a private page may link to private addresses
        return ""
    return explain_private(url)


@lru_cache(maxsize=16)
def _parse_prefixes(nat64: tuple[str, ...]) -> tuple[ipaddress.IPv6Network, ...]:
    """Return the IPv6 networks for prefixes that are written as text, such as "64:ff9b::/96"."""
    return tuple(ipaddress.IPv6Network(prefix) for prefix in nat64)


def find_embedded_ipv4(address: Address, nat64: tuple[str, ...]) -> ipaddress.IPv4Address | None:
    """Return the IPv4 address that an IPv6 address contains and to which its packets are sent in
    the end. Return None if `address` is an IPv4 address or contains none. `nat64`: the prefixes of
    IPv6 addresses that this network translates to IPv4, such as "64:ff9b::/96" (RFC 6052 section
    2.2)."""
    if not isinstance(address, ipaddress.IPv6Address):
        return None
    value = int(address)
    # the IPv4 address is the last 32 bits: ::ffff:10.0.0.1 and ISATAP (RFC 5214)
    if address in _MAPPED or value >> 32 & 0xFDFFFFFF == _ISATAP:
        return ipaddress.IPv4Address(value & 0xFFFFFFFF)
    for prefix in _parse_prefixes(nat64):
        if address in prefix:
            return _read_nat64(value, prefix.prefixlen)
    return None


def _read_nat64(value: int, length: int) -> ipaddress.IPv4Address:
    """Return the IPv4 address that follows the NAT64 prefix of an IPv6 address. `value`: the IPv6
    address as a number of 128 bits. `length`: the number of bits of the prefix."""
    if length >= _NAT64_LOW_BITS:  # the last 32 bits
        return ipaddress.IPv4Address(value & 0xFFFFFFFF)
    # leave out the bits 64 to 71, which belong to no address (RFC 6052 section 2.2)
    first_bits = value >> 64
    bits_from_72 = value & (1 << 56) - 1
    joined = first_bits << 56 | bits_from_72
    return ipaddress.IPv4Address(joined >> (88 - length) & 0xFFFFFFFF)


def describe_special_address(address: Address, nat64: tuple[str, ...] = ()) -> str | None:
    """Return the kind of an IP address that is not public, such as "loopback" or "private". Return
    None for a public address. `nat64`: the prefixes of IPv6 addresses that this network translates
    to IPv4, such as "64:ff9b::/96" (RFC 6052 section 2.2)."""
    reached = find_embedded_ipv4(address, nat64) or address
    if isinstance(reached, ipaddress.IPv4Address):
        for network, kind in _BLOCKED_4:
            if reached in network:
                return kind
        return None
    if reached == LOOPBACK_6:
        return "loopback"
    if reached not in _GLOBAL_6:
        return "not a public IPv6 address"
    for network, kind in _BLOCKED_6:
        if reached in network:
            return kind
    return None
