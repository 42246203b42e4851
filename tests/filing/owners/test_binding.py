"""Find the article of an entry: a foreign site never takes over an article's identity."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from syndicator.app.container import App
from syndicator.articles.frontmatter import load
from syndicator.core.model import Article, Entry, Source, make_article_id
from syndicator.filing.context import Page
from syndicator.upkeep import editorial
from tests.filing.entry.test_ingest import take_entry
from tests.instances import Instance, store_articles

# two sources; evil's entries also link pages of the bank
EVIL = Source(
    key="evil", url="https://evil.example/feed", category="Casino", tags=("Poker",), content="full"
)
BANK = Source(key="bank", url="https://www.bank.example/feed")
BANK_PAGE = "https://bank.example/a"
EVIL_PAGE = "https://evil.example/x"


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    return Instance(tmp_path)


def make_page(url: str, word: str, head: str = "") -> Page:
    text = " ".join(
        f"The {word} counted {number} bridges in its report of the year." for number in range(40)
    )
    html = (
        f"<title>{word} counts</title>{head}<article><h1>{word} counts</h1><p>{text}</p></article>"
    )
    return Page(html=html.encode(), url=url, headers={"content-type": "text/html"})


def make_entry(id: str, url: str, **more: str) -> Entry:
    return Entry(id=id, url=url, title="What the feed calls it", **more)  # type: ignore[arg-type]


def load_articles(instance: Instance) -> dict[str, Article]:
    files = (instance.folder / "feeds/articles").rglob("*.md")
    return {article.url: article for article in (load(path.read_bytes()) for path in files)}


def test_another_source_says_where_an_article_is_and_nothing_else(instance: Instance) -> None:
    """If evil announces a page of the bank, the article has the page's title, and none of
    evil's tags, category and summary."""
    with instance.open_app() as app:
        take_entry(
            app,
            make_entry("e1", BANK_PAGE, summary="Casino " * 40),
            make_page(BANK_PAGE, "Council"),
            source=EVIL,
        )
    article = load_articles(instance)[BANK_PAGE]

    assert article.title == "Council counts"
    assert article.tags == ()
    assert article.category == "uncategorised"


def test_a_source_says_what_its_own_article_is(instance: Instance) -> None:
    """For a page of its own site, evil's entry gives title, tags and category."""
    with instance.open_app() as app:
        take_entry(app, make_entry("e1", EVIL_PAGE), make_page(EVIL_PAGE, "Council"), EVIL)
    article = load_articles(instance)[EVIL_PAGE]

    assert article.title == "What the feed calls it"
    assert article.tags == ("Poker",)
    assert article.category == "Casino"


def test_a_link_that_changes_to_another_site_is_another_entry(instance: Instance) -> None:
    """Evil's entry e1 links the bank's page, and later, with the same id, a page of evil: that one
    is filed as a new article, and the bank's article stays as it is. When the bank itself
    announces its page, no third one is filed."""
    with instance.open_app() as app:
        take_entry(app, make_entry("e1", BANK_PAGE), make_page(BANK_PAGE, "Council"), EVIL)
        before = load_articles(instance)[BANK_PAGE]
        result = take_entry(app, make_entry("e1", EVIL_PAGE), make_page(EVIL_PAGE, "Casino"), EVIL)

        assert result.added == make_article_id(EVIL_PAGE)
        assert load_articles(instance)[BANK_PAGE] == before

        own = take_entry(app, make_entry("g1", BANK_PAGE), make_page(BANK_PAGE, "Bank"), BANK)

        assert own.added is None
        assert set(load_articles(instance)) == {BANK_PAGE, EVIL_PAGE}


def test_a_link_that_changes_within_its_site_is_the_same_article(instance: Instance) -> None:
    """If the link of an entry (g1) changes within its site, its article keeps its address, gets the
    new text, and the new address as an alias. Another entry with that address files nothing."""
    moved = "https://bank.example/blog/a"
    with instance.open_app() as app:
        take_entry(app, make_entry("g1", BANK_PAGE), make_page(BANK_PAGE, "Council"), BANK)
        result = take_entry(app, make_entry("g1", moved), make_page(moved, "Bank"), BANK)

        assert result.changed == make_article_id(BANK_PAGE)

        (article,) = load_articles(instance).values()

        assert article.url == BANK_PAGE
        assert moved in article.aliases
        assert "The Bank counted" in article.body

        second_entry = take_entry(app, make_entry("other id", moved), None, BANK)

        assert second_entry.problem is None
        assert second_entry.added is None


def test_a_link_that_changes_to_another_known_article_leaves_both_alone(instance: Instance) -> None:
    """Entry g1 links article a, and later article b, which g2 links: neither article is changed,
    and none is filed."""
    other = "https://bank.example/b"
    with instance.open_app() as app:
        take_entry(app, make_entry("g1", BANK_PAGE), make_page(BANK_PAGE, "Council"), BANK)
        take_entry(app, make_entry("g2", other), make_page(other, "Mayor"), BANK)
        before = load_articles(instance)
        result = take_entry(app, make_entry("g1", other), make_page(other, "Bank"), BANK)

        assert result.added is None
        assert result.changed is None
        assert load_articles(instance) == before


def test_a_redirect_to_another_site_is_no_revision_and_no_article(instance: Instance) -> None:
    """The bank's address redirects to another site when it is read again (the page that is read has
    evil's address): that page neither revises the bank's article nor is filed."""
    with instance.open_app() as app:
        take_entry(app, make_entry("g1", BANK_PAGE), make_page(BANK_PAGE, "Council"), BANK)
        before = load_articles(instance)
        result = take_entry(app, make_entry("g1", BANK_PAGE), make_page(EVIL_PAGE, "Casino"), BANK)

        assert result.added is None
        assert result.changed is None
        assert load_articles(instance) == before


def test_a_shortened_link_is_the_article_that_it_leads_to(instance: Instance) -> None:
    """The bank's entry has a short link that redirects to the bank's page (the page that is read
    has the bank's address). Read again it is the same article, and, as it is the bank's own, has
    the title of the bank's feed."""
    short = "https://go.example/1"
    with instance.open_app() as app:
        take_entry(app, make_entry("g1", short), make_page(BANK_PAGE, "Council"), BANK)
        result = take_entry(app, make_entry("g1", short), make_page(BANK_PAGE, "Bank"), BANK)

        assert result.changed == make_article_id(BANK_PAGE)

        (article,) = load_articles(instance).values()

        assert article.title == "What the feed calls it"


def test_another_source_does_not_revise_what_it_points_to(instance: Instance) -> None:
    """The bank filed its article, and evil announces it, too. When evil's entry is read again and
    the page has changed, the article is not revised: only the bank may."""
    with instance.open_app() as app:
        take_entry(app, make_entry("g1", BANK_PAGE), make_page(BANK_PAGE, "Council"), BANK)
        take_entry(app, make_entry("e1", BANK_PAGE), page=None, source=EVIL)
        before = load_articles(instance)
        result = take_entry(app, make_entry("e1", BANK_PAGE), make_page(BANK_PAGE, "Bank"), EVIL)

        assert result.changed is None
        assert load_articles(instance) == before


@pytest.mark.parametrize(
    "head",
    [
        f'<link rel="canonical" href="{BANK_PAGE}">',
        f'<meta property="og:url" content="{BANK_PAGE}">',
        f'<link rel="amphtml" href="{BANK_PAGE}">',
        f'<a href="{BANK_PAGE}?print=1">Print</a>',
    ],
    ids=["canonical", "og:url", "amphtml", "print"],
)
def test_no_page_takes_the_address_of_another_site(instance: Instance, head: str) -> None:
    """A page of evil calls an address of the bank its own, in one of four ways (`head`): no article
    is found under that address, and after evil's article is withdrawn, the bank's is filed."""
    with instance.open_app() as app:
        spam = take_entry(
            app, make_entry("e1", EVIL_PAGE), make_page(EVIL_PAGE, "Casino", head), EVIL
        ).added

        assert app.archive.store.visits.find(["bank.example/a", "bank.example/a?print=1"]) is None

        assert spam is not None

        editorial.withdraw(app.archive, app.configuration, spam)
        result = take_entry(app, make_entry("g1", BANK_PAGE), make_page(BANK_PAGE, "Council"), BANK)

        assert result.added == make_article_id(BANK_PAGE)
        assert result.problem is None


def test_an_address_that_leads_elsewhere_is_not_taken(instance: Instance) -> None:
    """Evil announced an address of the bank that redirected to evil's page: no article has that
    address, withdrawing evil's article does not block it, and the bank can file its own there."""
    out = "https://bank.example/out?to=evil"
    with instance.open_app() as app:
        take_entry(app, make_entry("e1", out), make_page(EVIL_PAGE, "Casino"), EVIL)

        assert app.archive.store.visits.find(["bank.example/out?to=evil"]) is None

        editorial.withdraw(app.archive, app.configuration, make_article_id(EVIL_PAGE))

        assert not app.archive.store.visits.look_up(["bank.example/out?to=evil"]).withdrawn

        own = take_entry(app, make_entry("g1", out), make_page(out, "Council"), BANK)

        assert own.added == make_article_id(out)


def file_squatting_article(app: App) -> str:
    """As an earlier version left it: evil's article has the bank's address as one of its
    aliases."""
    article = store_articles(app, "Spam", "Spam.", source="evil", aliases=(BANK_PAGE,))
    with app.archive.store.visits._db.write() as connection:
        connection.exec_driver_sql(
            "INSERT INTO aliases VALUES (?, ?)", ("bank.example/a", article.id)
        )
    return article.id


def test_an_address_that_an_earlier_version_let_others_take_is_its_own_again(
    instance: Instance,
) -> None:
    """An earlier version let evil's article have the bank's address as an alias. When the bank
    announces its page, that is filed as an article, and the address is found to be its own."""
    with instance.open_app() as app:
        spam = file_squatting_article(app)

        assert app.archive.store.visits.find(["bank.example/a"]) == spam

        own = take_entry(app, make_entry("g1", BANK_PAGE), make_page(BANK_PAGE, "Council"), BANK)

        assert own.added == make_article_id(BANK_PAGE)
        assert app.archive.store.visits.find(["bank.example/a"]) == make_article_id(BANK_PAGE)


def test_a_withdrawal_of_an_earlier_version_takes_nothing_of_another_site(
    instance: Instance,
) -> None:
    """An earlier version let evil's article have the bank's address as an alias. Withdrawing it
    blocks its own address and not the bank's."""
    with instance.open_app() as app:
        spam = app.archive.store.visits.article(file_squatting_article(app))

        assert spam is not None

        # with the bank's address among those to block
        app.archive.store.visits.withdraw(spam, ["bank.example/a"], (), instance.now)

        assert app.archive.store.visits.look_up(["evil.example/spam"]).withdrawn
        assert not app.archive.store.visits.look_up(["bank.example/a"]).withdrawn


def test_no_content_stands_in_for_another_sites_page(instance: Instance) -> None:
    """The bank's page is a PDF, which cannot be read. The text in evil's feed makes no article of
    it, and the message names the setting `speaks_for`; once the operator sets that, it does, with
    evil's tag."""
    content = "<p>" + "Casino news of the day. " * 40 + "</p>"
    pdf = Page(html=b"%PDF-1.7 ...", url=BANK_PAGE, headers={})
    with instance.open_app() as app:
        result = take_entry(app, make_entry("e1", BANK_PAGE, content=content), pdf, EVIL)

        assert result.problem is not None
        assert result.problem.reason == "not-html"
        assert 'speaks_for = ["bank.example"]' in result.problem.detail
        assert load_articles(instance) == {}

        evil_for_bank = replace(EVIL, speaks_for=("bank.example",))
        spoken = take_entry(
            app, make_entry("e2", BANK_PAGE, content=content), pdf, source=evil_for_bank
        )

        assert spoken.added == make_article_id(BANK_PAGE)

    assert load_articles(instance)[BANK_PAGE].tags == ("Poker",)
