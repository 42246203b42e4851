"""Split texts of many scripts into sentences; detect their language."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.describing.summary.excerpt import choose_excerpt, summarize
from syndicator.describing.taxonomy.taxonomy import Taxonomy
from syndicator.describing.text import sentences
from syndicator.describing.text.language import detect
from syndicator.describing.text.sentences import is_unbalanced, split_line

SPLIT = [
    ("de", "Am 3. Oktober feiert Deutschland. Die Fa. Siemens AG hat ca. 5 Mio. Euro.", 2),
    ("de", "Er sagte: „Ich gehe jetzt. Du bleibst.“ Sie blieb.", 2),
    ("de", "Die Partei mahnt die Länder an. Frank Weber ist bzw. Anna Weber war dort.", 2),
    ("en", "They pay by the month. Rent vs. Income is one chart.", 2),
    ("fr", "Mme. Curie est arrivée. « Non. Jamais », dit-elle.", 2),
    ("es", "El Sr. García llegó a EE. UU. ayer. ¿Qué? ¡Sí!", 3),
    ("en", "“Why? I will not,” he asked. It is fast.We like it.", 3),
    ("ja", "東京で会議が開かれた。「これは良い。とても良い」と彼は語った。", 2),
    ("zh", "他说：“今天很好。明天更好。”然后走了。", 2),
    ("hi", "यह एक वाक्य है। यह दूसरा है।", 2),
]
FAULTS = [
    ("PARIS (Reuters) - The bank said so.", "dateline"),
    ("NEW DELHI: The minister said so.", "dateline"),
    ("By John Smith and Ann Lee.", "byline"),
    ("Read more about it in our report.", "boilerplate"),
    ("It went on and on... and stopped.", "ellipsis"),
    ("It is <b>bold</b> here.", "markup"),
    ("Leasing and loans: rates ✓ examples ✓ a table for you!", "markup"),
    ("Pages: 448 Format: paperback Publisher: North of Bergen.", "markup"),
    ('He said "no and left.', "quotes"),
    ("It ends without a stop", "cut"),
    ("The title again, and more of it.", "title"),
]
LANGUAGES = [
    (
        "The council said on Monday that it would not be able to pay for the bridge this year.",
        "de",
        "en",
    ),
    (
        "Der Rat hat am Montag gesagt, dass er die Brücke in diesem Jahr nicht bezahlen kann.",
        None,
        "de",
    ),
    (
        "Le conseil a dit lundi que le pont ne sera pas payé cette année par la ville.",
        "en-US",
        "fr",
    ),
    ("東京で会議が開かれた。とても良い会議だったと彼は語った。", "en", "ja"),
    ("他说今天天气很好，明天会更好，大家都很高兴地去公园。", None, "zh"),
    ("OK", "pt-BR", "pt"),
]


@pytest.mark.parametrize(("code", "line", "number"), SPLIT)
def test_sentences_end_where_readers_end_them(code: str, line: str, number: int) -> None:
    """A line is split into as many sentences as a reader would count, without cutting
    quotations."""
    pieces = split_line(line, code)
    assert len(pieces) == number, pieces
    assert not any(map(is_unbalanced, pieces))


@pytest.mark.parametrize(("sentence", "code"), FAULTS)
def test_a_fault_of_form_is_named(sentence: str, code: str) -> None:
    """A sentence that should not stand in an excerpt of an article, called "The title again", is
    refused with a code for its fault."""
    assert sentences.find_fault(sentence, title="The title again") == code


@pytest.mark.parametrize(("text", "declared", "code"), LANGUAGES)
def test_a_text_outranks_a_declaration_it_contradicts(
    text: str, declared: str | None, code: str
) -> None:
    """The language is detected from the text, whatever is declared; the declared one, without its
    region, counts only if the text is too short to tell ("OK")."""
    assert detect(text, declared) == code


def test_a_dateline_is_cut_off() -> None:
    """Place and agency before the first sentence are not part of an excerpt."""
    sentence = "The bank of the city cut its rates on Monday after a long debate."
    assert summarize("Rates", f"PARIS (Reuters) - {sentence}") == sentence


def test_a_japanese_excerpt_keeps_to_the_cap() -> None:
    """Japanese characters count twice, so the excerpt of a long text has at most half as many
    characters as one in Latin letters may have."""
    long_text = "政府は今日、新しい計画を発表した。" * 40
    excerpt, excerpt_by = choose_excerpt("計画", long_text, "", "ja")

    assert excerpt_by == "extractive"
    assert 0 < len(excerpt) <= sentences.CHARACTERS / 2


@given(st.text(max_size=400), st.text(max_size=40))
def test_an_excerpt_passes_its_own_gates(text: str, title: str) -> None:
    """For any text, the excerpt, if there is one, is short enough and has no fault of form, except
    perhaps "boilerplate", which is checked earlier, sentence by sentence."""
    excerpt = summarize(title, text)
    if excerpt:
        assert not sentences.is_too_long(excerpt)
        assert sentences.find_fault(excerpt, title) in ("", "boilerplate")


def test_a_taxonomy_travels_to_other_processes() -> None:
    """A taxonomy, here without a list, can be pickled for worker processes and works there as
    before: it gives no category, and of the publisher's tags those that are names."""
    copy = pickle.loads(pickle.dumps(Taxonomy()))
    assert copy.category("Anything", "Any text at all.").name is None
    assert copy.tags("Anything", "Any text.", ["Chatgpt", "https://example.org"]) == ("ChatGPT",)
