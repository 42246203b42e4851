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
from tests.instances import SHORT, TAXONOMY, Instance, store_articles

Kind = Literal["rename", "merge"]


def rename_tag(instance: Instance, kind: Kind, old: str, new: str) -> tags.Retagging:
    with instance.open_app() as app:
        planned = tags.plan_rename(app.archive, app.configuration, kind, old, new)
        tags.write_rename(app.archive, app.configuration, planned)
    return planned


def store_tagged_articles(instance: Instance) -> None:
    """Store articles with the tags LLM, both, and GPU; build."""
    with instance.open_app() as app:
        store_articles(app, "Models", "Of models.", tags=("LLM",), tags_by="matched")
        store_articles(
            app, "Chips", "Of chips.", tags=("GPU", "LLM"), tags_by="matched", source="two"
        )
        store_articles(app, "Other", "Of others.", tags=("GPU",), tags_by="matched")
    instance.build()


def read_feed_id(instance: Instance, name: str) -> str:
    match = re.search(r"<id>(urn:uuid:[^<]+)</id>", instance.read_published(name))
    assert match
    return match[1]


def read_moved_feeds(instance: Instance) -> dict[str, str]:
    result: dict[str, str] = json.loads(instance.read_published("maps/moved.json"))["moved"]
    return result


def test_a_renamed_tag_keeps_its_feed(instance: Instance) -> None:
    """The plan of a rename lists the feeds that change. After the rename the tag's feed keeps its
    id, the articles their dates; the old address redirects, and the taxonomy keeps its comments and
    has the old name as an alias."""
    instance.fill_once(store_tagged_articles)
    feed_id = read_feed_id(instance, "tags/llm.atom")
    article_before = instance.load_article("Models")
    with instance.open_app() as app:
        planned = tags.plan_rename(
            app.archive, app.configuration, "rename", "llm", "language models"
        )
    assert planned.old == "LLM"
    assert planned.new == "language models"
    assert len(planned.articles) == 2
    # number of entries that join, leave and change
    changes_by_feed = {feed.feed: (feed.joins, feed.leaves, feed.changes) for feed in planned.feeds}
    assert changes_by_feed["tags/language-models"] == (2, 0, 0)
    assert changes_by_feed["tags/llm"] == (0, 2, 0)
    assert changes_by_feed["tags/gpu"] == (0, 0, 1)
    assert instance.taxonomy == TAXONOMY  # planning changes nothing

    rename_tag(instance, "rename", "llm", "language models")
    assert instance.build().held == ()

    assert instance.load_article("Chips").tags == ("GPU", "language models")
    article_after = instance.load_article("Models")
    assert article_after.id == article_before.id
    assert article_after.updated == article_before.updated
    assert article_after.revisions == article_before.revisions
    assert read_feed_id(instance, "tags/language-models.atom") == feed_id
    assert instance.read_published("tags/llm.atom") == instance.read_published(
        "tags/language-models.atom"
    )
    assert read_moved_feeds(instance)["tags/llm.rss"] == "tags/language-models.rss"
    assert 'aliases = ["large language model", "LLM"]' in instance.taxonomy
    assert "# as everybody says" in instance.taxonomy
    assert "# makers of chips" in instance.taxonomy


def test_a_rename_may_be_taken_back(instance: Instance) -> None:
    """A tag that is renamed and renamed back has its first name, address and feed id. Only the
    other name redirects."""
    instance.fill_once(store_tagged_articles)
    feed_id = read_feed_id(instance, "tags/llm.atom")
    rename_tag(instance, "rename", "LLM", "language models")
    instance.build()
    rename_tag(instance, "rename", "language models", "LLM")

    assert instance.build().held == ()
    assert instance.load_article("Models").tags == ("LLM",)
    assert read_feed_id(instance, "tags/llm.atom") == feed_id
    assert read_moved_feeds(instance)["tags/language-models.atom"] == "tags/llm.atom"
    assert "tags/llm.atom" not in read_moved_feeds(instance)


def test_only_the_spelling_changes(instance: Instance) -> None:
    """A rename that changes only the case keeps the address, so nothing redirects."""
    instance.fill_once(store_tagged_articles)
    rename_tag(instance, "rename", "GPU", "Gpu")
    instance.build()

    assert instance.load_article("Chips").tags == ("Gpu", "LLM")
    assert 'name = "Gpu"' in instance.taxonomy
    assert "Gpu - " in instance.read_published("tags/gpu.atom")
    assert read_moved_feeds(instance) == {}


def test_a_merged_tag_becomes_part_of_the_other(instance: Instance) -> None:
    """After a merge all articles have the other tag, whose feed keeps its id. The old address
    redirects, and the old name is an alias."""
    instance.fill_once(store_tagged_articles)
    feed_id = read_feed_id(instance, "tags/gpu.atom")

    rename_tag(instance, "merge", "LLM", "GPU")  # LLM into GPU

    assert instance.build().held == ()
    assert instance.load_article("Chips").tags == ("GPU",)
    assert instance.load_article("Models").tags == ("GPU",)
    assert read_feed_id(instance, "tags/gpu.atom") == feed_id
    assert instance.read_published("tags/llm.atom") == instance.read_published("tags/gpu.atom")
    assert read_moved_feeds(instance)["tags/llm.atom"] == "tags/gpu.atom"

    values = tomllib.loads(instance.taxonomy)["tag"]

    assert values == [{"name": "GPU", "aliases": ["large language model", "LLM"]}]


def test_the_operators_own_tags_follow_and_stay_theirs(instance: Instance) -> None:
    """Renaming a tag also changes tags edited by hand, which stay the operator's."""
    instance.fill_once(store_tagged_articles)
    instance.edit_file("Models", "- LLM", "- LLM\n- Mine")
    rename_tag(instance, "rename", "LLM", "language models")
    with instance.open_app() as app:
        path = app.archive.store.index.path(instance.load_article("Models").id) or ""
        article = app.archive.article_store.get(path)

    assert article.tags == ("language models", "Mine")
    assert article.tags_by == "operator"
    assert hand_edited(article) == {"tags"}


def test_doing_it_twice_or_after_a_crash_changes_nothing_more(instance: Instance) -> None:
    """An article was filed with the old tag after the rename. A second rename changes this
    article only, and not the taxonomy."""
    instance.fill_once(store_tagged_articles)
    with instance.open_app() as app:
        planned = tags.plan_rename(
            app.archive, app.configuration, "rename", "LLM", "language models"
        )
        tags.write_rename(app.archive, app.configuration, planned)

        # another process that did not know of the rename files an article
        store_articles(app, "Late", "Filed before it was known.", tags=("LLM",), tags_by="matched")
    taxonomy_before = instance.taxonomy
    second_rename = rename_tag(instance, "rename", "LLM", "language models")

    assert second_rename.change is None
    assert len(second_rename.articles) == 1
    assert instance.taxonomy == taxonomy_before

    instance.build()

    assert instance.load_article("Late").tags == ("language models",)
    assert read_moved_feeds(instance)["tags/llm.atom"] == "tags/language-models.atom"


def test_a_feed_that_few_articles_are_left_in_stays_after_a_rename(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """A published tag keeps its feed if it has fewer articles than `tag_min`; this holds after a
    rename, too."""
    instance = Instance(tmp_path_factory.mktemp("few"), settings="[publish]\ntag_min = 2\n")
    instance.fill_once(store_tagged_articles)  # two articles have the tag LLM

    # one is left
    instance.edit_file("Chips", "- LLM\n", "")
    instance.build()
    rename_tag(instance, "rename", "LLM", "language models")
    instance.build()

    assert "Models" in instance.read_published("tags/language-models.atom")


def test_what_was_learnt_speaks_by_the_new_name(instance: Instance) -> None:
    """A tag that was learnt from articles follows its rename: describing them again proposes no
    change of tags."""
    with instance.open_app() as app:
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
    instance.write_taxonomy(TAXONOMY + '\n[[tag]]\nname = "birds"\n')
    with instance.open_app() as app:
        assert learning.learn(app.archive, app.configuration).tags == 1
    rename_tag(instance, "rename", "birds", "ornithology")

    # what describing all articles again would change
    with instance.open_app() as app:
        lines = [
            line
            for item in plan_descriptions(app.archive, app.configuration).articles
            for line in item.revision.lines
        ]
        assert not [line for line in lines if line.startswith("tags")]


def test_archives_of_the_old_name_go_and_the_new_ones_are_there(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Renaming a tag deletes its archives under the old name and writes them under the new one."""
    instance = Instance(tmp_path_factory.mktemp("old"), settings=SHORT)
    instance.fill_once(store_tagged_articles)  # in March

    # an article of May: the archive of March is written
    with instance.open_app() as app:
        store_articles(
            app, "Later", "Of later.", tags=("GPU",), added=instance.now.replace(month=5)
        )
    instance.build()
    old_archives = [
        name
        for name in instance.read_digests("public")
        if name.startswith("archive/tags/llm/") and name.endswith(".atom")
    ]

    assert old_archives

    rename_tag(instance, "rename", "LLM", "language models")
    instance.build()
    names = instance.read_digests("public")

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
    instance: Instance, kind: Kind, old: str, new: str, message: str
) -> None:
    """Impossible renames and merges are refused; the message says what to do. The tags are LLM,
    with the alias "large language model", and GPU."""
    instance.fill_once(store_tagged_articles)
    with instance.open_app() as app, pytest.raises(UsageError, match=message):
        tags.plan_rename(app.archive, app.configuration, kind, old, new)


def test_an_address_that_answers_for_another_is_not_taken(instance: Instance) -> None:
    """A tag cannot get the name "LLM" while tags/llm redirects to another tag, even if the taxonomy
    no longer lists the alias."""
    instance.fill_once(store_tagged_articles)
    rename_tag(instance, "rename", "LLM", "language models")
    instance.write_taxonomy(instance.taxonomy.replace(', "LLM"', ""))  # the alias is deleted

    with (
        instance.open_app() as app,
        pytest.raises(UsageError, match="leads to tags/language-models"),
    ):
        tags.plan_rename(app.archive, app.configuration, "rename", "GPU", "LLM")


def test_a_first_tag_that_would_replace_publishers_tags_is_not_listed(instance: Instance) -> None:
    """With `only = true` and no tag listed, a rename is refused: a first listed tag would hide
    the publishers' tags."""
    instance.fill_once(store_tagged_articles)
    instance.write_taxonomy("only = true\n")
    with instance.open_app() as app, pytest.raises(UsageError, match="only = false"):
        tags.plan_rename(app.archive, app.configuration, "rename", "LLM", "X")


@pytest.mark.parametrize(
    "text", ["", "# ours\n\n", "# ours\n\n# of it\n[[category]]\nname = 'A'\n"]
)
def test_a_tag_that_only_articles_have_is_renamed_and_merged(instance: Instance, text: str) -> None:
    """Renaming a tag that the taxonomy does not list adds it there with `only = false`, so that
    publishers' tags stay; comments stay. Two such tags can be merged, too. `text` is the taxonomy
    before, which lists no tag."""
    instance.fill_once(store_tagged_articles)
    instance.write_taxonomy(text)
    planned = rename_tag(instance, "rename", "llm", "language models")

    assert planned.titles == ("Models", "Chips")
    assert instance.load_article("Chips").tags == ("GPU", "language models")

    values = tomllib.loads(instance.taxonomy)

    assert values["only"] is False
    assert values["tag"] == [{"name": "language models", "aliases": ["LLM"]}]
    assert text.strip() in instance.taxonomy.replace("only = false\n\n", "")

    # GPU is not in the taxonomy either
    rename_tag(instance, "merge", "GPU", "language models")

    assert instance.load_article("Chips").tags == ("language models",)
    assert instance.load_article("Other").tags == ("language models",)


def test_a_list_without_the_key_stays_without_it(instance: Instance) -> None:
    """Renaming a tag that the taxonomy lists does not add the key `only` to it."""
    instance.fill_once(store_tagged_articles)
    rename_tag(instance, "rename", "LLM", "language models")
    assert "only" not in tomllib.loads(instance.taxonomy)


def apply_change(instance: Instance, name: str, /, **values: str) -> int:
    """Make a change as the command line does; return its number in the log."""
    with instance.open_app() as app:
        apply(app, need_operation(name), values)
        return Log(app.configuration.settings.state_dir).newest(1)[0].number


@pytest.mark.parametrize("text", [TAXONOMY, "only = false\n", "only = false\n" + TAXONOMY])
@pytest.mark.parametrize("name", ["rename-tag", "merge-tags"])
def test_what_was_listed_is_listed_again_after_undo(
    instance: Instance, text: str, name: str
) -> None:
    """Undoing a rename or merge restores the articles' tags and the taxonomy, also if it listed no
    tag."""
    instance.fill_once(store_tagged_articles)
    instance.write_taxonomy(text)
    before = [instance.load_article(title).tags for title in ("Models", "Chips", "Other")]
    new = {"merge-tags": "GPU", "rename-tag": "language models"}[name]
    number = apply_change(instance, name, old="LLM", new=new)

    assert instance.load_article("Models").tags == (new,)
    assert instance.taxonomy != text

    apply_change(instance, "undo", number=str(number))

    assert [instance.load_article(title).tags for title in ("Models", "Chips", "Other")] == before
    assert tomllib.loads(instance.taxonomy) == tomllib.loads(text)


def test_undo_keeps_later_edits_of_the_list(instance: Instance) -> None:
    """Undoing a rename keeps the alias "chatbots" that was added to the tag afterwards."""
    instance.fill_once(store_tagged_articles)
    number = apply_change(instance, "rename-tag", old="LLM", new="language models")
    apply_change(instance, "add-alias", name="language models", alias="chatbots")
    apply_change(instance, "undo", number=str(number))  # the rename
    (tag, _) = tomllib.loads(instance.taxonomy)["tag"]

    assert tag["name"] == "LLM"
    assert "chatbots" in tag["aliases"]


def test_saved_queries_that_ask_for_the_old_tag_are_named(instance: Instance) -> None:
    """Planning a rename notes the saved query that uses the old tag, in any case of letters, and
    changes nothing."""
    instance.fill_once(store_tagged_articles)
    text = (
        '[[feed]]\nslug = "a"\nquery = \'tag:GPU and not (tag:"llm")\'\n\n[[feed]]\nslug ='
        ' "b"\nquery = "tag:GPU"\n'
    )
    (instance.config / "feeds.toml").write_text(text)
    with instance.open_app() as app:
        (note,) = tags.plan_rename(
            app.archive, app.configuration, "rename", "LLM", "language models"
        ).notes

        assert "'a'" in note  # the query of slug "a"
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


def rewrite_vocabulary(text: str, old: str, new: str, instance: Instance) -> tuple[str, Vocabulary]:
    path = instance.config / "taxonomy.toml"
    change = plan_rename_or_merge(parse(TomlFile(path, tomllib.loads(text), text)), old, new)
    after = rewrite_taxonomy(text, change, path)
    return after, parse(TomlFile(path, tomllib.loads(after)))


def test_comments_around_and_inside_survive(instance: Instance) -> None:
    """In TEXT, a taxonomy.toml with comments, a rename (ChatGPT to GPT) keeps all comments; a merge
    (AI into LLM) removes only those of the removed tag; an unknown tag is appended."""
    after, vocabulary = rewrite_vocabulary(TEXT, "ChatGPT", "GPT", instance)

    assert after == TEXT.replace('name = "ChatGPT"\n', 'name = "GPT"\naliases = ["ChatGPT"]\n')
    assert vocabulary.tag[2].aliases == ("ChatGPT",)

    after, _ = rewrite_vocabulary(TEXT, "AI", "LLM", instance)

    assert "about AI" not in after
    assert "# keep" not in after  # they were about what went
    assert '"large language model",  # one\n' in after

    after, _ = rewrite_vocabulary(TEXT, "Nobody knew", "it", instance)

    assert after == TEXT + '\n[[tag]]\nname = "it"\naliases = ["Nobody knew"]\n'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            '[[category]]\nname = "X"\ndescription = """\n[[tag]]\nname = "A"\n"""\n\n'
            '[[tag]]\nname = "A"\n',
            '[[category]]\nname = "X"\ndescription = """\n[[tag]]\nname = "A"\n"""\n\n'
            '[[tag]]\nname = "Z"\naliases = ["A"]\n',
            id="a string that looks like the tag",
        ),
        pytest.param(
            'tag = [{ name = "A" }, { name = "B" }]\n',
            'tag = [{ name = "Z", aliases = ["A"]}, { name = "B" }]\n',
            id="an inline array",
        ),
    ],
)
def test_a_text_that_is_written_otherwise_is_edited(
    instance: Instance, text: str, expected: str
) -> None:
    """The tag A is renamed to Z in the text of taxonomy.toml, also beside a misleading multi-line
    string and within an inline array."""
    after, vocabulary = rewrite_vocabulary(text, "A", "Z", instance)

    assert after == expected
    assert vocabulary.tag[0] == TagDef(name="Z", aliases=("A",))


def test_a_text_that_cannot_be_edited_safely_is_refused(instance: Instance) -> None:
    """If a new tag cannot be added to an inline array, the operator is asked to edit by hand."""
    with pytest.raises(ConfigError, match="by hand"):
        # B is not in the list
        rewrite_vocabulary('tag = [{ name = "A" }]\n', "B", "Z", instance)
