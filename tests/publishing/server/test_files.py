"""The web server's answers."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from syndicator.publishing.output.outlets import FileOutlet
from syndicator.publishing.server.files import make_app
from tests.publishing.written import publish_file


@pytest.fixture
def public_folder(tmp_path: Path) -> Path:
    (tmp_path / "tags").mkdir()
    (tmp_path / "maps").mkdir()
    (tmp_path / "index.html").write_text("<p>Hello")
    (tmp_path / "all.atom").write_bytes(b"<feed/>")
    (tmp_path / "all.atom.gz").write_bytes(gzip.compress(b"<feed/>", mtime=0))
    (tmp_path / "tags/ai.rss").write_bytes(b"<rss/>")
    maps = {"moved": {"tags/old.rss": "tags/ai.rss"}, "gone": ["queries/x.atom"]}
    (tmp_path / "maps/moved.json").write_text(json.dumps(maps))
    return tmp_path


@pytest.fixture
def client(public_folder: Path) -> TestClient:
    app = make_app(public_folder, hubs=["https://hub.example/"], base_url="https://feeds.example/")
    return TestClient(app, base_url="http://127.0.0.1", follow_redirects=False)


def test_types_and_validators(client: TestClient) -> None:
    """A feed is sent with its type, security headers and links to itself and its hub; a client that
    has it, by ETag or date, gets 304."""
    answer = client.get("/all.atom", headers={"accept-encoding": "identity"})

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert (
        answer.headers["link"]
        == '<https://feeds.example/all.atom>; rel="self", <https://hub.example/>; rel="hub"'
    )

    by_etag = client.get("/all.atom", headers={"if-none-match": answer.headers["etag"]})

    assert by_etag.status_code == 304
    assert by_etag.content == b""

    by_date = client.get(
        "/all.atom", headers={"if-modified-since": answer.headers["last-modified"]}
    )

    assert by_date.status_code == 304


@pytest.mark.parametrize(
    ("requested_range", "status", "content_range", "body"),
    [
        ("bytes=1-3", 206, "bytes 1-3/7", b"fee"),
        ("bytes=4-", 206, "bytes 4-6/7", b"d/>"),
        ("bytes=-2", 206, "bytes 5-6/7", b"/>"),
        ("bytes=-99", 206, "bytes 0-6/7", b"<feed/>"),
        ("bytes=5-99", 206, "bytes 5-6/7", b"/>"),
        ("bytes=7-", 416, "bytes */7", b"No such range.\n"),
        ("bytes=-0", 416, "bytes */7", b"No such range.\n"),
        ("bytes=3-1", 416, "bytes */7", b"No such range.\n"),
        ("bytes=-", 200, None, b"<feed/>"),
        ("bytes=0-1,3-4", 200, None, b"<feed/>"),
        ("lines=1-2", 200, None, b"<feed/>"),
    ],
)
def test_a_part_of_a_file(
    client: TestClient, requested_range: str, status: int, content_range: str | None, body: bytes
) -> None:
    """A range request for the seven bytes `<feed/>` gets 206 with its part, 416 if there is no such
    part, or the whole file if the range is not understood. `content_range` is Content-Range."""
    answer = client.get(
        "/all.atom", headers={"range": requested_range, "accept-encoding": "identity"}
    )

    assert answer.status_code == status
    assert answer.headers.get("content-range") == content_range
    assert answer.content == body


def test_a_part_is_of_the_plain_edition_that_was_asked_for(client: TestClient) -> None:
    """A range request is answered from the uncompressed file, and only if the client's ETag
    (If-Range) is current; else it gets the whole file."""
    whole = client.get("/all.atom", headers={"accept-encoding": "identity"})
    assert whole.headers["accept-ranges"] == "bytes"

    for if_range, status in ((whole.headers["etag"], 206), ('"another"', 200)):
        headers = {"range": "bytes=0-1", "if-range": if_range, "accept-encoding": "gzip"}
        answer = client.get("/all.atom", headers=headers)

        assert answer.status_code == status
        assert "content-encoding" not in answer.headers


def test_a_picture_holds_for_good_and_one_that_is_not_there_does_not(
    client: TestClient, public_folder: Path
) -> None:
    """Pictures may be cached forever; a missing picture may not be cached."""
    (public_folder / "pictures").mkdir()
    (public_folder / "pictures/1.webp").write_bytes(b"picture")

    assert client.get("/pictures/1.webp").headers["cache-control"] == "max-age=31536000, immutable"
    assert client.get("/pictures/2.webp").headers["cache-control"] == "no-cache"


def test_gzip_has_its_own_tag(client: TestClient) -> None:
    """The compressed answer has its own ETag and names in Vary the request headers it depends on,
    so that caches do not mix both."""
    answer = client.get("/all.atom", headers={"accept-encoding": "gzip"})

    assert answer.headers["content-encoding"] == "gzip"
    assert answer.content == b"<feed/>"
    assert answer.headers["vary"] == "Accept-Encoding, Sec-Fetch-Dest"

    plain = client.get("/all.atom", headers={"accept-encoding": "identity"})

    assert plain.headers["etag"] != answer.headers["etag"]


def test_a_browser_gets_a_feed_that_it_can_style(client: TestClient) -> None:
    """A browser that opens a feed gets it as application/xml, which it shows with our style sheet
    instead of downloading it."""
    answer = client.get("/all.atom", headers={"sec-fetch-dest": "document"})
    assert answer.headers["content-type"] == "application/xml; charset=utf-8"


def test_a_gz_of_the_file_before_is_not_sent(client: TestClient, public_folder: Path) -> None:
    """A .gz file that is older than its feed is not sent, since it has earlier content."""
    os.utime(public_folder / "all.atom.gz", ns=(1, 1))  # in 1970
    answer = client.get("/all.atom", headers={"accept-encoding": "gzip"})

    assert "content-encoding" not in answer.headers


def test_a_304_names_the_variant_that_the_client_has(client: TestClient) -> None:
    """For each encoding the answer 304 has the ETag and Vary of the answer 200."""
    for encoding in ("gzip", "identity"):
        first = client.get("/all.atom", headers={"accept-encoding": encoding})
        not_modified = client.get(
            "/all.atom",
            headers={"accept-encoding": encoding, "if-none-match": first.headers["etag"]},
        )
        assert not_modified.status_code == 304
        assert not_modified.headers["etag"] == first.headers["etag"]
        assert not_modified.headers["vary"] == first.headers["vary"]
        assert "content-type" not in not_modified.headers


@pytest.mark.parametrize(
    ("if_none_match", "status"),
    [
        ("*", 304),
        ('"x", ETAG', 304),
        ("W/ETAG", 304),
        ('"x"', 200),
        ("ETAGx", 200),
        ("", 200),
    ],
)
def test_tags(client: TestClient, if_none_match: str, status: int) -> None:
    """If-None-Match is answered with 304 if it is `*` or contains the ETag of the file (ETAG is
    replaced by it), also as a weak one (W/); else with the file."""
    etag = client.head("/all.atom").headers["etag"]
    answer = client.get("/all.atom", headers={"if-none-match": if_none_match.replace("ETAG", etag)})

    assert answer.status_code == status


@pytest.mark.parametrize(
    "since", ["Thu, 01 Jan 1970 00:00:00 GMT", "yesterday", "", "Mon, 99 Foo 2025 99:99:99 GMT"]
)
def test_an_older_or_senseless_date_gets_the_file(client: TestClient, since: str) -> None:
    """If-Modified-Since with an old or invalid date gets the whole file."""
    assert client.get("/all.atom", headers={"if-modified-since": since}).status_code == 200


def test_a_changed_file_is_noticed(client: TestClient, public_folder: Path) -> None:
    """An ETag holds until the file changes. A file listed as gone in maps/moved.json answers 410,
    even to its ETag."""
    tag = client.get("/tags/ai.rss").headers["etag"]

    assert client.get("/tags/ai.rss", headers={"if-none-match": tag}).status_code == 304

    publish_file(FileOutlet(public_folder, gzip=False), "tags/ai.rss", b"<rss></rss>")
    answer = client.get("/tags/ai.rss", headers={"if-none-match": tag})

    assert answer.status_code == 200
    assert answer.content == b"<rss></rss>"

    # the feed is listed as gone
    publish_file(
        FileOutlet(public_folder, gzip=False),
        "maps/moved.json",
        b'{"moved": {}, "gone": ["tags/ai.rss"]}',
    )

    assert (
        client.get("/tags/ai.rss", headers={"if-none-match": answer.headers["etag"]}).status_code
        == 410
    )


@pytest.mark.parametrize("accepted", ["", "identity", "gzip;q=0", "br, gzip; q=0.0"])
def test_clients_without_gzip_get_plain_bytes(client: TestClient, accepted: str) -> None:
    """Clients that do not accept gzip, or accept it with quality 0, get the uncompressed file."""
    answer = client.get("/all.atom", headers={"accept-encoding": accepted})
    assert "content-encoding" not in answer.headers
    assert answer.content == b"<feed/>"


def test_head_has_no_body(client: TestClient) -> None:
    """A HEAD request has the headers of GET: Content-Length is 7, the length of `<feed/>`."""
    answer = client.head("/all.atom", headers={"accept-encoding": "identity"})
    assert answer.status_code == 200
    assert answer.headers["content-length"] == "7"


def test_a_link_out_of_the_folder_is_not_followed(
    client: TestClient, public_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A symbolic link to a file outside the public folder answers 404."""
    secret = tmp_path_factory.mktemp("elsewhere") / "secret.html"
    secret.write_text("secret")
    (public_folder / "link.html").symlink_to(secret)

    assert client.get("/link.html").status_code == 404


def test_moved_and_gone(client: TestClient) -> None:
    """A renamed feed redirects to its new address; a deleted one answers 410. maps/moved.json says
    that tags/old.rss moved to tags/ai.rss and that queries/x.atom is gone."""
    assert client.get("/tags/old.rss").headers["location"] == "/tags/ai.rss"
    assert client.get("/queries/x.atom").status_code == 410


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.html",
        "/%2e%2e/secret.html",
        "/tags/..%2f..%2fsecret.html",
        "/.hidden.html",
        "/maps/moved.json",
        "/nope.atom",
    ],
)
def test_nothing_else_is_served(client: TestClient, public_folder: Path, path: str) -> None:
    """Hidden files, files outside the folder and internal maps answer 404."""
    for hidden in (public_folder.parent / "secret.html", public_folder / ".hidden.html"):
        hidden.write_text("secret")
    assert client.get(path).status_code == 404


def test_a_browser_that_asks_for_a_favicon_gets_the_icon(
    client: TestClient, public_folder: Path
) -> None:
    """/favicon.ico, which browsers request unasked, is answered with icon.svg if it is published,
    and with 304 if it has not changed."""
    assert client.get("/favicon.ico").status_code == 404

    (public_folder / "icon.svg").write_text("<svg/>")
    answer = client.get("/favicon.ico")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.text == "<svg/>"
    assert (
        client.get("/favicon.ico", headers={"if-none-match": answer.headers["etag"]}).status_code
        == 304
    )


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_a_file_is_read_once(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    """A second request for an unchanged file is answered from memory, with the same headers and
    without reading the disk."""
    first = client.get("/all.atom", headers={"accept-encoding": encoding})

    def refuse_to_read(path: Path) -> bytes:
        raise AssertionError(f"{path} is read again")

    monkeypatch.setattr(Path, "read_bytes", refuse_to_read)
    second = client.get("/all.atom", headers={"accept-encoding": encoding})
    assert second.status_code == 200
    assert second.content == b"<feed/>"
    assert second.headers == first.headers


def test_a_cached_body_is_never_older_than_its_file(
    client: TestClient, public_folder: Path
) -> None:
    """A request after a new build gets the new content, compressed or not, never the cached old
    one."""
    outlet = FileOutlet(public_folder)
    for body in (b"<feed>1</feed>", b"<feed>2</feed>"):
        publish_file(outlet, "all.atom", body)  # with its .gz
        for encoding in ("gzip", "identity"):
            answer = client.get("/all.atom", headers={"accept-encoding": encoding})
            assert answer.content == body
            assert ("content-encoding" in answer.headers) == (encoding == "gzip")


@pytest.mark.parametrize("name", ["archive/all/2025-01.atom", "tags/new.html", "icon.svg"])
def test_a_file_without_a_gz_is_compressed_once(
    client: TestClient, public_folder: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """A file without a .gz is compressed by the server once and cached until it changes; a short
    one is not compressed, as it would not get smaller."""
    body = b"<feed>" + b"words " * 100 + b"</feed>"
    publish_file(FileOutlet(public_folder, gzip=False), name, body)
    first = client.get(f"/{name}", headers={"accept-encoding": "gzip"})

    assert first.headers["content-encoding"] == "gzip"
    assert first.content == body
    assert int(first.headers["content-length"]) < len(body)

    plain = client.get(f"/{name}", headers={"accept-encoding": "identity"})

    assert plain.content == body
    assert plain.headers["etag"] != first.headers["etag"]

    known_etag = {"accept-encoding": "gzip", "if-none-match": first.headers["etag"]}

    assert client.get(f"/{name}", headers=known_etag).status_code == 304

    # the next answer is cached: compressing again would raise an error
    monkeypatch.setattr(
        "syndicator.publishing.server.files.gzip.compress", lambda *args, **more: 1 / 0
    )
    cached = client.get(f"/{name}", headers={"accept-encoding": "gzip"})

    assert cached.content == body
    assert cached.headers == first.headers

    # the file changes, and is too short now to be compressed
    publish_file(FileOutlet(public_folder, gzip=False), name, body[:50])

    assert client.get(f"/{name}", headers={"accept-encoding": "gzip"}).content == body[:50]


@pytest.mark.parametrize(
    ("name", "size"), [("pictures/a.webp", 5000), ("tags/new.html", (4 << 20) + 1)]
)
def test_large_and_binary_files_are_sent_uncompressed(
    client: TestClient, public_folder: Path, name: str, size: int
) -> None:
    """The server compresses neither pictures nor files above 4 MiB for a request, if no compressed
    copy was published."""
    publish_file(FileOutlet(public_folder, gzip=False), name, b"x" * size)
    answer = client.get(f"/{name}", headers={"accept-encoding": "gzip"})

    assert answer.status_code == 200
    assert "content-encoding" not in answer.headers


def test_a_gz_that_comes_later_is_sent_from_then_on(
    client: TestClient, public_folder: Path
) -> None:
    """Without a .gz the plain file is sent; once it is written, the .gz is."""
    (public_folder / "all.atom.gz").unlink()
    before = client.get("/all.atom", headers={"accept-encoding": "gzip"})

    assert "content-encoding" not in before.headers

    publish_file(FileOutlet(public_folder), "all.atom", b"<feed/>")  # writes the .gz too
    after = client.get("/all.atom", headers={"accept-encoding": "gzip"})

    assert after.headers["content-encoding"] == "gzip"


def test_a_file_replaced_while_it_is_read_is_read_again(
    client: TestClient, public_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If a build replaces a file while the server reads it, the file is read again, so that body
    and ETag belong together."""
    first_etag = client.head("/tags/ai.rss").headers["etag"]
    path = public_folder / "tags/ai.rss"
    reads = []

    def read_and_replace(read_path: Path) -> bytes:
        """Read a file; after the first read, replace it by one that is a second younger."""
        body = read_path.read_bytes()
        if not reads:
            later = path.stat().st_mtime_ns + 10**9
            path.with_name("2").write_bytes(b"<rss>2</rss>")
            os.utime(path.with_name("2"), ns=(later, later))
            path.with_name("2").replace(path)
        reads.append(read_path)
        return body

    monkeypatch.setattr("syndicator.publishing.server.files._read_file", read_and_replace)
    publish_file(FileOutlet(public_folder, gzip=False), "tags/ai.rss", b"<rss>1</rss>")
    answer = client.get("/tags/ai.rss")

    assert answer.content == b"<rss>2</rss>"
    assert answer.headers["etag"] not in ("", first_etag)

    # the ETag is that of the second file
    conditional = client.get("/tags/ai.rss", headers={"if-none-match": answer.headers["etag"]})

    assert conditional.status_code == 304


def test_only_get_and_head_are_answered(client: TestClient) -> None:
    """Published files answer GET and HEAD; another method gets 405 and the list of allowed
    methods."""
    answer = client.post("/all.atom")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"


def test_tags_in_two_lines_are_one_list(client: TestClient) -> None:
    """The ETag is found in the second of two If-None-Match headers."""
    etag = client.head("/all.atom").headers["etag"]
    answer = client.get("/all.atom", headers=[("if-none-match", '"x"'), ("if-none-match", etag)])

    assert answer.status_code == 304


DOCUMENT = {"sec-fetch-dest": "document"}


def test_a_browser_that_opens_a_feed_is_sent_to_its_page(public_folder: Path) -> None:
    """A browser that opens a feed (DOCUMENT is the header that says so) is redirected to its HTML
    page, if there is one, even if it has the feed. Other requests get the feed."""
    for name in ("tags/ai.html", "tags/a ä.html", "tags/a ä.json"):
        (public_folder / name).write_text("<p>Page")
    client = TestClient(make_app(public_folder), follow_redirects=False)
    for feed, page in (
        ("/tags/ai.rss", "/tags/ai.html"),
        ("/tags/a%20%C3%A4.json", "/tags/a%20%C3%A4.html"),
    ):
        etag = client.get(feed).headers["etag"]
        answer = client.get(feed, headers={**DOCUMENT, "if-none-match": etag})

        assert answer.status_code == 303
        assert answer.headers["location"] == page
        assert answer.headers["vary"] == "Sec-Fetch-Dest"
        assert answer.headers["cache-control"] == "no-cache"
        assert client.get(feed, headers={"sec-fetch-dest": "empty"}).status_code == 200
        assert client.get(page, headers=DOCUMENT).status_code == 200

    assert client.get("/all.atom", headers=DOCUMENT).status_code == 200  # it has no page


def test_the_folder_of_a_kind_of_feeds_leads_to_the_page_of_all(public_folder: Path) -> None:
    """The address of a folder of feeds (/tags/) redirects to the front page; the folder of
    archives, which nobody types, is 404."""
    client = TestClient(make_app(public_folder), follow_redirects=False)
    for path in ("/tags/", "/tags", "/sources/"):
        answer = client.get(path)
        assert answer.status_code == 303
        assert answer.headers["location"] == "/"
    assert client.get("/archive/").status_code == 404


def test_nothing_is_answered_without_a_word_on_how_long_it_holds(public_folder: Path) -> None:
    """Every answer, also a redirect or an error, has the header Cache-Control: no-cache."""
    client = TestClient(make_app(public_folder), follow_redirects=False)
    status_of = {
        "/": 200,
        "/all.atom": 200,
        "/nothing": 404,
        "/tags/": 303,
        "/tags/old.rss": 301,
        "/queries/x.atom": 410,
    }
    for path, status in status_of.items():
        answer = client.get(path)

        assert answer.status_code == status
        assert answer.headers["cache-control"] == "no-cache"


def test_a_missing_file_is_a_page_for_browsers_and_a_line_for_programs(
    client: TestClient, public_folder: Path
) -> None:
    """For a missing file a browser gets 404.html, if there is one; other programs get a line of
    text."""
    browser_headers = {"sec-fetch-dest": "document"}

    assert client.get("/tags/none.html", headers=browser_headers).text == "Not found.\n"

    (public_folder / "404.html").write_text("<p>Nothing here")
    answer = client.get("/tags/none.html", headers=browser_headers)

    assert answer.status_code == 404
    assert answer.text == "<p>Nothing here"
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "etag" not in answer.headers
    assert client.get("/tags/none.atom").text == "Not found.\n"
