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
    made, and a second call makes none."""
    before = instance.read_digests("articles"), instance.read_digests("public")
    dry = run_command(instance, "describe", "--all", "--dry-run")
    assert "Models\ttags: +LLM (its text says so)" in dry.output
    assert "tags/llm\t1\t0\t0" in dry.output
    assert "nothing was changed" in dry.output
    assert (instance.read_digests("articles"), instance.read_digests("public")) == before

    answer = json.loads(run_command(instance, "describe", "--all", "--json").stdout)
    assert answer["applied"]
    assert "tags/llm.atom" in answer["written"]
    assert {item["title"] for item in answer["articles"]} == {"Models", "Chips"}
    assert "Models" in instance.read_published("tags/llm.atom")
    assert json.loads(run_command(instance, "describe", "--all", "--json").stdout)["articles"] == []


def test_a_dry_run_shows_a_count_and_ten_examples(instance: Instance) -> None:
    """A dry run as text shows ten changed articles and counts the others; JSON and the real change
    list all."""
    with instance.open_app() as app:
        for number in range(12):
            store_articles(app, f"Models {number}", MODELS, tags=("GPU",), tags_by="matched")
    dry = run_command(instance, "describe", "--all", "--dry-run").output

    assert "14 of 14 articles change" in dry
    assert "… and 4 articles more" in dry
    assert dry.count("\ttags: ") == 10
    assert (
        len(
            json.loads(run_command(instance, "describe", "--all", "--dry-run", "--json").stdout)[
                "articles"
            ]
        )
        == 14
    )

    dry = run_command(instance, "tags", "merge", "GPU", "LLM", "--dry-run").output

    assert "GPU -> LLM: 13 articles" in dry
    assert "… and 3 articles more" in dry
    assert dry.count("  Models ") + dry.count("  Chips") == 10
    assert run_command(instance, "describe", "--all").output.count("its text says so") == 13


def test_describe_wants_to_know_which(instance: Instance) -> None:
    """`describe` without a choice of articles fails and names `--all`; a future `--since` chooses
    none."""
    from syndicator.core.errors import UsageError

    with pytest.raises(UsageError, match="--all"):
        run_command(instance, "describe")
    assert (
        json.loads(run_command(instance, "describe", "--since", "2030-01-01", "--json").stdout)[
            "looked"
        ]
        == 0
    )


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
    """A rename that more feeds show than `_AT_ONCE` builds the tag's own feed at once and leaves
    the others to the next build."""
    monkeypatch.setattr("syndicator.upkeep.tags.rename._AT_ONCE", 1)
    answer = json.loads(
        run_command(instance, "tags", "rename", "GPU", "graphics cards", "--json").stdout
    )

    assert answer["left"] == 2  # of everything, and of the source
    assert instance.read_published("tags/gpu.atom") == instance.read_published(
        "tags/graphics-cards.atom"
    )
    assert "graphics cards" not in instance.read_published(
        "sources/two.atom"
    ) + instance.read_published("all.atom")
    assert "tags/graphics-cards.html" in instance.read_published("feeds.html")

    instance.build()

    assert "graphics cards" in instance.read_published("sources/two.atom")
    assert "graphics cards" in instance.read_published("all.atom")

    digests = instance.read_digests("public")
    with instance.open_app() as app:
        asyncio.run(build_feeds(app, include_all=True))

    assert instance.read_digests("public") == digests
    assert (
        "2 more feeds show"
        in run_command(instance, "tags", "rename", "graphics cards", "GPU").output
    )


def test_tags_are_suggested_and_learnt(instance: Instance) -> None:
    """`tags suggest` proposes keywords of several articles; `learn` needs ten articles with
    confirmed tags and has one here."""
    assert "nothing new" in run_command(instance, "tags", "suggest").output

    with instance.open_app() as app:
        for number in range(3):
            store_articles(app, f"Number {number}", "We like robotics.", keywords=("Robotics",))
    (suggestion,) = json.loads(run_command(instance, "tags", "suggest", "--json").stdout)

    assert suggestion["name"].casefold() == "robotics"
    assert suggestion["support"] == 3

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
    shows this."""
    url = "https://two.example/chips"
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
    assert "it says so already" in run_command(instance, "tags", "confirm", url).output
    assert (
        "Chips: LLM; category none"
        in run_command(instance, "tags", "reject", instance.load_article("Chips").id, "GPU").output
    )

    run_command(instance, "tags", "confirm", url, "--category", "AI")  # says nothing of tags

    assert instance.load_article("Chips").tags == ("LLM",)
    assert instance.load_article("Chips").category == "AI"
    with pytest.raises(UsageError, match="no article 'nothing'"):
        run_command(instance, "tags", "confirm", "nothing")


def test_reread_says_what_changes_and_then_does_it(instance: Instance) -> None:
    """`reread --dry-run` lists what a new rule would cut and which articles have no saved page;
    without it the cut is made, once."""
    paragraphs = [
        f"Paragraph {number} of a text about chips, which is long enough to count."
        for number in range(9)
    ]
    body = "".join(f"<p>{text}</p>" for text in paragraphs[:4])
    promo = "".join(f"<p class=later>{text}</p>" for text in paragraphs[4:])
    chips = instance.load_article("Chips").id
    with instance.open_app() as app:
        html = f"<title>Chips</title><article><h1>Chips</h1>{body}{promo}</article>"
        app.archive.snapshots.put(chips, html.encode(), {})
    source = instance.config / "sources.toml"
    # of an excerpt a feed shows the second of the change
    source.write_text(source.read_text() + 'content = "full"\n')
    run_command(instance, "reread")
    assert paragraphs[8] in instance.load_article("Chips").body
    source.write_text(source.read_text() + 'rules = { remove = [".later"] }\n')
    before = instance.read_digests("articles"), instance.read_digests("public")
    dry = run_command(instance, "reread", "--dry-run", "--source", "two").output
    assert "1 of 1 article change\n\nChips  (" in dry
    assert f"  body: -5 +0 paragraphs\n    - {paragraphs[4][:59]}…\n" in dry
    assert "sources/two\t0\t0\t1" in dry
    assert "nothing was changed (--dry-run)" in dry
    assert "rules of two on 1 kept page; their texts have 6" in dry
    assert '  remove ".later" matches on 1\n' in dry
    all_of_them = run_command(instance, "reread", "--dry-run").output  # no page of "Models" is kept
    assert (
        "left as they are: 1 article, of which no page is kept (store.pages_days = 14); `"
        in all_of_them
    )
    assert "reread --fetch` asks for these pages once more" in all_of_them
    assert (instance.read_digests("articles"), instance.read_digests("public")) == before

    answer = json.loads(run_command(instance, "reread", "--json").stdout)
    [article] = answer["articles"]
    assert article["id"] == chips
    assert answer["looked"] == 1
    assert len(answer["unkept"]) == 1
    assert article["changes"][-1]["old"] == "\n\n".join(paragraphs[4:])
    assert answer["applied"]
    assert "sources/two.atom" in answer["written"]
    second_document = json.loads(run_command(instance, "reread", "--json").stdout)
    assert second_document["articles"] == []
    assert second_document["written"] == []


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
    assert (
        json.loads(run_command(instance, "status", "--json").stdout)["on_hold"][0]["reason"]
        == "unsure-text"
    )
    assert (
        "would be published: Doubtful"
        in run_command(instance, "release", "--all", "--dry-run").output
    )

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
    assert "not on hold: Doubtful" in run_command(instance, "release", answer["articles"][0]).output

    for words in ([], ["--all", "--source", "one"]):
        with pytest.raises(UsageError, match="say which articles"):
            run_command(instance, "release", *words)

    assert "articles-on-hold" not in run_command(instance, "status").output
