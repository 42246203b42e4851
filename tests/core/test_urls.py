"""Canonical URLs: the cases of the URL Standard, and our rules as properties."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from syndicator.core.urls import (
    BadUrl,
    absolute,
    alias,
    canonical,
    domain,
    host,
    is_root,
    normalise,
    own_host,
    publisher,
    redacted,
    site,
)
from tests.samples import Samples


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("HTTP://Example.ORG:80", "http://example.org/"),
        ("https://example.org:443/a?", "https://example.org/a"),
        ("https://example.org:8443/a", "https://example.org:8443/a"),
        ("https://user:pw@example.org/a#frag", "https://example.org/a"),
        ("https://example.org/a/./b/../c", "https://example.org/a/c"),
        ("https://example.org/../../a", "https://example.org/a"),
        ("https://example.org/a/%2e%2e/b", "https://example.org/b"),
        ("https://example.org/%7Euser/%e4%bd%a0", "https://example.org/~user/%E4%BD%A0"),
        ("https://example.org/你/a b", "https://example.org/%E4%BD%A0/a%20b"),
        ("https://example.org/100%", "https://example.org/100%25"),
        ("https://example.org/a%2Fb", "https://example.org/a%2Fb"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://BÜCHER.example/", "https://xn--bcher-kva.example/"),
        ("https://example.org./", "https://example.org/"),
        ("https://☃.example/", "https://xn--n3h.example/"),
        ("  https://example.org/a\n", "https://example.org/a"),
        ("https:\\\\example.org\\a", "https://example.org/a"),
        ("http://0x7f.1/", "http://127.0.0.1/"),
        ("http://2130706433/", "http://127.0.0.1/"),
        ("http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/"),
        ("http://[0:0:0:0:0:0:0:1]:80/", "http://[::1]/"),
        ("http://[2001:DB8::1:0:0:1]/", "http://[2001:db8::1:0:0:1]/"),
        ("http://[2001:0:0:1:0:0:0:1]/", "http://[2001:0:0:1::1]/"),
        ("http://[2001:0:0:0:1:0:0:1]/", "http://[2001::1:0:0:1]/"),
        ("http://[2001:db8:0:0:1:0:0:0]/", "http://[2001:db8:0:0:1::]/"),
        ("http://[0:0:0:1:2:0:0:0]/", "http://[::1:2:0:0:0]/"),
        ("http://[2001:db8:0:1:1:1:1:1]/", "http://[2001:db8:0:1:1:1:1:1]/"),
        ("https://example.org/?utm_source=x&b=2&a=1&fbclid=y", "https://example.org/?b=2&a=1"),
        ("https://example.org/?UTM_Source=x", "https://example.org/"),
        ("https://example.org/?a=1&&b", "https://example.org/?a=1&b"),
        ("https://example.org/?id=5&page=2&ref=home", "https://example.org/?id=5&page=2&ref=home"),
        ("https://example.org/?q=a+b&r=%20", "https://example.org/?q=a+b&r=%20"),
        ("https://example.org//a//b", "https://example.org//a//b"),
        ("https://example.org/a;b=c,d", "https://example.org/a;b=c,d"),
    ],
)
def test_canonical(url: str, expected: str) -> None:
    """`canonical` gives one spelling to addresses that mean the same page, as each case shows."""
    assert canonical(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.org",
        "/a",
        "ftp://example.org/",
        "mailto:a@example.org",
        "javascript:alert(1)",
        "http://",
        "http:///",
        "http://[::1",
        "http://exa mple.org/",
        "http://example.org:99999/",
        "http://example.org:x/",
        "http://256.1.1.1/",
        "http://1.2.3.4.5/",
        "http://a..b\x00/",
        "http://" + "a" * 254 + "/",
        "data:text/html,x",
        "http://[zz]/",
    ],
)
def test_no_url(url: str) -> None:
    """Invalid URLs raise BadUrl."""
    with pytest.raises(BadUrl):
        canonical(url)


def _cases(samples: Samples) -> list[dict[str, str]]:
    return [
        row for row in samples.rows("url") if not row.get("base") or row["base"].startswith("http")
    ]


def _ours(row: dict[str, str]) -> str | None:
    url = absolute(row["base"], row["input"]) if row.get("base") else row["input"]
    try:
        return None if url is None else canonical(url)
    except BadUrl:
        return None


# Where ours differs from browsers, and may: punycode that stands for nothing we can tell, brackets
# in passwords, hosts that no name server has.
_KNOWN = (
    "xn--pokxncvks",
    "XN--pokxncvks",
    "Xn--pokxncvks",
    "xN--pokxncvks",
    "b]c@",
    "http://./",
    "`{}~",
    "09..",
    "pass[",
)


@pytest.mark.slow
@given(st.from_regex(r"https?://([a-z0-9.-]|xn--|%|0x)+(/[A-Za-z0-9._~%-]*)*", fullmatch=True))
@example("http://1.2.3.0x4/")
@example("http://xn--a.example/")
@example("http://a.example/b/../c")
@example("http://a.example/.")
@example("http://a.example")
@example("http://" + "a." * 130 + "example/")
def test_what_is_taken_for_spelled_right_is(url: str) -> None:
    """The quick check for canonical spelling agrees with the full one."""
    try:
        slow: str | None = normalise(url)
    except BadUrl:
        slow = None
    try:
        fast: str | None = canonical(url)
    except BadUrl:
        fast = None
    assert fast == slow


def test_url_standard(samples: Samples) -> None:
    """The cases of the URL Standard pass, except known ones."""
    wrong = []
    for row in _cases(samples):
        usable = not row.get("failure") and row["protocol"] in ("http:", "https:")
        expected = (
            canonical(row["href"])
            if usable and urlsplit(row["href"]).hostname and _good(row["href"])
            else None
        )
        if _ours(row) != expected and not any(mark in row["input"] for mark in _KNOWN):
            wrong.append((row["input"], row.get("base"), _ours(row), expected))
    assert wrong == []


def _good(url: str) -> bool:
    try:
        return bool(canonical(url))
    except BadUrl:
        return False


parts = st.text("aZ09-._~!$&'()*+,;=:@/?#[]%\\ \t\n\x00é你☃\ud800", max_size=20)
urls = st.builds(
    "{}{}{}/{}".format,
    st.sampled_from(["http://", "https://", "HTTP:", "https:\\\\"]),
    parts,
    st.just("e.org"),
    parts,
)


@given(urls | st.text(max_size=40))
@example("http://e.org/%")
@example("http://e.org/%2%35")
@example("http://e.org/?a=%26b&fb%63lid=1")
@example("http://e.org/.%2E/a")
@example("http://0000000/")
def test_canonical_is_idempotent(url: str) -> None:
    """The canonical form of an address is ASCII without a user name, and canonicalising it again
    changes nothing."""
    try:
        once = canonical(url)
    except BadUrl:
        return

    assert canonical(once) == once
    assert once.isascii()
    assert urlsplit(once).username is None
    assert alias(once) == alias(url)


@given(st.integers(0, 2**32 - 1))
def test_every_spelling_of_an_address_is_one(value: int) -> None:
    """All notations of an IPv4 address have one canonical form."""
    dotted = ".".join(str(value >> shift & 255) for shift in (24, 16, 8, 0))
    spellings = (str(value), hex(value), f"0{value:o}", dotted, f"{value >> 24}.{value & 0xFFFFFF}")
    assert {canonical(f"http://{spelling}/") for spelling in spellings} == {f"http://{dotted}/"}


@given(st.ip_addresses(v=6))
def test_every_ipv6_address_comes_back(address: object) -> None:
    """Any IPv6 address in a URL keeps its value in the canonical form."""
    import ipaddress

    spelled = canonical(f"http://[{address}]/")
    assert ipaddress.ip_address(spelled[8:-2]) == address
    assert canonical(spelled) == spelled


@pytest.mark.parametrize(
    ("base", "reference", "expected"),
    [
        ("https://e.org/a/b", "c", "https://e.org/a/c"),
        ("https://e.org/a/b", "/c?x#f", "https://e.org/c?x#f"),
        ("https://e.org/a/b", "//o.org/c", "https://o.org/c"),
        ("https://e.org/a/b", "", "https://e.org/a/b"),
        ("https://e.org/a/b", "?x", "https://e.org/a/b?x"),
        ("https://e.org/a/b", "\\c", "https://e.org/c"),
        ("https://e.org/a/b", "///o.org/c", "https://o.org/c"),
        ("https://e.org/a/b", "http:/o.org/c", "http://o.org/c"),
        ("https://e.org/a/b", "https:c", "https://e.org/a/c"),
        ("https://e.org/a/b", "mailto:x@e.org", None),
        ("https://e.org/a/b", "javascript:alert(1)", None),
        ("https://e.org/a/b", "http://[::1", None),
        ("", "c", None),
    ],
)
def test_absolute(base: str, reference: str, expected: str | None) -> None:
    """A relative reference is resolved against the address of its page."""
    assert absolute(base, reference) == expected


@pytest.mark.parametrize(
    ("first", "other", "is_same"),
    [
        ("http://e.org/a", "https://www.e.org/a/", True),
        ("https://e.org/a?x=1", "https://e.org/a/?x=1", True),
        ("https://e.org/a?x=1", "https://e.org/a?x=2", False),
        ("https://e.org/a", "https://e.org/A", False),
        ("https://e.org:8443/a", "https://e.org/a", False),
        ("https://e.org", "https://www.e.org/", True),
    ],
)
def test_alias(first: str, other: str, is_same: bool) -> None:
    """Two addresses have the same alias if they differ only in scheme, `www.` or a final slash."""
    assert (alias(first) == alias(other)) is is_same


def test_alias_of_no_url_is_itself() -> None:
    """An id that is no web address stays as it is, without surrounding spaces."""
    assert alias(" tag:e.org,2026:1 ") == "tag:e.org,2026:1"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://WWW.bbc.co.uk/news", ("www.bbc.co.uk", "bbc.co.uk")),
        ("https://a.b.github.io:8443/", ("a.b.github.io:8443", "b.github.io")),
        ("http://127.0.0.1:8080/", ("127.0.0.1:8080", "127.0.0.1")),
        ("http://[::1]/", ("[::1]", "::1")),
        ("http://localhost/", ("localhost", "localhost")),
        ("nonsense", ("", "")),
    ],
)
def test_host_and_domain(url: str, expected: tuple[str, str]) -> None:
    """The host of an address includes its port; the domain is what a registry sells, or the address
    itself."""
    assert (host(url), domain(url)) == expected


# Each row is one site: whoever publishes at one of its addresses owns the others. No two rows share
# one.
_SITES = [
    ("https://www.bbc.co.uk/news/1", "http://bbc.co.uk/news.rss", "https://BBC.co.uk:8443/"),
    ("http://feeds.bbc.co.uk/news.rss",),
    ("https://alice.github.io/a", "https://www.alice.github.io/feed.xml"),
    ("https://bob.github.io/a",),
    ("https://github.io/",),
    (
        "https://alice.substack.com/p/1",
        "https://alice.substack.com/feed",
        "https://www.alice.substack.com/",
    ),
    ("https://bob.substack.com/p/1",),
    ("https://substack.com/", "https://www.substack.com"),
    ("https://substack.com/@alice/note/1",),
    ("https://alice.wordpress.com/1", "https://alice.wordpress.com/feed/"),
    ("https://wordpress.com/", "https://www.wordpress.com/"),
    ("https://medium.com/@alice/1", "https://medium.com/feed/@alice", "https://alice.medium.com/1"),
    ("https://medium.com/@bob/1",),
    ("https://medium.com/alice/1", "https://medium.com/feed/alice"),
    ("https://medium.com/",),
    ("https://cs.university.edu/~alice/x", "https://cs.university.edu/%7Ealice/rss.xml"),
    ("https://cs.university.edu/~bob/x", "https://cs.university.edu/~bob"),
    ("https://cs.university.edu/news/1", "https://www.cs.university.edu/"),
    ("https://www.university.edu/",),
    ("https://feeds.buzzsprout.com/1.rss", "https://feeds.buzzsprout.com/1"),
    ("https://feeds.buzzsprout.com/2.rss",),
    (
        "https://s3.eu-west-1.amazonaws.com/alice/feed.xml",
        "https://s3.eu-west-1.amazonaws.com/alice/1",
    ),
    ("https://s3.eu-west-1.amazonaws.com/bob/feed.xml",),
    ("https://mastodon.example/@alice/1", "https://mastodon.example/@alice.rss"),
    ("https://mastodon.example/@bob",),
    ("https://mastodon.example/about", "https://www.mastodon.example/"),
    (
        "https://github.com/Alice/x/releases/tag/1",
        "https://github.com/alice.atom",
        "https://www.github.com/alice/y",
    ),
    ("https://github.com/bob/x",),
    ("https://dev.to/alice/1", "https://dev.to/feed/alice"),
    ("https://dev.to/feed",),
    ("https://sites.google.com/site/alice/1", "https://sites.google.com/site/alice/feed.xml"),
    ("https://sites.google.com/site/bob",),
    ("https://sites.google.com/view/alice",),
    ("https://feeds.feedburner.com/alice", "http://feeds.feedburner.com/alice/"),
    ("https://feeds.feedburner.com/bob",),
    ("http://127.0.0.1:8001/a", "http://127.0.0.1:8001/b"),
    ("http://127.0.0.1:8002/a",),
    ("http://10.0.0.1/", "https://10.0.0.1/a"),
    ("http://[::1]/",),
    ("http://localhost/a",),
    ("http://localhost:8080/a",),
    ("http://intranet/",),
    ("http://wiki.intranet/", "https://wiki.intranet:8443/"),
    ("http://a.wiki.intranet/",),
    ("http://blog.intranet/", "http://www.blog.intranet/"),
]


@pytest.mark.parametrize("addresses", _SITES)
def test_addresses_of_one_site(addresses: tuple[str, ...]) -> None:
    """All addresses of a case have the same site."""
    assert len({site(url) for url in addresses}) == 1


def test_sites_are_told_apart() -> None:
    """The cases of _SITES are different sites."""
    assert len({site(urls[0]) for urls in _SITES}) == len(_SITES)


@pytest.mark.parametrize("url", ["nonsense", "", "mailto:a@example.org"])
def test_no_url_is_of_no_site(url: str) -> None:
    """A text that is no URL has no site and no publisher."""
    assert site(url) == publisher(url) == ""


# Each row is below one domain, in several sites or one. No two rows share one.
_PUBLISHERS = [
    ("https://www.bbc.co.uk/news/1", "http://feeds.bbc.co.uk/news.rss", "https://BBC.co.uk:8443/"),
    ("https://cs.university.edu/news/1", "https://www.university.edu/"),
    ("https://cs.university.edu/~alice/1",),
    ("https://alice.github.io/1", "https://a.alice.github.io/"),
    ("https://bob.github.io/1",),
    ("https://alice.blogspot.com/1",),
    ("https://alice.blogspot.co.uk/1", "https://www.alice.blogspot.co.uk/"),
    ("https://bob.blogspot.de/1",),
    ("https://alice.libsyn.com/1",),
    ("https://bob.surge.sh/",),
    ("https://alice.fandom.com/wiki/1",),
    ("https://github.com/alice/x",),
    ("http://127.0.0.1:8001/a",),
    ("http://127.0.0.1:8002/a",),
    ("http://wiki.intranet/", "http://a.wiki.intranet/"),
]


@pytest.mark.parametrize("addresses", _PUBLISHERS)
def test_addresses_of_one_publisher(addresses: tuple[str, ...]) -> None:
    """All addresses of a case have the same publisher."""
    assert len({publisher(url) for url in addresses}) == 1


def test_publishers_are_told_apart() -> None:
    """The cases of _PUBLISHERS are different publishers."""
    assert len({publisher(urls[0]) for urls in _PUBLISHERS}) == len(_PUBLISHERS)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://e.org", True),
        ("https://e.org/#x", True),
        ("https://e.org/?p=1", False),
        ("https://e.org/a", False),
        ("x", False),
    ],
)
def test_is_root(url: str, expected: bool) -> None:
    """An address is the root of a site if it has no path and no query."""
    assert is_root(url) is expected


@pytest.mark.parametrize(
    ("url", "redacted_url"),
    [
        ("https://user:pw@e.org/a@b", "https://e.org/a@b"),
        ("https://e.org/a@b?c@d", "https://e.org/a@b?c@d"),
        ("http:\\\\u:p@e.org", "http:\\\\e.org"),
        ("ftp://u:p@[::1", "ftp://[::1"),
        ("https://a@b:c@e.org/", "https://e.org/"),
        ("x@y", "x@y"),
        ("", ""),
    ],
)
def test_redacted(url: str, redacted_url: str) -> None:
    """`redacted` hides user names, passwords and token values of an address."""
    assert redacted(url) == redacted_url


@pytest.mark.parametrize(
    ("url", "owner"),
    [
        ("https://news.bank.example/2026/a", "news.bank.example"),
        ("https://www.bank.example:8443/a", "www.bank.example:8443"),
        ("https://medium.com/@evil/story", "evil.medium.com"),
        ("https://www.github.com/alice/x", "github.com/alice"),
        ("https://tilde.example/~bob/a", "tilde.example/~bob"),
        ("mailto:bob@bank.example", ""),
    ],
)
def test_pages_are_made_like_those_of_their_host_or_of_their_user(url: str, owner: str) -> None:
    """`own_host` is the host, or host and user on shared hosts."""
    assert own_host(url) == owner
