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


def read_article_files(folder: Path) -> list[bytes]:
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
    """`add` lists the three feeds of the site that `add_command` serves and takes the first with
    articles; neither its copy in Atom nor the comments. Addresses of WordPress's programs, which
    the page names, too (`wp-json`), are not requested."""
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
    or an unknown number, fail. The site has a feed of articles (1), the same in Atom (2), and
    comments (3)."""
    first_output = add_command.run_add(SITE, "--all").output
    second_output = add_command.run_add(SITE, "--all").output

    assert "next: " in first_output
    assert "next: " not in second_output  # the feed is known already: nothing was added
    assert add_command.written_urls == [FEED]

    (candidate,) = add_command.run_json(SITE, "--pick", "3")

    assert candidate["source"]["url"] == COMMENTS
    assert candidate["known"] is False
    assert [other["number"] for other in candidate["not_chosen"]] == [1, 2]
    assert add_command.written_urls == [FEED, COMMENTS]

    with pytest.raises(UsageError, match="has 3"):
        add_command.run_add(SITE, "--pick", "4")
    with pytest.raises(UsageError, match="give one of them"):
        add_command.run_add(SITE, "--pick", "1", "--all")


def test_only_an_address_that_the_operator_wrote_gets_the_values_of_its_variables(
    add_command: AddCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page names a feed whose address has a `${VARIABLE}`, and a usual feed. The value of the
    variable is in no requested address, and only the usual feed is added."""
    monkeypatch.setenv("NOBODYS_BUSINESS", "s3ntinel-s3ntinel")
    link_with_variable = make_feed_link("http://blog.example/x?a=${NOBODYS_BUSINESS}")
    usual_link = make_feed_link(FEED)
    add_command.web.answers[SITE] = make_page("Harbour", link_with_variable, usual_link)

    assert add_command.run_add(SITE, "--yes").exit_code == 0
    assert add_command.written_urls == [FEED]
    assert "s3ntinel" not in " ".join(add_command.web.asked)  # `asked`: all requested addresses


def test_an_address_with_an_unset_variable_is_not_asked(add_command: AddCommand) -> None:
    """An address with an environment variable that is not set fails before any request."""
    with pytest.raises(MissingError, match="variable SURELY_UNSET is not set"):
        add_command.run_add("http://blog.example/feed/?key=${SURELY_UNSET}")
    assert add_command.web.asked == []  # no address was requested


@pytest.mark.usefixtures("answering_person")
@pytest.mark.parametrize(
    ("answers", "added_urls"),
    [
        ("\n\n", [FEED]),  # Enter takes what is proposed: the first feed, and yes
        ("2,3\ny\n", [ATOM, COMMENTS]),
        ("9\nall\ny\n", [FEED]),  # there is no feed 9: asked again; Atom has the same entries
    ],
)
def test_on_a_terminal_it_asks_which_feeds_to_add(
    add_command: AddCommand, answers: str, added_urls: list[str]
) -> None:
    """On a terminal `add` asks which of the site's three feeds to take and whether to add them;
    after a yes it writes those, and names the next step. `answers` has one line an answer."""
    output = add_command.run_add(SITE, answers=answers).output

    assert add_command.written_urls == added_urls
    assert "\nnext: `syndicator refresh`" in output
    assert "nothing was added" not in output


@pytest.mark.usefixtures("answering_person")
@pytest.mark.parametrize("answers", ["1\nn\n", "none\n"])
def test_on_a_terminal_nothing_is_written_without_yes(
    add_command: AddCommand, answers: str
) -> None:
    """If somebody takes feed 1 and then says no, or takes none of the feeds, no source and no
    article is written. `answers` has one line an answer."""
    before = (add_command.config / "sources.toml").read_text()
    output = add_command.run_add(SITE, answers=answers).output

    assert "nothing was added" in output
    assert "\nnext: `syndicator refresh`" not in output
    assert add_command.written_urls == []
    assert (add_command.config / "sources.toml").read_text() == before
    assert not read_article_files(add_command.config.parent)


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
    add_command.web.answers[other] = make_rss(
        "Other", "http://other.example/", [("A", f"{other}/a")]
    )
    # nothing is served at none.example
    completed = add_command.run_add(SITE, "http://none.example/feed", other)

    assert completed.exit_code == MissingError.exit_code
    assert add_command.written_urls == [FEED, other]
    assert "syndicator: http://none.example/feed: http-404" in completed.output

    items = add_command.run_json("http://none.example/feed", "not an address", other)

    # first what works (`other`, without a reason), then the failures in their order
    assert [item.get("reason") for item in items] == [None, "missing", "usage"]


def test_the_preview_is_what_is_published(add_command: AddCommand) -> None:
    """`add --dry-run` shows the three newest articles and writes nothing. They have the same fields
    as those that the first visit files, and name where title and cover come from."""
    words = (SITE, "--category", "Sea", "--tag", "Boats")
    article_folder = add_command.config.parent / "feeds/articles"
    (preview,) = add_command.run_json(*words, "--dry-run")
    previewed = preview["articles"]

    assert [item["title"] for item in previewed] == ["Ferries", "Sheep", "Rain"]
    assert {item["category"] for item in previewed} == {"Sea"}
    assert previewed[0]["origins"]["title"] == "entry"
    assert previewed[0]["origins"]["cover"] == "og:image"
    assert add_command.written_urls == []
    assert not read_article_files(article_folder)
    assert add_command.web.asked.count(FEED) == 1

    # now without --dry-run: the source is added and visited
    add_command.run_add(*words)
    CliRunner().invoke(
        app, ["refresh", "--all", "--config", str(add_command.config)], catch_exceptions=False
    )
    articles = [load(content) for content in read_article_files(article_folder)]
    filed = {article.url: article for article in articles}

    for item in previewed:
        article = filed[item["url"]]
        assert item["tags"] == list(article.tags)
        assert item["date"] == f"{article.published:%Y-%m-%d}"
        for name in ("title", "author", "category", "excerpt", "cover"):
            assert item[name] == getattr(article, name), name


def test_the_preview_becomes_the_first_visit(add_command: AddCommand) -> None:
    """The feed has four articles. `add --yes` files the three newest, which its preview read; the
    next refresh fetches only the fourth (`tickets`), so no address is requested twice."""
    articles = [f"{SITE}{name}/" for name in ("ferries", "sheep", "rain", "tickets")]
    add_command.run_add(SITE, "--yes")

    assert len(read_article_files(add_command.config.parent / "feeds/articles")) == 3
    assert f"{SITE}tickets/" not in add_command.web.asked

    CliRunner().invoke(
        app, ["refresh", "--config", str(add_command.config)], catch_exceptions=False
    )

    assert len(read_article_files(add_command.config.parent / "feeds/articles")) == 4

    requested_urls = [url for url in add_command.web.asked if url == FEED or url in articles]

    assert sorted(requested_urls) == sorted([FEED, *articles])


def test_a_source_is_left_to_the_run_that_is_under_way(add_command: AddCommand) -> None:
    """If another run holds the lock, `add` writes the source and leaves its articles to that
    run."""
    with hold_run_lock(load_settings(add_command.config)):
        add_command.run_add(SITE, "--yes")

    assert add_command.written_urls == [FEED]
    assert not read_article_files(add_command.config.parent / "feeds/articles")


def test_the_preview_says_what_would_not_be_published(add_command: AddCommand) -> None:
    """Of the three previewed articles, one is a login page (`rain`) and one is forbidden by
    robots.txt (`sheep`). The preview shows the third by its title, and these two as not published,
    each with its reason."""
    robots = Answer(body="User-agent: *\nDisallow: /sheep\n", type="text/plain")
    add_command.web.answers[f"{SITE}robots.txt"] = robots
    add_command.web.answers[f"{SITE}rain/"] = make_page("Sign in")
    lines = add_command.run_add(SITE, "--dry-run").output.splitlines()

    assert "    Ferries" in lines

    # such a line is "not published: ADDRESS: REASON ..."
    refused = [line.split()[2:4] for line in lines if line.startswith("    not published: ")]

    assert sorted(refused) == [[f"{SITE}rain/:", "login"], [f"{SITE}sheep/:", "robots"]]


def test_of_a_section_the_feed_of_the_section_is_taken(add_command: AddCommand) -> None:
    """The page of a section names the feeds of the whole site, of the comments, and last its own.
    For the address of the section, `add` takes the section's own."""
    section = f"{SITE}category/boats/"
    links = (
        make_feed_link(FEED, "All"),
        make_feed_link(COMMENTS),
        make_feed_link(f"{section}feed/", "Boats"),
    )
    add_command.web.answers[section] = make_page("Boats", *links)
    add_command.web.answers[f"{section}feed/"] = make_rss("Boats", SITE, [("Boat", f"{SITE}boat/")])
    (candidate,) = add_command.run_json(section)

    assert candidate["source"]["url"] == f"{section}feed/"


def test_an_index_of_sitemaps_offers_those_it_lists(add_command: AddCommand) -> None:
    """A sitemap index lists the sitemap of categories, then that of posts. That of posts is chosen,
    and the other is named as not chosen."""
    categories = f"{SITE}category-sitemap.xml"
    posts = f"{SITE}post-sitemap.xml"
    entries = "".join(f"<sitemap><loc>{url}</loc></sitemap>" for url in (categories, posts))
    index = Answer(body=f"<sitemapindex>{entries}</sitemapindex>", type="text/xml")
    sitemaps = {
        url: Answer(body=f"<urlset><url><loc>{url}/1</loc></url></urlset>", type="text/xml")
        for url in (categories, posts)
    }
    add_command.web.answers = {f"{SITE}sitemap.xml": index, **sitemaps}
    (candidate,) = add_command.run_json(f"{SITE}sitemap.xml")

    assert candidate["source"]["url"] == posts
    assert [other["url"] for other in candidate["not_chosen"]] == [categories]


def test_of_an_article_the_feeds_of_its_site_are_named(add_command: AddCommand) -> None:
    """The page of an article names the feed of its comments and that of the site. `add` follows the
    page itself, and names both feeds as not chosen."""
    article_url = f"{SITE}rain/"
    comments_url = f"{SITE}rain/feed/"
    links = (make_feed_link(comments_url, "Rain &raquo; Comments"), make_feed_link(FEED))
    add_command.web.answers[article_url] = make_page(
        "Rain", *links, body="<article><p>Rain.</p></article>", article=True
    )
    add_command.web.answers[comments_url] = make_rss(
        "Comments on: Rain", article_url, [("By: Ove", f"{article_url}#comment-4")]
    )
    (candidate,) = add_command.run_json(article_url)

    assert candidate["source"]["kind"] == "page"
    assert candidate["source"]["url"] == article_url
    assert [other["url"] for other in candidate["not_chosen"]] == [FEED, comments_url]


def test_all_of_an_article_are_the_feeds_of_its_site(add_command: AddCommand) -> None:
    """`add --all` with the address of an article adds the feed that its page names, and not the
    article."""
    add_command.web.answers[f"{SITE}rain/"] = make_page("Rain", make_feed_link(FEED), article=True)
    add_command.run_add(f"{SITE}rain/", "--all")
    assert add_command.written_urls == [FEED]


def test_a_site_whose_feeds_fail_says_why(add_command: AddCommand) -> None:
    """If the only feed that a page links fails, the error names it with its reason."""
    # only the page is served: its feed is 404
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
    opens networks, ignores robots.txt or gives the source authority (`speaks_for`, `lead`). An
    outline whose address has a variable is not added and is reported."""
    monkeypatch.setenv("NOBODYS_BUSINESS", "s3ntinel-s3ntinel")
    options = (
        """s:key='mine' s:headers_env='{"X": "NOBODYS_BUSINESS"}' s:allow='["10.0.0.0/8"]' s:robots='ignore' """  # noqa: E501
        """s:speaks_for='["other.example"]' s:lead='true' s:tags='["Ferries"]'"""
    )
    outline_with_variable = f'<outline text="Bad" xmlUrl="{SITE}x?a=${{NOBODYS_BUSINESS}}"/>'
    document = (
        f'<opml xmlns:s="urn:x-syndicator:opml"><body><outline xmlUrl="{FEED}"'
        f" {options}/>{outline_with_variable}</body></opml>"
    )
    add_command.web.answers[f"{SITE}list.opml"] = Answer(body=document, type="text/x-opml")
    output = add_command.run_add(f"{SITE}list.opml", "--yes").output
    (source,) = add_command.written_sources

    source.pop("title", "")
    assert source == {"key": "mine", "url": FEED, "tags": ["Ferries"]}
    assert "line 1: Bad: its address names a variable" in output


@pytest.mark.parametrize(
    ("path", "not_chosen"), [("", []), ("notes/", ["single article"])], ids=["front", "below"]
)
def test_a_page_without_a_feed_is_followed_as_a_list(
    add_command: AddCommand, path: str, not_chosen: list[str]
) -> None:
    """A page with three repeated links to articles and no feed becomes a source of kind `list`. A
    page that is not the front page could be a single article, too: that is named as not chosen."""
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
    assert [other["what"] for other in candidate["not_chosen"]] == not_chosen

    (written_source,) = add_command.written_sources

    assert written_source["url"] == f"{SITE}{path}"
    assert written_source["kind"] == "list"


def test_an_article_with_a_list_beside_it_is_an_article(add_command: AddCommand) -> None:
    """A page with an article and a list of links beside it, which does not say that it is an
    article (no `og:type`), is followed as one article; the list is named as not chosen."""
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
    """An address with no feed, article or list is refused, with the reason and what to do. On the
    web there are only a PDF and a login page."""
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
    """Each option of `add` is written into the table of the source; wrong values, a key that is in
    use, and one title for two feeds, are refused."""
    options = (
        "--key=harbour --title=Harbour --category=Sea --tag=Ferries --tag=Boats --every=6h"
        " --content=full --backfill=5 --allow=10.0.0.0/8:80"
    )
    add_command.run_add(SITE, *options.split(), "--select=main article")

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
    # settings without the proxy: what is the proxy elsewhere is here the server that is asked
    (add_command.config / "syndicator.toml").write_text(
        '[site]\ncontact = "a@feeds.example"\n[fetch]\npause = 0\n'
    )
    local_site = add_command.web.proxy  # http://127.0.0.1:PORT
    port = local_site.rpartition(":")[2]
    network = f"127.0.0.1/32:{port}"
    add_command.web.answers = {
        "/feed": make_rss("Local", f"{local_site}/", [("A", f"{local_site}/a")])
    }

    with pytest.raises(MissingError) as raised:
        add_command.run_add(f"{local_site}/feed")

    assert f'allow = ["{network}"], or add it with --allow {network}' in str(raised.value)

    add_command.run_add(f"{local_site}/feed", "--allow", network)

    assert add_command.written_sources[0]["allow"] == [network]


def test_a_profile_that_is_not_shown_to_programs_is_followed_by_its_feed(
    add_command: AddCommand,
) -> None:
    """If a profile page answers 403, `add` tries the address where such sites have a feed (`.rss`
    behind that of the profile); without one, the error is about the page."""
    profile = "http://social.example/@ann"
    feed_url = "http://social.example/@ann.rss"
    posts = [("One", f"{profile}/1"), ("Two", f"{profile}/2")]
    add_command.web.answers[profile] = Answer(status=403, body="Log in.")
    add_command.web.answers[feed_url] = make_rss("Ann", profile, posts)
    add_command.run_add(profile, "--yes")

    assert add_command.written_urls == [feed_url]

    # the same again, without the feed
    del add_command.web.answers[feed_url]
    (add_command.config / "sources.toml").write_text("")

    # 403 is the answer of the profile; that of the missing feed would be 404
    with pytest.raises(MissingError, match="http-403"):
        add_command.run_add(profile, "--yes")


def test_a_feed_that_stands_for_another_makes_it_needless() -> None:
    """Of three feeds of a page, the first is known to stand for the second (`instead_of`): the
    first and the third are fetched, the second is not."""
    fetched_urls: list[str] = []

    class SearchOfEmptyFeeds:
        """What `_read_feeds` fetches and parses with: notes each address; each feed is empty."""

        def __init__(self) -> None:
            self.run = SimpleNamespace(worker=self)

        async def fetch(self, url: str, kind: str) -> Fetched:
            fetched_urls.append(url)
            return Fetched(url=url, final_url=url, status=200, headers={}, body=b"")

        async def call(self, *parts: Any) -> ParsedFeed:
            return ParsedFeed(format="rss20")

    links = [
        FeedLink(ATOM, type="known", instead_of=FEED),
        FeedLink(FEED, type="rss"),
        FeedLink(COMMENTS, type="rss"),
    ]
    asyncio.run(feed._read_feeds(SearchOfEmptyFeeds(), links))  # type: ignore[arg-type]
    assert fetched_urls == [ATOM, COMMENTS]


def test_story_pages_are_articles(add_command: AddCommand) -> None:
    """`add` with the address of one article, which is all that its site has, follows that page
    alone, and previews it with title and author."""
    add_command.web.answers = {f"{SITE}alone/": make_story_page("Alone")}
    (candidate,) = add_command.run_json(f"{SITE}alone/")

    assert candidate["source"]["kind"] == "page"
    assert [(article["title"], article["author"]) for article in candidate["articles"]] == [
        ("Alone", "Nora Lindqvist")
    ]


ELSEWHERE = "http://rss.paper.example/feed"


def make_paper_site(
    *,
    article_host: str = "www.paper.example",
    front_page_link: str = "",
    last_title_in_feed: str = "Tickets at night",
) -> dict[str, Answer]:
    """A feed at ELSEWHERE, and another host with its three articles and their front page."""
    names = ("Ferries count sheep", "Rain on the pier", "Tickets at night")
    site = f"http://{article_host}/"
    pages = {f"{site}{number}/": make_story_page(name) for number, name in enumerate(names)}
    titles_in_feed = (*names[:-1], last_title_in_feed)
    return {
        ELSEWHERE: make_rss("The Paper", site, [*zip(titles_in_feed, pages, strict=True)]),
        site: make_page("The Paper", front_page_link, body="<p>All the news of the harbour.</p>"),
        **pages,
    }


def test_a_feed_with_its_articles_on_another_host_of_its_domain_speaks_for_it(
    add_command: AddCommand,
) -> None:
    """The feed is on rss.paper.example, all its articles on www.paper.example: `add` writes
    `speaks_for` with their domain. The preview shows that, with titles from the feed, writes
    nothing and requests no address twice."""
    add_command.web.answers = make_paper_site()
    (preview,) = add_command.run_json(ELSEWHERE, "--dry-run")

    assert preview["source"]["speaks_for"] == ["paper.example"]
    assert preview["proposed_speaks_for"] == []  # nothing that is unsure and has to be confirmed
    # a feed that speaks for the host of its articles is believed: titles come from its entries
    assert [article["origins"]["title"] for article in preview["articles"]] == ["entry"] * 3
    assert add_command.written_urls == []
    assert len(add_command.web.asked) == len(set(add_command.web.asked))

    output = add_command.run_add(ELSEWHERE, "--yes").output

    assert '    to know: speaks_for = ["paper.example"]: its articles are there' in output
    assert add_command.written_sources[0]["speaks_for"] == ["paper.example"]


@pytest.mark.usefixtures("answering_person")
@pytest.mark.parametrize(
    ("answer", "speaks_for_of_sources"), [("y\n", [["paper.example"]]), ("n\n", [])]
)
def test_the_line_is_shown_before_the_operator_answers(
    add_command: AddCommand, answer: str, speaks_for_of_sources: list[list[str]]
) -> None:
    """If the articles of a feed are on another host of its domain, `add` shows the `speaks_for`
    line before it asks; after a yes the source is written with it, after a no nothing is."""
    add_command.web.answers = make_paper_site()
    output = add_command.run_add(ELSEWHERE, answers=answer).output

    assert "would add" in output
    assert 'speaks_for = ["paper.example"]' in output
    assert [source["speaks_for"] for source in add_command.written_sources] == speaks_for_of_sources


@pytest.mark.parametrize(
    ("answers", "proposed"),
    [
        # the articles are on another domain than the feed
        (make_paper_site(article_host="news.other.example"), "news.other.example"),
        # an article's page has another title than its entry in the feed, or the entry has none
        (make_paper_site(last_title_in_feed="Harbour closed for good"), "paper.example"),
        (make_paper_site(last_title_in_feed=""), "paper.example"),
    ],
)
def test_no_line_is_written_that_is_not_sure(
    add_command: AddCommand, answers: dict[str, Answer], proposed: str
) -> None:
    """Without an operator to ask, a `speaks_for` that is not sure is only shown, as not written.
    The feed is added without it."""
    add_command.web.answers = answers
    output = add_command.run_add(ELSEWHERE).output

    assert add_command.written_urls == [ELSEWHERE]
    assert "speaks_for" not in add_command.written_sources[0]
    assert f'not written: speaks_for = ["{proposed}"]' in output


def test_no_line_is_written_that_is_not_needed(add_command: AddCommand) -> None:
    """If the front page of the articles' host links the feed, the feed is its own, and `speaks_for`
    is neither written nor mentioned."""
    add_command.web.answers = make_paper_site(front_page_link=make_feed_link(ELSEWHERE))
    output = add_command.run_add(ELSEWHERE).output

    assert add_command.written_urls == [ELSEWHERE]
    assert "speaks_for" not in add_command.written_sources[0]
    assert "speaks_for" not in output


def test_the_console_writes_the_line_that_its_look_showed(add_command: AddCommand) -> None:
    """The console previews an address with the operation `look` and adds the proposed source with
    `add`: what the preview proposed as `speaks_for` is written."""
    add_command.web.answers = make_paper_site()
    with open_app(add_command.config) as app:
        look = need_operation("look").plan(app, {"address": ELSEWHERE}).data
        proposed_source = look["candidates"][0]["source"]
        apply(app, need_operation("add"), {"sources": [proposed_source]})

    assert add_command.written_sources[0]["speaks_for"] == ["paper.example"]


EMPTY_PAGE = f"{SITE}app"
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


def make_site_filled_by_scripts() -> dict[str, Answer]:
    """A page that is empty until its script adds five links to articles."""
    page = "<title>Kvernes Post</title><div id=root></div><script src=/fill.js></script>"
    return {
        EMPTY_PAGE: Answer(body=page, type="text/html"),
        f"{SITE}fill.js": Answer(body=FILL, type="text/javascript"),
        f"{SITE}list.json": Answer(body=json.dumps(TITLES), type="application/json"),
    }


def test_a_page_that_only_scripts_fill_is_named_with_the_option(add_command: AddCommand) -> None:
    """A page that is empty without JavaScript is refused; the message names the browser options."""
    add_command.web.answers = make_site_filled_by_scripts()

    with pytest.raises(MissingError) as refused:
        add_command.run_add(EMPTY_PAGE)

    message = str(refused.value)

    assert "only scripts fill it" in message
    assert "browser = true" in message
    assert "add --browser" in message
    assert add_command.written_sources == []


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_list_that_only_scripts_fill_is_added_with_a_browser(add_command: AddCommand) -> None:
    """With `--browser`, a list that JavaScript fills is found and added, with `browser = true`."""
    if obstacle := drawing_fetcher.find_obstacle():  # such as: no browser is installed
        pytest.skip(obstacle)
    add_command.web.answers = make_site_filled_by_scripts()
    output = add_command.run_add(EMPTY_PAGE, "--browser").output

    assert "page that lists articles (5 items" in output

    (source,) = add_command.written_sources

    assert source["url"] == EMPTY_PAGE
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
    assert add_command.web.asked == []  # no address was requested
    assert add_command.written_urls == []
