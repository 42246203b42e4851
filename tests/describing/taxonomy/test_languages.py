"""Categories of articles that are not in English."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from syndicator.describing.taxonomy import categories, vocabulary
from syndicator.describing.taxonomy.categories import FLOOR
from syndicator.describing.taxonomy.taxonomy import Taxonomy

CASES = tomllib.loads((Path(__file__).parent / "languages.toml").read_text("utf-8"))["article"]
CONFIG = Path(__file__).resolve().parents[3] / "config" / "taxonomy.toml"
GERMAN = """
[[category]]
name = "Wirtschaft"
description = "Wirtschaft: Unternehmen, Banken und Konjunktur"

[[category]]
name = "Garten"
description = "Garten: Pflanzen, Beete, Gemüse und Jahreszeiten"
"""


@pytest.fixture(scope="module")
def taxonomy() -> Taxonomy:
    return Taxonomy.from_toml(CONFIG)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["title"])
def test_the_starter_categories_have_words_in_the_articles_language(
    taxonomy: Taxonomy, case: dict[str, str]
) -> None:
    """The categories that we ship are recognised in articles of many languages, or none is if
    none fits."""
    assert (taxonomy.category(case["title"], case["text"]).name or "") == case["category"]


def test_every_file_has_the_topics_that_are_named_and_whole_words() -> None:
    """Each language's file of topics (at least 13 languages) has only topics that `names.toml`
    names, and words without quotation marks."""
    folder = Path(vocabulary.__file__).parent.parent / "data" / "topics"
    languages = {path.stem for path in folder.glob("*.toml")} - {"names"}
    known_topics = vocabulary._load_topic_names().keys()

    assert len(languages) >= 13

    for language in languages:
        topics = vocabulary.load_topics(language)
        assert {topic.name for topic in topics} <= known_topics, language
        words = [word for topic in topics for word in topic.words]
        assert [word for word in words if '"' in word] == [], language


def test_categories_may_be_named_and_described_in_the_articles_language(tmp_path: Path) -> None:
    """An operator's categories with German names and descriptions work for German articles."""
    (tmp_path / "taxonomy.toml").write_text(GERMAN, "utf-8")
    taxonomy = Taxonomy.from_toml(tmp_path / "taxonomy.toml")
    business = "Der Umsatz des Konzerns stieg im Quartal, der Gewinn auch."

    assert taxonomy.category("Konzern baut aus", business).name == "Wirtschaft"

    gardening = (
        "Im Gemüsebeet wachsen jetzt Pflanzen, die den Winter vertragen. Gärten brauchen dann wenig"
        " Wasser."
    )

    assert taxonomy.category("Was im Herbst ins Beet kommt", gardening).name == "Garten"


def test_one_word_of_a_category_is_not_enough(taxonomy: Taxonomy) -> None:
    """A single word of a category ("Patient", of health) gives a German text no category."""
    text = (
        "Die Nachbarn trafen sich im Hof und sprachen lange. Es gab Kuchen, und ein Patient kam"
        " dazu."
    )
    assert taxonomy.category("Ein langer Nachmittag im Hof", text).name is None


def test_an_english_article_on_what_the_operator_has_no_category_for_has_none(
    taxonomy: Taxonomy,
) -> None:
    """Articles on sports and cooking, for which the shipped taxonomy has no category, get none,
    even if the best score is over the limit `FLOOR`."""
    text = """The striker scored twice and the coach praised his players after the match. The league leaders have won
    eight games this season, and their captain will miss the cup final with an injured knee."""  # noqa: E501
    guess = taxonomy.category("Rovers beat United to reach the semi-final", text)

    assert guess.name is None
    assert guess.score > FLOOR

    recipe = """Chop the onions and the garlic, fry them in butter, add flour and cook the sauce in a saucepan. Bake the
    dough in the oven, then serve it with a salad and a glass of wine."""  # noqa: E501

    assert taxonomy.category("A tart of onions", recipe).name is None


def test_beginnings_whole_words_neighbours_and_joined_words_are_found() -> None:
    """A word of a category matches the start of words, whole words (`$`), pairs (`-`), and parts
    of German compounds."""
    words = categories.prepare_native_words(
        ["forsch", "ki$", "soziale-medien", "regierung", "taux-d'intérêt"], "de"
    )
    # "Kinder" is not "KI", and "Soziale Fragen" are not "soziale Medien"
    counts = words.count_words(
        "Forscher der Bundesregierung: KI und soziale Medien. Kinder. Le taux d'intérêt. Soziale"
        " Fragen."
    )
    assert counts == {
        "forsch": 1,
        "regierung": 1,
        "ki$": 1,
        "soziale-medien": 1,
        "taux-d'intérêt": 1,
    }


def test_eastern_words_begin_anywhere_and_latin_ones_stand_alone() -> None:
    """Chinese words match inside text, the longest one only; Latin words match as whole words,
    so "ai$" not in "OpenAI"."""
    words = categories.prepare_native_words(["人工智能", "智能", "ai$"], "zh")
    assert words.count_words("OpenAI今日发布人工智能模型,AI手机") == {"人工智能": 1, "ai$": 1}


UNKNOWN = {
    "sw": (
        "Simba yashinda mchezo wa fainali",
        "Timu ya Simba ilishinda mchezo wa fainali jana jioni katika uwanja wa taifa mbele ya"
        " mashabiki wengi. Kocha alisema wachezaji wake walicheza vizuri na kwamba ushindi huo ni"
        " wa mashabiki wote waliokuja uwanjani. Mchezaji bora alifunga mabao mawili. ",
    ),
    "tr": (
        "Galatasaray derbiyi son dakikada kazandı",
        "Galatasaray, derbide rakibini son dakikada attığı golle yendi ve liderliğini sürdürdü."
        " Teknik direktör maçtan sonra oyuncularını kutladı. Taraftarlar bu galibiyet için"
        " sokaklara döküldü ve kutlamalar gece boyunca devam etti. ",
    ),
    "fi": (
        "Hallitus sopi ensi vuoden budjetista",
        "Hallitus on sopinut ensi vuoden budjetista, ja se esitellään eduskunnalle syyskuussa."
        " Pääministeri sanoi, että neuvottelut olivat vaikeat mutta tulos on hyvä. Oppositio ei ole"
        " tyytyväinen, sillä leikkaukset koskevat sen mukaan pienituloisia. ",
    ),
}


@pytest.mark.parametrize("code", UNKNOWN)
def test_in_a_language_without_known_words_no_category_is_guessed(
    taxonomy: Taxonomy, code: str
) -> None:
    """In a language without word lists no category is guessed, with a certainty of 0; the one
    that the publisher's section names ("Policy") is used."""
    title, text = UNKNOWN[code]
    guess = taxonomy.category(title, text * 4, language=code)
    with_section = taxonomy.category(title, text * 4, section="Policy", language=code)

    assert guess.name is None
    assert guess.certainty == 0.0
    assert with_section.name == "Policy"


def test_words_that_the_operator_wrote_are_known_in_any_language(tmp_path: Path) -> None:
    """The operator's Finnish descriptions work for a Finnish article, although we have no
    Finnish words; a Turkish one gets none."""
    (tmp_path / "taxonomy.toml").write_text(
        '[[category]]\nname = "Politiikka"\ndescription = "hallitus, eduskunta, budjetti, oppositio'
        ' ja pääministeri"\n\n[[category]]\nname = "Urheilu"\ndescription = "jalkapallo, jääkiekko,'
        ' ottelu, valmentaja"\n',
        "utf-8",
    )
    own = Taxonomy.from_toml(tmp_path / "taxonomy.toml")
    title, text = UNKNOWN["fi"]

    assert own.category(title, text * 4, language="fi").name == "Politiikka"

    title, text = UNKNOWN["tr"]

    assert own.category(title, text * 4, language="tr").name is None
