"""The web server's answers."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from syndicator.web.site import make_app


@pytest.fixture
def public(tmp_path: Path) -> Path:
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
def client(public: Path) -> TestClient:
    app = make_app(public, hubs=["https://hub.example/"], base_url="https://feeds.example/")
    return TestClient(app, base_url="http://127.0.0.1", follow_redirects=False)


def test_types_and_validators(client: TestClient) -> None:
    answer = client.get("/all.atom", headers={"accept-encoding": "identity"})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["link"] == '<https://feeds.example/all.atom>; rel="self", <https://hub.example/>; rel="hub"'
    again = client.get("/all.atom", headers={"if-none-match": answer.headers["etag"]})
    assert again.status_code == 304 and again.content == b""
    dated = client.get("/all.atom", headers={"if-modified-since": answer.headers["last-modified"]})
    assert dated.status_code == 304


def test_gzip_has_its_own_tag(client: TestClient) -> None:
    answer = client.get("/all.atom", headers={"accept-encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip" and answer.content == b"<feed/>"
    assert answer.headers["vary"] == "Accept-Encoding, Sec-Fetch-Dest"
    plain = client.get("/all.atom", headers={"accept-encoding": "identity"})
    assert plain.headers["etag"] != answer.headers["etag"]


def test_a_browser_gets_a_feed_that_it_can_style(client: TestClient) -> None:
    answer = client.get("/all.atom", headers={"sec-fetch-dest": "document"})
    assert answer.headers["content-type"] == "application/xml; charset=utf-8"


def test_moved_and_gone(client: TestClient) -> None:
    assert client.get("/tags/old.rss").headers["location"] == "/tags/ai.rss"
    assert client.get("/queries/x.atom").status_code == 410


@pytest.mark.parametrize(
    "path", ["/../secret.html", "/%2e%2e/secret.html", "/tags/..%2f..%2fsecret.html", "/maps/moved.json", "/nope.atom"]
)
def test_nothing_else_is_served(client: TestClient, public: Path, path: str) -> None:
    (public.parent / "secret.html").write_text("secret")
    assert client.get(path).status_code == 404
