"""`add`: what it finds at an address, which feeds it takes, and what it asks."""

from __future__ import annotations

import asyncio
import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from syndicator.app.container import open_app
from syndicator.app.lock import hold_run_lock
from syndicator.articles.frontmatter import load
from syndicator.cli import add, app
from syndicator.cli.operations import apply
from syndicator.cli.running import service
from syndicator.configuration.settings import load as load_settings
from syndicator.core.errors import MissingError, UsageError
from syndicator.core.model import Fetched, ParsedFeed
from syndicator.filing.kinds import feed
from syndicator.operations.operation import need_operation
from syndicator.visiting.drawing import fetcher as drawing_fetcher
from syndicator.visiting.feeds.known import FeedLink
from tests.aged.web import Answer, Web, serve_web
from tests.cli.sites import (
    NEWEST,
    make_feed_link,
    make_page,
    make_rss,
    make_story_page,
    make_wordpress_site,
    serve_without_tls,
)

assert add
assert service
SITE = "http://blog.example/"
FEED, ATOM, COMMENTS = (f"{SITE}{path}" for path in ("feed/", "feed/atom/", "comments/feed/"))


class AddCommand:
    """The command add on an instance that follows nothing, and a web that it looks at."""

    def __init__(self, folder: Path, web: Web) -> None:
        self.config = folder / "config"
        self.web = web
        self.config.mkdir()
        (self.config / "syndicator.toml").write_text(
            f'[site]\ncontact = "a@feeds.example"\n[fetch]\npause = 0\nproxy = "{web.proxy}"\n'
        )
        (self.config / "sources.toml").write_text("# ours\n")
        (self.config / "taxonomy.toml").write_text('[[tag]]\nname = "Ferries"\n')
        web.answers = serve_without_tls(make_wordpress_site())

    def run_add(self, *words: str, answers: str = "") -> Result:
        return CliRunner().invoke(
            app,
            ["add", *words, "--config", str(self.config)],
            catch_exceptions=False,
            input=answers,
        )

    def run_json(self, *words: str) -> Any:
        return json.loads(self.run_add(*words, "--json").stdout)

    @property
    def written_sources(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = tomllib.loads((self.config / "sources.toml").read_text()).get(
            "source", []
        )
        return found

    @property
    def written_urls(self) -> list[str]:
        return [source["url"] for source in self.written_sources]


def read_files(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in folder.rglob("*.md")]


@pytest.fixture
def add_command(tmp_path: Path) -> Iterator[AddCommand]:
    with serve_web() as web:
        yield AddCommand(tmp_path, web)


@pytest.fixture
def answering_person(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody answers."""
    monkeypatch.setattr(add, "can_ask", lambda: True)


def test_all_feeds_are_listed_and_the_one_of_articles_is_taken(add_command: AddCommand) -> None:
    """`add` lists the three feeds of a site and takes the first with articles; neither its copy in
    Atom nor the comments."""
    lines = add_command.run_add(SITE).output.splitlines()

    assert lines[:7] == [
        f"{SITE} has 3:",
        f"  1  Harbour notes: feed (rss20, 4 entries), last {NEWEST:%Y-%m-%d}",
        f"     {FEED}",
        (
            f"  2  Harbour notes: feed (rss20, 4 entries), last {NEWEST:%Y-%m-%d}, the same entries"
            " as 1"
        ),
        f"     {ATOM}",
        (
            "  3  Comments for Harbour notes: feed (rss20, 4 entries, comments), last"
            f" {NEWEST:%Y-%m-%d}"
        ),
        f"     {COMMENTS}",
    ]
    assert add_command.written_urls == [FEED]
    assert f"not chosen: 3: {COMMENTS} (feed (rss20, 4 entries, comments))" in lines
    assert not [url for url in add_command.web.asked if "wp-json" in url]


def test_a_number_or_all_feeds_of_articles_are_taken_when_asked_for(
    add_command: AddCommand,
) -> None:
    """`--pick N` takes one listed feed, `--all` all different feeds with articles; both together,
    or an unknown number, fail."""
    assert "next: " in add_command.run_add(SITE, "--all").output
    assert "next: " not in add_command.run_add(SITE, "--all").output  # known already
    assert add_command.written_urls == [FEED]

    (candidate,) = add_command.run_json(SITE, "--pick", "3")

    assert candidate["source"]["url"] == COMMENTS
    assert candidate["known"] is False
    assert [other["number"] for other in candidate["not_chosen"]] == [1, 2]
    assert add_command.written_urls == [FEED, COMMENTS]

    for words, says in (
        ((SITE, "--pick", "4"), "has 3"),
        ((SITE, "--pick", "1", "--all"), "give one of them"),
    ):
        with pytest.raises(UsageError, match=says):
            add_command.run_add(*words)


def test_only_an_address_that_the_operator_wrote_gets_the_values_of_its_variables(
    add_command: AddCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A `${VARIABLE}` in a feed address that a page names is not replaced by its value."""
    monkeypatch.setenv("NOBODYS_BUSINESS", "s3ntinel-s3ntinel")
    named = make_feed_link("http://blog.example/x?a=${NOBODYS_BUSINESS}")
    add_command.web.answers[SITE] = make_page("Harbour", named, make_feed_link(FEED))

    assert add_command.run_add(SITE, "--yes").exit_code == 0
    assert add_command.written_urls == [FEED]
    assert "s3ntinel" not in " ".join(add_command.web.asked)


def test_an_address_with_an_unset_variable_is_not_asked(add_command: AddCommand) -> None:
    """An address with an environment variable that is not set fails before any request."""
    with pytest.raises(MissingError, match="variable SURELY_UNSET is not set"):
        add_command.run_add("http://blog.example/feed/?key=${SURELY_UNSET}")
    assert add_command.web.asked == []


@pytest.mark.usefixtures("answering_person")
@pytest.mark.parametrize(
    ("answers", "urls"),
    [
        ("\n\n", [FEED]),
        ("2,3\ny\n", [ATOM, COMMENTS]),
        ("9\nall\ny\n", [FEED]),
        ("1\nn\n", []),
        ("none\n", []),
    ],
)
def test_on_a_terminal_it_asks_and_writes_nothing_before_yes(
    add_command: AddCommand, answers: str, urls: list[str]
) -> None:
    """On a terminal `add` asks which feeds to take and whether to add them; without a yes nothing
    is written."""
    before = (add_command.config / "sources.toml").read_text()
    output = add_command.run_add(SITE, answers=answers).output

    assert add_command.written_urls == urls
    assert ("\nnext: `syndicator refresh`" in output) == bool(urls)
    assert ("nothing was added" in output) == (not urls)

    if not urls:
        assert (add_command.config / "sources.toml").read_text() == before
        assert not read_files(add_command.config.parent)


@pytest.mark.usefixtures("answering_person")
def test_who_says_yes_is_not_asked_and_reads_three_lines(add_command: AddCommand) -> None:
    """`add --yes` asks nothing and reports the added feed, its newest article, what to know, what
    was not chosen, and the next step."""
    added_line, newest_line, note_line, others_line, next_line = add_command.run_add(
        SITE, "--yes"
    ).output.splitlines()

    assert added_line.startswith("added: ")
    assert FEED in added_line
    assert newest_line.startswith("    newest: 2026-")
    assert note_line == "    to know: nothing"
    assert others_line.startswith("not chosen: 2 more;")
    assert next_line.startswith("next: ")
    assert add_command.written_urls == [FEED]


def test_the_good_ones_are_added_when_one_fails(add_command: AddCommand) -> None:
    """Of several addresses, `add` adds those that work and reports each failure; the JSON has one
    item an address."""
    other = "http://other.example/feed"
    add_command.web.answers = {
        **add_command.web.answers,
        other: make_rss("Other", "http://other.example/", [("A", f"{other}/a")]),
    }
    completed = add_command.run_add(SITE, "http://none.example/feed", other)

    assert completed.exit_code == MissingError.exit_code
    assert add_command.written_urls == [FEED, other]
    assert "syndicator: http://none.example/feed: http-404" in completed.output

    items = add_command.run_json("http://none.example/feed", "not an address", other)

    assert [item.get("reason") for item in items] == [None, "missing", "usage"]


def test_the_preview_is_what_is_published(add_command: AddCommand) -> None:
    """The articles that `add --dry-run` shows have the same fields as those that the first visit
    files."""
    words = (SITE, "--category", "Sea", "--tag", "Boats")
    (preview,) = add_command.run_json(*words, "--dry-run")

    assert [item["title"] for item in preview["articles"]] == [
        "Ferries",
        "Sheep",
        "Rain",
    ]
    assert add_command.written_urls == []
    assert not list((add_command.config.parent / "feeds/articles").rglob("*.md"))
    assert add_command.web.asked.count(FEED) == 1

    origins = preview["articles"][0]["origins"]

    assert origins["title"] == "entry"
    assert origins["cover"] == "og:image"

    add_command.run_add(*words)
    CliRunner().invoke(
        app, ["refresh", "--all", "--config", str(add_command.config)], catch_exceptions=False
    )
    filed = {
        item.url: item
        for item in map(load, read_files(add_command.config.parent / "feeds/articles"))
    }
    for item in preview["articles"]:
        article = filed[item["url"]]
        assert item["tags"] == list(article.tags)
        assert item["date"] == f"{article.published:%Y-%m-%d}"
        for name in ("title", "author", "category", "excerpt", "cover"):
            assert item[name] == getattr(article, name), name

    assert {item["category"] for item in preview["articles"]} == {"Sea"}


def test_the_preview_becomes_the_first_visit(add_command: AddCommand) -> None:
    """`add --yes` files the three articles of the preview; the next refresh fetches only the
    fourth, so no address is requested twice."""
    stories = [f"{SITE}{name}/" for name in ("ferries", "sheep", "rain", "tickets")]
    add_command.run_add(SITE, "--yes")

    assert len(read_files(add_command.config.parent / "feeds/articles")) == 3
    assert f"{SITE}tickets/" not in add_command.web.asked

    CliRunner().invoke(
        app, ["refresh", "--config", str(add_command.config)], catch_exceptions=False
    )

    assert len(read_files(add_command.config.parent / "feeds/articles")) == 4

    requested_urls = [url for url in add_command.web.asked if url == FEED or url in stories]

    assert len(requested_urls) == len(set(requested_urls)) == 5


def test_a_source_is_left_to_the_run_that_is_under_way(add_command: AddCommand) -> None:
    """If another run holds the lock, `add` writes the source and leaves its articles to that
    run."""
    with hold_run_lock(load_settings(add_command.config)):
        add_command.run_add(SITE, "--yes")
    assert add_command.written_urls == [FEED]
    assert not read_files(add_command.config.parent / "feeds/articles")


def test_the_preview_says_what_would_not_be_published(add_command: AddCommand) -> None:
    """The preview names entries that would not be published, with the reason: a login page and a
    page that robots.txt forbids."""
    robots = Answer(body="User-agent: *\nDisallow: /sheep\n", type="text/plain")
    add_command.web.answers = {
        **add_command.web.answers,
        f"{SITE}robots.txt": robots,
        f"{SITE}rain/": make_page("Sign in"),
    }
    lines = add_command.run_add(SITE, "--dry-run").output.splitlines()

    assert "    Ferries" in lines

    refused = [line.split()[2:4] for line in lines if line.startswith("    not published: ")]

    assert sorted(refused) == [[f"{SITE}rain/:", "login"], [f"{SITE}sheep/:", "robots"]]


def test_of_a_section_the_feed_of_the_section_is_taken(add_command: AddCommand) -> None:
    """For the address of a section, `add` takes the section's feed."""
    section = f"{SITE}category/boats/"
    links = (
        make_feed_link(FEED, "All"),
        make_feed_link(COMMENTS),
        make_feed_link(f"{section}feed/", "Boats"),
    )
    add_command.web.answers = {
        **add_command.web.answers,
        section: make_page("Boats", *links),
        f"{section}feed/": make_rss("Boats", SITE, [("Boat", f"{SITE}boat/")]),
    }
    (candidate,) = add_command.run_json(section)

    assert candidate["source"]["url"] == f"{section}feed/"


def test_an_index_of_sitemaps_offers_those_it_lists(add_command: AddCommand) -> None:
    """For a sitemap index, the sitemap of posts is chosen and the others are listed."""
    addresses = [f"{SITE}{name}-sitemap.xml" for name in ("category", "post")]
    entries = "".join(f"<sitemap><loc>{address}</loc></sitemap>" for address in addresses)
    sitemaps = {
        address: Answer(body=f"<urlset><url><loc>{address}/1</loc></url></urlset>", type="text/xml")
        for address in addresses
    }
    index = Answer(body=f"<sitemapindex>{entries}</sitemapindex>", type="text/xml")
    add_command.web.answers = {f"{SITE}sitemap.xml": index, **sitemaps}
    (candidate,) = add_command.run_json(f"{SITE}sitemap.xml")

    assert candidate["source"]["url"] == addresses[1]
    assert [other["url"] for other in candidate["not_chosen"]] == addresses[:1]


def test_of_an_article_the_feeds_of_its_site_are_named(add_command: AddCommand) -> None:
    """For an article, `add` follows the page itself and lists the site's feeds."""
    links = (make_feed_link(f"{SITE}rain/feed/", "Rain &raquo; Comments"), make_feed_link(FEED))
    article = make_page("Rain", *links, body="<article><p>Rain.</p></article>", article=True)
    comments_feed = make_rss(
        "Comments on: Rain", f"{SITE}rain/", [("By: Ove", f"{SITE}rain/#comment-4")]
    )
    add_command.web.answers = {
        **add_command.web.answers,
        f"{SITE}rain/": article,
        f"{SITE}rain/feed/": comments_feed,
    }
    (candidate,) = add_command.run_json(f"{SITE}rain/")

    assert candidate["source"]["kind"] == "page"
    assert candidate["source"]["url"] == f"{SITE}rain/"
    assert [other["url"] for other in candidate["not_chosen"]] == [FEED, f"{SITE}rain/feed/"]


def test_all_of_an_article_are_the_feeds_of_its_site(add_command: AddCommand) -> None:
    """`add --all` with the address of an article adds the feeds of the article's site."""
    add_command.web.answers = {
        **add_command.web.answers,
        f"{SITE}rain/": make_page("Rain", make_feed_link(FEED), article=True),
    }
    add_command.run_add(f"{SITE}rain/", "--all")
    assert add_command.written_urls == [FEED]


def test_a_site_whose_feeds_fail_says_why(add_command: AddCommand) -> None:
    """If all linked feeds fail, the error names each with its reason."""
    add_command.web.answers = {SITE: make_page("Harbour notes", make_feed_link(FEED))}
    with pytest.raises(
        MissingError, match=f"names feeds, and none .*{FEED}: http-404: .*; check how it is"
    ):
        add_command.run_add(SITE)


def test_a_list_on_the_web_is_taken_whole(add_command: AddCommand) -> None:
    """`add` follows every feed of an OPML list on the web; a list that declares XML entities is
    refused."""
    outlines = "".join(f'<outline text="{url}" xmlUrl="{url}"/>' for url in (FEED, ATOM))
    document = f'<opml version="2.0"><body>{outlines}</body></opml>'
    add_command.web.answers = {f"{SITE}list.opml": Answer(body=document, type="text/x-opml")}
    add_command.run_add(f"{SITE}list.opml")

    assert add_command.written_urls == [FEED, ATOM]

    add_command.web.answers = {
        f"{SITE}list.opml": Answer(body="<opml><!ENTITY a 'b'></opml>", type="text/x-opml")
    }

    with pytest.raises(MissingError, match="declares entities"):
        add_command.run_add(f"{SITE}list.opml")


def test_a_list_on_the_web_gives_nobody_credentials_or_rights(
    add_command: AddCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From an OPML list on the web, `add` takes key and tags, but no option that reads secrets,
    opens networks or ignores robots.txt."""
    monkeypatch.setenv("NOBODYS_BUSINESS", "s3ntinel-s3ntinel")
    rights = (
        """s:key='mine' s:headers_env='{"X": "NOBODYS_BUSINESS"}' s:allow='["10.0.0.0/8"]' s:robots='ignore' """  # noqa: E501
        """s:speaks_for='["other.example"]' s:lead='true' s:tags='["Ferries"]'"""
    )
    outline_with_variable = f'<outline text="Bad" xmlUrl="{SITE}x?a=${{NOBODYS_BUSINESS}}"/>'
    document = (
        f'<opml xmlns:s="urn:x-syndicator:opml"><body><outline xmlUrl="{FEED}"'
        f" {rights}/>{outline_with_variable}</body></opml>"
    )
    add_command.web.answers[f"{SITE}list.opml"] = Answer(body=document, type="text/x-opml")
    output = add_command.run_add(f"{SITE}list.opml", "--yes").output
    (source,) = add_command.written_sources

    assert {**source, "title": ""} == {"key": "mine", "url": FEED, "tags": ["Ferries"], "title": ""}
    assert "line 1: Bad: its address names a variable" in output


@pytest.mark.parametrize("path", ["", "notes/"])
def test_a_page_without_a_feed_is_followed_as_a_list(add_command: AddCommand, path: str) -> None:
    """A page with repeated links and no feed becomes a source of kind `list`; below the front page,
    a single article is named as the other choice."""
    names = ("The ferry that came late", "A sheep on the pier again", "Rain for the third week")
    links = "".join(
        f"<li><h2><a href='/p/{n}'>{name}</a></h2></li>" for n, name in enumerate(names)
    )
    listing = make_page("Notes", body=f"<main><ul class='notes'>{links}</ul></main>")
    add_command.web.answers = {
        f"{SITE}{path}": listing,
        **{f"{SITE}p/{n}": make_story_page(name) for n, name in enumerate(names)},
    }
    (candidate,) = add_command.run_json(f"{SITE}{path}")

    assert candidate["what"] == "page that lists articles (3 items, by what repeats on it)"
    assert {article["title"] for article in candidate["articles"]} == set(names)
    assert [other["what"] for other in candidate["not_chosen"]] == (
        ["single article"] if path else []
    )

    (written_source,) = add_command.written_sources

    assert written_source["url"] == f"{SITE}{path}"
    assert written_source["kind"] == "list"


def test_an_article_with_a_list_beside_it_is_an_article(add_command: AddCommand) -> None:
    """A page with an article and a list beside it is followed as one article; the list is named as
    the other choice."""
    names = ("The ferry that came late", "A sheep on the pier again", "Rain for the third week")
    links = "".join(f"<li><a href='/p/{n}'>{name}</a></li>" for n, name in enumerate(names))
    article = make_story_page("Alone on the pier").body.replace(
        '<meta property="og:type" content="article">', ""
    )
    add_command.web.answers = {
        f"{SITE}alone/": Answer(body=article.replace("</main>", f"</main><ul>{links}</ul>"))
    }
    (candidate,) = add_command.run_json(f"{SITE}alone/")

    assert candidate["what"] == "single article"
    assert [other["what"] for other in candidate["not_chosen"]] == [
        "page that lists articles (3 items, by what repeats on it)"
    ]


@pytest.mark.parametrize(
    ("address", "error", "message"),
    [
        ("nonsense", UsageError, "is no web address"),
        ("/none.opml", UsageError, "there is no file /none.opml"),
        ("none.opml", UsageError, "there is no file none.opml"),
        (
            f"{SITE}leaflet.pdf",
            MissingError,
            r"no article or list can be read from it \(not an HTML page\); give the address of its"
            " feed, or of a page of the site that lists several articles",
        ),
        (
            f"{SITE}sign-in",
            MissingError,
            "names no feed, and shows login in place of the site; give the source the cookies of a"
            " session, or credentials with headers_env",
        ),
    ],
)
def test_what_is_nothing_to_follow_is_told(
    add_command: AddCommand, address: str, error: type[Exception], message: str
) -> None:
    """An address with no feed, article or list is refused, with the reason and what to do."""
    add_command.web.answers = {
        f"{SITE}leaflet.pdf": Answer(body="%PDF-1.4", type="application/pdf"),
        f"{SITE}sign-in": make_page("Sign in"),
    }
    with pytest.raises(error, match=message):
        add_command.run_add(address)
    assert add_command.written_urls == []


def test_an_empty_feed_says_so(add_command: AddCommand) -> None:
    """An empty feed is added with a note."""
    add_command.web.answers = {f"{SITE}new": make_rss("New", SITE, [])}
    assert "announces no entry" in add_command.run_add(f"{SITE}new").output
    assert add_command.written_urls == [f"{SITE}new"]


def test_what_the_operator_says_is_written(add_command: AddCommand) -> None:
    """Each option of `add` is written into the table of the source; wrong values, and one title for
    two feeds, are refused."""
    words = (
        "--key harbour --title Harbour --category Sea --tag Ferries --tag Boats --every 6h"
        " --content full"
    )
    options = ["--backfill", "5", "--select", "main article", "--allow", "10.0.0.0/8:80"]
    add_command.run_add(SITE, *words.split(), *options)

    assert add_command.written_sources == [
        {
            "key": "harbour",
            "url": FEED,
            "title": "Harbour",
            "kind": "feed",
            "category": "Sea",
            "tags": ["Ferries", "Boats"],
            "content": "full",
            "every": "6h",
            "allow": ["10.0.0.0/8:80"],
            "backfill": 5,
            "rules": {"select": ["main article"]},
        }
    ]

    message_by_option = {
        "--every 5s": "too short",
        "--key A_b": "a-z",
        "--select div[[": "CSS",
        "--key harbour": "give another",
    }
    for option, message in message_by_option.items():
        with pytest.raises(UsageError, match=message):
            add_command.run_add(SITE, "--pick", "3", *option.split())

    with pytest.raises(UsageError, match="--title names one source, and 2 would be added"):
        add_command.run_add(SITE, "--pick", "2", "--pick", "3", "--title", "Both")


def test_an_address_on_this_machine_says_how_to_allow_it(add_command: AddCommand) -> None:
    """An address on this machine is refused with the `--allow` that permits it, and is added with
    that option."""
    (add_command.config / "syndicator.toml").write_text(
        '[site]\ncontact = "a@feeds.example"\n[fetch]\npause = 0\n'
    )
    port = add_command.web.proxy.rpartition(":")[2]

    with pytest.raises(MissingError) as raised:
        add_command.run_add(f"{add_command.web.proxy}/feed")

    line = f"127.0.0.1/32:{port}"

    assert f'allow = ["{line}"], or add it with --allow {line}' in str(raised.value)

    add_command.web.answers = {
        "/feed": make_rss(
            "Local", f"{add_command.web.proxy}/", [("A", f"{add_command.web.proxy}/a")]
        )
    }
    add_command.run_add(f"{add_command.web.proxy}/feed", "--allow", line)

    assert add_command.written_sources[0]["allow"] == [line]


def test_a_profile_that_is_not_shown_to_programs_is_followed_by_its_feed(
    add_command: AddCommand,
) -> None:
    """If a profile page answers 403, `add` tries the address where such sites have a feed; without
    one, the error is about the page."""
    add_command.web.answers["http://social.example/@ann"] = Answer(status=403, body="Log in.")
    posts = [("One", "http://social.example/@ann/1"), ("Two", "http://social.example/@ann/2")]
    add_command.web.answers["http://social.example/@ann.rss"] = make_rss(
        "Ann", "http://social.example/@ann", posts
    )
    add_command.run_add("http://social.example/@ann", "--yes")

    assert add_command.written_urls == ["http://social.example/@ann.rss"]

    del add_command.web.answers["http://social.example/@ann.rss"]
    (add_command.config / "sources.toml").write_text("")

    # of the page that was named, not of its feed
    with pytest.raises(MissingError, match="http-403"):
        add_command.run_add("http://social.example/@ann", "--yes")


def test_a_feed_that_stands_for_another_makes_it_needless() -> None:
    """A known feed that stands for another one (`instead_of`) is fetched in its place."""
    asked: list[str] = []

    class Named:
        """A search for the feeds that a page names, each of which is empty."""

        def __init__(self) -> None:
            self.run = SimpleNamespace(worker=self)

        async def fetch(self, url: str, kind: str) -> Fetched:
            asked.append(url)
            return Fetched(url=url, final_url=url, status=200, headers={}, body=b"")

        async def call(self, *parts: Any) -> ParsedFeed:
            return ParsedFeed(format="rss20")

    links = [
        FeedLink(ATOM, type="known", instead_of=FEED),
        FeedLink(FEED, type="rss"),
        FeedLink(COMMENTS, type="rss"),
    ]
    asyncio.run(feed._read_feeds(Named(), links))  # type: ignore[arg-type]
    assert asked == [ATOM, COMMENTS]


def test_story_pages_are_articles(add_command: AddCommand) -> None:
    """`add` with the address of one article follows that page alone."""
    add_command.web.answers = {f"{SITE}alone/": make_story_page("Alone")}
    (candidate,) = add_command.run_json(f"{SITE}alone/")

    assert candidate["source"]["kind"] == "page"
    assert [(article["title"], article["author"]) for article in candidate["articles"]] == [
        ("Alone", "Nora Lindqvist")
    ]


ELSEWHERE = "http://rss.paper.example/feed"


def make_paper_site(
    host: str = "www.paper.example", *, front: str = "", last: str = "Tickets at night"
) -> dict[str, Answer]:
    """A feed, which names its last article `last`, and the host of its articles."""
    names = ("Ferries count sheep", "Rain on the pier", "Tickets at night")
    pages = {f"http://{host}/{number}/": make_story_page(name) for number, name in enumerate(names)}
    return {
        ELSEWHERE: make_rss(
            "The Paper", f"http://{host}/", [*zip((*names[:-1], last), pages, strict=True)]
        ),
        f"http://{host}/": make_page(
            "The Paper", front, body="<p>All the news of the harbour.</p>"
        ),
        **pages,
    }


def test_a_feed_with_its_articles_on_another_host_of_its_domain_speaks_for_it(
    add_command: AddCommand,
) -> None:
    """If all articles of a feed are on another host of its domain, `add` writes `speaks_for` with
    that host, and the preview says so."""
    add_command.web.answers = make_paper_site()
    (preview,) = add_command.run_json(ELSEWHERE, "--dry-run")

    assert preview["source"]["speaks_for"] == ["paper.example"]
    assert preview["proposed_speaks_for"] == []
    # as the line has it
    assert [article["origins"]["title"] for article in preview["articles"]] == ["entry"] * 3
    assert add_command.written_urls == []
    assert len(add_command.web.asked) == len(set(add_command.web.asked))
    assert (
        '    to know: speaks_for = ["paper.example"]: its articles are there'
        in add_command.run_add(ELSEWHERE, "--yes").output
    )
    assert add_command.written_sources[0]["speaks_for"] == ["paper.example"]


@pytest.mark.usefixtures("answering_person")
@pytest.mark.parametrize(("answer", "lines"), [("y\n", [["paper.example"]]), ("n\n", [])])
def test_the_line_is_shown_before_the_operator_answers(
    add_command: AddCommand, answer: str, lines: list[list[str]]
) -> None:
    """If articles are on another host, `add` shows the `speaks_for` line and writes it only after a
    yes."""
    add_command.web.answers = make_paper_site()
    output = add_command.run_add(ELSEWHERE, answers=answer).output

    assert "would add" in output
    assert 'speaks_for = ["paper.example"]' in output
    assert [source["speaks_for"] for source in add_command.written_sources] == lines


@pytest.mark.parametrize(
    ("answers", "proposed"),
    [
        (make_paper_site("news.other.example"), ["news.other.example"]),  # of another domain
        (
            make_paper_site(last="Harbour closed for good"),
            ["paper.example"],
        ),  # its page has another title
        (make_paper_site(last=""), ["paper.example"]),
        (
            make_paper_site(front=make_feed_link(ELSEWHERE)),
            [],
        ),  # owned: the front page links the feed
    ],
)
def test_no_line_is_written_that_is_not_sure_or_not_needed(
    add_command: AddCommand, answers: dict[str, Answer], proposed: list[str]
) -> None:
    """Without an operator to ask, an unsure `speaks_for` is only shown as not written; if the front
    page links the feed, none is needed."""
    add_command.web.answers = answers
    output = add_command.run_add(ELSEWHERE).output

    assert add_command.written_urls == [ELSEWHERE]
    assert "speaks_for" not in add_command.written_sources[0]
    assert (f'not written: speaks_for = ["{"".join(proposed)}"]' in output) == bool(proposed)
    assert ("speaks_for" in output) == bool(proposed)


def test_the_console_writes_the_line_that_its_look_showed(add_command: AddCommand) -> None:
    """The console adds exactly the source that its preview proposed."""
    add_command.web.answers = make_paper_site()
    with open_app(add_command.config) as app:
        look = need_operation("look").plan(app, {"address": ELSEWHERE}).data
        apply(app, need_operation("add"), {"sources": [look["candidates"][0]["source"]]})
    assert add_command.written_sources[0]["speaks_for"] == ["paper.example"]


SHELL = f"{SITE}app"
FILL = """fetch("/list.json").then((answer) => answer.json()).then((titles) => {
  document.getElementById("root").innerHTML = titles.map((title, number) =>
    `<article><h2><a href="/2026/03/${title.toLowerCase().replaceAll(" ", "-")}">${title}</a></h2>
    <time datetime="2026-03-0${number + 1}">March ${number + 1}</time></article>`).join("");
});"""
TITLES = [
    "The ferry that runs on two batteries",
    "A crane for the harbour of Kvernes",
    "Eleven tries of an arm of steel",
    "Who owns the cable under the fjord",
    "More departures on Fridays in summer",
]


def filled_by_scripts() -> dict[str, Answer]:
    shell = "<title>Kvernes Post</title><div id=root></div><script src=/fill.js></script>"
    return {
        SHELL: Answer(body=shell, type="text/html"),
        f"{SITE}fill.js": Answer(body=FILL, type="text/javascript"),
        f"{SITE}list.json": Answer(body=json.dumps(TITLES), type="application/json"),
    }


def test_a_page_that_only_scripts_fill_is_named_with_the_option(add_command: AddCommand) -> None:
    """A page that is empty without JavaScript is refused; the message names the browser options."""
    add_command.web.answers = filled_by_scripts()

    with pytest.raises(MissingError) as refused:
        add_command.run_add(SHELL)

    message = str(refused.value)

    assert "only scripts fill it" in message
    assert "browser = true" in message
    assert "add --browser" in message
    assert add_command.written_sources == []


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_list_that_only_scripts_fill_is_added_with_a_browser(add_command: AddCommand) -> None:
    """With `--browser`, a list that JavaScript fills is found and added, with `browser = true`."""
    if obstacle := drawing_fetcher.find_obstacle():
        pytest.skip(obstacle)
    add_command.web.answers = filled_by_scripts()
    output = add_command.run_add(SHELL, "--browser").output

    assert "page that lists articles (5 items" in output

    (source,) = add_command.written_sources

    assert source["url"] == SHELL
    assert source["kind"] == "list"
    assert source["browser"] is True


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--every", "tomorrow", "every: 'tomorrow' is not a duration; write it like \"30m\""),
        ("--allow", "foo", "allow: 'foo' is not a network; write it like"),
        ("--key", "A B", "key: write at most 60 characters"),
        ("--select", "p[", "select"),
    ],
)
def test_options_are_checked_before_the_address_is_asked(
    add_command: AddCommand, option: str, value: str, message: str
) -> None:
    """A wrong value of an option fails before any request, and nothing is written."""
    with pytest.raises(UsageError) as raised:
        add_command.run_add(SITE, option, value)
    assert message in str(raised.value)
    assert add_command.web.asked == []
    assert add_command.written_urls == []
