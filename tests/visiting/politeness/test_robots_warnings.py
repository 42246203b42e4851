"""Warnings of commands about robots.txt."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.visiting.conftest import Reply, Web
from tests.visiting.operator import FEED, refresh_sources, run_checked_command, write_sources_config

DISALLOW = b"User-agent: *\nDisallow: /shut\n"
PAGE = (
    b"<html><head><title>A page with a story</title></head><body><article><h1>A page with a"
    b" story</h1>"
    + b"<p>A sentence that says something, with words and a comma, for all to read.</p>" * 12
    + b"</article></body></html>"
)


@pytest.mark.slow
def test_a_disallowed_feed_is_added_visited_and_warned_of(tmp_path: Path, web: Web) -> None:
    """A feed that robots.txt disallows is fetched, since the operator names it, with a warning in
    `add`, `status` and `sources`, until robots.txt allows it."""
    config = write_sources_config(tmp_path, {"open": f'url = "{web.url("/open")}"'})
    web.routes = {
        "/robots.txt": Reply(200, {}, DISALLOW),
        "/shut": Reply(200, {}, FEED),
        "/open": Reply(200, {}, FEED),
    }
    # adding it warns
    added = run_checked_command(config, "add", web.url("/shut"))

    assert "robots.txt disallows this address" in added.stderr

    preview = run_checked_command(
        config, "add", web.url("/shut"), web.url("/open"), "--dry-run", "--json"
    )
    shut_source, open_source = json.loads(preview.stdout)

    assert shut_source["warning"] != ""
    assert open_source["warning"] == ""

    # both are fetched without an error
    key = shut_source["source"]["key"]
    result = refresh_sources(config, key, "open")

    assert result[key]["reason"] is None
    assert result["open"]["reason"] is None

    # `status` shows the warning on the line below the source
    output = run_checked_command(config, "status").stdout.splitlines()
    ((number, line),) = ((n, line) for n, line in enumerate(output) if "robots.txt" in line)

    assert key in output[number - 1]
    assert "robots.txt disallows this address; it is fetched because sources.toml names it" in line
    assert output[0].startswith("2 fine, 0 need you")

    # the third column of `sources`, below its head, is the state of a source
    rows = run_checked_command(config, "sources").stdout.splitlines()[1:]
    open_row, shut_row = (row.split("\t") for row in rows)
    assert open_row[2][:6] == "ok"
    assert shut_row[2][:6] == "robots"

    # robots.txt allows it now
    web.routes["/robots.txt"] = Reply(200, {}, b"")
    # with it goes what was remembered of robots.txt
    (tmp_path / "feeds" / "state" / "syndicator.db").unlink()
    refresh_sources(config, key)

    # allowed since: nothing to warn of
    assert "robots.txt" not in run_checked_command(config, "status").stdout


def test_a_disallowed_page_is_warned_of_before_it_is_added(tmp_path: Path, web: Web) -> None:
    """`add --dry-run` warns that a page which robots.txt disallows will not be read, and names the
    setting that changes that."""
    config = write_sources_config(tmp_path, {})
    web.routes = {
        "/robots.txt": Reply(200, {}, DISALLOW),
        "/shut": Reply(200, {"Content-Type": "text/html"}, PAGE),
    }
    output = run_checked_command(config, "add", "--dry-run", web.url("/shut")).stderr

    assert 'it will not be read; robots = "ignore"' in output


@pytest.mark.slow
def test_show_says_who_decided(tmp_path: Path, web: Web) -> None:
    """`show --why` says whether robots.txt or the operator permitted a page, and what the page's
    own robots header asks; a forbidden page is an error (code 69)."""
    # the operator ignores robots.txt on localhost, not on the same server as 127.0.0.1
    config = write_sources_config(
        tmp_path, {"s": f'url = "{web.url("/feed", "localhost")}"\nrobots = "ignore"'}
    )
    html = Reply(200, {"Content-Type": "text/html", "X-Robots-Tag": "nosnippet"}, PAGE)
    web.routes = {"/robots.txt": Reply(200, {}, DISALLOW), "/shut": html, "/page": html}

    def explain(url: str) -> list[str]:
        return run_checked_command(config, "show", "--why", url).stdout.splitlines()

    assert "robots.txt  permitted by robots.txt" in explain(web.url("/page"))
    assert "robots.txt  permitted by operator" in explain(web.url("/shut", "localhost"))
    assert any("nosnippet" in line for line in explain(web.url("/page")))

    refused = run_checked_command(config, "show", web.url("/shut"), code=69)
    assert "robots: robots.txt" in refused.stderr
