"""Texts for the made-up sites: plain sentences drawn by lot, the same for the same seed, no two stories alike."""

from __future__ import annotations

import random

_WHO = (
    "the harbour master", "a retired ferry pilot", "two apprentices", "the night watch", "the rope maker's daughter",
    "a surveyor from the hills", "the oldest carpenter", "the school's sailing class", "a visiting potter",
    "the lock keeper", "three volunteers", "the museum's archivist", "a radio amateur", "the bridge inspector",
)  # fmt: skip
_DID = (
    "measured", "repaired", "sketched", "gave away", "weighed", "tested", "counted", "painted", "took apart",
    "photographed", "lowered", "hung up", "described", "bought back",
)  # fmt: skip
_WHAT = (
    "the northern slipway", "a crate of brass pulleys", "eleven oak beams", "the tide gauge", "a chart of the estuary",
    "the winter moorings", "an unfired jar", "the signal lamp", "a model of the swing bridge", "the old dredger's bell",
    "a coil of tarred line", "the weather log", "six glazed tiles", "the millrace gate",
)  # fmt: skip
_WHEN = (
    "before breakfast", "during the long calm", "after the second storm", "on the first dry Tuesday", "at slack water",
    "while the ferry waited", "in the week of the fair", "as the fog lifted", "shortly before dusk", "on a dare",
)  # fmt: skip
_WHY = (
    "because nobody else would", "to settle an argument", "for the benefit of the new apprentices",
    "so that the next crew need not guess", "although the drawings said otherwise", "without asking the council",
    "at a cost of {n} crowns", "and wrote {n} lines about it", "with {m} borrowed clamps", "and found {m} mistakes",
)  # fmt: skip
_MORE = (
    "Of {n} visitors only {m} noticed that {what} had been moved.",
    "The ledger for {y} mentions {what} and nothing else.",
    "Nobody could say whether {who} or {other} had the better claim to {what}.",
    "It took {m} days and {n} nails, and {who} kept the receipts.",
    "What {who} remembers best is how quiet it was {when}.",
    "A second attempt is planned for {y}, provided that {other} agrees.",
    "“We would do it again,” {who} said {when}, pointing at {what}.",
    "The figures differ: {n} by one account, {m} by the other.",
    "Whoever wants to see {what} should come {when} and bring boots.",
)
_TITLES = (
    "how {who} {did} {what}",
    "what {who} found {when}",
    "{what}, {m} years on",
    "why {who} {did} {what}",
    "a letter about {what}",
    "{n} days with {what}",
)


def title(number: int) -> str:
    """The title of story `number`, which it holds."""
    dice = random.Random(f"title {number}")
    return f"Story {number}: {_filled(dice, dice.choice(_TITLES))}"


def paragraphs(seed: str, tags: tuple[str, ...], count: int = 3) -> list[str]:
    """So many paragraphs, which name the tags."""
    dice = random.Random(seed)
    found = []
    for number in range(count):
        sentences = [_claim(dice), *(_sentence(dice) for _ in range(3)), _claim(dice)]
        if number < len(tags):
            sentences.insert(1, f"It is a story about {tags[number].lower()} as much as about {dice.choice(_WHAT)}.")
        found.append(" ".join(sentences))
    return found


def _claim(dice: random.Random) -> str:
    return _sentence(dice, f"{{who}} {{did}} {{what}} {{when}}, {dice.choice(_WHY)}.")


def _sentence(dice: random.Random, form: str = "") -> str:
    made = _filled(dice, form or dice.choice(_MORE))
    return made[0].upper() + made[1:]


def _filled(dice: random.Random, form: str) -> str:
    who, other = dice.sample(_WHO, 2)
    return form.format(
        who=who,
        other=other,
        did=dice.choice(_DID),
        what=dice.choice(_WHAT),
        when=dice.choice(_WHEN),
        n=dice.randrange(21, 900),
        m=dice.randrange(3, 20),
        y=dice.randrange(1890, 2030),
    )
