"""`describe` returns excerpt, category, tags and language of an article at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from syndicator.core.errors import ConfigError
from syndicator.describing.describe import describe
from syndicator.describing.summary.excerpt import summarize
from syndicator.describing.taxonomy.categories import FLOOR
from syndicator.describing.taxonomy.taxonomy import Taxonomy

CONFIG = Path(__file__).resolve().parents[2] / "config" / "taxonomy.toml"
TITLE = "Chatbot maker raises billions"
TEXT = """The maker of ChatGPT has raised six billion dollars from investors, it said on Tuesday.
The money will pay for chips that train larger large language models, a form of artificial intelligence.
Rivals are raising money as well, and ChatGPT now has a hundred million users. Read more about it here."""  # noqa: E501


@pytest.fixture(scope="module")
def taxonomy() -> Taxonomy:
    return Taxonomy.from_toml(CONFIG)


def test_a_story_on_ai_money_is_ai(taxonomy: Taxonomy) -> None:
    """With the shipped taxonomy, a story about a chatbot's investors gets the category AI, a tag
    and an excerpt from its text."""
    description = describe(TITLE, TEXT, taxonomy=taxonomy)

    assert description.category == "AI"
    assert set(description.tags) >= {"ChatGPT"}
    assert description.language == "en"
    assert description.excerpt_by == "extractive"


def test_without_a_taxonomy_there_is_no_category_and_the_publishers_tags_stay() -> None:
    """Without a taxonomy an article has no category, and the publisher's tags with the capital
    letters of names."""
    description = describe(TITLE, TEXT, keywords=["ai", "chatgpt"], taxonomy=Taxonomy())

    assert description.category == ""
    assert description.tags == ("AI", "ChatGPT")
    assert description.tags_by == "publisher"


def test_an_unknown_key_is_named(tmp_path: Path) -> None:
    """A misspelled key in taxonomy.toml is an error that suggests the right one."""
    path = tmp_path / "taxonomy.toml"
    path.write_text('[[tag]]\nname = "AI"\nalias = ["A.I."]\n')
    with pytest.raises(ConfigError, match=r"alias.*did you mean 'aliases'"):
        Taxonomy.from_toml(path)


def list_past_posts() -> list[tuple[str, str, list[str]]]:
    birds = [
        (f"Bird count {n}", f"Volunteers counted {n} birds in the garden and the wood.", ["birds"])
        for n in range(20)
    ]
    tools = [
        (f"Release {n} of curl", f"The new release {n} of curl mends bugs in transfers.", ["curl"])
        for n in range(20)
    ]
    return [*birds, *tools]


def test_what_was_learnt_survives_a_save(tmp_path: Path) -> None:
    """Tags learnt from past posts on birds and on curl are given to new posts, also after what was
    learnt was saved and loaded."""
    learnt = Taxonomy().learn(list_past_posts())
    learnt.save(tmp_path / "learnt.npz")
    loaded = Taxonomy().with_learnt(tmp_path / "learnt.npz")

    for taxonomy in (learnt, loaded):
        assert taxonomy.tags("Birds of the wood", "They counted birds again.") == ("birds",)
        assert taxonomy.tags("Curl again", "A release of curl.") == ("curl",)


def test_a_small_past_of_one_kind_tags_no_other_kind() -> None:
    """After twelve posts that are all on AI, an article on recipes, matches or bridges still
    does not get that tag."""
    subjects = [
        "language models",
        "chips for neural networks",
        "a chatbot of the bank",
        "training of models",
        "robots",
    ]
    posts = []
    for n in range(12):
        subject = subjects[n % 5]
        text = f"The lab trained {subject} on data. Machine learning number {n}."
        posts.append((f"Research on {subject}", text, ["AI"]))
    learnt = Taxonomy().learn(posts)
    others = [
        (
            "Soup of the season",
            "Peel the onions, fry them in butter, add the pumpkin and let it boil for an hour.",
        ),
        (
            "Rovers win again",
            "The striker scored two goals in the second half and the coach praised his players.",
        ),
        (
            "A new bridge",
            "The council will pay for the bridge over the river, which closes for the winter.",
        ),
    ]

    assert [learnt.tags(title, text) for title, text in others] == [(), (), ()]
    assert learnt.tags(
        "Research on chatbots", "The lab trained a chatbot on data with machine learning."
    ) == ("AI",)


def test_a_tag_that_the_text_does_not_name_is_not_given(taxonomy: Taxonomy) -> None:
    """A text about a model that writes programs names no listed tag, so it gets none by
    guessing."""
    text = (
        "The lab's new model writes programs and mends their bugs. Developers ask it in plain words"
        " and it answers. They get code and tests, to be reviewed."
    )
    assert taxonomy.tags("A model that writes programs", text) == ()


LAPTOPS = """The best laptop for most people has a bright screen, a quiet keyboard and a battery that lasts two days.
We typed on each of them for a month and carried them to work. The cheapest is light, its screen is dim.
The one for players has a GPU of its own, which is loud. Its maker speaks of AI, as they all do, and of new chips.
For students we would take the one with the long battery, as its keyboard is better than that of the others we tried.
The heaviest has a large screen, two fans and a lid of metal. It costs twice as much and is worth it for few people.
Each was charged and drained ten times, opened and closed a thousand times, and read in the sun by two of us."""  # noqa: E501
NOTES = """An app for notes should open at once and find what you wrote a year ago. We moved our notes to six of them.
The first keeps plain files in a folder. The second has pages within pages, and its databases are tables of pages.
The third is quick and ugly. The fourth costs eight dollars a month and syncs between phones without a fault.
We would take the first for a single person, as files outlive an app, and the fourth for a family or a small office.
We measured how long each takes to open with ten thousand notes, how it finds a word, and what is left when it is gone.
Two of them keep a copy on each device, the others ask a server for every page, which is slow in a train.
Moving from one to another takes an evening, and pictures are lost more often than words. Ask for an export first.
Prices rose in four of them this year. Students pay half in three, and nobody pays for the first, which asks for gifts.
None of them is perfect. The search of the fifth found nothing, and the sixth closed while we wrote about it."""  # noqa: E501


def test_what_a_text_names_in_passing_is_no_tag(taxonomy: Taxonomy) -> None:
    """Tags that a long text mentions only in passing are not given: AI and GPU to a review of
    laptops, databases to one of apps for notes. A text about GPUs gets the tag."""
    assert {"AI", "GPU", "databases"} <= taxonomy.names
    assert not {"AI", "GPU"} & set(taxonomy.tags("The best laptops, tried for a month", LAPTOPS))
    assert not {"databases"} & set(taxonomy.tags("Six apps for notes, compared", NOTES))

    gpu = (
        "The new GPU is faster than the GPU of last year, and its maker will sell every GPU that it"
        " can make."
    )

    assert "GPU" in taxonomy.tags("A GPU for players", gpu)


def test_a_text_that_says_next_to_nothing_has_no_category(taxonomy: Taxonomy) -> None:
    """A short text without a subject gets no category and a score below the floor."""
    guess = taxonomy.category("Hello", "Nothing to report today.")
    assert guess.name is None
    assert 0 < guess.score < FLOOR


def test_a_publishers_tag_that_is_called_like_a_category_speaks_for_it(taxonomy: Taxonomy) -> None:
    """The article is filed under AI only with the publisher's tag "AI"."""
    text = (
        "Fourteen cities trained a small vision model on the cameras of their garbage trucks, which"
        " see the holes."
    )
    untagged = taxonomy.category("One model for potholes", text, "", ())
    tagged = taxonomy.category("One model for potholes", text, "", ("AI", "Cities"))

    assert untagged.name != "AI"
    assert tagged.name == "AI"


def test_a_file_or_host_is_not_what_it_is_called_like(taxonomy: Taxonomy) -> None:
    """The file name "robots.txt" and the host "tesla.com" do not mention robotics or Tesla."""
    title = "Manners"
    text = "Read robots.txt first. The page at tesla.com says so, and robots.txt is a small file."
    assert not {"robotics", "Tesla"} & set(taxonomy.tags(title, text))


def test_a_text_in_a_script_without_blanks_needs_words_of_its_category(taxonomy: Taxonomy) -> None:
    """A Japanese text without words of a category gets none, but still an excerpt of more than
    20 characters."""
    line = (
        "町立図書館の案内係は、声が小さい。木の箱に話しかけると、床に細い光の線が延びる。棚に着く。"
    )
    assert taxonomy.category("静かな実験", line * 5).name is None
    assert len(summarize("静かな実験", f"{line}\n" * 5, "ja")) > 20


def test_a_machine_of_some_model_is_no_machine_learning(taxonomy: Taxonomy) -> None:
    """The words "machine" and "models" in a text about coffee do not make it an article on AI."""
    text = (
        "The espresso of these models is as good as in a café, and the machine grinds the beans"
        " itself. " * 10
    )
    assert taxonomy.category("Espresso machines", text).name != "AI"


def test_how_sure_a_category_is_is_said_and_none_where_no_category_is_clear(
    taxonomy: Taxonomy,
) -> None:
    """`certainty` rates the chosen category, or the choice of none; without a taxonomy it is
    None."""
    with_category = describe(TITLE, TEXT, taxonomy=taxonomy)

    assert with_category.certainty == with_category.category_score
    assert with_category.certainty

    recipe = (
        "Peel the onions and fry them in butter until they are soft. Add the flour, stir, and let"
        " the soup simmer. "
    )
    without_category = describe("Onion soup for four", recipe * 8, taxonomy=taxonomy)

    assert without_category.category == ""
    assert without_category.category_score
    # how certain it is that the recipe belongs to no category
    assert without_category.certainty
    assert 0.5 < without_category.certainty <= 1

    assert describe(TITLE, TEXT, taxonomy=Taxonomy()).certainty is None
