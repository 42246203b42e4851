"""Sketches measure how much text two articles share."""

from __future__ import annotations

import random
import subprocess
import sys

from hypothesis import given, settings
from hypothesis import strategies as st

from syndicator.sketches.copies import (
    Sketch,
    are_same_story,
    estimate_containment,
    estimate_resemblance,
    make_sketch,
)

WORDS = [f"{a}{b}{c}" for a in "bdfgklmnprst" for b in "aeiou" for c in "bdfgklmnprst"]


def make_prose(seed: int, words: int = 600) -> str:
    dice = random.Random(seed)
    return " ".join(dice.choice(WORDS) for _ in range(words))


def make_known_sketch(text: str) -> Sketch:
    sketch = make_sketch(text)
    assert sketch is not None
    return sketch


def are_alike(one: str, other: str, *, one_source: bool = False) -> bool:
    return are_same_story(make_known_sketch(one), make_known_sketch(other), one_source=one_source)


def test_a_copy_is_the_same_story_whatever_stands_round_it() -> None:
    """A copy is recognised in capitals, with other text around it, and without its last third."""
    story = make_prose(1)
    other_prose = make_prose(2)

    assert are_alike(story, story.upper().replace(" ", ",  "))
    assert are_alike(story, f"{other_prose[:300]} {story} {other_prose[-600:]}")
    assert are_alike(story, story[: len(story) * 2 // 3] + other_prose[:200])
    assert not are_alike(story, other_prose)


def test_a_page_that_holds_as_much_besides_is_no_copy() -> None:
    """A page whose other half is different text is no copy."""
    story = make_prose(1)
    assert not are_alike(story, f"{story} {make_prose(2)}")
    assert not are_alike(story, " ".join(make_prose(number) for number in range(8)))


def test_two_stories_that_quote_the_same_are_two() -> None:
    """Articles that share a quotation, at most three sevenths of their text, are not copies."""
    common = make_prose(3, 150)
    assert not are_alike(common + make_prose(1, 400), make_prose(2, 400) + common)
    # the common 150 words are three sevenths of 350
    assert not are_alike(common + make_prose(1, 200), make_prose(2, 200) + common)


def test_a_round_up_is_no_copy_of_a_story_in_it() -> None:
    """A long page that contains a short story is no copy of it."""
    story = make_prose(1, 120)
    assert not are_alike(
        story, " ".join(story if n == 5 else make_prose(n, 150) for n in range(10, 20)) + story
    )


def test_instalments_of_a_series_are_no_copies_of_each_other() -> None:
    """Two articles of one source that share 400 of 650 words are no copies; with one more word,
    an article is."""
    frame = make_prose(4, 400)
    one = frame + make_prose(5, 250)
    other = frame + make_prose(6, 250)

    assert not are_alike(one, other, one_source=True)
    assert are_alike(one, one + " a word more", one_source=True)


def test_a_text_without_spaces_between_words_is_told_apart_too() -> None:
    """Chinese texts are compared, too: three quarters of a text are a copy of it, another text
    is not."""
    dice = random.Random(1)

    def make_chinese_text() -> str:
        return "".join(chr(0x4E00 + dice.randrange(3000)) for _ in range(400))

    text = make_chinese_text()
    other_text = make_chinese_text()

    assert are_alike(text, text[:300] + "。")
    assert not are_alike(text, other_text)


def test_short_texts_are_not_judged() -> None:
    """A text of a few words has no sketch: it is too short to be called a copy."""
    assert make_sketch("") is None
    assert make_sketch("Only a few words about nothing at all.") is None


def test_estimates_are_near_the_truth() -> None:
    """Two texts of 2,000 words share 1,000: a third of all their words, and half of either."""
    words = make_prose(7, 3000).split()
    first_sketch = make_known_sketch(" ".join(words[:2000]))
    other_sketch = make_known_sketch(" ".join(words[1000:]))

    assert abs(estimate_resemblance(first_sketch, other_sketch) - 1 / 3) < 0.1
    assert abs(estimate_containment(first_sketch, other_sketch) - 1 / 2) < 0.12


@given(st.text(max_size=2000), st.text(max_size=2000))
@settings(max_examples=40)
def test_likeness_is_a_share_and_the_same_both_ways(one: str, other: str) -> None:
    """Likeness is between 0 and 1, symmetric, 1 for a text with itself, and a sketch survives
    packing."""
    first_sketch = make_sketch(one + make_prose(8, 60))
    second = make_sketch(other + make_prose(9, 60))
    if first_sketch and second:
        for measure in (estimate_resemblance, estimate_containment):
            assert 0 <= measure(first_sketch, second) == measure(second, first_sketch) <= 1
        assert (
            estimate_resemblance(first_sketch, first_sketch)
            == estimate_containment(first_sketch, first_sketch)
            == 1
        )
        assert Sketch.unpack(first_sketch.pack()) == first_sketch


def test_the_same_text_gives_the_same_sketch_in_every_process() -> None:
    """Sketches do not depend on Python's random hash seed, because they are stored."""
    script = (
        "from tests.filing.test_similarity import make_known_sketch, make_prose\n"
        "print(make_known_sketch(make_prose(1)))"
    )
    for seed in ("0", "1"):
        command = [sys.executable, "-c", script]
        environment = {"PYTHONHASHSEED": seed}
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
        assert done.stdout.strip() == str(make_known_sketch(make_prose(1)))


def test_only_the_start_of_a_very_long_text_is_looked_at() -> None:
    """Only the first 60,000 words count: the same start gives the same sketch."""
    start = make_prose(1, 60_000)
    assert make_known_sketch(start) == make_known_sketch(start + make_prose(2, 60_000))
