"""Commands that change articles: their messages, and dry runs that change nothing."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from syndicator.cli import app
from syndicator.core.errors import UsageError
from syndicator.runs.build import build_feeds
from tests.instances import Instance, store_articles
from tests.upkeep.passes.test_describe_all import MODELS


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    """Two articles: "Models" of the source `one`, without tags, whose text is about language models
    (LLM), and "Chips" of the source `two` with its publisher's tag GPU."""
    made = Instance(tmp_path)
    with made.open_app() as app:
        store_articles(app, "Models", MODELS)
        store_articles(
            app,
            "Chips",
            "Of chips.",
            tags=("GPU",),
            tags_by="publisher",
            keywords=("GPU",),
            source="two",
        )
    made.build()
    return made


def run_command(instance: Instance, *words: str) -> Result:
    return CliRunner().invoke(
        app, [*words, "--config", str(instance.config)], catch_exceptions=False
    )


def test_describe_says_what_changes_and_why_and_then_does_it(instance: Instance) -> None:
    """`describe --dry-run` lists each change with its reason and feeds; without it the changes are
    made, and a second call makes none. The text of "Models" is about LLM, a tag that it lacks."""
    before = instance.read_digests("articles"), instance.read_digests("public")
    dry = run_command(instance, "describe", "--all", "--dry-run")

    assert "Models\ttags: +LLM (its text says so)" in dry.output
    # of this feed: entries that come, go and change
    assert "tags/llm\t1\t0\t0" in dry.output
    assert "nothing was changed" in dry.output
    assert (instance.read_digests("articles"), instance.read_digests("public")) == before

    first = json.loads(run_command(instance, "describe", "--all", "--json").stdout)

    assert first["applied"]
    assert "tags/llm.atom" in first["written"]
    assert {item["title"] for item in first["articles"]} == {"Models", "Chips"}
    assert "Models" in instance.read_published("tags/llm.atom")

    second = json.loads(run_command(instance, "describe", "--all", "--json").stdout)

    assert second["articles"] == []


def test_a_dry_run_shows_a_count_and_ten_examples(instance: Instance) -> None:
    """A dry run as text shows ten changed articles and counts the others; JSON and the real change
    list all. Here 12 articles like "Models", with the tag GPU, stand beside "Models" and "Chips":
    14 articles, of which 13 have the tag GPU and 13 have a text about LLM."""
    with instance.open_app() as app:
        for number in range(12):
            store_articles(app, f"Models {number}", MODELS, tags=("GPU",), tags_by="matched")
    dry = run_command(instance, "describe", "--all", "--dry-run").output
    document = json.loads(run_command(instance, "describe", "--all", "--dry-run", "--json").stdout)

    assert "14 of 14 articles change" in dry
    assert dry.count("\ttags: ") == 10
    assert "… and 4 articles more" in dry
    assert len(document["articles"]) == 14

    dry_merge = run_command(instance, "tags", "merge", "GPU", "LLM", "--dry-run").output

    assert "GPU -> LLM: 13 articles" in dry_merge
    assert dry_merge.count("  Models ") + dry_merge.count("  Chips") == 10
    assert "… and 3 articles more" in dry_merge

    output = run_command(instance, "describe", "--all").output

    assert output.count("its text says so") == 13


def test_describe_wants_to_know_which(instance: Instance) -> None:
    """`describe` without a choice of articles fails and names `--all`; a future `--since` chooses
    none."""
    with pytest.raises(UsageError, match="--all"):
        run_command(instance, "describe")

    done = run_command(instance, "describe", "--since", "2030-01-01", "--json")

    assert json.loads(done.stdout)["looked"] == 0


def test_tags_are_renamed_and_merged(instance: Instance) -> None:
    """`tags rename` and `tags merge` change the articles; the old feed then serves the new one. A
    dry run only shows it."""
    dry = run_command(instance, "tags", "rename", "GPU", "graphics cards", "--dry-run")

    assert "GPU -> graphics cards: 1 article" in dry.output
    assert "tags/gpu redirects to tags/graphics-cards" in dry.output
    assert instance.load_article("Chips").tags == ("GPU",)

    answer = json.loads(
        run_command(instance, "tags", "rename", "GPU", "graphics cards", "--json").stdout
    )

    assert "tags/graphics-cards.atom" in answer["written"]
    assert run_command(instance, "tags", "merge", "graphics cards", "LLM").exit_code == 0
    assert instance.load_article("Chips").tags == ("LLM",)
    assert instance.read_published("tags/gpu.atom") == instance.read_published("tags/llm.atom")


def test_a_rename_that_many_feeds_show_builds_its_own_first(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rename that more feeds show than `_AT_ONCE` (here 1) builds the tag's own feed at once and
    leaves the others to the next build, after which nothing is left. The command says so."""
    monkeypatch.setattr("syndicator.upkeep.tags.rename._AT_ONCE", 1)
    answer = json.loads(
        run_command(instance, "tags", "rename", "GPU", "graphics cards", "--json").stdout
    )

    new_feed = instance.read_published("tags/graphics-cards.atom")

    assert answer["left"] == 2  # the feeds of everything, and of the source
    assert instance.read_published("tags/gpu.atom") == new_feed
    assert "tags/graphics-cards.html" in instance.read_published("feeds.html")
    assert "graphics cards" not in instance.read_published("sources/two.atom")
    assert "graphics cards" not in instance.read_published("all.atom")

    instance.build()

    assert "graphics cards" in instance.read_published("sources/two.atom")
    assert "graphics cards" in instance.read_published("all.atom")

    # to build all feeds again changes no file: none was forgotten
    digests = instance.read_digests("public")
    with instance.open_app() as app:
        asyncio.run(build_feeds(app, include_all=True))

    assert instance.read_digests("public") == digests

    output = run_command(instance, "tags", "rename", "graphics cards", "GPU").output

    assert "2 more feeds show" in output


def test_tags_are_suggested_and_learnt(instance: Instance) -> None:
    """`tags suggest` proposes a keyword of three articles, and nothing before there are any;
    `learn` needs ten articles with confirmed tags and has one here."""
    assert "nothing new" in run_command(instance, "tags", "suggest").output

    # three articles with the same keyword
    with instance.open_app() as app:
        for number in range(3):
            store_articles(app, f"Number {number}", "We like robotics.", keywords=("Robotics",))
    (suggestion,) = json.loads(run_command(instance, "tags", "suggest", "--json").stdout)

    assert suggestion["name"].casefold() == "robotics"
    assert suggestion["support"] == 3

    # an article whose publisher's tag its text confirms
    with instance.open_app() as app:
        store_articles(
            app,
            "A GPU for less",
            "The GPU has no fan.",
            keywords=("GPU",),
            tags=("GPU",),
            tags_by="publisher",
        )

    assert "1 article with confirmed tags, 10 are needed" in run_command(instance, "learn").output
    assert json.loads(run_command(instance, "learn", "--json").stdout) == {
        "articles": 1,
        "tags": 0,
        "filed": 0,
    }


def test_tags_are_confirmed_and_rejected(instance: Instance) -> None:
    """`tags confirm` and `tags reject` change the article's tags and its feeds; a dry run only
    shows this. To confirm a category alone leaves the tags; an unknown article is refused."""
    url = "https://two.example/chips"  # "Chips", with the tag GPU
    before = instance.read_digests("articles")
    dry = run_command(instance, "tags", "confirm", url, "LLM", "--category", "ai", "--dry-run")

    assert "Chips: GPU, LLM; category AI" in dry.output
    assert "tags/llm\t1\t0\t0" in dry.output
    assert "nothing was changed" in dry.output
    assert instance.read_digests("articles") == before

    answer = json.loads(run_command(instance, "tags", "confirm", url, "LLM", "--json").stdout)

    assert answer["tags"] == ["GPU", "LLM"]
    assert answer["category"] == ""
    assert "tags/llm.atom" in answer["written"]
    assert "Chips" in instance.read_published("tags/llm.atom")

    again = run_command(instance, "tags", "confirm", url)

    assert "it says so already" in again.output

    article_id = instance.load_article("Chips").id
    rejection = run_command(instance, "tags", "reject", article_id, "GPU")

    assert "Chips: LLM; category none" in rejection.output

    # without tags
    run_command(instance, "tags", "confirm", url, "--category", "AI")

    assert instance.load_article("Chips").tags == ("LLM",)
    assert instance.load_article("Chips").category == "AI"

    with pytest.raises(UsageError, match="no article 'nothing'"):
        run_command(instance, "tags", "confirm", "nothing")


def test_reread_says_what_changes_and_then_does_it(instance: Instance) -> None:
    """`reread --dry-run` lists what a new rule would cut and which articles have no saved page;
    without it the cut is made, once. The page of "Chips" is saved, that of "Models" is not; the
    rule takes out the last five of its nine paragraphs."""
    paragraphs = [
        f"Paragraph {number} of a text about chips, which is long enough to count."
        for number in range(9)
    ]
    staying = "".join(f"<p>{text}</p>" for text in paragraphs[:4])
    cut = "".join(f"<p class=later>{text}</p>" for text in paragraphs[4:])
    article_id = instance.load_article("Chips").id
    with instance.open_app() as app:
        html = f"<title>Chips</title><article><h1>Chips</h1>{staying}{cut}</article>"
        app.archive.snapshots.put(article_id, html.encode(), {})
    sources = instance.config / "sources.toml"
    # full texts in the feed of the source `two`, the last of the file: its entries change, too
    sources.write_text(sources.read_text() + 'content = "full"\n')
    run_command(instance, "reread")

    assert paragraphs[8] in instance.load_article("Chips").body

    # the new rule, tried
    sources.write_text(sources.read_text() + 'rules = { remove = [".later"] }\n')
    before = instance.read_digests("articles"), instance.read_digests("public")
    dry = run_command(instance, "reread", "--dry-run", "--source", "two").output

    assert "1 of 1 article change\n\nChips  (" in dry
    assert f"  body: -5 +0 paragraphs\n    - {paragraphs[4][:59]}…\n" in dry
    assert "sources/two\t0\t0\t1" in dry  # of its entries none comes or goes, one changes
    assert "nothing was changed (--dry-run)" in dry
    assert "rules of two on 1 kept page; their texts have 6" in dry
    assert '  remove ".later" matches on 1\n' in dry

    dry_of_all = run_command(instance, "reread", "--dry-run").output

    assert (
        "left as they are: 1 article, of which no page is kept (store.pages_days = 14); `"
        in dry_of_all
    )
    assert "reread --fetch` asks for these pages once more" in dry_of_all
    assert (instance.read_digests("articles"), instance.read_digests("public")) == before

    # the cut is made
    first = json.loads(run_command(instance, "reread", "--json").stdout)
    [article] = first["articles"]

    assert article["id"] == article_id
    assert article["changes"][-1]["old"] == "\n\n".join(paragraphs[4:])
    assert first["looked"] == 1
    assert len(first["unkept"]) == 1
    assert first["applied"]
    assert "sources/two.atom" in first["written"]

    second = json.loads(run_command(instance, "reread", "--json").stdout)

    assert second["articles"] == []
    assert second["written"] == []


def test_status_lists_what_is_on_hold_and_release_publishes_it(instance: Instance) -> None:
    """`status` and `show --why` name an article on hold with its reason; `release` publishes it and
    needs a clear choice of articles."""
    with instance.open_app() as app:
        store_articles(
            app, "Doubtful", "A text.", hold=True, hold_reason="unsure-text", tags=("Law",)
        )
    output = run_command(instance, "status").output
    path = str(instance.find_file("Doubtful").relative_to(instance.folder / "feeds/articles"))

    assert "articles-on-hold" in output
    assert f"{path} (unsure-text)" in output
    assert "release ID" in output

    document = json.loads(run_command(instance, "status", "--json").stdout)

    assert document["on_hold"][0]["reason"] == "unsure-text"

    dry = run_command(instance, "release", "--all", "--dry-run").output

    assert "would be published: Doubtful" in dry

    article_id = instance.load_article("Doubtful").id
    explanation = run_command(instance, "show", "--why", article_id).output

    assert (
        f"it is unclear which part of the page is the article; `syndicator release {article_id}`"
        " publishes it" in explanation
    )

    answer = json.loads(
        run_command(instance, "release", str(instance.find_file("Doubtful")), "--json").stdout
    )

    assert answer["applied"]
    assert len(answer["articles"]) == 1
    assert "tags/law.atom" in answer["written"]

    again = run_command(instance, "release", article_id).output

    assert "not on hold: Doubtful" in again

    with pytest.raises(UsageError, match="say which articles"):
        run_command(instance, "release")
    with pytest.raises(UsageError, match="say which articles"):
        run_command(instance, "release", "--all", "--source", "one")

    assert "articles-on-hold" not in run_command(instance, "status").output
