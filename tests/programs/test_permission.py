"""Which parts of an article a program may read."""

from __future__ import annotations

import pytest

from syndicator.core.model import Article, Source
from syndicator.programs.permission import Permission, find_permission, redact_document
from syndicator.searching.documents import make_document

NO_AI = ("ai-input: no (Content-Signal, robots-txt)",)


def make_article(**fields: object) -> Article:
    return Article(id="a", url="https://one.example/a", title="Ferry", **fields)  # type: ignore[arg-type]


def make_source(**fields: object) -> Source:
    return Source(key="one", url="https://one.example/", **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("article", "source", "mode"),
    [
        ({}, {"content": "full"}, "full"),
        ({}, {"content": "excerpt"}, "excerpt"),
        ({}, {"content": "link"}, "link"),
        ({}, {"content": "full", "llm": False}, "link"),
        ({}, {"content": "full", "llm": False, "licence": "https://l.example/"}, "link"),
        ({"rights": NO_AI}, {"content": "full"}, "link"),
        ({"rights": NO_AI}, {"content": "full", "licence": "https://l.example/"}, "full"),
        ({"robots": ("noarchive",)}, {"content": "full"}, "excerpt"),
        ({"robots": ("nosnippet",)}, {"content": "full"}, "link"),
        ({"hold": True}, {"content": "full"}, None),
        ({"merged_into": "b"}, {"content": "full"}, None),
    ],
)
def test_a_program_reads_what_is_published_and_what_models_may_read(
    article: dict[str, object], source: dict[str, object], mode: str | None
) -> None:
    """The permission follows from published mode and usage rules."""
    permission = find_permission(make_article(**article), make_source(**source), is_published=True)
    assert (permission.mode if permission else None) == mode


def test_nothing_is_read_of_an_article_in_no_feed() -> None:
    """Unpublished articles are not readable."""
    assert find_permission(make_article(), make_source(), is_published=False) is None


def test_the_article_of_a_removed_source_has_its_excerpt() -> None:
    """For articles of a removed source only the excerpt is readable."""
    permission = find_permission(make_article(), None, is_published=True)
    assert permission == Permission("excerpt")


def test_what_is_withheld_is_explained() -> None:
    """A source with `llm = false` gives programs only the link, with the reason."""
    permission = find_permission(make_article(), make_source(llm=False), is_published=True)
    assert permission == Permission("link", ("opted-out",))


@pytest.mark.parametrize(
    ("mode", "searched_text"), [("full", "text"), ("excerpt", ""), ("link", "")]
)
def test_a_search_matches_only_words_that_may_be_read(mode: str, searched_text: str) -> None:
    """The search document contains only the readable parts."""
    article = make_article(excerpt="All of the excerpt.")
    document = redact_document(
        make_document(article, "text"),
        Permission(mode),  # type: ignore[arg-type]
        "Published.",
    )

    assert document.body.strip() == searched_text
    assert document.excerpt.split() == ["published"]
    assert document.title.split() == ["ferry"]
