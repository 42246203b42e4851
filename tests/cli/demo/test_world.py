"""The demo's web server: feeds, pages, validators, and its simulated troubles."""

from __future__ import annotations

import dataclasses
import io
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import feedparser
import httpx
import pytest
from PIL import Image

from syndicator.cli.demo.feeds import SITES
from syndicator.cli.demo.world import write_config
from syndicator.configuration.settings import load
from syndicator.configuration.sources.registry import load_sources
from tests.world import World, serve_world

FEEDS = [place.key for place in SITES if place.feed_path]  # the keys of all sites with a feed
STORY = "launchbeat/the-chip-that-forgets-on-purpose"  # the newest of its site


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False, timeout=60) as opened:
        yield opened


def list_announced_entries(world: World, client: httpx.Client, key: str) -> list[dict[str, str]]:
    """Id, link and title of each entry that the feed of the site `key` announces, in its order; a
    redirect is followed."""
    answer = client.get(world.feed_url(key), follow_redirects=True)
    if "json" in answer.headers["content-type"]:
        return [
            {"id": item["id"], "link": item["url"], "title": item["title"]}
            for item in answer.json()["items"]
        ]
    parsed = feedparser.parse(io.BytesIO(answer.content))
    assert not parsed.bozo
    return [{"id": entry.id, "link": entry.link, "title": entry.title} for entry in parsed.entries]


def test_every_site_has_an_address_of_its_own(world: World) -> None:
    """Each of the ten demo sources has a loopback address of its own, so that politeness per host
    applies as on the web."""
    hosts = [urlsplit(source.url).netloc for source in world.sources]
    assert len(set(hosts)) == len(hosts) == 10
    assert all(host.startswith("127.0.0.") for host in hosts)


def test_every_format_is_served_with_its_type(world: World, client: httpx.Client) -> None:
    """The demo serves RSS, Atom, RDF and JSON feeds, each with its media type."""
    types = {client.get(world.feed_url(key)).headers["content-type"].split(";")[0] for key in FEEDS}
    assert types == {
        "application/rss+xml",
        "application/atom+xml",
        "application/rdf+xml",
        "application/feed+json",
    }


@pytest.mark.parametrize("key", FEEDS)
def test_a_feed_announces_the_stories_of_its_site(
    world: World, client: httpx.Client, key: str
) -> None:
    """A demo feed lists all stories of its site, newest first, with their titles, page addresses
    and unique ids."""
    stories = [story for story in world.stories if story.site == key]
    newest_first = sorted(stories, key=lambda story: story.published, reverse=True)
    entries = list_announced_entries(world, client, key)
    links = [entry["link"].partition("?")[0] for entry in entries]  # without tracking parameters

    assert [entry["title"] for entry in entries] == [story.title for story in newest_first]
    assert links == [world.url(story) for story in newest_first]
    assert len({entry["id"] for entry in entries}) == len(stories)


def test_one_feed_is_whole_and_one_has_a_recording(world: World, client: httpx.Client) -> None:
    """The demo has a feed with full texts (`holt`: here with a table and a picture), and one with a
    sound file (`parallel`), which is served with the length that the feed says."""
    (newest, *_) = client.get(world.feed_url("holt")).json()["items"]

    assert "<table>" in newest["content_html"]
    assert '<img src="http://127.' in newest["content_html"]

    parsed = feedparser.parse(io.BytesIO(client.get(world.feed_url("parallel")).content))
    links = [link for entry in parsed.entries for link in entry.links]
    (audio,) = [link for link in links if link.rel == "enclosure"]

    assert audio.type == "audio/wav"
    assert int(audio.length) == len(client.get(audio.href).content)


def test_every_page_and_picture_is_there(world: World, client: httpx.Client) -> None:
    """The demo serves an HTML page for every story, and for one of them (STORY) its picture, a
    small PNG of 960 × 540 in six colours; an unknown path is a 404."""
    for story in world.stories:
        answer = client.get(world.url(story))
        assert answer.status_code == 200
        assert answer.text.lower().startswith("<!doctype html>")

    site = world.url(STORY).partition("/2025")[0]  # the address begins with year and month
    picture = client.get(f"{site}/images/the-chip-that-forgets-on-purpose.png")

    assert picture.headers["content-type"] == "image/png"
    assert len(picture.content) < 10_000

    with Image.open(io.BytesIO(picture.content)) as drawing:
        colours = drawing.convert("RGB").getcolors()
        assert drawing.size == (960, 540)

    assert colours is not None
    assert len(colours) == 6  # sky, sun, mountains, meadow, house
    assert client.get(world.url(STORY) + "nothing").status_code == 404


def test_the_copy_names_the_first_teller(world: World, client: httpx.Client) -> None:
    """The page of the copied story names the original as its canonical address."""
    original = world.url("launchbeat/cities-share-one-model-for-potholes")
    copy = client.get(world.url("parallel/the-pothole-commons")).text

    assert f'<link rel="canonical" href="{original}"/>' in copy


def test_the_amp_edition_has_the_story_and_no_advert(world: World, client: httpx.Client) -> None:
    """The article page links an AMP edition, which has the text but not the advertisement."""
    url = world.url("meridian/weather-model-runs-on-a-laptop")
    amp_url = url.replace(".html", ".amp.html")
    page = client.get(url).text
    amp_page = client.get(amp_url).text

    assert amp_url in page
    assert "Ten days of weather" in amp_page
    assert "ADVERTISEMENT" not in amp_page


def test_a_front_page_leads_to_the_feed_the_sitemap_and_the_neighbours(
    world: World, client: httpx.Client
) -> None:
    """A demo front page links its feed, robots.txt its sitemap, which has all stories of the site,
    and the blogroll four other sites."""
    home = world.feed_url("holt").removesuffix("feed.json")
    front_page = client.get(home).text
    robots = client.get(home + "robots.txt").text
    sitemap = client.get(home + "sitemap.xml").text
    blogroll = client.get(home + "blogroll.opml").text

    assert '<link rel="alternate" type="application/feed+json"' in front_page
    assert f"Sitemap: {home}sitemap.xml" in robots

    story_urls = [world.url(story) for story in world.stories if story.site == "holt"]

    assert all(url in sitemap for url in story_urls)

    assert blogroll.count("xmlUrl=") == 4
    assert world.feed_url("meridian") in blogroll


def test_robots_are_told(world: World, client: httpx.Client) -> None:
    """The robots.txt of the site `ledger` forbids its members' pages."""
    feed = world.feed_url("ledger")
    assert "Disallow: /members-" in client.get(feed.replace("/rss.xml", "/robots.txt")).text


@pytest.mark.parametrize("kind", ["feed", "page"])
def test_who_knows_it_gets_a_304(world: World, client: httpx.Client, kind: str) -> None:
    """A request for a feed or a page with the current ETag or date gets 304 without a body; once
    the story changed, it gets 200."""
    url = world.feed_url("launchbeat") if kind == "feed" else world.url(STORY)
    answer = client.get(url)
    etag_header = {"If-None-Match": answer.headers["etag"]}
    date_header = {"If-Modified-Since": answer.headers["last-modified"]}
    answer_to_etag = client.get(url, headers=etag_header)

    assert answer_to_etag.status_code == 304
    assert answer_to_etag.content == b""
    assert client.get(url, headers=date_header).status_code == 304

    world.change_story(STORY, title="The chip that remembers")

    assert client.get(url, headers=etag_header).status_code == 200
    assert client.get(url, headers=date_header).status_code == 200


def test_gzip_head_and_plain_clients(world: World, client: httpx.Client) -> None:
    """The demo compresses if the client accepts it, answers HEAD without a body, and refuses
    POST."""
    url = world.url(STORY)
    packed = client.get(url)
    plain = client.get(url, headers={"Accept-Encoding": "identity"})

    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content

    head = client.head(url)

    assert head.content == b""
    assert int(head.headers["content-length"]) > 1000
    assert client.post(url).status_code == 405


def test_each_trouble_is_as_announced(world: World, client: httpx.Client) -> None:
    """The four troubled sites of the demo answer 410, answer 429 with Retry-After, send broken XML,
    and answer too late. Each announces the reason that a visit should record."""
    trouble_by_key = {trouble.key: trouble for trouble in world.troubles}

    assert client.get(world.feed_url("gone")).status_code == 410

    busy = client.get(world.feed_url("busy"))

    assert busy.status_code == 429
    assert busy.headers["retry-after"] == "120"

    broken = feedparser.parse(io.BytesIO(client.get(world.feed_url("broken")).content))

    assert broken.bozo
    assert broken.entries == []

    with pytest.raises(httpx.ReadTimeout):
        client.get(world.feed_url("slow"), timeout=0.2)
    assert trouble_by_key["slow"].delay > 3  # seconds, as the demo's configuration waits at most

    assert {key: trouble.reason for key, trouble in trouble_by_key.items()} == {
        "gone": "gone",
        "busy": "rate-limited",
        "broken": "broken-xml",
        "slow": "timeout",
    }


def test_the_log_says_who_asked_for_what(world: World, client: httpx.Client) -> None:
    """The demo's web logs each request with site, path, status and headers."""
    client.get(world.feed_url("holt"), headers={"User-Agent": "somebody/1"})
    (request,) = world.requests

    assert request.site == "holt"
    assert request.method == "GET"
    assert request.path == "/feed.json"
    assert request.status == 200
    assert request.headers["user-agent"] == "somebody/1"


# -- what can happen to it


def test_add_change_and_withdraw(world: World, client: httpx.Client) -> None:
    """A test can add, change and withdraw a story while the demo runs; feed, page and known truth
    follow."""
    # add: a copy of a known story, with another date, so that it is the newest of its site
    old = next(story for story in world.stories if story.key == STORY)
    new = dataclasses.replace(
        old, slug="newest", title="Newest", published=old.published.replace(day=30), guid="n"
    )
    world.add_story(new)

    assert list_announced_entries(world, client, "launchbeat")[0]["title"] == "Newest"

    # change; the key of a story is its site and its slug
    world.change_story("launchbeat/newest", title="Newest of all", body="<p>Rewritten.</p>")
    new_url = world.url("launchbeat/newest")

    assert list_announced_entries(world, client, "launchbeat")[0]["title"] == "Newest of all"
    assert "Rewritten." in client.get(new_url).text
    assert world.list_truths()[new_url].title == "Newest of all"

    # withdraw
    withdrawn_url = world.url(STORY)
    world.withdraw_story(STORY)
    entries = list_announced_entries(world, client, "launchbeat")

    assert client.get(withdrawn_url).status_code == 404
    assert withdrawn_url not in [entry["link"].partition("?")[0] for entry in entries]


def test_a_moved_feed(world: World, client: httpx.Client) -> None:
    """A feed that was moved redirects with 301 and has its entries at the new address."""
    world.move_feed("parallel", "/atom/all.xml")
    answer = client.get(world.feed_url("parallel"))

    assert answer.status_code == 301
    assert answer.headers["location"] == "/atom/all.xml"
    assert len(list_announced_entries(world, client, "parallel")) == 6  # the redirect is followed


def test_a_broken_an_html_and_a_shrunk_feed(world: World, client: httpx.Client) -> None:
    """A test can break a feed, replace it with HTML, heal it, and shrink it to one entry."""
    url = world.feed_url("meridian")
    world.break_feed("meridian")

    assert feedparser.parse(io.BytesIO(client.get(url).content)).bozo  # no well-formed XML

    world.heal_site("meridian")
    world.html_feed("meridian")

    assert "<html" in client.get(url).text

    world.heal_site("meridian")
    world.shrink_feed("meridian", entries=1)

    assert len(list_announced_entries(world, client, "meridian")) == 1


def test_new_ids_and_a_date_in_the_future(world: World, client: httpx.Client) -> None:
    """A test can give all entries new ids under the same links, or date a story of 2025 ten years
    ahead, in its address, too."""
    before = list_announced_entries(world, client, "holt")
    world.renumber_entries("holt")
    after = list_announced_entries(world, client, "holt")

    assert [entry["link"] for entry in before] == [entry["link"] for entry in after]
    assert {entry["id"] for entry in before}.isdisjoint(entry["id"] for entry in after)

    story = world.future_date(STORY, years=10)

    assert story.published.year == 2035
    assert world.url(STORY).split("/")[3] == "2035"  # http://HOST/2035/...


def test_errors_and_latency_until_healed(world: World, client: httpx.Client) -> None:
    """A test can make a site, or one path of it, fail or answer slowly, until `heal_site`."""
    feed_url = world.feed_url("holt")
    page_url = world.url("holt/three-evals-i-trust")

    # the whole site fails
    world.fail_site("holt", status=503, headers={"Retry-After": "60"})
    answer = client.get(feed_url)

    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "60"

    # only a page fails
    world.heal_site("holt")
    world.fail_site("holt", status=500, path="/notes/three-evals-i-trust.html")

    assert client.get(page_url).status_code == 500
    assert client.get(feed_url).status_code == 200

    # the site is slow
    world.delay_answers("holt", seconds=0.2)
    started = time.monotonic()
    client.get(feed_url)

    assert time.monotonic() - started >= 0.2

    world.heal_site("holt")

    assert client.get(page_url).status_code == 200


def test_a_fixed_port_gives_the_same_addresses_again() -> None:
    """A world started again with the same port has the same addresses; `holt` is the fourth
    site."""
    with serve_world() as first_world:
        port = urlsplit(first_world.feed_url("holt")).port
    assert port
    with serve_world(World(port=port)) as second:
        assert second.feed_url("holt") == f"http://127.0.0.4:{port}/feed.json"


def test_a_taken_port_is_no_obstacle() -> None:
    """If the wished port is in use, the world takes another one."""
    with serve_world() as first_world:
        port = urlsplit(first_world.feed_url("holt")).port or 0
        with serve_world(World(port=port)) as second:
            assert second.feed_url("holt") != first_world.feed_url("holt")


def test_a_smaller_world_has_only_what_is_left() -> None:
    """A world without two of its ten sites has no stories or sources of them."""
    with serve_world(World(without={"slow", "parallel"})) as small:
        keys = {source.key for source in small.sources}

        assert {"slow", "parallel"}.isdisjoint(keys)
        assert len(keys) == 8
        assert {story.site for story in small.stories} <= keys
        assert len(small.list_truths()) == len(small.stories)


def test_nothing_runs_on_after_the_end(client: httpx.Client) -> None:
    """When the world ends, its port is closed and its threads are gone."""
    threads_before = set(threading.enumerate())  # among them those of worlds that tests share
    with serve_world() as world:
        url = world.feed_url("holt")
        client.get(url)

    with pytest.raises(httpx.ConnectError):
        client.get(url)

    new_threads = set(threading.enumerate()) - threads_before

    assert "world" not in {thread.name for thread in new_threads}


# -- its configuration


def test_the_written_config_loads(world: World, tmp_path: Path) -> None:
    """`write_config` writes settings, sources and the given taxonomy, which load as meant for the
    demo: loopback allowed, no pause, short timeouts."""
    write_config(
        tmp_path / "config", world, taxonomy='[[category]]\nname = "AI"\ndescription = "x"\n'
    )
    settings = load(tmp_path / "config", {})

    assert settings.fetch.allow_loopback
    assert settings.fetch.pause == 0
    assert settings.fetch.seconds == 3
    assert settings.public_dir == tmp_path / "feeds" / "public"
    assert load_sources(tmp_path / "config" / "sources.toml") == world.sources

    # no feed would give it a name, so it would be called by its address
    (page,) = (source for source in world.sources if source.kind == "page")

    assert page.title == "Coldframe handbook"
    assert (
        (tmp_path / "config" / "taxonomy.toml")
        .read_text(encoding="utf-8")
        .startswith("[[category]]")
    )


def test_the_written_config_takes_the_shipped_taxonomy_and_a_port(
    world: World, tmp_path: Path
) -> None:
    """Without a taxonomy, `write_config` copies the shipped one; a given port is written into the
    settings."""
    write_config(tmp_path, world, port=0)

    assert load(tmp_path, {}).publish.port == 0

    shipped = Path(__file__).resolve().parents[3] / "config" / "taxonomy.toml"

    assert (tmp_path / "taxonomy.toml").read_bytes() == shipped.read_bytes()
