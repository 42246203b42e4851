"""`show` on the command line: an article as published, and the reasons for its fields."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from syndicator.articles.frontmatter import load
from syndicator.cli.articles import show
from syndicator.cli.articles.show import format_reasons
from syndicator.core.errors import MissingError, NetworkDown, NotAnArticle, UsageError
from tests.cli.conftest import Instance
from tests.world import Story

assert show  # importing it registers its command


def find_holt_story(instance: Instance) -> Story:
    return next(story for story in instance.world.stories if story.site == "holt")


def find_holt_file(instance: Instance) -> Path:
    paths = (instance.folder / "feeds/articles").rglob("*.md")
    return next(
        path for path in paths if load(path.read_bytes()).title == find_holt_story(instance).title
    )


@pytest.mark.slow
def test_what_is_published_is_shown_as_it_is_filed_and_nobody_is_asked(
    visited_instance: Instance,
) -> None:
    """`show` prints the article file by address, id or path, and sends no request."""
    path = find_holt_file(visited_instance)
    url = visited_instance.world.url(find_holt_story(visited_instance))
    path.write_text(path.read_text().replace("author: ", "author: Someone Else and ", 1))
    before = visited_instance.read_files()
    request_count = len(visited_instance.world.requests)
    url_without_scheme = url.removeprefix("http://") if "://www" in url else url
    article_id = load(path.read_bytes()).id
    for name in (url, url_without_scheme, article_id, str(path)):
        assert visited_instance.run_command("show", name).output == path.read_text()

    # with where each field comes from; the author was edited above
    output = visited_instance.run_command("show", "--trace", url).output

    assert output.startswith(path.read_text())
    assert "\norigins:\n" in output

    for line in (
        "    author: your edit of the file",
        "    all",
        "source: holt",
        "    excerpt: sentences of its text",
    ):
        assert f"{line}\n" in output

    assert re.search(r"^next visit: 20\d\d-\d\d-\d\dT[\d:]{8}\+00:00 \(", output, re.MULTILINE)
    assert visited_instance.read_files() == before
    assert len(visited_instance.world.requests) == request_count

    document = visited_instance.run_json("show", url)

    assert set(document) == {"article", "markdown", "why"}
    assert document["markdown"] == path.read_text()
    assert "all" in document["why"]["feeds"]
    assert set(document["why"]["tags"]) == set(document["article"]["tags"])


@pytest.mark.parametrize("format", ["atom", "rss", "json"])
def test_an_entry_is_printed_as_it_stands_in_the_feed(
    visited_instance: Instance, format: str
) -> None:
    """`show --feed FORMAT` prints exactly the entry of the published feed, whether the article is
    named by its address or by its file."""
    url = visited_instance.world.url(find_holt_story(visited_instance))
    entry = visited_instance.run_command("show", "--feed", format, url).output.rstrip("\n")
    published = (visited_instance.folder / f"feeds/public/all.{format}").read_text()
    if format == "json":
        assert json.loads(entry) in json.loads(published)["items"]
    else:
        assert entry in published
        assert entry.startswith(("<entry", "<item"))

    path = str(find_holt_file(visited_instance))
    entry_of_file = visited_instance.run_command("show", "--feed", format, path).output

    assert entry_of_file.rstrip("\n") == entry


def test_an_entry_that_there_is_not_is_an_error(visited_instance: Instance) -> None:
    """`show --feed` refuses an unknown format with a list of formats, and an address that is not
    published."""
    with pytest.raises(UsageError, match="no format 'pdf'; there are atom, rss"):
        visited_instance.run_command(
            "show", "--feed", "pdf", visited_instance.world.url(find_holt_story(visited_instance))
        )
    with pytest.raises(UsageError, match="is not published; give the address or the id"):
        visited_instance.run_command("show", "--feed", "atom", "https://nowhere.example/")


@pytest.mark.slow
def test_a_page_that_is_none_yet_is_shown_as_its_source_would_file_it(instance: Instance) -> None:
    """`show` of an unfiled page prints the article that its source would file."""
    instance.keep_sources("holt")
    sources = instance.config / "sources.toml"
    sources.write_text(sources.read_text().rstrip() + '\ntags = ["Of mine"]\n')
    before = instance.read_files()
    output = instance.run_json("show", instance.world.url(find_holt_story(instance)))
    article = load(output["markdown"].encode())

    assert article.title == find_holt_story(instance).title
    assert article.source_key == "holt"
    assert article.tags[0] == "Of mine"
    assert output["why"]["tags"]["Of mine"] == "its source has it in sources.toml"
    assert article.source_id != article.url  # the feed's id of the entry

    why = output["why"]

    assert why["source"] == "holt"
    assert why["entry"] == "announced by holt"
    assert why["state"] == "not filed"
    assert instance.read_files() == before

    instance.run_command("refresh", "--all")
    filed = load(find_holt_file(instance).read_bytes())
    for name in (
        "id",
        "title",
        "author",
        "published",
        "excerpt",
        "category",
        "tags",
        "source_id",
        "origin",
    ):
        assert getattr(filed, name) == getattr(article, name), name

    assert filed.body.strip()[:2000] in article.body  # what repeats on the host was not known then


def test_saved_pages_and_foreign_files_are_shown(
    visited_instance: Instance, tmp_path: Path
) -> None:
    """`show` reads a saved page, given its address (`--url`), and a Markdown file from elsewhere; a
    file that is no page, and one that there is not, are refused."""
    saved = tmp_path / "page.html"
    words = " ".join(f"Sentence number {number} says something of its own." for number in range(40))
    saved.write_text(f"<title>Saved</title><article><h1>A saved page</h1><p>{words}</p></article>")

    with pytest.raises(UsageError, match="--url"):
        visited_instance.run_command("show", str(saved))

    shown = visited_instance.run_command("show", str(saved), "--url", "https://example.org/a")

    assert "title: A saved page" in shown.output

    saved.write_bytes(bytes(range(256)))  # no HTML

    with pytest.raises(NotAnArticle, match=r"not-html \(https://example.org/a: "):
        visited_instance.run_command("show", str(saved), "--url", "https://example.org/a")
    with pytest.raises(MissingError, match=r"none\.html: no such file, and no article has this id"):
        visited_instance.run_command("show", str(tmp_path / "none.html"))

    foreign_file = tmp_path / "own.md"
    foreign_file.write_text(
        "---\nid: no id of ours\ntitle: Own\ndate: 2026-01-02\nsource:"
        " https://example.org/own\n---\n\nA text.\n"
    )
    output = visited_instance.run_command("show", "--trace", str(foreign_file)).output

    assert "title: your edit of the file" in output
    assert "state: not filed; the next run" in output


def test_why_prints_reasons_in_plain_words_and_no_article(visited_instance: Instance) -> None:
    """`show --why` prints only why each field is as it is; with `--trace`, the article and the
    origins follow."""
    path = find_holt_file(visited_instance)
    url = visited_instance.world.url(find_holt_story(visited_instance))
    title = find_holt_story(visited_instance).title
    lines_of_why = visited_instance.run_command("show", "--why", url).output.splitlines()

    assert lines_of_why[0] == f"address     {url}"
    assert lines_of_why[1].startswith("in feeds    all, ")
    assert f"title       {title} (from its heading)" in lines_of_why
    assert "excerpt     sentences of its text" in lines_of_why
    assert lines_of_why[-1] == f"the article: `syndicator show {url}`; every step: --trace"
    assert "origins:" not in lines_of_why
    assert "---" not in lines_of_why

    both_output = visited_instance.run_command("show", "--why", "--trace", url).output

    assert both_output.splitlines()[: len(lines_of_why) - 1] == lines_of_why[:-1]
    assert path.read_text() in both_output
    assert "\norigins:\n" in both_output


def test_why_is_told_in_lines() -> None:
    """`show --why` prints each reason on its own line."""
    why = {
        "origins": {"title": "its page: h1"},
        "title": {"from": "h1", "candidates": ["h1: T"]},
        "body": {"from": "page", "kept": 8, "cut": [{"text": "Join", "rule": "repeats"}]},
        "feeds": ["all"],
        "cover": {"from": "", "candidates": []},
        "tags": {},
        "robots": (),
        "source": None,
    }
    assert list(format_reasons(why)) == [
        "origins:",
        "    title: its page: h1",
        "title: h1",
        "    looked at h1: T",
        "body: page",
        "    kept: 8",
        "    cut by repeats: Join",
        "feeds:",
        "    all",
        "cover: none",
        "tags: none",
        "robots: none",
        "source: none",
    ]


def test_a_host_that_there_is_not_is_explained_as_add_does(instance: Instance) -> None:
    """`show` of an unknown host fails with "dns" and a hint about spelling."""
    with pytest.raises(
        NetworkDown, match=r"dns: the host name does not resolve: .*; check how it is spelled"
    ):
        instance.run_command("show", "https://nobody.invalid/")
