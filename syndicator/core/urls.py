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
    """Return the canonical spelling of an http or https URL, by which URLs are compared. It is
    normalised by RFC 3986 section 6.2.2 and has no user, password, fragment or parameters that
    track clicks. Raises BadUrl."""
    return url if _is_canonical(url) else normalise(url)


def _is_canonical(url: str) -> bool:
    """True if `url` is surely in its canonical spelling. False if this cannot be told so
    quickly."""
    return _CANONICAL.fullmatch(url) is not None and len(url) <= _HOST_CHARS and "xn--" not in url


def normalise(url: str) -> str:
    """Return the canonical spelling of any http or https URL. `canonical` does the same and is
    faster for URLs that have this spelling already. Raises BadUrl."""
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
    without_fragment = (scheme, netloc, path, query, "")
    return urlunsplit(without_fragment)


def alias(url: str) -> str:
    """Return the alias key of `url`. Articles are recognised by this key:
    "https://www.a.example/b/" and "http://a.example/b" have the same. A text that is no URL is its
    own key."""
    if _is_canonical(url):  # ten times faster; `add` calls this for every source
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
    """True if `url` is the address of a mail. Nothing can be fetched from it."""
    return url.startswith(MAIL)


def is_mailbox(url: str) -> bool:
    """Return True if `url` is the address of a mailbox, such as imaps://... or maildir:/..."""
    return url.lower().startswith(_MAILBOXES)


def guid_alias(source_key: str, entry_id: str) -> str:
    """Return the alias key of an entry, made of the id that its feed gives it. Such ids are only
    unique within a source, so the key of the source is a part of it."""
    return f"guid:{source_key}:{entry_id}"


def absolute(base: str, reference: str) -> str | None:
    """Return the absolute http or https URL of a link, as browsers read it, with its fragment.
    `base`: URL of the page; `reference`: the link on it. None if the link leads to no such URL."""
    if _ABSOLUTE.fullmatch(reference):
        return reference
    reference = _replace_backslashes(_remove_ignored_characters(reference))
    if reference.startswith("//"):
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


def _parts(url: str) -> SplitResult:
    """Return the parts of `url` in its canonical spelling; all are empty if it is no URL."""
    try:
        return urlsplit(canonical(url))
    except BadUrl:
        return urlsplit("")


def host(url: str) -> str:
    """Return the host of `url` in lower case, with its port if that is not the default one; "" if
    `url` is no URL."""
    return _parts(url).netloc


def own_host(url: str) -> str:
    """Return the host of `url`; on a host that users share, the site of the user, such as
    "github.com/alice". "" if `url` is no URL."""
    parts = _parts(url)
    host_name = (parts.hostname or "").removeprefix("www.")
    if _find_user(host_name, parts.path):
        return site(url)
    return parts.netloc


def domain(url: str) -> str:
    """Return the registrable domain of `url`, such as "bbc.co.uk"; its host if it has none. It is
    used in names; `site` tells who owns an address."""
    name = _parts(url).hostname or ""
    return _registrable(name) or name


@lru_cache(maxsize=4096)
def site(url: str) -> str:
    """Return the site to which `url` belongs; "" if it is no URL. Usually it is the host without
    `www.` and port. IP addresses and names without a dot keep their port.

    On hosts that users share (data/shared_hosts.toml), and for paths such as /~alice and /@alice,
    it is the site of the user: "github.com/alice"."""
    parts = _parts(url)
    name = (parts.hostname or "").removeprefix("www.")
    user = _find_user(name, parts.path)
    if user:
        has_subdomains = name in _load_shared_hosts().users  # one for each user
        if has_subdomains and user[0] in _USER_MARKS:
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
    return _publisher(site(url))


@lru_cache(maxsize=4096)
def _publisher(owner: str) -> str:
    """Return the publisher of `owner`, a result of `site`."""
    is_ipv6 = owner.startswith("[")
    if "/" in owner or is_ipv6:
        return owner
    name = owner.partition(":")[0]
    shared_subdomain = _load_shared_hosts().subdomains.fullmatch(name)
    if shared_subdomain and shared_subdomain[1]:
        return shared_subdomain[1]
    return _registrable(name) or _last_two_labels(name) or owner


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
    """Return the hosts of data/shared_hosts.toml, which is read once."""
    import tomllib  # late: a run with nothing due does not need it

    file = Path(__file__).parent.parent / "data/shared_hosts.toml"
    table = tomllib.loads(file.read_text(encoding="utf-8"))
    paths = {}
    patterns = {}
    for name, segments in table["paths"].items():
        if "*" in name:
            patterns[name] = segments
        else:
            paths[name] = segments
    parents = [re.escape(name).replace(r"\*", "[a-z.]{2,6}") for name in table["subdomains"]]
    return _SharedHosts(
        subdomains=re.compile(rf"(?:.*\.)?([^.]+\.(?:{'|'.join(parents)}))"),
        users=tuple(table["users"]),
        paths=paths,
        patterns=patterns,
    )


def _find_user(name: str, path: str) -> str:
    """Return the part of `path` that names a user of the host `name`, such as "alice" or "@alice";
    "" if it names none."""
    user_length = _count_user_segments(name)
    segments = [segment for segment in path.lower().split("/") if segment]
    if len(segments) > 1 and segments[0] in _BEFORE_USER:
        # medium.com/feed/@alice is of @alice
        is_before_user = user_length > 0 or segments[1][0] in _USER_MARKS
        if is_before_user:
            del segments[0]
    if segments and segments[0][0] in _USER_MARKS:
        user_length = 1
    user = "/".join(segments[:user_length])
    is_longer_path = len(segments) > user_length
    if is_longer_path:
        return user
    return _FEED_ENDING.sub("", user)


def _count_user_segments(name: str) -> int:
    """Return how many segments of a path name a user of the host `name`, 0 if it is not shared by
    users."""
    shared = _load_shared_hosts()
    if name in shared.paths:
        return shared.paths[name]
    for pattern, count in shared.patterns.items():
        if fnmatchcase(name, pattern):
            return count
    return 0


def _last_two_labels(name: str) -> str:
    """Return the last two labels of a host, such as "example.zzz"; "" for an IP address or a single
    label. They replace the registrable domain if the public suffix list lacks the top-level
    domain."""
    labels = name.split(".")
    if is_numeric_host(name) or len(labels) == 1:
        return ""
    return ".".join(labels[-2:])


def is_numeric_host(name: str) -> bool:
    """Return True if the host `name` is an IP address."""
    return re.fullmatch(r"[\d.]+|.*:.*", name) is not None


def _registrable(name: str) -> str:
    """Return the registrable domain of a host, such as "bbc.co.uk" of "news.bbc.co.uk"; "" for an
    IP address or an unknown top-level domain."""
    if is_numeric_host(name):
        return ""
    # late: it imports Python's HTTP client, which a run with nothing due does not need
    import tld

    return str(tld.get_fld(f"https://{name}", fail_silently=True, search_private=True) or "")


def is_suffix(url: str) -> bool:
    """True if the host of a URL is a public suffix, such as "com" or "co.uk", below which anybody
    can register a domain. `url`: in its canonical spelling."""
    import tld  # late, as above

    name = urlsplit(url).hostname or ""
    suffix = tld.get_tld(f"https://x.{name}", as_object=True, fail_silently=True)
    return isinstance(suffix, tld.Result) and f".{suffix.tld}".endswith(f".{name}")


def redacted(url: str) -> str:
    """Return `url` without user and password. It need not be a valid URL."""
    return _SECRET.sub(r"\1", url, count=1) if "@" in url else url


def is_root(url: str) -> bool:
    """Return True if `url` is the front page of its host: it has no path and no query."""
    parts = _parts(url)
    return parts.path == "/" and not parts.query


def is_front_page(url: str) -> bool:
    """True if `url` is the front page of its host, also if it names a file such as /index.html."""
    parts = _parts(url)
    return not parts.query and bool(_FRONT_PATH.fullmatch(parts.path))


def _remove_ignored_characters(value: str) -> str:
    """Return a URL without what browsers ignore in it: blanks and control characters at both ends,
    tabs and line ends."""
    return re.sub(r"[\t\r\n]", "", value.strip(_BLANK).strip())


def _replace_backslashes(value: str) -> str:
    """Return a URL with slashes in place of backslashes before its query and fragment, as browsers
    read http(s) URLs. URLs of other schemes stay as they are."""
    match = re.match(r"[^?#]*", value)
    before_query = match[0] if match else ""
    from_query = value[len(before_query) :]
    scheme = re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", before_query)
    if scheme and scheme[0].lower() not in ("http:", "https:"):
        return value
    return before_query.replace("\\", "/") + from_query


def _normalise_host(name: str) -> str:
    """Return a host as browsers write it. International names are in ASCII (IDNA), IPv4 addresses
    are four decimal numbers, and IPv6 addresses have their shortest form and brackets. Raises
    BadUrl."""
    if ":" in name:
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
    """Return a host in ASCII: "bücher.example" gives "xn--bcher-kva.example". Raises ValueError or
    UnicodeError if it is invalid."""
    if name.isascii():
        for label in name.lower().split("."):
            if label.startswith("xn--") and label[4:].encode().decode("punycode").isascii():
                raise ValueError(label)  # a valid label encodes at least one other character
        return name
    try:
        return idna.encode(name, uts46=True).decode()
    except idna.IDNAError:
        # symbols such as emoji: browsers still accept them, by IDNA 2003
        return name.encode("idna").decode()


def _normalise_ipv4(name: str) -> str:
    """Return an IPv4 address as four decimal numbers, as browsers read it: 127.1, 0x7f000001 and
    2130706433 all give 127.0.0.1 (URL Standard, IPv4 parser). Raises BadUrl."""
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
    address = last
    for index, octet in enumerate(octets):
        address += octet << (8 * (_IPV4_PARTS - 1 - index))
    return ".".join(str(address >> shift & 255) for shift in (24, 16, 8, 0))


def _parse_number(label: str) -> int:
    """Return the value of a number that is hexadecimal (0x7f), octal (0177) or decimal. Raises
    ValueError."""
    if label.startswith("0x"):
        return int(label[2:] or "0", 16)
    is_octal = label.startswith("0") and len(label) > 1
    if is_octal:
        return int(label, 8)
    return int(label)


def _normalise_ipv6(name: str) -> str:
    """Return an IPv6 address in its shortest form (RFC 5952), such as "2001:db8::1". An IPv4
    address in it is written in hexadecimal, as browsers do. Raises BadUrl."""
    try:
        value = int(ipaddress.IPv6Address(name))
    except ValueError as error:
        raise BadUrl(f"not an address: {name[:_SHOWN_CHARS]!r}") from error
    groups = [f"{value >> shift & 0xFFFF:x}" for shift in _IPV6_GROUP_SHIFTS]
    full = ":".join(groups)
    zero_runs = list(re.finditer(r"(?:\b0(?::|$)){2,}", full))
    if not zero_runs:
        return full
    longest = max(zero_runs, key=lambda run: len(run[0].rstrip(":")))  # the first of equal ones
    before_zeros = full[: longest.start()].rstrip(":")
    after_zeros = full[longest.end() :]
    return f"{before_zeros}::{after_zeros}"


def _remove_dots(path: str) -> str:
    """Return a path in which the segments `.` and `..` are resolved, also if they are escaped:
    "/a/../b" becomes "/b"."""
    resolved: list[str] = []
    segments = path.split("/")
    for index, segment in enumerate(segments):
        plain_segment = segment.replace("%2e", ".").replace("%2E", ".")
        if plain_segment not in (".", ".."):
            resolved.append(segment)
            continue
        if plain_segment == ".." and len(resolved) > 1:
            resolved.pop()
        is_last = index == len(segments) - 1
        if is_last:
            resolved.append("")
    return "/".join(resolved) or "/"


def _escape(value: str, safe: str) -> str:
    """Return a part of a URL with the usual escapes. Characters that are neither in `safe` nor
    unreserved (RFC 3986 section 2.3) are escaped. Escapes of unreserved characters are undone."""
    value = re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", value)
    pieces = re.split(r"((?:%[0-9A-Fa-f]{2})+)", value)
    for index, piece in enumerate(pieces):
        is_escaped = index % 2 == 1
        if is_escaped:
            pieces[index] = "".join(_escape_byte(byte) for byte in unquote_to_bytes(piece))
        else:
            pieces[index] = quote(piece, safe=safe, encoding="utf-8", errors="replace")
    return "".join(pieces)


def _escape_byte(byte: int) -> str:
    """Return the character of a byte if it is unreserved: only then it means the same without an
    escape (RFC 3986 section 2.3). Otherwise return the escape, such as "%2F"."""
    character = chr(byte)
    is_letter_or_digit = character.isascii() and character.isalnum()
    if is_letter_or_digit or character in "-._~":
        return character
    return f"%{byte:02X}"


def _remove_tracking(query: str) -> str:
    """Return a query with the usual escapes, without empty parameters and without parameters that
    track clicks."""
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
def private(url: str) -> str:
    """Return why the host of a URL is private, as a part of a message: "10.0.0.1 is private". "" if
    the host is public or `url` is no URL. Names are not looked up in the DNS."""
    name = _parts(url).hostname or ""
    if is_numeric_host(name):
        kind = describe_special_address(ipaddress.ip_address(name))
        if kind is None:
            return ""
        return f"{name} is {kind}"
    if _PRIVATE_NAME.fullmatch(name):
        return f"{name} is a name of a private network"
    return ""


def refusal(url: str, by: str = "") -> str:
    """Return why a link to `url` is not followed: it has a user or password, or leads from the
    public network into a private one. "" if it may be followed. `by`: address of the page with the
    link; the links of a private page may be private, too."""
    if redacted(url) != url:
        return "the address has a user name or password in it"
    if by and private(by):
        return ""
    return private(url)


@lru_cache(maxsize=16)
def _parse_prefixes(nat64: tuple[str, ...]) -> tuple[ipaddress.IPv6Network, ...]:
    """Return the networks of prefixes such as "64:ff9b::/96"."""
    return tuple(ipaddress.IPv6Network(prefix) for prefix in nat64)


def find_embedded_ipv4(address: Address, nat64: tuple[str, ...]) -> ipaddress.IPv4Address | None:
    """Return the IPv4 address to which packets for an IPv6 address are sent in the end. None if
    `address` is an IPv4 address or has none inside. `nat64`: IPv6 prefixes behind which the network
    translates to IPv4 (RFC 6052 section 2.2)."""
    if not isinstance(address, ipaddress.IPv6Address):
        return None
    value = int(address)
    if address in _MAPPED or value >> 32 & 0xFDFFFFFF == _ISATAP:
        return ipaddress.IPv4Address(value & 0xFFFFFFFF)
    for prefix in _parse_prefixes(nat64):
        if address in prefix:
            return _read_nat64(value, prefix.prefixlen)
    return None


def _read_nat64(value: int, length: int) -> ipaddress.IPv4Address:
    """Return the IPv4 address in an IPv6 address after a NAT64 prefix. `value`: the IPv6 address as
    a number; `length`: bits of the prefix. The bits 64 to 71 are not part of it (RFC 6052 section
    2.2)."""
    if length >= _NAT64_LOW_BITS:
        return ipaddress.IPv4Address(value & 0xFFFFFFFF)
    first_bits = value >> 64
    bits_from_72 = value & (1 << 56) - 1
    joined = first_bits << 56 | bits_from_72
    return ipaddress.IPv4Address(joined >> (88 - length) & 0xFFFFFFFF)


def describe_special_address(address: Address, nat64: tuple[str, ...] = ()) -> str | None:
    """Return the kind of an address that is not public, such as "loopback" or "private"; None for a
    public address. `nat64`: IPv6 prefixes behind which the network translates to IPv4 (RFC 6052
    section 2.2)."""
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
