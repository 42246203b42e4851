"""Group articles of several outlets on one event before a build; groups stay stable."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from syndicator.app.container import App
from syndicator.core.errors import UsageError
from syndicator.core.model import Article, make_article_id
from syndicator.filing.save_article import write_article
from syndicator.operations import operation as registry
from syndicator.operations.changes.texts import apply
from syndicator.operations.operation import arguments_of
from syndicator.store import codec, schema
from syndicator.store.tables.stories import Member
from syndicator.stories.group_new import group_new_articles
from syndicator.stories.likeness import WINDOW
from syndicator.upkeep.reconcile import update_from_files
from syndicator.upkeep.reindex import reindex
from tests.instances import Instance

QUAKE = (
    "Strong quake hits Sant Orel in Verania",
    "A quake of 6.4 shook Verania at 4:17, said Dario Menk in Sant Orel.",
)
FERRY = (
    "Ferry Silverfin aground off Kettle Island",
    "All 212 on the Silverfin are safe, said Ewan Strake of Isle Lines.",
)
STORIES = '[publish]\ntag_min = 1\nstories = "link"\n'
ID_LENGTH = 26  # characters of the id of an article or story


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    return Instance(tmp_path, settings=STORIES)


@pytest.fixture
def app(instance: Instance) -> Iterator[App]:
    with instance.open_app() as opened:
        yield opened


def file_article(app: App, url: str, words: tuple[str, str] = QUAKE, **changes: Any) -> str:
    """File an article of the outlet of its address; `words` are its title and text. Return its
    id."""
    now = app.archive.clock()
    given = {"added": now, "published": now, "language": "en", "source_key": "one", **changes}
    article = Article(
        id=make_article_id(url), url=url, title=words[0], body=f"{words[1]} By {url[8:]}.", **given
    )
    write_article(app.archive.article_store, app.archive.store.visits, article)
    return article.id


def rewrite_article(app: App, id: str, words: tuple[str, str]) -> None:
    path = app.archive.store.index.path(id) or ""
    before = app.archive.article_store.get(path)
    after = replace(before, title=words[0], body=words[1])
    write_article(
        app.archive.article_store, app.archive.store.visits, after, before=before, path=path
    )


def group_and_list_stories(app: App) -> set[frozenset[str]]:
    """Group new articles; return all stories as sets of article ids."""
    asyncio.run(group_new_articles(app.archive, app.configuration))
    results: dict[str, set[str]] = {}
    for member in app.archive.store.stories.members():
        results.setdefault(member.story, set()).add(member.article)
    return {frozenset(ids) for ids in results.values()}


def group_and_list_changed_articles(app: App) -> set[str]:
    """Group new articles; return the ids of those whose story changed."""
    return set(asyncio.run(group_new_articles(app.archive, app.configuration)))


def read_sketches(app: App, ids: Collection[str]) -> list[Any]:
    """Return the stored sketches of articles."""
    table = schema.story_sketches
    return list(app.archive.store._db.rows(select(table).where(table.c.article.in_(ids))))


def read_story_lines(instance: Instance) -> list[str]:
    text = (instance.folder / "feeds/articles/stories.tsv").read_text()
    return [line for line in text.splitlines() if not line.startswith("#")]


def run_operation(app: App, name: str, **values: Any) -> None:
    operation = registry.need_operation(name)
    arguments = arguments_of(operation, values)
    apply(app, operation, arguments, operation.plan(app, arguments), who="test")


def test_reports_of_several_outlets_are_a_story_and_it_is_kept_in_a_file(
    app: App, instance: Instance
) -> None:
    """Two outlets' reports become a story with a line each in stories.tsv; a later report joins
    it, and nothing is written twice."""
    one = file_article(app, "https://one.example/a", QUAKE)
    two = file_article(app, "https://two.example/b", QUAKE)
    file_article(app, "https://three.example/c", FERRY)

    assert group_and_list_stories(app) == {frozenset((one, two))}

    story = app.archive.store.stories.find_stories([one])[one]  # the id of its story

    assert sorted(read_story_lines(instance)) == sorted(
        f"{article_id}\t{story}" for article_id in (one, two)
    )

    three = file_article(app, "https://three.example/d", QUAKE)

    assert group_and_list_stories(app) == {frozenset((one, two, three))}
    assert app.archive.store.stories.find_stories([three]) == {three: story}
    assert group_and_list_changed_articles(app) == set()
    assert len(read_story_lines(instance)) == 3


def test_nothing_is_grouped_unless_the_setting_is_on(tmp_path: Path) -> None:
    """By default two reports on one event become no story."""
    instance = Instance(tmp_path)
    with instance.open_app() as app:
        file_article(app, "https://one.example/a", QUAKE)
        file_article(app, "https://two.example/b", QUAKE)
        assert group_and_list_stories(app) == set()


def test_a_build_groups_first(instance: Instance) -> None:
    """A build groups new articles before it publishes: the front page has the headline once,
    with the other outlet beside it."""
    with instance.open_app() as app:
        ids = frozenset(
            (
                file_article(app, "https://one.example/a", QUAKE),
                file_article(app, "https://two.example/b", QUAKE),
            )
        )
    instance.build()
    with instance.open_app() as app:
        assert {member.article for member in app.archive.store.stories.members()} == ids
        page = (app.configuration.settings.public_dir / "index.html").read_text()

    assert page.count(QUAKE[0]) == 1
    assert page.count("also <a") == 1


def test_subdomains_and_sources_are_no_outlets_of_their_own(app: App) -> None:
    """Articles on a domain and its subdomain are of one outlet, even from two sources, and so no
    story."""
    file_article(app, "https://one.example/a", QUAKE)
    file_article(app, "https://news.one.example/b", source_key="two")
    assert group_and_list_stories(app) == set()


@pytest.mark.parametrize(
    "changed", [{"hold": True}, {"unlisted": True}, {"merged_into": "a" * 26}, {"language": "de"}]
)
def test_an_article_that_is_not_published_by_itself_or_of_another_language_joins_none(
    app: App, changed: dict[str, Any]
) -> None:
    """An article that is on hold, unlisted, merged into another one or in another language joins
    no story."""
    file_article(app, "https://one.example/a", QUAKE)
    file_article(app, "https://two.example/b", QUAKE, **changed)
    assert group_and_list_stories(app) == set()


def test_an_old_article_joins_no_story_and_one_with_a_future_date_may(app: App) -> None:
    """Articles older than the window join no story; future dates do not matter."""
    one = file_article(app, "https://one.example/a", QUAKE)
    old = file_article(
        app,
        "https://two.example/b",
        QUAKE,
        published=app.archive.clock() - WINDOW - timedelta(minutes=1),
    )
    three = file_article(
        app, "https://three.example/c", QUAKE, published=app.archive.clock() + timedelta(days=9)
    )

    assert group_and_list_stories(app) == {frozenset((one, three))}

    # an empty sketch: the old article is never compared
    assert [row.data for row in read_sketches(app, [old])] == [b""]


def test_a_claimed_date_puts_no_article_before_others(app: App) -> None:
    """An article that claims to be two days old is stored for comparison with the time at which
    we added it, now: claimed dates must not decide who was first."""
    article_id = file_article(
        app, "https://one.example/a", QUAKE, published=app.archive.clock() - timedelta(days=2)
    )
    group_and_list_stories(app)
    assert [row.at for row in read_sketches(app, [article_id])] == [
        codec.to_micros(app.archive.clock())
    ]


def test_an_article_whose_text_changed_is_looked_at_again_within_an_hour(
    app: App, instance: Instance
) -> None:
    """An article whose text changes stays in its story at first, and leaves it when it is
    examined again, an hour later: its line in stories.tsv then has "-" for a story."""
    one = file_article(app, "https://one.example/a", QUAKE)
    two = file_article(app, "https://two.example/b", QUAKE)
    three = file_article(app, "https://three.example/c", QUAKE)
    instance.now += timedelta(minutes=1)
    file_article(app, "https://four.example/d", FERRY)  # of another event

    assert group_and_list_stories(app) == {frozenset((one, two, three))}

    rewrite_article(app, three, ("No more than this", "Nothing is known yet."))

    assert group_and_list_changed_articles(app) == set()

    instance.now += timedelta(hours=1)

    assert group_and_list_stories(app) == {frozenset((one, two))}
    assert read_story_lines(instance)[-1] == f"{three}\t-"


def test_an_article_on_hold_leaves_its_story(app: App, instance: Instance) -> None:
    """An article that the operator hides (puts on hold) is no longer in its story after an hour,
    when stories are examined again; the two others stay."""
    one = file_article(app, "https://one.example/a", QUAKE)
    two = file_article(app, "https://two.example/b", QUAKE)
    three = file_article(app, "https://three.example/c", QUAKE)
    group_and_list_stories(app)
    run_operation(app, "hide", id=three)
    instance.now += timedelta(hours=1)

    assert group_and_list_stories(app) == {frozenset((one, two))}


def test_a_story_stays_as_it_is_once_its_first_article_is_older_than_the_window(
    app: App, instance: Instance
) -> None:
    """Articles join a story while its first ones are within the window, or a little older; then
    no change of a member's text changes the story, and its sketches are deleted."""
    one = file_article(app, "https://one.example/a", QUAKE)
    two = file_article(app, "https://two.example/b", QUAKE)
    instance.now += WINDOW - timedelta(hours=1)
    late_article = file_article(app, "https://three.example/c", QUAKE)

    assert group_and_list_stories(app) == {frozenset((one, two, late_article))}

    instance.now += timedelta(hours=2)
    later_article = file_article(app, "https://four.example/d", QUAKE)

    assert group_and_list_stories(app) == {frozenset((one, two, late_article, later_article))}

    rewrite_article(app, late_article, FERRY)  # a text that would no longer fit the story
    instance.now += timedelta(hours=1)

    assert group_and_list_stories(app) == {frozenset((one, two, late_article, later_article))}

    instance.now += WINDOW

    assert group_and_list_stories(app) == {frozenset((one, two, late_article, later_article))}
    assert read_sketches(app, [one, two, late_article, later_article]) == []


def test_a_lost_database_has_the_same_stories_again(instance: Instance) -> None:
    """If the database is deleted, a reindex restores the stories with their ids from the files,
    and new reports can join."""
    with instance.open_app() as app:
        one = file_article(app, "https://one.example/a", QUAKE)
        two = file_article(app, "https://two.example/b", QUAKE)
        before = group_and_list_stories(app)
        story_ids = app.archive.store.stories.find_stories([one, two])
    for file in (instance.folder / "feeds/state").glob("syndicator.db*"):
        file.unlink()
    with instance.open_app(create=True) as app:
        reindex(app.archive, app.configuration)

        assert group_and_list_stories(app) == before
        assert app.archive.store.stories.find_stories([one, two]) == story_ids
        assert {member.outlet for member in app.archive.store.stories.members()} == {
            "one.example",
            "two.example",
        }

        three = file_article(app, "https://three.example/c", QUAKE)

        # the sketches, by which articles are compared, were made again, too
        assert group_and_list_stories(app) == {frozenset((one, two, three))}


def test_an_upgrade_groups_the_last_days_by_itself(instance: Instance, tmp_path: Path) -> None:
    """Switching stories on groups earlier articles; switching them off keeps the stories and
    deletes the stored sketches."""
    config = instance.config / "syndicator.toml"
    config.write_text(STORIES.replace("link", "off"))
    with instance.open_app() as app:
        ids = frozenset(
            (
                file_article(app, "https://one.example/a", QUAKE),
                file_article(app, "https://two.example/b", QUAKE),
            )
        )
        assert group_and_list_stories(app) == set()

    config.write_text(STORIES)
    with instance.open_app() as app:
        assert group_and_list_stories(app) == {ids}

    config.write_text(STORIES.replace("link", "off"))
    instance.now += timedelta(seconds=1)
    with instance.open_app() as app:
        assert group_and_list_stories(app) == {ids}
        assert read_sketches(app, ids) == []  # they are used only to find new stories


def test_an_edit_of_the_file_counts(app: App, instance: Instance) -> None:
    """The operator rewrites stories.tsv: articles one and two, although unlike, are a story now.
    Incomplete lines are ignored, so three, whose line is cut off, is in no story."""
    one = file_article(app, "https://one.example/a", QUAKE)
    two = file_article(app, "https://two.example/b", FERRY)
    three = file_article(app, "https://three.example/c", QUAKE)

    assert group_and_list_stories(app) == {frozenset((one, three))}

    story = "b" * ID_LENGTH
    final_lines = f"{one}\t{story}\tfinal\n{two}\t{story}\tfinal\n"
    incomplete_lines = f"no line\n{three}\tcut"
    (instance.folder / "feeds/articles/stories.tsv").write_text(final_lines + incomplete_lines)

    assert group_and_list_changed_articles(app) == {one, two, three}
    assert group_and_list_stories(app) == {frozenset((one, two))}


def test_a_lost_file_is_written_again(app: App, instance: Instance) -> None:
    """If stories.tsv is deleted, it is written again with the same lines."""
    ids = [file_article(app, f"https://{outlet}.example/a", QUAKE) for outlet in ("one", "two")]

    assert group_and_list_stories(app) == {frozenset(ids)}

    before = sorted(read_story_lines(instance))
    (instance.folder / "feeds/articles/stories.tsv").unlink()

    assert group_and_list_stories(app) == {frozenset(ids)}
    assert read_story_lines(instance) == before


def test_articles_that_an_operator_joined_stay_together(app: App, instance: Instance) -> None:
    """The operator joins an unlike article (two) to the story of one and three: all three are
    marked final in stories.tsv, and stay together when later reports like article two come."""
    one = file_article(app, "https://one.example/a", QUAKE)
    two = file_article(app, "https://two.example/b", FERRY)
    three = file_article(app, "https://three.example/c", QUAKE)
    group_and_list_stories(app)
    run_operation(app, "join", ids=[two, one])

    assert group_and_list_stories(app) == {frozenset((one, two, three))}

    four = file_article(app, "https://four.example/d", FERRY)
    five = file_article(app, "https://five.example/e", FERRY)

    largest_story = max(group_and_list_stories(app), key=len)

    assert {one, two, three} <= largest_story

    # four and five are in a story, in this one or in another
    assert {four, five} <= {member.article for member in app.archive.store.stories.members()}
    assert sum(line.endswith("\tfinal") for line in read_story_lines(instance)) == 3


def test_articles_that_an_operator_split_stay_apart(app: App) -> None:
    """The operator takes article two out of a story of three: it is a story of its own, and is
    not put together with one again when a new report (four) comes that is like both."""
    one = file_article(app, "https://one.example/a", QUAKE)
    two = file_article(app, "https://two.example/b", QUAKE)
    three = file_article(app, "https://three.example/c", QUAKE)
    group_and_list_stories(app)
    run_operation(app, "split", id="https://two.example/b")

    assert group_and_list_stories(app) == {frozenset((one, three)), frozenset((two,))}

    four = file_article(app, "https://four.example/d", QUAKE)
    stories = group_and_list_stories(app)

    assert not any({one, two} <= story for story in stories)
    assert any(four in story for story in stories)


def test_a_decision_outlives_a_withdrawal(app: App) -> None:
    """The operator joins two unlike articles and withdraws one: the story is remembered, but has
    no reports for the other to name. Once the article is restored, they are a story again."""
    one = file_article(app, "https://one.example/a", QUAKE)
    two = file_article(app, "https://two.example/b", FERRY)
    run_operation(app, "join", ids=[one, two])
    run_operation(app, "withdraw", id=one)

    # both are still listed as members, but two has no fellow report that is published
    assert app.archive.store.stories.find_stories([one, two]).keys() == {one, two}
    assert app.archive.store.stories.reports([two]) == {}

    run_operation(app, "restore", id=one)
    update_from_files(app.archive, app.configuration)

    assert group_and_list_stories(app) == {frozenset((one, two))}


@pytest.mark.parametrize("how", ["join", "split"])
def test_undo_puts_articles_back_into_the_stories_of_before(
    app: App, instance: Instance, how: str
) -> None:
    """Undoing a join or a split restores the stories of before, and no article stays marked as
    final."""
    one = file_article(app, "https://one.example/a", QUAKE)
    two = file_article(app, "https://two.example/b", QUAKE)
    other_article = file_article(app, "https://three.example/c", FERRY)
    group_and_list_stories(app)
    before = app.archive.store.stories.members()
    if how == "join":
        run_operation(app, "join", ids=[two, other_article])
    else:
        run_operation(app, "split", id=two)

    assert app.archive.store.stories.members() != before

    run_operation(app, "undo", number="1")  # change 1 is the join or split

    assert app.archive.store.stories.members() == before
    assert group_and_list_stories(app) == {frozenset((one, two))}

    # a later line of an article replaces its earlier ones
    last_lines = {line[:ID_LENGTH]: line for line in read_story_lines(instance)}

    assert not any(line.endswith("final") for line in last_lines.values())


@pytest.mark.parametrize(
    ("old", "new"),
    [("\n", "\r\n"), ("published", "more: " + "Klopstokia " * 50 + "\npublished")],
    ids=["other line ends", "one more field"],
)
def test_an_article_is_compared_by_its_text_alone(
    app: App, instance: Instance, old: str, new: str
) -> None:
    """If an article's file gets other line ends or one more field, the sketch by which it is
    compared stays the same, after it was made again an hour later."""
    article = file_article(app, "https://one.example/a", QUAKE)
    asyncio.run(group_new_articles(app.archive, app.configuration))
    (before,) = read_sketches(app, [article])
    path = instance.find_file(QUAKE[0])
    path.write_bytes(path.read_text().replace(old, new).encode())
    update_from_files(app.archive, app.configuration)
    instance.now += timedelta(hours=1)
    asyncio.run(group_new_articles(app.archive, app.configuration))

    # no article still waits for a sketch
    assert app.archive.store.stories.list_unread(instance.now - WINDOW, 1, include_all=True) == []
    assert [row.data for row in read_sketches(app, [article])] == [before.data]


def test_a_join_needs_two_articles_and_a_split_something_to_part(app: App) -> None:
    """Joining an article with itself and splitting one that is in no story are mistakes."""
    article = file_article(app, "https://one.example/a", QUAKE)
    with pytest.raises(UsageError, match="two articles"):
        run_operation(app, "join", ids=[article, "https://one.example/a"])
    with pytest.raises(UsageError, match="in no story"):
        run_operation(app, "split", id=article)


def test_split_separates_copies_first_unless_the_story_is_named(app: App) -> None:
    """Article one is in a story with two and has a merged copy. A split with `story=True` takes
    it out of the story and keeps the copy merged; a split without it separates the copy."""
    one = file_article(app, "https://one.example/a", QUAKE)
    two = file_article(app, "https://two.example/b", QUAKE)
    group_and_list_stories(app)
    copy = file_article(app, "https://three.example/c", FERRY, merged_into=one)
    run_operation(app, "split", id=one, story=True)

    assert not any({one, two} <= story for story in group_and_list_stories(app))
    assert app.archive.store.index.merged() == {copy: one}

    run_operation(app, "split", id=one)

    assert app.archive.store.index.merged() == {}


def test_a_flood_of_one_outlet_neither_keeps_others_apart_nor_fills_their_story(app: App) -> None:
    """Sixty reports of one outlet do not keep two others apart, and at most five of them are in
    their story."""
    for number in range(60):
        file_article(app, f"https://flood.example/{number}", QUAKE)
    asyncio.run(group_new_articles(app.archive, app.configuration))
    one = file_article(app, "https://one.example/a", QUAKE)
    two = file_article(app, "https://two.example/b", QUAKE)
    (story_of_one,) = (story for story in group_and_list_stories(app) if one in story)

    assert two in story_of_one
    assert len(story_of_one) <= 2 + 5  # at most five articles of the flood


def test_a_story_that_begins_has_a_name_that_none_had(app: App) -> None:
    """After a split the remaining article keeps the story's id, and the one that was split off
    gets a new story id, also if its article id comes first in order."""
    ids = [
        file_article(app, "https://one.example/a", QUAKE),
        file_article(app, "https://two.example/b", QUAKE),
    ]
    split_off, remaining = sorted(ids)
    group_and_list_stories(app)
    story_before = app.archive.store.stories.find_stories(ids)[remaining]

    run_operation(app, "split", id=split_off)
    stories_after = app.archive.store.stories.find_stories(ids)

    assert stories_after[remaining] == story_before
    assert stories_after[split_off] != story_before


def test_sketches_of_another_form_are_made_anew_and_no_story_changes(app: App) -> None:
    """Sketches that an earlier version stored are made again. A story that it made stays although
    its articles are not alike; only a new report makes the program examine it."""
    first_article = file_article(app, "https://one.example/a", QUAKE)
    other_article = file_article(app, "https://two.example/b", FERRY)

    assert group_and_list_stories(app) == set()

    # what the earlier version left: a story of both, and sketches in its own form
    story = "s" * ID_LENGTH
    app.archive.store.stories.save_members(
        [
            Member(first_article, story, "one.example", final=False),
            Member(other_article, story, "two.example", final=False),
        ]
    )
    with app.archive.store._db.write() as connection:
        connection.execute(update(schema.story_sketches).values(data=b"of another form"))
    form_of_sketches = "1"
    app.archive.store.visits.set_note("stories sketched", form_of_sketches, app.archive.clock())

    assert group_and_list_stories(app) == {frozenset((first_article, other_article))}

    sketches = read_sketches(app, [first_article, other_article])

    assert len(sketches) == 2
    assert b"of another form" not in {row.data for row in sketches}

    third = file_article(app, "https://three.example/c", FERRY)

    # now the story was examined
    assert frozenset((first_article, other_article)) not in group_and_list_stories(app)
    assert app.archive.store.stories.members([third])
