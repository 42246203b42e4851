"""A private instance: full texts under secret addresses."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from unittest.mock import Mock
from urllib.parse import urlsplit

import pytest
from lxml import html as lxml_html

from syndicator.app.clients import make_user_agent
from syndicator.app.contexts import make_context
from syndicator.configuration.settings import Settings, load
from syndicator.core.errors import ConfigError
from syndicator.core.model import SourceState, make_article_id
from syndicator.health.check.config_files import check_settings as checked
from syndicator.health.episodes import feed_url
from syndicator.publishing.web.shell import draw_qr_svg
from tests.instances import SOURCES, Instance, store_articles

SECRET = "sesame-opens-this-door"
PRIVATE = f'[site]\nurl = "http://192.168.1.5:8080/"\n[publish]\nsecret_path = "{SECRET}"\n'
BODY = "The first paragraph.\n\nThe last paragraph."


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    instance = Instance(tmp_path, settings=PRIVATE)
    (instance.config / "sources.toml").write_text(SOURCES + 'content = "link"\n')
    with instance.open_app() as app:
        store_articles(app, "Own", BODY)
        store_articles(app, "Linked", BODY, source="two")
        address = "https://neighbour.example/1"
        store_articles(app, "Found", BODY, id=make_article_id(address), url=address)
    instance.build()
    return instance


def test_readers_get_whole_texts_below_the_secret(instance: Instance) -> None:
    """Below a secret path, feeds have whole texts and pages, except of sources that the operator
    limits to links."""
    feed = json.loads(instance.read_published("all.json"))
    base = f"http://192.168.1.5:8080/{SECRET}/"

    assert feed["feed_url"] == f"{base}all.json"

    whole_titles = {
        item["title"] for item in feed["items"] if "last paragraph" in item["content_html"]
    }

    assert whole_titles == {"Own", "Found"}  # `content = "link"` of the operator holds
    assert (
        sorted(path.name for path in (instance.folder / "feeds/public/articles").rglob("*.html"))
        != []
    )


def test_a_page_says_how_a_phone_subscribes(instance: Instance) -> None:
    """A private instance has a page with a QR code and links for subscribing from a phone."""
    assert '<a href="phone.html">Subscribe from your phone</a>' in instance.read_published(
        "index.html"
    )

    page = instance.read_published("phone.html")
    base = f"http://192.168.1.5:8080/{SECRET}/"

    assert draw_qr_svg(f"{base}phone.html") in page
    assert f"<code>{base}all.atom</code>" in page
    assert f'href="feed:{base.removeprefix("http:")}all.atom"' in page


def test_no_link_tells_the_secret_to_another_site(instance: Instance) -> None:
    """Links that contain the secret path lead only to the instance itself."""
    links = list[str]()
    for path in (instance.folder / "feeds/public").rglob("*.html"):
        page = lxml_html.fromstring(path.read_text())
        links += [
            str(link)
            for link in page.xpath("//@href | //@src | //@action")
            if str(link).startswith("http")
        ]

    assert any(link.startswith(f"http://192.168.1.5:8080/{SECRET}/") for link in links)
    assert [
        link for link in links if SECRET in link and urlsplit(link).netloc != "192.168.1.5:8080"
    ] == []


def test_a_public_page_offers_readers_on_the_web(tmp_path: Path) -> None:
    """The page of a public instance links feed readers on the web."""
    instance = Instance(tmp_path, settings='[site]\nurl = "https://feeds.example/"\n')
    with instance.open_app() as app:
        store_articles(app, "Own", BODY)
    instance.build()

    assert (
        "feedly.com/i/subscription/feed/https%3A//feeds.example/all.atom"
        in instance.read_published("index.html")
    )


def test_no_page_is_for_search_engines(instance: Instance) -> None:
    """Every page of a private instance asks search engines not to index it."""
    pages = list((instance.folder / "feeds/public").rglob("*.html"))

    assert len(pages) > 5
    assert [
        page.name
        for page in pages
        if '<meta name="robots" content="noindex">' not in page.read_text()
    ] == []


def test_once_it_is_public_its_texts_are_excerpts(instance: Instance) -> None:
    """After removing the secret path, full texts are no longer published."""
    (instance.config / "syndicator.toml").write_text('[site]\nurl = "https://feeds.example/"\n')
    instance.build()
    everything = "".join(
        path.read_text()
        for path in (instance.folder / "feeds/public").rglob("*.*")
        if path.suffix not in (".gz", ".png")
    )

    assert "last paragraph" not in everything
    assert SECRET not in everything


def test_the_sites_that_are_visited_are_not_told_where_it_is(tmp_path: Path) -> None:
    """The user agent of a private instance does not contain its address."""
    assert "192.168" not in make_user_agent(Settings.model_validate(tomllib.loads(PRIVATE)))


def test_the_health_feed_is_where_the_home_network_reaches_it() -> None:
    """The health feed has the home network's address if the server listens on all addresses, else
    that of this machine."""
    shared = tomllib.loads(f'{PRIVATE}listen = "0.0.0.0:8080"\n')

    assert feed_url(Settings.model_validate(shared), "k") == "http://192.168.1.5:8080/health/k.atom"
    assert (
        feed_url(Settings.model_validate(tomllib.loads(PRIVATE)), "k")
        == "http://127.0.0.1:8080/health/k.atom"
    )


@pytest.mark.parametrize(
    ("line", "cure"),
    [
        ('hubs = ["https://hub.example/"]', r"hubs would learn"),
        ('[paths]\npublic = "s3://bucket"', "does not protect a bucket"),
        ("", "16 to 64 small letters"),
    ],
)
def test_what_would_give_it_away_is_refused(tmp_path: Path, line: str, cure: str) -> None:
    """Settings that would reveal the secret path are refused without showing it."""
    text = f"{PRIVATE}{line}\n" if line else PRIVATE.replace(SECRET, "s3cr/et")
    (tmp_path / "syndicator.toml").write_text(text)

    with pytest.raises(ConfigError, match=cure) as refused:
        load(tmp_path, {})
    assert SECRET not in str(refused.value)
    assert "s3cr/et" not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "warns"),
    [
        ("http://feeds.example/", True),
        ("http://8.8.8.8:8080/", True),
        ("https://feeds.example/", False),
        ("http://192.168.1.5:8080/", False),
        ("http://[fd00::5]:8080/", False),
        ("http://box.local:8080/", False),
        ("", False),
    ],
)
def test_a_secret_that_leaves_the_house_without_tls_is_warned_of(
    tmp_path: Path, url: str, warns: bool
) -> None:
    """`check` warns if a secret path is served without TLS outside the home network."""
    (tmp_path / "syndicator.toml").write_text(PRIVATE.replace("http://192.168.1.5:8080/", url))
    reasons = [
        finding.reason for finding in checked(tmp_path, load(tmp_path, {}), {}, strict=False)
    ]

    assert ("secret-without-tls" in reasons) == warns


def test_a_visit_renders_the_whole_text_at_once(instance: Instance) -> None:
    """On a private instance visits render whole texts, also of other sites, because each build
    would have to render them otherwise."""
    with instance.open_app() as app:
        source = app.configuration.sources["one"]
        context = make_context(
            app.archive, app.configuration, app.jitter, Mock(), Mock(), lambda title: None
        )
        terms = context.make_visit_context(
            source, SourceState(key="one", url=source.url)
        ).limit_source

        assert [terms(url).content for url in (source.url, "https://neighbour.example/1")] == [
            "full",
            "full",
        ]
