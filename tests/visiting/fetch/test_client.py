"""The HTTP client against a real server: limits, redirects, credentials, failure codes."""

from __future__ import annotations

import asyncio
import gzip
import logging
import socket
import threading
import time
import zlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from syndicator.configuration.settings import Fetch
from syndicator.core.model import Failed, Fetched, FetchResult, NotModified, Request
from syndicator.visiting.fetch.client import MOST_REDIRECTS, HttpFetcher
from tests.visiting.conftest import NOW, Reply, Seen, Web

SENTINEL = "s3ntinel-t0ken"


def fetch_in_turn(
    *requests: Request, lookup: Callable[..., Any] | None = None, **settings: Any
) -> list[FetchResult]:
    """The results of requests made one after the other by one fetcher."""

    async def run() -> list[FetchResult]:
        more = {} if lookup is None else {"lookup": lookup}
        values = {"allow_loopback": True} | settings
        fetcher = HttpFetcher(
            Fetch(**values), user_agent="Syndicator/0 (+test)", clock=lambda: NOW, **more
        )
        try:
            return [await fetcher.fetch(request) for request in requests]
        finally:
            await fetcher.aclose()

    return asyncio.run(run())


def fetch_url(url: str, *, deadline: float = 5.0, **settings: Any) -> FetchResult:
    return fetch_in_turn(Request(url=url, deadline=deadline), **settings)[0]


def get_failure(result: FetchResult) -> tuple[str, int | None]:
    """Return reason and status of a failure."""
    assert isinstance(result, Failed)
    return result.reason, result.status


def get_failure_reason(result: FetchResult) -> str:
    assert isinstance(result, Failed)
    return result.reason


def test_answer(web: Web) -> None:
    """A successful answer has status, body and headers, two of one name joined; we send our user
    agent, the encodings we read and no cookie."""
    headers = {"ETag": '"1"', "X-Robots-Tag": "noindex", "x-robots-tag": "nosnippet"}
    web.routes["/feed"] = Reply(200, headers, b"<rss/>")
    result = fetch_url(web.url("/feed"))

    assert isinstance(result, Fetched)
    assert result.status == 200
    assert result.body == b"<rss/>"
    assert result.final_url == web.url("/feed")
    assert result.headers["etag"] == '"1"'
    assert result.headers["x-robots-tag"] == "noindex, nosnippet"
    assert result.moved_to is None
    assert web.seen[0].headers["user-agent"] == "Syndicator/0 (+test)"
    assert web.seen[0].headers["accept-encoding"] == "gzip, deflate"
    assert "cookie" not in web.seen[0].headers


def test_validators_and_304(web: Web) -> None:
    """The stored ETag and date are sent as conditions; the answer 304 then gives NotModified."""
    # 304 only if our ETag comes with the request
    web.routes["/feed"] = lambda seen: Reply(
        304 if seen.headers.get("if-none-match") == 'W/"1"' else 200
    )
    request = Request(
        url=web.url("/feed"), etag='W/"1"', last_modified="Mon, 23 Nov 2026 10:00:00 GMT"
    )

    assert isinstance(fetch_in_turn(request)[0], NotModified)
    assert web.seen[0].headers["if-modified-since"] == "Mon, 23 Nov 2026 10:00:00 GMT"


def test_no_cookie_is_kept(web: Web) -> None:
    """A cookie that a site sets is not sent with the next request."""
    web.routes["/"] = Reply(200, {"Set-Cookie": "id=1; Path=/"}, b"x")
    url = web.url("/", "localhost")  # a name: cookie jars pass over addresses
    fetch_in_turn(Request(url=url), Request(url=url))

    assert len(web.seen) == 2
    assert "cookie" not in web.seen[1].headers


def test_post(web: Web) -> None:
    """A POST request is sent with its body and headers, as for WebSub hubs."""
    # answers with what it got
    web.routes["/hub"] = lambda seen: Reply(200, {}, seen.method.encode() + seen.body)
    headers = {"Content-Type": "application/json"}
    result = fetch_in_turn(
        Request(url=web.url("/hub"), kind="hub", method="POST", body=b"{}", headers=headers)
    )[0]

    assert isinstance(result, Fetched)
    assert result.body == b"POST{}"
    assert web.seen[0].headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (400, "http-400"),
        (403, "http-403"),
        (404, "http-404"),
        (410, "gone"),
        (429, "rate-limited"),
        (503, "http-503"),
    ],
)
def test_status_codes(web: Web, status: int, reason: str) -> None:
    """An error status becomes a failure with its reason code and the time of Retry-After, and does
    not count as a lack of network."""
    web.routes["/x"] = Reply(status, {"Retry-After": "90"})
    result = fetch_url(web.url("/x"))

    assert get_failure(result) == (reason, status)
    assert isinstance(result, Failed)
    assert result.retry_after == NOW + timedelta(seconds=90)
    assert not result.no_network


def test_a_far_date_to_come_back_is_a_week_at_most(web: Web) -> None:
    """A Retry-After in the year 9999 is limited to a week, so that the source is not given up for
    ever."""
    web.routes["/x"] = Reply(503, {"Retry-After": "Fri, 31 Dec 9999 23:59:59 GMT"})
    result = fetch_url(web.url("/x"))

    assert isinstance(result, Failed)
    assert result.retry_after == NOW + timedelta(days=7)


def _raw_deflate(data: bytes) -> bytes:
    machine = zlib.compressobj(9, zlib.DEFLATED, -15)
    return machine.compress(data) + machine.flush()


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [
        ("gzip", gzip.compress),
        ("x-gzip", gzip.compress),
        ("GZIP", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", _raw_deflate),
        ("identity", bytes),
        ("identity, gzip", gzip.compress),
        # two members, then one with padding
        ("gzip", lambda data: gzip.compress(data[:3], mtime=0) + gzip.compress(data[3:], mtime=0)),
        ("gzip", lambda data: gzip.compress(data, mtime=0) + b"\0" * 20),
    ],
)
def test_encodings(web: Web, encoding: str, pack: Callable[[bytes], bytes]) -> None:
    """A body is decoded from each encoding that servers send in practice, also raw deflate, several
    gzip members, and padding."""
    text = b"<rss>" + bytes(range(256)) * 300
    web.routes["/"] = Reply(200, {"Content-Encoding": encoding}, pack(text))
    result = fetch_url(web.url("/"))

    assert isinstance(result, Fetched)
    assert result.body == text


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("br", b"xx"),
        ("gzip, gzip", gzip.compress(gzip.compress(b"x", mtime=0), mtime=0)),
        ("gzip", b"plain text"),
        ("gzip", gzip.compress(b"cut short" * 100, mtime=0)[:-9]),
        ("deflate", b"\xff\xff\xff\xff"),
    ],
)
def test_bad_encodings(web: Web, encoding: str, body: bytes) -> None:
    """A body in an encoding that we did not offer, or twice in one, or that is damaged or cut,
    fails with "bad-encoding"."""
    web.routes["/"] = Reply(200, {"Content-Encoding": encoding}, body)
    assert get_failure_reason(fetch_url(web.url("/"))) == "bad-encoding"


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({}, b"x" * 200_001),
        ({"Transfer-Encoding": "chunked"}, b"%x\r\n%b\r\n0\r\n\r\n" % (200_001, b"x" * 200_001)),
        ({"Content-Length": "99999999999"}, b"x"),
        ({"Content-Encoding": "gzip"}, gzip.compress(b"x" * 600_000, mtime=0)),
    ],
)
def test_too_large(web: Web, headers: dict[str, str], body: bytes) -> None:
    """A body over the limit (200,000 bytes here) fails with "too-large", whether announced, chunked
    or compressed."""
    web.routes["/"] = Reply(200, headers, body)
    assert get_failure(fetch_url(web.url("/"), wire_bytes=200_000)) == ("too-large", 200)


def test_ratio_cap(web: Web) -> None:
    """A small body that decompresses to very much (9 MB of zeros) fails with "too-large"."""
    web.routes["/"] = Reply(
        200, {"Content-Encoding": "gzip"}, gzip.compress(b"\0" * 9_000_000, mtime=0)
    )
    assert get_failure_reason(fetch_url(web.url("/"))) == "too-large"


def test_body_that_breaks_off(web: Web) -> None:
    """If the connection closes before the announced 1,000 bytes have come, the fetch fails with
    "truncated"."""

    def send_10_of_1000_bytes(seen: Seen) -> Reply:
        return Reply(200, {"Content-Length": "1000", "Connection": "close"}, b"x" * 10)

    web.routes["/"] = send_10_of_1000_bytes
    assert get_failure_reason(fetch_url(web.url("/"), deadline=2)) == "truncated"


def test_deadline_covers_the_whole_trip(web: Web) -> None:
    """One deadline (0.6 s) covers a request with all its redirects, each of which takes 0.25 s
    here."""

    def redirect_slowly(seen: Seen) -> Reply:
        time.sleep(0.25)
        return Reply(302, {"Location": f"/{len(web.seen)}"})

    web.routes = {"/": redirect_slowly} | {f"/{number}": redirect_slowly for number in range(20)}
    # each answer comes within the deadline, all of them do not: one deadline an answer would end
    # with "redirects"
    assert get_failure_reason(fetch_url(web.url("/"), deadline=0.6)) == "timeout"
    assert len(web.seen) <= MOST_REDIRECTS


def test_hung_look_up_ends_and_blocks_nobody(web: Web) -> None:
    """Forty DNS lookups that hang (until the test is over) end with "timeout" and do not block
    another that does not hang."""
    web.routes["/"] = Reply(200, {}, b"x")
    test_is_over = threading.Event()

    def lookup(host: str, port: int) -> Any:
        if host == "hung.test":
            test_is_over.wait()
        return socket.getaddrinfo("127.0.0.1", port, type=socket.SOCK_STREAM)

    async def fetch_all() -> list[FetchResult]:
        fetcher = HttpFetcher(
            Fetch(allow_loopback=True), user_agent="x", clock=lambda: NOW, lookup=lookup
        )
        hung = [
            fetcher.fetch(Request(url=f"http://hung.test:{web.port}/", deadline=0.5))
            for _ in range(40)
        ]
        good = fetcher.fetch(
            Request(url=f"http://good.test:{web.port}/", deadline=30)
        )  # time enough for a busy machine
        try:
            return await asyncio.gather(*hung, good)
        finally:
            test_is_over.set()  # only now: nobody waited for these threads
            await fetcher.aclose()

    *hung, good = asyncio.run(fetch_all())
    assert isinstance(good, Fetched)
    assert {get_failure_reason(result) for result in hung} == {"timeout"}


def test_redirects(web: Web) -> None:
    """Redirects are followed to the end; `moved_to` is the address up to which all of them were
    permanent (301, 308)."""
    web.routes = {
        "/a": Reply(301, {"Location": "/b"}),
        "/b": Reply(308, {"Location": web.url("/c#part")}),
        "/c": Reply(302, {"Location": "d?x=1"}),
        "/d": Reply(200, {}, b"end"),
    }
    result = fetch_url(web.url("/a"))

    assert isinstance(result, Fetched)
    assert result.final_url == web.url("/d?x=1")
    assert result.moved_to == web.url("/c#part")  # the 302 behind it is not permanent
    assert result.url == web.url("/a")


@pytest.mark.parametrize("status", [302, 303, 307])
def test_temporary_redirect_is_no_move(web: Web, status: int) -> None:
    """If the first redirect is temporary, a permanent one after it does not move the address of the
    source."""
    web.routes = {
        "/a": Reply(status, {"Location": "/b"}),
        "/b": Reply(301, {"Location": "/c"}),
        "/c": Reply(200),
    }
    result = fetch_url(web.url("/a"))

    assert isinstance(result, Fetched)
    assert result.moved_to is None


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("/a", "redirects"),
        ("", "redirects"),
        ("ftp://example.org/", "bad-url"),
        ("http://[::1", "bad-url"),
        ("file:///etc/passwd", "bad-url"),
        ("http://10.0.0.1/", "blocked-address"),
        ("http://0x0a000001/", "blocked-address"),
    ],
)
def test_bad_redirects(web: Web, location: str, reason: str) -> None:
    """A redirect to itself, without an address, to another scheme or to a private address fails
    with its reason code."""
    web.routes["/a"] = Reply(302, {"Location": location})
    assert get_failure_reason(fetch_url(web.url("/a"))) == reason


def test_too_many_redirects(web: Web) -> None:
    """Of nine redirects in a row five are followed; the sixth answer that redirects ends the fetch
    with "redirects"."""
    web.routes = {f"/{number}": Reply(302, {"Location": f"/{number + 1}"}) for number in range(9)}
    assert get_failure_reason(fetch_url(web.url("/0"))) == "redirects"
    assert len(web.seen) == 6


def test_downgrade_is_refused() -> None:
    """A redirect from https to http is refused; one without a scheme keeps the scheme."""
    from syndicator.visiting.fetch.ssrf import Refusal, resolve_redirect

    with pytest.raises(Refusal) as caught:
        resolve_redirect("https://example.org/a", "http://example.org/b")
    assert caught.value.reason == "downgrade"
    assert resolve_redirect("http://example.org/a", "//example.org/b") == "http://example.org/b"


def test_stay_returns_a_redirect_to_another_host(web: Web) -> None:
    """With `stay` a redirect to another host is returned, not followed."""
    web.routes["/a"] = Reply(301, {"Location": web.url("/b", "localhost")})
    result = fetch_in_turn(Request(url=web.url("/a"), stay=True))[0]

    assert isinstance(result, Fetched)
    assert result.status == 301
    assert result.headers["location"] == web.url("/b", "localhost")


def test_headers_stay_at_their_origin(web: Web, other_web: Web) -> None:
    """Secret headers are sent to the first origin only, also if redirects lead back to it."""
    web.routes = {
        "/a": Reply(302, {"Location": "/b"}),
        "/b": Reply(302, {"Location": other_web.url("/c")}),
    }
    other_web.routes["/c"] = Reply(302, {"Location": web.url("/d")})
    web.routes["/d"] = Reply(200)

    fetch_in_turn(
        Request(url=web.url("/a"), headers={"Authorization": SENTINEL, "X-Key": SENTINEL})
    )

    secret_sent_to = {
        seen.path: SENTINEL in str(seen.headers) for seen in (*web.seen, *other_web.seen)
    }
    assert secret_sent_to == {"/a": True, "/b": True, "/c": False, "/d": True}


def test_credentials_in_a_url_are_sent_and_never_shown(
    web: Web, caplog: pytest.LogCaptureFixture
) -> None:
    """A password in the address is sent as a header. It is in no result and no log line,
    whether the request succeeds or fails."""
    caplog.set_level(logging.DEBUG)
    web.routes = {"/a": Reply(200), "/gone": Reply(410)}
    base = f"http://user:{SENTINEL}@127.0.0.1:{web.port}"
    results = fetch_in_turn(
        Request(url=f"{base}/a"),
        Request(url=f"{base}/gone"),
        Request(url=f"http://user:{SENTINEL}@127.0.0.1:1/"),  # nothing listens there
        Request(url=f"http://user:{SENTINEL}@[::1/"),  # no URL
        Request(url=f"ftp://user:{SENTINEL}@host/"),
        Request(url=f"http://user:{SENTINEL}@10.0.0.1/"),  # private: refused
        Request(url=web.url("/a"), headers={"Authorization": f"Bearer {SENTINEL}"}),
    )

    assert web.seen[0].headers["authorization"].startswith("Basic ")
    assert SENTINEL not in str(results)
    assert SENTINEL not in caplog.text


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "bad-url"),
        ("example.org/feed", "bad-url"),
        ("http://", "bad-url"),
        ("http://exa mple.org/", "dns"),
        ("javascript:alert(1)", "bad-url"),
        ("http://" + "a" * 300 + ".org/", "bad-url"),
        ("http://a..b/", "bad-url"),
        ("http://127.0.0.1:1/", "connect"),
        ("http://127.0.0.1:99999/", "bad-url"),
    ],
)
def test_what_cannot_be_asked(url: str, reason: str) -> None:
    """An address that is no usable HTTP URL, whose host does not exist or where nothing listens,
    fails with its reason code."""

    def find_no_host(host: str, port: int) -> Any:
        host.encode("idna")
        raise socket.gaierror(socket.EAI_NONAME, "no such name")

    result = fetch_in_turn(Request(url=url, deadline=5), lookup=find_no_host)[0]
    assert get_failure_reason(result) == reason


def test_https_to_a_plain_server(web: Web) -> None:
    """A TLS connection to a server that speaks plain HTTP fails with the reason "tls"."""
    assert get_failure_reason(fetch_url(f"https://127.0.0.1:{web.port}/")) == "tls"


def test_server_that_hangs_up() -> None:
    """A server that accepts and closes the connection without an answer is a failure with the
    reason "disconnected"."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        async def fetch_from_server() -> FetchResult:
            def hang_up() -> None:
                for _ in range(2):  # the fetcher may try again
                    server.accept()[0].close()

            task = asyncio.create_task(asyncio.to_thread(hang_up))
            fetcher = HttpFetcher(Fetch(allow_loopback=True), user_agent="x", clock=lambda: NOW)
            result = await fetcher.fetch(Request(url=f"http://127.0.0.1:{port}/", deadline=3))
            await fetcher.aclose()
            if not task.done():  # it did not: the second connection is ours
                socket.create_connection(("127.0.0.1", port)).close()
            await task
            return result

        assert get_failure_reason(asyncio.run(fetch_from_server())) == "disconnected"


def test_a_name_that_is_partly_private_is_never_connected_to() -> None:
    """If a name has a public and a private address, no connection is tried; with the public one
    alone it is."""
    addresses = ["203.0.114.7", "10.0.0.1"]
    dialled: list[Any] = []

    def lookup(host: str, port: int) -> list[Any]:
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses
        ]

    def dial(info: Any) -> socket.socket:
        dialled.append(info)
        raise OSError("not in a test")

    async def fetch_by_name() -> FetchResult:
        fetcher = HttpFetcher(
            Fetch(), user_agent="Syndicator/0", clock=lambda: NOW, lookup=lookup, dial=dial
        )
        try:
            return await fetcher.fetch(Request(url="http://both.example/"))
        finally:
            await fetcher.aclose()

    assert get_failure_reason(asyncio.run(fetch_by_name())) == "blocked-address"
    assert dialled == []

    addresses.remove("10.0.0.1")

    assert get_failure_reason(asyncio.run(fetch_by_name())) != "blocked-address"
    assert dialled != []


def test_allow_covers_the_first_origin_only(web: Web, other_web: Web) -> None:
    """`allow` permits a private address for the request itself, not for a redirect to another
    origin and not for another request, whose failure says what to write."""
    allow = (f"127.0.0.1/32:{web.port}", f"127.0.0.1/32:{other_web.port}")
    web.routes = {"/a": Reply(200), "/b": Reply(302, {"Location": other_web.url("/c")})}

    allowed, redirected, without_allow = fetch_in_turn(
        Request(url=web.url("/a"), allow=allow),
        Request(url=web.url("/b"), allow=allow),
        Request(url=web.url("/a")),
        allow_loopback=False,
    )

    assert isinstance(allowed, Fetched)
    assert get_failure_reason(redirected) == "blocked-address"
    # it does not borrow the open connection of the allowed one
    assert isinstance(without_allow, Failed)
    assert f'allow = ["127.0.0.1/32:{web.port}"]' in without_allow.detail
    assert other_web.seen == []


@pytest.mark.slow
def test_many_origins_at_once_keep_few_connections(web: Web) -> None:
    """After 300 fetches from 150 origins, 100 at a time, at most 110 connections stay open."""
    web.routes["/"] = Reply(200, {}, b"x")

    def lookup(host: str, port: int) -> Any:
        return socket.getaddrinfo("127.0.0.1", port, type=socket.SOCK_STREAM)

    async def fetch_from_150_hosts() -> tuple[list[FetchResult], int]:
        fetcher = HttpFetcher(
            Fetch(allow_loopback=True), user_agent="x", clock=lambda: NOW, lookup=lookup
        )
        numbers = iter(range(300))
        results: list[FetchResult] = []

        async def fetch_next() -> None:
            for number in numbers:
                url = f"http://h{number % 150}.test:{web.port}/"
                # a busy machine is no failure
                results.append(await fetcher.fetch(Request(url=url, deadline=90)))

        try:
            await asyncio.gather(*(fetch_next() for _ in range(100)))
            for _ in range(50):  # what was closed last may still be on its way out
                if len(_list_open_connections(web.port)) <= 110:
                    break
                await asyncio.sleep(0.1)
            return results, len(_list_open_connections(web.port))
        finally:
            await fetcher.aclose()

    results, connections = asyncio.run(fetch_from_150_hosts())
    assert [result for result in results if not isinstance(result, Fetched)] == []
    assert connections <= 110


def _list_open_connections(port: int) -> list[str]:
    """Our ends of the TCP connections to a port of 127.0.0.1 that are open."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return [
        f"127.0.0.1:{port}" for row in rows if row[2] == f"0100007F:{port:04X}" and row[3] == "01"
    ]


def test_proxies_of_the_environment_are_not_used(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """Variables such as HTTP_PROXY are ignored: only the configured proxy counts, since a proxy
    could reach private addresses."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")  # nothing listens there
    web.routes["/"] = Reply(200)
    assert isinstance(fetch_url(web.url("/")), Fetched)


def test_a_configured_proxy_is_used_and_private_addresses_and_names_stay_refused(web: Web) -> None:
    """With a configured proxy, names are not looked up here, and hosts that are private by their
    spelling are still refused, also after a redirect: none of them is asked of the proxy."""
    # a proxy is asked for whole addresses
    web.routes = {
        "http://example.org/feed": Reply(200, {}, b"through"),
        "http://example.org/away": Reply(302, {"Location": "http://0x7f.1/"}),  # 127.0.0.1
    }
    proxy = f"http://127.0.0.1:{web.port}"

    def refuse_lookup(host: str, port: int) -> Any:
        raise AssertionError(host)

    lines = (Path(__file__).parent / "private_hosts.txt").read_text().splitlines()
    hosts = [line for line in lines if not line.startswith("#")]
    through_proxy, *refused = fetch_in_turn(
        Request(url="http://example.org/feed"),
        *(Request(url=f"http://{host}/") for host in hosts),
        Request(url="http://example.org/away"),
        lookup=refuse_lookup,
        proxy=proxy,
        allow_loopback=False,
    )
    assert isinstance(through_proxy, Fetched)
    assert through_proxy.body == b"through"
    assert len(refused) == len(hosts) + 1  # and the redirect
    assert [result for result in refused if not _is_refused(result)] == []
    assert web.list_paths() == ["http://example.org/feed", "http://example.org/away"]


def _is_refused(result: FetchResult) -> bool:
    """Return True if the request was refused before any connection; `bad-url`: the parser sees no
    host."""
    return get_failure_reason(result) in ("blocked-address", "bad-url")


def test_odd_headers_both_ways(web: Web) -> None:
    """Headers of a server may be any bytes, also an ETag that we send back; ours are stripped, and
    a request with a line break inside one fails and is not sent."""
    web.routes["/"] = Reply(200, {"ETag": '"\xe9"', "X-Odd": "\xff\xfe"}, b"x")
    first_result = fetch_url(web.url("/"))

    assert isinstance(first_result, Fetched)

    etag = first_result.headers["etag"]
    etag.encode()  # can be stored
    (second_result,) = fetch_in_turn(
        Request(url=web.url("/"), etag=etag, headers={"X-Key": "value\n"})
    )

    assert isinstance(second_result, Fetched)
    assert web.seen[1].headers["x-key"] == "value"

    (third_result,) = fetch_in_turn(
        Request(url=web.url("/"), headers={"X-Key": f"{SENTINEL}\r\nX-Other: 1"})
    )

    assert get_failure_reason(third_result) == "protocol"
    assert len(web.seen) == 2


@pytest.mark.parametrize(
    "location", ["/caf\xe9", "http://127.0.0.1:{port}/caf\xe9", "/a b", "//127.0.0.1:{port}/x"]
)
def test_odd_locations(web: Web, location: str) -> None:
    """Location headers with spaces, Latin-1 letters or without a scheme are followed, since
    browsers do so."""
    page = Reply(200, {}, b"x")
    web.routes = {
        "/": Reply(302, {"Location": location.format(port=web.port)}),
        # é may be asked for as UTF-8 or as Latin-1
        "/caf%C3%A9": page,
        "/caf%E9": page,
        "/a%20b": page,
        "/x": page,
    }

    assert isinstance(fetch_url(web.url("/")), Fetched)
