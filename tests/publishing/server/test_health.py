"""The health pages of the server answer local clients and refuse strangers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from starlette.datastructures import Headers
from starlette.testclient import TestClient

from syndicator.core.errors import StoreError
from syndicator.publishing.server.files import make_app
from syndicator.publishing.server.health import Health, add_health_paths, is_this_machine

HERE = ("127.0.0.1", 50000)
ELSEWHERE = ("10.0.0.9", 50000)


def read_answer(value: str | bytes) -> object:
    async def saying() -> str | bytes:
        return value

    return saying


WELL = Health(
    alive=lambda: "",
    ready=read_answer(""),  # type: ignore[arg-type]
    metrics=read_answer(b"up 1\n"),  # type: ignore[arg-type]
    metrics_type="text/plain",
    feed=read_answer(b"<feed/>"),  # type: ignore[arg-type]
    feed_name="health/secret.atom",
    token="secret",
)


def make_client(public: Path, health: Health = WELL, peer: tuple[str, int] = HERE) -> TestClient:
    return TestClient(
        add_health_paths(make_app(public), health), base_url="http://127.0.0.1:8080", client=peer
    )


def test_probes_are_for_everybody_and_say_little(tmp_path: Path) -> None:
    """Probes answer any peer with one line: 200, or 503 when not ready or not alive."""
    for path in ("/healthz", "/readyz"):
        answer = make_client(tmp_path, peer=ELSEWHERE).get(path)
        assert answer.status_code == 200
        assert answer.text == "ok\n"
        assert answer.headers["cache-control"] == "no-store"

    # alive, but not ready, as its database is missing
    not_ready = make_client(tmp_path, replace(WELL, ready=read_answer("database")))  # type: ignore[arg-type]

    assert not_ready.get("/healthz").status_code == 200
    assert not_ready.get("/readyz").status_code == 503
    assert not_ready.get("/readyz").text == "database\n"

    # not alive
    dead = make_client(tmp_path, replace(WELL, alive=lambda: "no progress for 400 s"))

    assert dead.get("/healthz").status_code == 503
    assert dead.get("/readyz").status_code == 503

    # other methods
    assert make_client(tmp_path).post("/healthz").status_code == 405
    assert make_client(tmp_path).head("/healthz").text == ""


def test_metrics_are_for_this_machine_or_the_token(tmp_path: Path) -> None:
    """Metrics are shown to direct requests from this machine and to requests with the token; others
    get 404. An empty token matches nobody."""
    local = make_client(tmp_path)
    forwarded = local.get("/metrics", headers={"X-Forwarded-For": "198.51.100.7"})

    assert local.get("/metrics").text == "up 1\n"
    assert forwarded.status_code == 404

    # from another machine; the token is "secret"
    stranger = make_client(tmp_path, peer=ELSEWHERE)

    assert stranger.get("/metrics").status_code == 404
    assert stranger.get("/metrics", headers={"Authorization": "Bearer secret"}).text == "up 1\n"
    assert stranger.get("/metrics", headers={"Authorization": "Bearer other"}).status_code == 404

    # a server whose token is empty
    without_token = replace(WELL, token="", feed_name="health/.atom")
    stranger = make_client(tmp_path, without_token, peer=ELSEWHERE)
    empty_token = stranger.get("/metrics", headers={"Authorization": "Bearer "})

    assert empty_token.status_code == 404
    assert stranger.get("/health/.atom").status_code == 404


@pytest.mark.parametrize(
    ("peer", "headers", "version", "is_local"),
    [
        ("127.0.0.1", {"host": "127.0.0.1:8080"}, "1.1", True),
        ("127.0.0.1", {"host": "localhost"}, "1.1", True),
        ("::1", {"host": "[::1]:8080"}, "1.1", True),
        ("::ffff:127.0.0.1", {"host": "localhost:8080"}, "1.1", True),
        # a container's gateway asks for the whole world
        ("10.0.0.9", {"host": "localhost"}, "1.1", False),
        ("198.51.100.7", {"host": "localhost"}, "1.1", False),
        ("", {"host": "localhost"}, "1.1", False),
        ("127.0.0.1", {}, "1.1", False),
        # a proxy that keeps the name, a page that has ours
        ("127.0.0.1", {"host": "feeds.example.org"}, "1.1", False),
        ("127.0.0.1", {"host": "[::1"}, "1.1", False),
        ("127.0.0.1", {"host": "localhost", "forwarded": "for=198.51.100.7"}, "1.1", False),
        ("127.0.0.1", {"host": "localhost", "x-real-ip": "198.51.100.7"}, "1.1", False),
        ("127.0.0.1", {"host": "localhost", "via": "1.1 proxy"}, "1.1", False),
        ("127.0.0.1", {"host": "localhost"}, "1.0", False),  # nginx that was told nothing
    ],
)
def test_requests_of_this_machine_are_recognised(
    peer: str, headers: dict[str, str], version: str, is_local: bool
) -> None:
    """A request is from this machine only if its peer is a loopback address, its host is local, and
    nothing says that a proxy forwarded it."""
    assert is_this_machine(peer, Headers(headers), version) is is_local


def test_the_health_feed_is_where_its_token_is(tmp_path: Path) -> None:
    """The health feed is served to strangers only under its secret token."""
    stranger = make_client(tmp_path, peer=ELSEWHERE)
    answer = stranger.get("/health/secret.atom")

    assert answer.content == b"<feed/>"
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    assert answer.headers["x-robots-tag"] == "noindex"

    conditional = stranger.get(
        "/health/secret.atom", headers={"If-None-Match": answer.headers["etag"]}
    )

    assert conditional.status_code == 304
    assert conditional.content == b""

    for path in ("/health/other.atom", "/health/", "/health"):
        assert stranger.get(path).status_code == 404


def test_a_database_that_cannot_be_read_is_no_fault_of_the_server(tmp_path: Path) -> None:
    """If the database cannot be read, metrics and health feed answer 503 with one word; the path in
    the error is not shown."""

    async def raise_store_error() -> bytes:
        raise StoreError("it is damaged; /srv/secret")

    ill = make_client(tmp_path, replace(WELL, metrics=raise_store_error, feed=raise_store_error))
    for path in ("/metrics", "/health/secret.atom"):
        answer = ill.get(path)

        assert answer.status_code == 503
        assert answer.text == "database\n"


def test_published_files_are_served_as_before(tmp_path: Path) -> None:
    """With the health pages added, the server still serves published files, also to other
    machines."""
    (tmp_path / "all.atom").write_text("<feed/>")
    assert make_client(tmp_path, peer=ELSEWHERE).get("/all.atom").text == "<feed/>"
