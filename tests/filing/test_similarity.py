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
    story = make_prose(seed=1)
    other_prose = make_prose(seed=2)
    in_capitals_with_commas = story.upper().replace(" ", ",  ")
    with_text_around_it = f"{other_prose[:300]} {story} {other_prose[-600:]}"
    first_two_thirds = story[: len(story) * 2 // 3] + other_prose[:200]

    assert are_alike(story, in_capitals_with_commas)
    assert are_alike(story, with_text_around_it)
    assert are_alike(story, first_two_thirds)
    assert not are_alike(story, other_prose)


def test_a_page_that_holds_as_much_besides_is_no_copy() -> None:
    """A page that contains a story and as much other text, or seven times as much, is no copy."""
    story = make_prose(seed=1)
    half_of_it = f"{story} {make_prose(seed=2)}"
    an_eighth_of_it = " ".join(make_prose(seed) for seed in range(8))  # of seeds 0 to 7

    assert not are_alike(story, half_of_it)
    assert not are_alike(story, an_eighth_of_it)


def test_two_stories_that_quote_the_same_are_two() -> None:
    """Articles that share a quotation, at most three sevenths of their text, are not copies."""
    quotation = make_prose(seed=3, words=150)
    long_one = quotation + make_prose(seed=1, words=400)
    long_other = make_prose(seed=2, words=400) + quotation

    assert not are_alike(long_one, long_other)

    # 150 words are three sevenths of 350
    short_one = quotation + make_prose(seed=1, words=200)
    short_other = make_prose(seed=2, words=200) + quotation

    assert not are_alike(short_one, short_other)


def test_a_round_up_is_no_copy_of_a_story_in_it() -> None:
    """A page of ten other texts that ends with a story of 120 words is no copy of it."""
    story = make_prose(seed=1, words=120)
    ten_other_texts = " ".join(make_prose(seed, words=150) for seed in range(10, 20))

    assert not are_alike(story, ten_other_texts + story)


def test_instalments_of_a_series_are_no_copies_of_each_other() -> None:
    """Two articles of one source that share 400 of 650 words are no copies; with one more word,
    an article is."""
    frame = make_prose(seed=4, words=400)
    one = frame + make_prose(seed=5, words=250)
    other = frame + make_prose(seed=6, words=250)

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

    assert len(text) == 400
    assert are_alike(text, text[:300] + "。")
    assert not are_alike(text, other_text)


def test_short_texts_are_not_judged() -> None:
    """A text of a few words has no sketch: it is too short to be called a copy."""
    assert make_sketch("") is None
    assert make_sketch("Only a few words about nothing at all.") is None


def test_estimates_are_near_the_truth() -> None:
    """Two texts of 2,000 words share 1,000: a third of all their words, and half of either."""
    words = make_prose(seed=7, words=3000).split()
    first_sketch = make_known_sketch(" ".join(words[:2000]))
    other_sketch = make_known_sketch(" ".join(words[1000:]))

    assert abs(estimate_resemblance(first_sketch, other_sketch) - 1 / 3) < 0.1
    assert abs(estimate_containment(first_sketch, other_sketch) - 1 / 2) < 0.12


@given(st.text(max_size=2000), st.text(max_size=2000))
@settings(max_examples=40)
def test_likeness_is_a_share_and_the_same_both_ways(one: str, other: str) -> None:
    """Both measures of likeness are between 0 and 1, the same both ways, and 1 for a text with
    itself. A sketch that was packed and unpacked is the same."""
    # with 60 words more, so that even an empty text has a sketch
    first_sketch = make_sketch(one + make_prose(seed=8, words=60))
    second = make_sketch(other + make_prose(seed=9, words=60))
    if first_sketch and second:
        for measure in (estimate_resemblance, estimate_containment):
            assert 0 <= measure(first_sketch, second) <= 1
            assert measure(first_sketch, second) == measure(second, first_sketch)
            assert measure(first_sketch, first_sketch) == 1
        assert Sketch.unpack(first_sketch.pack()) == first_sketch


def test_the_same_text_gives_the_same_sketch_in_every_process() -> None:
    """Sketches do not depend on Python's random hash seed, because they are stored."""
    script = (
        "from tests.filing.test_similarity import make_known_sketch, make_prose\n"
        "print(make_known_sketch(make_prose(1)))"
    )
    for hash_seed in ("0", "1"):
        command = [sys.executable, "-c", script]
        environment = {"PYTHONHASHSEED": hash_seed}
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
        assert done.stdout.strip() == str(make_known_sketch(make_prose(1)))


def test_only_the_start_of_a_very_long_text_is_looked_at() -> None:
    """Only the first 60,000 words count: the same start gives the same sketch."""
    start = make_prose(seed=1, words=60_000)
    twice_as_long = start + make_prose(seed=2, words=60_000)

    assert make_known_sketch(twice_as_long) == make_known_sketch(start)
