"""`refresh`, `status`, `check`, `withdraw`, `split`, `prune` and `reindex` on the command line."""

from __future__ import annotations

import json
from typing import Any

import pytest

from syndicator.articles.frontmatter import load
from syndicator.core.errors import UsageError
from tests.cli.conftest import Instance


def list_published_items(instance: Instance, name: str = "all.json") -> list[dict[str, object]]:
    items: list[dict[str, object]] = json.loads(
        (instance.folder / "feeds/public" / name).read_text()
    )["items"]
    return items


def test_refresh_tells_what_came_and_what_failed(instance: Instance) -> None:
    """`refresh` of two sources, of which `gone` answers 410, prints the number of new articles and
    the failure; the five articles of `holt` are published."""
    instance.keep_sources("holt", "gone")
    output = instance.run_command("refresh", "--all").output

    assert "1 failed; 5 new articles, 0 changed" in output
    assert f"failed: gone: gone {instance.world.feed_url('gone')} answered 410" in output
    assert len(list_published_items(instance)) == 5


def test_build_names_an_article_that_it_ignores(visited_instance: Instance) -> None:
    """`build` reports article files that do not end in `.md`, with the name that each should
    have."""
    head = "---\ntitle: Mine\ndate: 2026-03-01\nsource: https://a.example/1\n---\n"
    (visited_instance.folder / "feeds/articles/mine.txt").write_text(f"{head}Text.\n")
    (visited_instance.folder / "feeds/articles/yours.md.txt").write_text(f"{head}Text.\n")
    mine, yours = visited_instance.run_json("build")["problems"]

    assert mine["what"].endswith("mine.txt")
    assert mine["detail"].endswith("call it mine.md")
    assert yours["what"].endswith("yours.md.txt")
    assert yours["detail"].endswith("call it yours.md")


@pytest.mark.slow
def test_a_run_that_visits_nobody_says_why(visited_instance: Instance) -> None:
    """If no source is due, `refresh` says so and suggests `--all`."""
    output = visited_instance.run_command("refresh").output

    assert "0 sources visited" in output
    assert "none was due: " in output
    assert " refresh --all`" in output


def test_what_failed_is_visited_again_when_asked_and_waits_no_longer_for_it(
    visited_instance: Instance,
) -> None:
    """`refresh --failed` visits the failed source again; another failure counts no further and does
    not delay its next visit."""

    def read_state_of_gone() -> dict[str, Any]:
        listed = visited_instance.run_json("sources")
        (state,) = [item["state"] for item in listed if item["source"]["key"] == "gone"]
        return dict(state)

    due_before = read_state_of_gone()["next_due"]
    for _ in range(3):
        output = visited_instance.run_command("refresh", "--failed").output
        assert "1 source visited, 1 failed" in output

    state = read_state_of_gone()

    assert state["failures"] == 1
    assert state["next_due"] <= due_before


def test_check_finds_what_is_missing_and_says_what_to_do(visited_instance: Instance) -> None:
    """`check --strict` fails (78) for a missing `site.url` and for warnings, here of an article
    file with a wrong name; without `--strict` neither fails. A wrong setting is named."""
    assert visited_instance.run_command("check").exit_code == 0

    # without site.url
    checked = visited_instance.run_command("check", "--strict")

    assert checked.exit_code == 78
    assert (
        "error: set site.url to the address feeds/public is served at (no-site-url)"
        in checked.output
    )
    assert "error" in checked.output.splitlines()[-1]

    # with it
    settings = visited_instance.config / "syndicator.toml"
    settings.write_text(
        settings.read_text().replace("[site]\n", '[site]\nurl = "https://feeds.example/"\n')
    )
    well = visited_instance.run_command("check", "--strict")

    assert well.exit_code == 0
    assert well.output.splitlines()[-1] == "no problems found"
    assert "error:" not in well.output
    assert "warning:" not in well.output

    # with a warning
    (visited_instance.folder / "feeds/articles/mine.markdown").write_text("Mine.")
    warned = visited_instance.run_command("check")

    assert warned.exit_code == 0
    assert warned.output.endswith("0 errors, 1 warning\n")
    assert visited_instance.run_command("check", "--strict").exit_code == 78

    # with a setting that there is not
    settings.write_text("[site]\ncolour = 1\n")
    (bad,) = json.loads(visited_instance.run_command("check", "--json").stdout)

    assert bad["reason"] == "bad-config"
    assert "colour" in bad["detail"]


def test_a_withdrawal_is_tried_made_undone_and_purged(visited_instance: Instance) -> None:
    """`withdraw` shows its effect in a dry run, withdraws, undoes that, and with `--purge` also
    deletes what undo needs."""
    url = str(list_published_items(visited_instance)[0]["url"])
    before = list_published_items(visited_instance)
    preview = visited_instance.run_command("withdraw", "--dry-run", url).output

    assert preview.startswith("would be withdrawn: ")
    assert "from: all, " in preview
    assert preview.endswith("nothing was changed (--dry-run)\n")
    assert list_published_items(visited_instance) == before

    output = visited_instance.run_command("withdraw", url).output

    assert output.startswith("withdrawn: ")
    assert f"withdraw --undo {url}` brings it back" in output
    assert len(list_published_items(visited_instance)) == len(before) - 1

    # undo: the file was kept
    dry_undo = visited_instance.run_command("withdraw", "--undo", "--dry-run", url).output

    assert "as its file was" in dry_undo
    assert visited_instance.run_json("withdraw", "--undo", url)["kept"] is True
    assert list_published_items(visited_instance) == before

    # purge: the file is gone, and undo only lets the article come again
    assert visited_instance.run_json("withdraw", "--purge", url)["kept"] is False

    undo_of_purge = visited_instance.run_command("withdraw", "--undo", url).output

    assert "once its source announces it" in undo_of_purge
    assert len(list_published_items(visited_instance)) == len(before) - 1

    with pytest.raises(UsageError, match="say one of the two"):
        visited_instance.run_command("withdraw", "--undo", "--purge", url)
    with pytest.raises(UsageError, match="was withdrawn"):
        visited_instance.run_command("withdraw", "--undo", url)


def test_an_article_file_that_cannot_be_read_is_told_as_that(visited_instance: Instance) -> None:
    """An article file with an unclosed quote is reported with its line by `refresh` and by the
    undoing of another article's withdrawal, and holds back no feed."""
    folder = visited_instance.folder / "feeds/articles"
    broken, other = sorted(folder.rglob("*.md"))[:2]
    url = load(other.read_bytes()).url
    visited_instance.run_command("withdraw", url)
    broken.write_text(broken.read_text().replace("title: ", "title: '", 1))
    message = f"not read: {broken.relative_to(folder)}: line "
    for words in (("refresh",), ("withdraw", "--undo", url)):
        output = visited_instance.run_command(*words).output
        assert message in output
        assert "(bad-article-file)" in output
        assert "held back" not in output


def test_what_is_withdrawn_is_gone_and_stays_away(visited_instance: Instance) -> None:
    """A withdrawn article leaves the feed and is not filed again by the next visit; an unknown
    address is refused."""
    url = list_published_items(visited_instance)[0]["url"]

    assert "withdrawn: " in visited_instance.run_command("withdraw", str(url)).output
    assert url not in [item["url"] for item in list_published_items(visited_instance)]

    visited_instance.run_command("refresh", "--all")

    assert len(list_published_items(visited_instance)) == 4
    with pytest.raises(UsageError, match="give its address, its id or its file"):
        visited_instance.run_command("withdraw", "https://nowhere.example/")


def test_the_database_is_made_anew(visited_instance: Instance) -> None:
    """After the database is deleted, `reindex` rebuilds it from the article files, and the feeds
    come out byte for byte as before."""

    def read_feeds() -> dict[str, bytes]:
        paths = (visited_instance.folder / "feeds/public").rglob("*.atom")
        return {path.name: path.read_bytes() for path in paths}

    feeds_before = read_feeds()
    for path in (visited_instance.folder / "feeds/state").glob("syndicator.db*"):
        path.unlink()
    output = visited_instance.run_command("reindex").output
    visited_instance.run_command("build", "--all")

    assert output.startswith("5 articles indexed")
    assert read_feeds() == feeds_before


def test_kept_pages_are_pruned(visited_instance: Instance) -> None:
    """`prune` deletes kept pages that are older than `--pages-days`; the five new ones stay by
    default."""
    assert visited_instance.run_json("prune") == {"pages": 0}
    assert visited_instance.run_command("prune", "--pages-days", "0").output == "5 pages deleted\n"
    assert visited_instance.run_json("prune", "--pages-days", "0") == {"pages": 0}


def test_articles_are_pruned_on_order_after_a_look(visited_instance: Instance) -> None:
    """`prune --keep 4` of a source with five articles shows its effect in a dry run, then deletes
    one. The next visit does not file it again, and `show --why` says that it was pruned."""
    words = ("prune", "--keep", "4", "--source", "holt")
    before = list_published_items(visited_instance)
    preview = visited_instance.run_command(*words, "--dry-run").output

    assert "1 article in " in preview
    assert preview.endswith("nothing was changed (--dry-run)\n")
    assert list_published_items(visited_instance) == before

    done = visited_instance.run_json(*words)
    (pruned,) = done["articles"]
    published_urls = [item["url"] for item in list_published_items(visited_instance)]

    assert done["applied"]
    assert "all.atom" in done["written"]
    assert "sources/holt" in done["feeds"]
    assert len(published_urls) == 4
    assert pruned["url"] not in published_urls

    visited_instance.run_command("refresh", "--all")

    assert len(list_published_items(visited_instance)) == 4

    why = visited_instance.run_json("show", pruned["url"], "--why")["why"]

    assert why["state"].startswith("pruned")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--keep", "0"), "would delete every article"),
        (("--source", "holt"), "--source goes with"),
        (("--older-than", "a year"), "not a duration"),
        (("some-id", "--keep", "1"), "not both"),
        (("--pages-days", "1", "--keep", "1"), "say one of the two"),
    ],
)
def test_what_prune_is_not_told_clearly_it_does_not_do(
    visited_instance: Instance, words: tuple[str, ...], message: str
) -> None:
    """`prune` refuses choices that are missing, contradictory or would delete everything."""
    with pytest.raises(UsageError, match=message):
        visited_instance.run_command("prune", *words)
