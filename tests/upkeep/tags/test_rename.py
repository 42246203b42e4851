"""Tags renamed and merged: ids stay, old addresses answer, hand edits follow the operator's
order."""

from __future__ import annotations

import json
import re
import tomllib
from typing import Literal

import pytest

from syndicator.articles.edits import hand_edited
from syndicator.cli.operations import apply
from syndicator.configuration.toml_files import TomlFile
from syndicator.core.errors import ConfigError, UsageError
from syndicator.core.model import FeedKey
from syndicator.describing.taxonomy.edit import plan_rename_or_merge, rewrite_taxonomy
from syndicator.describing.taxonomy.vocabulary import TagDef, Vocabulary, parse
from syndicator.operations.changes.log import Log
from syndicator.operations.operation import need
from syndicator.upkeep.passes.describe_all import plan_descriptions
from syndicator.upkeep.tags import learning
from syndicator.upkeep.tags import rename as tags
from tests.places import SHORT, TAXONOMY, Place, store_articles

Kind = Literal["rename", "merge"]


def retag(place: Place, kind: Kind, old: str, new: str) -> tags.Retagging:
    with place.app() as app:
        planned = tags.plan_rename(app.archive, app.configuration, kind, old, new)
        tags.write_rename(app.archive, app.configuration, planned)
    return planned


def fill(place: Place) -> None:
    with place.app() as app:
        store_articles(app, "Models", "Of models.", tags=("LLM",), tags_by="matched")
        store_articles(
            app, "Chips", "Of chips.", tags=("GPU", "LLM"), tags_by="matched", source="two"
        )
        store_articles(app, "Other", "Of others.", tags=("GPU",), tags_by="matched")
    place.build()


def feed_id(place: Place, name: str) -> str:
    found = re.search(r"<id>(urn:uuid:[^<]+)</id>", place.published(name))
    assert found
    return found[1]


def moved(place: Place) -> dict[str, str]:
    found: dict[str, str] = json.loads(place.published("maps/moved.json"))["moved"]
    return found


def test_a_renamed_tag_keeps_its_feed(place: Place) -> None:
    place.take(fill)
    article_id, entry = feed_id(place, "tags/llm.atom"), place.article("Models")
    with place.app() as app:
        planned = tags.plan_rename(
            app.archive, app.configuration, "rename", "llm", "language models"
        )
    assert (planned.old, planned.new, len(planned.articles)) == ("LLM", "language models", 2)
    told = {feed.feed: (feed.joins, feed.leaves, feed.changes) for feed in planned.feeds}
    assert told["tags/language-models"] == (2, 0, 0)
    assert told["tags/llm"] == (0, 2, 0)
    assert told["tags/gpu"] == (0, 0, 1)
    assert place.taxonomy == TAXONOMY  # planning changes nothing

    retag(place, "rename", "llm", "language models")
    assert place.build().held == ()

    assert place.article("Chips").tags == ("GPU", "language models")
    after = place.article("Models")
    assert (after.id, after.updated, after.revisions) == (entry.id, entry.updated, entry.revisions)
    assert feed_id(place, "tags/language-models.atom") == article_id
    assert place.published("tags/llm.atom") == place.published("tags/language-models.atom")
    assert moved(place)["tags/llm.rss"] == "tags/language-models.rss"
    assert 'aliases = ["large language model", "LLM"]' in place.taxonomy
    assert "# as everybody says" in place.taxonomy and "# makers of chips" in place.taxonomy


def test_a_rename_may_be_taken_back(place: Place) -> None:
    place.take(fill)
    article_id = feed_id(place, "tags/llm.atom")
    retag(place, "rename", "LLM", "language models")
    place.build()
    retag(place, "rename", "language models", "LLM")
    assert place.build().held == ()
    assert place.article("Models").tags == ("LLM",)
    assert feed_id(place, "tags/llm.atom") == article_id
    assert moved(place)["tags/language-models.atom"] == "tags/llm.atom"
    assert "tags/llm.atom" not in moved(place)


def test_only_the_spelling_changes(place: Place) -> None:
    place.take(fill)
    retag(place, "rename", "GPU", "Gpu")
    place.build()
    assert place.article("Chips").tags == ("Gpu", "LLM")
    assert 'name = "Gpu"' in place.taxonomy
    assert "Gpu - " in place.published("tags/gpu.atom")
    assert moved(place) == {}


def test_a_merged_tag_becomes_part_of_the_other(place: Place) -> None:
    place.take(fill)
    article_id = feed_id(place, "tags/gpu.atom")
    retag(place, "merge", "LLM", "GPU")
    assert place.build().held == ()
    assert place.article("Chips").tags == ("GPU",)
    assert place.article("Models").tags == ("GPU",)
    assert feed_id(place, "tags/gpu.atom") == article_id
    assert place.published("tags/llm.atom") == place.published("tags/gpu.atom")
    assert moved(place)["tags/llm.atom"] == "tags/gpu.atom"
    values = tomllib.loads(place.taxonomy)["tag"]
    assert values == [{"name": "GPU", "aliases": ["large language model", "LLM"]}]


def test_the_operators_own_tags_follow_and_stay_theirs(place: Place) -> None:
    place.take(fill)
    place.edit("Models", "- LLM", "- LLM\n- Mine")
    retag(place, "rename", "LLM", "language models")
    with place.app() as app:
        path = app.archive.store.index.path(place.article("Models").id) or ""
        article = app.archive.article_store.get(path)
    assert article.tags == ("language models", "Mine")
    assert article.tags_by == "operator"
    assert hand_edited(article) == {"tags"}


def test_doing_it_twice_or_after_a_crash_changes_nothing_more(place: Place) -> None:
    place.take(fill)
    with place.app() as app:
        planned = tags.plan_rename(
            app.archive, app.configuration, "rename", "LLM", "language models"
        )
        tags.write_rename(app.archive, app.configuration, planned)
        store_articles(
            app, "Late", "Filed before it was known.", tags=("LLM",), tags_by="matched"
        )  # as a crash leaves it
    text = place.taxonomy
    again = retag(place, "rename", "LLM", "language models")
    assert (again.change, len(again.articles)) == (None, 1)
    assert place.taxonomy == text
    place.build()
    assert place.article("Late").tags == ("language models",)
    assert moved(place)["tags/llm.atom"] == "tags/language-models.atom"


def test_a_feed_that_few_articles_are_left_in_stays_after_a_rename(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    place = Place(tmp_path_factory.mktemp("few"), settings="[publish]\ntag_min = 2\n")
    place.take(fill)
    place.edit("Chips", "- LLM\n", "")
    place.build()
    retag(place, "rename", "LLM", "language models")
    place.build()
    assert "Models" in place.published("tags/language-models.atom")


def test_what_was_learnt_speaks_by_the_new_name(place: Place) -> None:
    with place.app() as app:
        body = "Sparrows live in hedges. Sparrows eat seeds, and sparrows like dust."
        for number in range(learning.LEAST):
            store_articles(
                app,
                f"Birds {number}",
                body,
                tags=("birds",),
                tags_by="publisher",
                keywords=("birds",),
            )
    place.write_taxonomy(TAXONOMY + '\n[[tag]]\nname = "birds"\n')
    with place.app() as app:
        assert learning.learn(app.archive, app.configuration).tags == 1
    retag(place, "rename", "birds", "ornithology")
    with place.app() as app:
        lines = [
            line
            for item in plan_descriptions(app.archive, app.configuration).articles
            for line in item.revision.lines
        ]
        assert not [line for line in lines if line.startswith("tags")]


def test_archives_of_the_old_name_go_and_the_new_ones_are_there(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    place = Place(tmp_path_factory.mktemp("old"), settings=SHORT)
    place.take(fill)
    with place.app() as app:
        store_articles(app, "Later", "Of later.", tags=("GPU",), added=place.now.replace(month=5))
    place.build()
    old = [
        name
        for name in place.digests("public")
        if name.startswith("archive/tags/llm/") and name.endswith(".atom")
    ]
    assert old
    retag(place, "rename", "LLM", "language models")
    place.build()
    names = place.digests("public")
    assert not any(name.startswith("archive/tags/llm/") for name in names)
    assert any(
        name.startswith("archive/tags/language-models/2026-03") and name.endswith(".atom")
        for name in names
    )


@pytest.mark.parametrize(
    ("kind", "old", "new", "message"),
    [
        ("rename", "Nothing", "X", "no tag 'Nothing'.*; there are .*GPU"),
        ("rename", "LLM", "GPU", "tags merge"),
        ("rename", "LLM", "LLM", "called 'LLM' already"),
        ("rename", "GPU", "large language model", "alias of 'LLM'"),
        ("merge", "LLM", "Nothing", "tags rename"),
        ("merge", "LLM", "llm", "called 'LLM' already"),
        ("rename", "LLM", "  ", "needs a name"),
        ("merge", "LLM", "x" * 81, "80 characters at most"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_cure(
    place: Place, kind: Kind, old: str, new: str, message: str
) -> None:
    place.take(fill)
    with place.app() as app, pytest.raises(UsageError, match=message):
        tags.plan_rename(app.archive, app.configuration, kind, old, new)


def test_an_address_that_answers_for_another_is_not_taken(place: Place) -> None:
    place.take(fill)
    retag(place, "rename", "LLM", "language models")
    place.write_taxonomy(place.taxonomy.replace(', "LLM"', ""))
    with place.app() as app, pytest.raises(UsageError, match="leads to tags/language-models"):
        tags.plan_rename(app.archive, app.configuration, "rename", "GPU", "LLM")


def test_a_first_tag_that_would_replace_publishers_tags_is_not_listed(place: Place) -> None:
    place.take(fill)
    place.write_taxonomy("only = true\n")
    with place.app() as app, pytest.raises(UsageError, match="only = false"):
        tags.plan_rename(app.archive, app.configuration, "rename", "LLM", "X")


@pytest.mark.parametrize(
    "text", ["", "# ours\n\n", "# ours\n\n# of it\n[[category]]\nname = 'A'\n"]
)
def test_a_tag_that_only_articles_have_is_renamed_and_merged(place: Place, text: str) -> None:
    """The list gets its first tag, and says that publishers' tags stay."""
    place.take(fill)
    place.write_taxonomy(text)
    planned = retag(place, "rename", "llm", "language models")
    assert planned.titles == ("Models", "Chips")
    assert place.article("Chips").tags == ("GPU", "language models")
    values = tomllib.loads(place.taxonomy)
    assert values["only"] is False
    assert values["tag"] == [{"name": "language models", "aliases": ["LLM"]}]
    assert not text or text.strip() in place.taxonomy.replace("only = false\n\n", "")
    retag(place, "merge", "GPU", "language models")
    assert place.article("Chips").tags == place.article("Other").tags == ("language models",)


def test_a_list_without_the_key_stays_without_it(place: Place) -> None:
    place.take(fill)
    retag(place, "rename", "LLM", "language models")
    assert "only" not in tomllib.loads(place.taxonomy)


def change(place: Place, name: str, /, **values: str) -> int:
    """Make a change as the command line does; return its number in the log."""
    with place.app() as app:
        apply(app, need(name), values)
        return Log(app.configuration.settings.state_dir).newest(1)[0].number


@pytest.mark.parametrize("text", [TAXONOMY, "only = false\n", "only = false\n" + TAXONOMY])
@pytest.mark.parametrize("name", ["rename-tag", "merge-tags"])
def test_what_was_listed_is_listed_again_after_undo(place: Place, text: str, name: str) -> None:
    """Also if the tag stood in no list: then it stands in none again."""
    place.take(fill)
    place.write_taxonomy(text)
    before = [place.article(title).tags for title in ("Models", "Chips", "Other")]
    new = "GPU" if name == "merge-tags" else "language models"
    number = change(place, name, old="LLM", new=new)
    assert place.article("Models").tags == (new,) and place.taxonomy != text
    change(place, "undo", number=str(number))
    assert [place.article(title).tags for title in ("Models", "Chips", "Other")] == before
    assert tomllib.loads(place.taxonomy) == tomllib.loads(text)


def test_undo_keeps_later_edits_of_the_list(place: Place) -> None:
    place.take(fill)
    number = change(place, "rename-tag", old="LLM", new="language models")
    change(place, "add-alias", name="language models", alias="chatbots")
    change(place, "undo", number=str(number))
    (listed, _) = tomllib.loads(place.taxonomy)["tag"]
    assert listed["name"] == "LLM" and "chatbots" in listed["aliases"]


def test_saved_queries_that_ask_for_the_old_tag_are_named(place: Place) -> None:
    place.take(fill)
    text = (
        '[[feed]]\nslug = "a"\nquery = \'tag:GPU and not (tag:"llm")\'\n\n[[feed]]\nslug ='
        ' "b"\nquery = "tag:GPU"\n'
    )
    (place.config / "feeds.toml").write_text(text)
    with place.app() as app:
        (note,) = tags.plan_rename(
            app.archive, app.configuration, "rename", "LLM", "language models"
        ).notes
        assert "'a'" in note and "language models" in note
        assert app.archive.store.index.ids(FeedKey("tag", "llm"), limit=9, since=None, most=9)


# -- the text of taxonomy.toml

TEXT = """\
# mine
[[category]]
name = "AI"

# about AI
[[tag]]
name = "AI"  # keep
aliases = ["artificial intelligence"]

# about LLM
[[tag]]
name = "LLM"
description = "models"
aliases = [
  "large language model",  # one
]

[[tag]]
name = "ChatGPT"
# end
"""


def edited(text: str, old: str, new: str, place: Place) -> tuple[str, Vocabulary]:
    path = place.config / "taxonomy.toml"
    change = plan_rename_or_merge(parse(TomlFile(path, tomllib.loads(text), text)), old, new)
    after = rewrite_taxonomy(text, change, path)
    return after, parse(TomlFile(path, tomllib.loads(after)))


def test_comments_around_and_inside_survive(place: Place) -> None:
    after, found = edited(TEXT, "ChatGPT", "GPT", place)
    assert after == TEXT.replace('name = "ChatGPT"\n', 'name = "GPT"\naliases = ["ChatGPT"]\n')
    assert found.tag[2].aliases == ("ChatGPT",)
    after, _ = edited(TEXT, "AI", "LLM", place)
    assert "about AI" not in after and "# keep" not in after  # they were about what went
    assert '"large language model",  # one\n' in after
    after, _ = edited(TEXT, "Nobody knew", "it", place)
    assert after == TEXT + '\n[[tag]]\nname = "it"\naliases = ["Nobody knew"]\n'


@pytest.mark.parametrize(
    "text",
    [
        (
            '[[category]]\nname = "X"\ndescription = """\n[[tag]]\nname = "A"\n"""\n\n[[tag]]\nname'
            ' = "A"\n'
        ),
        'tag = [{ name = "A" }, { name = "B" }]\n',
    ],
)
def test_a_text_that_is_written_otherwise_is_edited(place: Place, text: str) -> None:
    after, vocabulary = edited(text, "A", "Z", place)
    assert vocabulary.tag[0] == TagDef(name="Z", aliases=("A",))
    assert after.partition('name = "Z"')[0] == text.rpartition('name = "A"')[0] or (
        after == 'tag = [{ name = "Z", aliases = ["A"]}, { name = "B" }]\n'
    )


def test_a_text_that_cannot_be_edited_safely_is_refused(place: Place) -> None:
    with pytest.raises(ConfigError, match="by hand"):
        edited('tag = [{ name = "A" }]\n', "B", "Z", place)
