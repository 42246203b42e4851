"""Rename and merge tags: ids stay, old addresses redirect, hand edits follow."""

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
from syndicator.operations.operation import need_operation
from syndicator.upkeep.passes.describe_all import plan_descriptions
from syndicator.upkeep.tags import learning
from syndicator.upkeep.tags import rename as tags
from tests.places import SHORT, TAXONOMY, Place, store_articles

Kind = Literal["rename", "merge"]


def rename_tag(place: Place, kind: Kind, old: str, new: str) -> tags.Retagging:
    with place.open_app() as app:
        planned = tags.plan_rename(app.archive, app.configuration, kind, old, new)
        tags.write_rename(app.archive, app.configuration, planned)
    return planned


def store_tagged_articles(place: Place) -> None:
    with place.open_app() as app:
        store_articles(app, "Models", "Of models.", tags=("LLM",), tags_by="matched")
        store_articles(
            app, "Chips", "Of chips.", tags=("GPU", "LLM"), tags_by="matched", source="two"
        )
        store_articles(app, "Other", "Of others.", tags=("GPU",), tags_by="matched")
    place.build()


def feed_id(place: Place, name: str) -> str:
    match = re.search(r"<id>(urn:uuid:[^<]+)</id>", place.read_published(name))
    assert match
    return match[1]


def read_moved_feeds(place: Place) -> dict[str, str]:
    result: dict[str, str] = json.loads(place.read_published("maps/moved.json"))["moved"]
    return result


def test_a_renamed_tag_keeps_its_feed(place: Place) -> None:
    """A renamed tag's feed keeps its id and entries; the old address redirects."""
    place.fill_once(store_tagged_articles)
    article_id = feed_id(place, "tags/llm.atom")
    entry = place.load_article("Models")
    with place.open_app() as app:
        planned = tags.plan_rename(
            app.archive, app.configuration, "rename", "llm", "language models"
        )
    assert planned.old == "LLM"
    assert planned.new == "language models"
    assert len(planned.articles) == 2
    told = {feed.feed: (feed.joins, feed.leaves, feed.changes) for feed in planned.feeds}
    assert told["tags/language-models"] == (2, 0, 0)
    assert told["tags/llm"] == (0, 2, 0)
    assert told["tags/gpu"] == (0, 0, 1)
    assert place.taxonomy == TAXONOMY  # planning changes nothing

    rename_tag(place, "rename", "llm", "language models")
    assert place.build().held == ()

    assert place.load_article("Chips").tags == ("GPU", "language models")
    after = place.load_article("Models")
    assert after.id == entry.id
    assert after.updated == entry.updated
    assert after.revisions == entry.revisions
    assert feed_id(place, "tags/language-models.atom") == article_id
    assert place.read_published("tags/llm.atom") == place.read_published(
        "tags/language-models.atom"
    )
    assert read_moved_feeds(place)["tags/llm.rss"] == "tags/language-models.rss"
    assert 'aliases = ["large language model", "LLM"]' in place.taxonomy
    assert "# as everybody says" in place.taxonomy
    assert "# makers of chips" in place.taxonomy


def test_a_rename_may_be_taken_back(place: Place) -> None:
    place.fill_once(store_tagged_articles)
    article_id = feed_id(place, "tags/llm.atom")
    rename_tag(place, "rename", "LLM", "language models")
    place.build()
    rename_tag(place, "rename", "language models", "LLM")

    assert place.build().held == ()
    assert place.load_article("Models").tags == ("LLM",)
    assert feed_id(place, "tags/llm.atom") == article_id
    assert read_moved_feeds(place)["tags/language-models.atom"] == "tags/llm.atom"
    assert "tags/llm.atom" not in read_moved_feeds(place)


def test_only_the_spelling_changes(place: Place) -> None:
    place.fill_once(store_tagged_articles)
    rename_tag(place, "rename", "GPU", "Gpu")
    place.build()

    assert place.load_article("Chips").tags == ("Gpu", "LLM")
    assert 'name = "Gpu"' in place.taxonomy
    assert "Gpu - " in place.read_published("tags/gpu.atom")
    assert read_moved_feeds(place) == {}


def test_a_merged_tag_becomes_part_of_the_other(place: Place) -> None:
    place.fill_once(store_tagged_articles)
    article_id = feed_id(place, "tags/gpu.atom")
    rename_tag(place, "merge", "LLM", "GPU")

    assert place.build().held == ()
    assert place.load_article("Chips").tags == ("GPU",)
    assert place.load_article("Models").tags == ("GPU",)
    assert feed_id(place, "tags/gpu.atom") == article_id
    assert place.read_published("tags/llm.atom") == place.read_published("tags/gpu.atom")
    assert read_moved_feeds(place)["tags/llm.atom"] == "tags/gpu.atom"

    values = tomllib.loads(place.taxonomy)["tag"]

    assert values == [{"name": "GPU", "aliases": ["large language model", "LLM"]}]


def test_the_operators_own_tags_follow_and_stay_theirs(place: Place) -> None:
    """Renaming a tag also changes tags edited by hand, which stay the operator's."""
    place.fill_once(store_tagged_articles)
    place.edit_file("Models", "- LLM", "- LLM\n- Mine")
    rename_tag(place, "rename", "LLM", "language models")
    with place.open_app() as app:
        path = app.archive.store.index.path(place.load_article("Models").id) or ""
        article = app.archive.article_store.get(path)

    assert article.tags == ("language models", "Mine")
    assert article.tags_by == "operator"
    assert hand_edited(article) == {"tags"}


def test_doing_it_twice_or_after_a_crash_changes_nothing_more(place: Place) -> None:
    """A repeated rename only changes articles filed since."""
    place.fill_once(store_tagged_articles)
    with place.open_app() as app:
        planned = tags.plan_rename(
            app.archive, app.configuration, "rename", "LLM", "language models"
        )
        tags.write_rename(app.archive, app.configuration, planned)
        store_articles(
            app, "Late", "Filed before it was known.", tags=("LLM",), tags_by="matched"
        )  # as a crash leaves it
    text = place.taxonomy
    again = rename_tag(place, "rename", "LLM", "language models")

    assert again.change is None
    assert len(again.articles) == 1
    assert place.taxonomy == text

    place.build()

    assert place.load_article("Late").tags == ("language models",)
    assert read_moved_feeds(place)["tags/llm.atom"] == "tags/language-models.atom"


def test_a_feed_that_few_articles_are_left_in_stays_after_a_rename(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """A tag with fewer articles than `tag_min` keeps its feed when renamed."""
    place = Place(tmp_path_factory.mktemp("few"), settings="[publish]\ntag_min = 2\n")
    place.fill_once(store_tagged_articles)
    place.edit_file("Chips", "- LLM\n", "")
    place.build()
    rename_tag(place, "rename", "LLM", "language models")
    place.build()

    assert "Models" in place.read_published("tags/language-models.atom")


def test_what_was_learnt_speaks_by_the_new_name(place: Place) -> None:
    """Learnt tags are given under the new name."""
    with place.open_app() as app:
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
    with place.open_app() as app:
        assert learning.learn(app.archive, app.configuration).tags == 1
    rename_tag(place, "rename", "birds", "ornithology")
    with place.open_app() as app:
        lines = [
            line
            for item in plan_descriptions(app.archive, app.configuration).articles
            for line in item.revision.lines
        ]
        assert not [line for line in lines if line.startswith("tags")]


def test_archives_of_the_old_name_go_and_the_new_ones_are_there(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Archives of the old name are deleted, those of the new name exist."""
    place = Place(tmp_path_factory.mktemp("old"), settings=SHORT)
    place.fill_once(store_tagged_articles)
    with place.open_app() as app:
        store_articles(app, "Later", "Of later.", tags=("GPU",), added=place.now.replace(month=5))
    place.build()
    old = [
        name
        for name in place.read_digests("public")
        if name.startswith("archive/tags/llm/") and name.endswith(".atom")
    ]

    assert old

    rename_tag(place, "rename", "LLM", "language models")
    place.build()
    names = place.read_digests("public")

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
    """Impossible renames and merges are refused with a hint."""
    place.fill_once(store_tagged_articles)
    with place.open_app() as app, pytest.raises(UsageError, match=message):
        tags.plan_rename(app.archive, app.configuration, kind, old, new)


def test_an_address_that_answers_for_another_is_not_taken(place: Place) -> None:
    """A tag cannot be renamed to a name whose address redirects elsewhere."""
    place.fill_once(store_tagged_articles)
    rename_tag(place, "rename", "LLM", "language models")
    place.write_taxonomy(place.taxonomy.replace(', "LLM"', ""))

    with place.open_app() as app, pytest.raises(UsageError, match="leads to tags/language-models"):
        tags.plan_rename(app.archive, app.configuration, "rename", "GPU", "LLM")


def test_a_first_tag_that_would_replace_publishers_tags_is_not_listed(place: Place) -> None:
    place.fill_once(store_tagged_articles)
    place.write_taxonomy("only = true\n")
    with place.open_app() as app, pytest.raises(UsageError, match="only = false"):
        tags.plan_rename(app.archive, app.configuration, "rename", "LLM", "X")


@pytest.mark.parametrize(
    "text", ["", "# ours\n\n", "# ours\n\n# of it\n[[category]]\nname = 'A'\n"]
)
def test_a_tag_that_only_articles_have_is_renamed_and_merged(place: Place, text: str) -> None:
    """The list gets its first tag, and says that publishers' tags stay."""
    place.fill_once(store_tagged_articles)
    place.write_taxonomy(text)
    planned = rename_tag(place, "rename", "llm", "language models")

    assert planned.titles == ("Models", "Chips")
    assert place.load_article("Chips").tags == ("GPU", "language models")

    values = tomllib.loads(place.taxonomy)

    assert values["only"] is False
    assert values["tag"] == [{"name": "language models", "aliases": ["LLM"]}]
    assert not text or text.strip() in place.taxonomy.replace("only = false\n\n", "")

    rename_tag(place, "merge", "GPU", "language models")

    assert (
        place.load_article("Chips").tags == place.load_article("Other").tags == ("language models",)
    )


def test_a_list_without_the_key_stays_without_it(place: Place) -> None:
    """Renaming does not add the key `only`."""
    place.fill_once(store_tagged_articles)
    rename_tag(place, "rename", "LLM", "language models")
    assert "only" not in tomllib.loads(place.taxonomy)


def apply_change(place: Place, name: str, /, **values: str) -> int:
    """Make a change as the command line does; return its number in the log."""
    with place.open_app() as app:
        apply(app, need_operation(name), values)
        return Log(app.configuration.settings.state_dir).newest(1)[0].number


@pytest.mark.parametrize("text", [TAXONOMY, "only = false\n", "only = false\n" + TAXONOMY])
@pytest.mark.parametrize("name", ["rename-tag", "merge-tags"])
def test_what_was_listed_is_listed_again_after_undo(place: Place, text: str, name: str) -> None:
    """Also if the tag stood in no list: then it stands in none again."""
    place.fill_once(store_tagged_articles)
    place.write_taxonomy(text)
    before = [place.load_article(title).tags for title in ("Models", "Chips", "Other")]
    new = "GPU" if name == "merge-tags" else "language models"
    number = apply_change(place, name, old="LLM", new=new)

    assert place.load_article("Models").tags == (new,)
    assert place.taxonomy != text

    apply_change(place, "undo", number=str(number))

    assert [place.load_article(title).tags for title in ("Models", "Chips", "Other")] == before
    assert tomllib.loads(place.taxonomy) == tomllib.loads(text)


def test_undo_keeps_later_edits_of_the_list(place: Place) -> None:
    place.fill_once(store_tagged_articles)
    number = apply_change(place, "rename-tag", old="LLM", new="language models")
    apply_change(place, "add-alias", name="language models", alias="chatbots")
    apply_change(place, "undo", number=str(number))
    (listed, _) = tomllib.loads(place.taxonomy)["tag"]

    assert listed["name"] == "LLM"
    assert "chatbots" in listed["aliases"]


def test_saved_queries_that_ask_for_the_old_tag_are_named(place: Place) -> None:
    place.fill_once(store_tagged_articles)
    text = (
        '[[feed]]\nslug = "a"\nquery = \'tag:GPU and not (tag:"llm")\'\n\n[[feed]]\nslug ='
        ' "b"\nquery = "tag:GPU"\n'
    )
    (place.config / "feeds.toml").write_text(text)
    with place.open_app() as app:
        (note,) = tags.plan_rename(
            app.archive, app.configuration, "rename", "LLM", "language models"
        ).notes

        assert "'a'" in note
        assert "language models" in note
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


def rewrite_vocabulary(text: str, old: str, new: str, place: Place) -> tuple[str, Vocabulary]:
    path = place.config / "taxonomy.toml"
    change = plan_rename_or_merge(parse(TomlFile(path, tomllib.loads(text), text)), old, new)
    after = rewrite_taxonomy(text, change, path)
    return after, parse(TomlFile(path, tomllib.loads(after)))


def test_comments_around_and_inside_survive(place: Place) -> None:
    after, found = rewrite_vocabulary(TEXT, "ChatGPT", "GPT", place)

    assert after == TEXT.replace('name = "ChatGPT"\n', 'name = "GPT"\naliases = ["ChatGPT"]\n')
    assert found.tag[2].aliases == ("ChatGPT",)

    after, _ = rewrite_vocabulary(TEXT, "AI", "LLM", place)

    assert "about AI" not in after
    assert "# keep" not in after  # they were about what went
    assert '"large language model",  # one\n' in after

    after, _ = rewrite_vocabulary(TEXT, "Nobody knew", "it", place)

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
    after, vocabulary = rewrite_vocabulary(text, "A", "Z", place)
    assert vocabulary.tag[0] == TagDef(name="Z", aliases=("A",))
    assert after.partition('name = "Z"')[0] == text.rpartition('name = "A"')[0] or (
        after == 'tag = [{ name = "Z", aliases = ["A"]}, { name = "B" }]\n'
    )


def test_a_text_that_cannot_be_edited_safely_is_refused(place: Place) -> None:
    with pytest.raises(ConfigError, match="by hand"):
        rewrite_vocabulary('tag = [{ name = "A" }]\n', "B", "Z", place)
