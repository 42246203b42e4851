"""Decide which articles are one story: by likeness, time, language and outlet."""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.sketches.events import make_sketch
from syndicator.stories.grouping import (
    LARGEST,
    OF_OUTLET,
    Measure,
    Report,
    find_story_changes,
    group_reports,
)
from syndicator.stories.likeness import (
    BY_NAMES,
    FAR,
    WINDOW,
    Comparison,
    Weighed,
    Window,
    measure_evidence,
)
from tests.aged import prose
from tests.stories.hard_pairs import PAIRS

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
DATA = Path(__file__).parent / "data"
TEMPLATES = tomllib.loads((DATA / "templates.toml").read_text(encoding="utf-8"))
QUAKE = (
    "Strong quake hits Sant Orel in Verania",
    "A quake of 6.4 shook Verania at 4:17, said Dario Menk in Sant Orel.",
)
FERRY = (
    "Ferry Silverfin aground off Kettle Island",
    "All 212 on the Silverfin are safe, said Ewan Strake of Isle Lines.",
)
BOTH = (f"{QUAKE[0]}, {FERRY[0]}", f"{QUAKE[1]} {FERRY[1]}")
NUMBERS = " ".join(str(4711 + 613 * n) for n in range(15))
WINDOW_OF_FEW = Window()


def make_report(id: str, words: tuple[str, str] = QUAKE, **changes: Any) -> Report:
    """Return an article of an outlet of its own."""
    given = {"outlet": f"{id}.example", "language": "en", "at": NOON, **changes}
    return Report(id=id, sketch=make_sketch(*words), **given)


def measure_likeness(one: Report, other: Report, window: Window = WINDOW_OF_FEW) -> float:
    return Comparison(window).measure(one, other)


def list_ids(groups: Sequence[Sequence[Report]]) -> set[frozenset[str]]:
    return {frozenset(one.id for one in group) for group in groups}


def name_story(group: Sequence[Report]) -> str:
    return "story of " + min(one.id for one in group)


def find_changed_stories(
    reports: Sequence[Report], new: Collection[str] = (), window: Window = WINDOW_OF_FEW
) -> dict[str, str]:
    """Return, for each article whose story changes when the articles `new` (or all) come, the name
    of its new story. Each new article is compared with all others."""

    def members(names: Collection[str]) -> list[Report]:
        return [report for report in reports if report.story in names]

    def near(one: Report) -> list[Report]:
        return [other for other in reports if other.id != one.id]

    return find_story_changes(
        [report for report in reports if not new or report.id in new],
        near,
        members,
        name_story,
        window,
    )


def test_reports_of_one_event_are_a_story_and_others_are_not() -> None:
    """Two reports on the quake form a story; a report on the ferry (c) stays out."""
    reports = [make_report("a", QUAKE), make_report("b", QUAKE), make_report("c", FERRY)]

    assert find_changed_stories(reports) == {"a": "story of a", "b": "story of a"}


# Of 60 pairs. Among few articles the names alone make most of the others alike: a limit that tells
# 56 apart there would miss half of what three outlets report on quiet days.
@pytest.mark.parametrize(("articles", "least"), [(10_000, 56), (1_000, 49), (1, 36)])
def test_hard_pairs_are_told_apart(articles: int, least: int) -> None:
    """Each of 30 reports is compared with another one on the same event (alike: above 0) and with
    one on another event (0 or less). At least `least` of the 60 are judged rightly; the more
    `articles` the window has, the better words tell."""
    window = Window(articles=articles)
    right_judgements = 0
    for pair in PAIRS:
        report = make_report("a", pair.report)
        same_event = make_report("b", pair.same)
        other_event = make_report("b", pair.other)
        right_judgements += measure_likeness(report, same_event, window) > 0
        right_judgements += measure_likeness(report, other_event, window) <= 0

    assert len(PAIRS) == 30
    assert right_judgements >= least


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            ("Show NX: Tilework, an open editor", "Comments"),
            ("Show NX: Metrix, an open framework", "Comments"),
        ),
        (
            (
                "A potter took a bell apart",
                "The old potter wrote a long letter about the broken bell and the harbour.",
            ),
            (
                "A mason took a bell apart",
                "The old mason wrote a long letter about the broken bell and the quarry.",
            ),
        ),
        (("Tide table", NUMBERS), ("Draw of lots", NUMBERS)),
        (
            ("Harbour fees go up", "It is the year 2031."),
            ("A record for school choirs", "It is the year 2031."),
        ),
    ],
    ids=["same kind of title", "common words", "only numbers", "one same sentence"],
)
@pytest.mark.parametrize("articles", [1, 10_000])
def test_texts_that_say_little_are_no_story(
    articles: int, one: tuple[str, str], other: tuple[str, str]
) -> None:
    """Two texts whose only likeness is their form or a few common words are not one story,
    whatever the window."""
    window = Window(articles=articles)
    first_report, other_report = make_report("a", one), make_report("b", other)

    assert measure_likeness(first_report, other_report, window) < 0  # unlike
    assert find_changed_stories([first_report, other_report], window=window) == {}


# In an empty window two rare names are enough: they are all that both say.
@pytest.mark.parametrize("articles", [300, 10_000])
def test_a_name_makes_no_story(articles: int) -> None:
    """Two articles that only name the same person are no story."""
    first_report = make_report(
        "a", ("How Orlan Menk became rich", "Banker Orlan Menk had friends.")
    )
    other_report = make_report("b", ("Orlan Menk and the art market", "A look."))
    assert (
        find_changed_stories([first_report, other_report], window=Window(articles=articles)) == {}
    )


def test_numbers_count_little_between_articles_that_share_hardly_a_name() -> None:
    """Articles may share numbers by chance: the evidence of shared numbers is at most `BY_NAMES`
    times that of shared names. Here a weighty number (0.9) is held down by a light name (0.1)."""
    name, number = 1, 2  # as hashes
    article = Weighed(words={}, names={name: 0.1}, numbers={number: 0.9}, first_names=())
    _, evidence_of_numbers, _ = measure_evidence(article, article)
    evidence_of_names = 0.1 * 0.1  # the weight in one article times that in the other

    assert evidence_of_numbers == pytest.approx(BY_NAMES * evidence_of_names)


def fill_template(template: dict[str, str], number: int) -> tuple[str, str]:
    """Return a title and text of a template, the same for the same number."""
    dice = random.Random(f"{template['kind']} {number}")
    values = {
        f"NAME{n}": "".join(dice.choices(TEMPLATES["syllables"], k=3)).capitalize()
        for n in range(6)
    }
    values |= {f"N{n}": str(dice.randrange(10, 99)) for n in range(6)}

    def fill(text: str) -> str:
        text = re.sub(r"\[([^]]*)\]", lambda match: dice.choice(match[1].split("|")), text)
        return re.sub(r"(NAME|N)\d", lambda match: values[match[0]], text)

    return fill(template["title"]), fill(template["text"])


@pytest.mark.parametrize("template", TEMPLATES["template"], ids=lambda template: template["kind"])
def test_texts_of_one_template_are_no_story(template: dict[str, str]) -> None:
    """Forty texts from one template, such as weather reports with other places and figures, form
    no story."""
    texts = [fill_template(template, number) for number in range(40)]
    assert len(set(texts)) == 40  # no two are the same

    # twenty outlets publish two of them each
    reports = [
        make_report(f"{n:02}", words, outlet=f"{n % 20}.example") for n, words in enumerate(texts)
    ]

    assert find_changed_stories(reports) == {}


def test_texts_of_a_few_sentences_are_no_story() -> None:
    """Of 40 unrelated texts of a few sentences, none are grouped."""
    # four paragraphs of invented prose each, other words for each seed
    texts = [
        (f"Title of outlet {n}", " ".join(prose.make_paragraphs(f"outlet-{n}", (), 4)))
        for n in range(40)
    ]
    reports = [make_report(f"{n:02}", words) for n, words in enumerate(texts)]
    assert find_changed_stories(reports, window=Window(articles=3_000)) == {}


# a guide to five apps is no event, and no story
NEWS = [pair.report for pair in PAIRS if make_sketch(*pair.report).tone > -1]


@pytest.mark.parametrize(("title", "text"), NEWS, ids=[title for title, _ in NEWS])
def test_copies_of_a_report_that_end_with_other_names_are_a_story(title: str, text: str) -> None:
    """Copies of an agency's report are alike, although each outlet closes it with other names."""
    ends = (
        "",
        "Reporting by Aldo Wendrick and Mirja Tasker.",
        "Hal Brecken of Dunmere Press contributed.",
    )
    copies = [(title, f"{text} {end}") for end in ends]
    assert all(
        measure_likeness(make_report("a", one), make_report("b", other)) > 0
        for one, other in combinations(copies, 2)
    )


@pytest.mark.parametrize(
    "changed", [{"language": "de"}, {"language": ""}, {"at": NOON + WINDOW + timedelta(seconds=1)}]
)
def test_another_language_or_time_never_joins(changed: dict[str, Any]) -> None:
    """Equal reports are no story if their languages differ or they are further apart than the
    window."""
    assert measure_likeness(make_report("a", QUAKE), make_report("b", QUAKE, **changed)) == FAR
    assert find_changed_stories([make_report("a", QUAKE), make_report("b", QUAKE, **changed)]) == {}


def test_the_later_a_report_comes_the_less_likely_it_joins() -> None:
    """The likeness of equal reports falls with each day between them: from five days apart to
    none it only rises."""
    first_report = make_report("a", QUAKE)
    likeness_by_fewer_days = [
        measure_likeness(first_report, make_report("b", QUAKE, at=NOON + timedelta(days=days)))
        for days in (5, 4, 3, 2, 1, 0)
    ]

    # each greater than the one before
    assert likeness_by_fewer_days == sorted(set(likeness_by_fewer_days))


def test_articles_of_one_outlet_are_no_story() -> None:
    """Two equal articles of one outlet are grouped, but a story needs two outlets."""
    one = make_report("a", QUAKE, outlet="one.example")
    other = make_report("b", QUAKE, outlet="one.example")

    assert list_ids(group_reports([one, other], measure_likeness)) == {frozenset("ab")}
    assert find_changed_stories([one, other]) == {}


@given(
    st.randoms(use_true_random=False),
    st.lists(st.sampled_from([QUAKE, FERRY]), min_size=1, max_size=7),
)
def test_the_order_of_articles_changes_nothing(
    chance: random.Random, words: list[tuple[str, str]]
) -> None:
    """Groups are the same in whatever order the articles are given."""
    reports = [
        make_report(f"{n}", text, at=NOON + timedelta(hours=n)) for n, text in enumerate(words)
    ]
    mixed = chance.sample(reports, len(reports))
    assert group_reports(mixed, measure_likeness) == group_reports(reports, measure_likeness)


def make_measure(values: dict[str, float]) -> Measure:
    """Return a measure with these values of likeness, by the ids of two articles in order; others
    are as unlike as -9."""
    return lambda one, other: values.get(min(one.id, other.id) + max(one.id, other.id), -9.0)


def test_an_outlet_counts_once_in_a_mean_however_much_it_writes() -> None:
    """Article c is like b (8) and unlike four reports of one outlet (-3 each); the outlet counts
    once, so the mean is 2.5 and c joins."""
    flood = [make_report(f"f{n}", QUAKE, outlet="flood.example") for n in range(4)]

    # "bc" is the likeness of articles b and c
    likeness = {"bc": 8.0}
    likeness |= {"cf0": -3.0, "cf1": -3.0, "cf2": -3.0, "cf3": -3.0}
    likeness |= {"bf0": 9.0, "bf1": 9.0, "bf2": 9.0, "bf3": 9.0}
    likeness |= {f"f{n}f{m}": 9.0 for n in range(4) for m in range(4)}
    reports = [*flood, make_report("b", QUAKE), make_report("c", QUAKE)]
    groups = list_ids(group_reports(reports, make_measure(likeness)))

    # the mean of c is (8 - 3) / 2, not (8 - 4 * 3) / 5
    assert groups == {frozenset(("b", "c", "f0", "f1", "f2", "f3"))}


def test_an_outlet_has_few_articles_in_a_story_the_first_ones() -> None:
    """Of one outlet at most `OF_OUTLET` articles, the earliest, are in a story."""
    flood = [
        make_report(f"f{n}", QUAKE, outlet="flood.example", at=NOON + timedelta(minutes=n))
        for n in range(OF_OUTLET + 2)
    ]
    changes = find_changed_stories([make_report("a", QUAKE), *flood])
    assert sorted(changes) == ["a", *(f"f{n}" for n in range(OF_OUTLET))]


def test_a_story_keeps_its_name_when_others_join_and_when_two_become_one() -> None:
    """If new reports join two stories, the articles of the smaller one (c) get the id of the
    larger one."""
    reports = [
        make_report("a", QUAKE, story="larger"),
        make_report("b", QUAKE, story="larger"),
        make_report("c", QUAKE, story="smaller"),
        make_report("n", QUAKE),
    ]

    assert find_changed_stories(reports, new=["n"]) == {"c": "larger", "n": "larger"}


def test_final_articles_stay_in_their_stories() -> None:
    """Articles that the operator assigned (`final`) stay where they are: alike ones in two
    stories, unlike ones in one. Only the new article (n) may get a story."""
    alike_in_two_stories = [
        make_report("a", QUAKE, story="one", final=True),
        make_report("b", QUAKE, story="two", final=True),
        make_report("n", QUAKE),
    ]

    # n fits both; a and b do not change
    assert find_changed_stories(alike_in_two_stories, new=["n"]) in ({"n": "one"}, {"n": "two"})

    unlike_in_one_story = [
        make_report("a", QUAKE, story="one", final=True),
        make_report("b", FERRY, story="one", final=True),
        make_report("n", FERRY),
    ]

    assert find_changed_stories(unlike_in_one_story, new=["n"]).keys() <= {"n"}


def test_later_articles_neither_split_a_story_nor_join_two() -> None:
    """Six later articles, each on the quake and the ferry, leave the stories of both as they are;
    neither do they put a single article on the quake into one story with one on the ferry."""
    two_stories = [
        make_report("a", QUAKE, story="one"),
        make_report("b", QUAKE, story="one"),
        make_report("c", FERRY, story="two"),
        make_report("d", FERRY, story="two"),
    ]
    later = [make_report(f"x{n}", BOTH, at=NOON + timedelta(hours=1)) for n in range(6)]
    changes = find_changed_stories([*two_stories, *later], new=[report.id for report in later])

    assert not changes.keys() & {"a", "b", "c", "d"}  # the articles of the two stories

    two_single_articles = [make_report("a", QUAKE), make_report("c", FERRY)]
    changes = find_changed_stories([*two_single_articles, *later])

    story_of_a = changes.get("a", "no story: a")
    story_of_c = changes.get("c", "no story: c")

    assert story_of_a != story_of_c


def test_a_report_like_two_events_neither_parts_nor_bridges_stories() -> None:
    """A report (x) that is like one member of a story (a) and unlike the other (b) joins both and
    does not split them; one that is like two unlike articles does not join them."""
    later_report = make_report("x", QUAKE, at=NOON + timedelta(hours=1))

    # "ax" is the likeness of a and x; above 0 is alike
    measure = make_measure({"ab": 1.5, "ax": 9.0, "bx": -1.5})
    story = [make_report("a", QUAKE, story="s"), make_report("b", QUAKE, story="s")]

    assert list_ids(group_reports([*story, later_report], measure, "x")) == {frozenset("abx")}

    # a and b are unlike, and in no story
    measure = make_measure({"ab": -3.0, "ax": 9.0, "bx": 9.0})

    assert frozenset("ab") not in list_ids(
        group_reports([make_report("a", QUAKE), make_report("b", QUAKE)], measure)
    )
    assert frozenset("abx") not in list_ids(
        group_reports([make_report("a", QUAKE), make_report("b", QUAKE), later_report], measure)
    )


def test_a_later_pass_splits_articles_that_are_not_alike() -> None:
    """A story of two unlike articles, a on the quake and b on the ferry, is split when a new
    report on either comes: a is in a story with n then, b in another one with m."""
    reports = [
        make_report("a", QUAKE, story="s"),
        make_report("b", FERRY, story="s"),
        make_report("n", QUAKE),
        make_report("m", FERRY),
    ]
    changes = find_changed_stories(reports, new=["n", "m"])
    story_now = {report.id: changes.get(report.id, report.story) for report in reports}

    assert story_now["a"] == story_now["n"]
    assert story_now["b"] == story_now["m"]
    assert story_now["a"] != story_now["b"]


def test_an_article_that_was_edited_leaves_its_story() -> None:
    """If an article's text changes (c is about the ferry by now), it leaves its story: it begins
    one with a single article on the ferry, or joins the story that there is on the ferry."""
    quake_story = [make_report("a", QUAKE, story="s"), make_report("b", QUAKE, story="s")]
    edited = make_report("c", FERRY, story="s")
    single = make_report("m", FERRY)

    assert find_changed_stories([*quake_story, edited, single], new=["c"]) == {
        "c": "story of c",
        "m": "story of c",
    }

    ferry_story = [make_report("m", FERRY, story="t"), make_report("n", FERRY, story="t")]

    assert find_changed_stories([*quake_story, edited, *ferry_story], new=["c"]) == {"c": "t"}


def test_a_story_too_large_to_be_grouped_again_takes_new_articles() -> None:
    """A story of `LARGEST` articles takes a new one (n) and no unlike one (x). It does not take n
    if n's outlet has as many articles there as one outlet may have."""
    large = [make_report(f"a{n:03}", QUAKE, story="s") for n in range(LARGEST)]

    assert find_changed_stories(
        [*large, make_report("n", QUAKE), make_report("x", FERRY)], new=["n", "x"]
    ) == {"n": "s"}

    earlier = NOON - timedelta(hours=1)
    same_outlet = [
        make_report(f"b{n}", QUAKE, story="s", outlet="n.example", at=earlier)
        for n in range(OF_OUTLET)
    ]

    assert find_changed_stories([*large, *same_outlet, make_report("n", QUAKE)], new=["n"]) == {}


def test_many_articles_at_once_begin_a_story() -> None:
    """More than `LARGEST` new reports on one event become one story."""
    reports = [make_report(f"a{n:03}", QUAKE) for n in range(LARGEST + 20)]
    story_of_article = find_changed_stories(reports)

    assert len(set(story_of_article.values())) == 1


def test_an_article_on_two_events_joins_no_two_stories() -> None:
    """Five articles on both the quake and the ferry come: each joins one of the two stories, and
    the articles of those stay where they are."""
    apart = [
        make_report("a", QUAKE, story="one"),
        make_report("b", QUAKE, story="one"),
        make_report("c", FERRY, story="two"),
        make_report("d", FERRY, story="two"),
    ]
    bridges = [make_report(f"x{n}", BOTH, outlet="bridge.example") for n in range(5)]
    changes = find_changed_stories([*apart, *bridges], new=[bridge.id for bridge in bridges])

    assert changes.keys() == {"x0", "x1", "x2", "x3", "x4"}  # none of a, b, c, d
    assert set(changes.values()) <= {"one", "two"}
