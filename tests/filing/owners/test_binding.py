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
            EVIL,
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
    """If an entry's link changes from the bank's page to another site, a new article is
    filed and the bank's stays as it is."""
    with instance.open_app() as app:
        take_entry(app, make_entry("e1", BANK_PAGE), make_page(BANK_PAGE, "Council"), EVIL)
        before = load_articles(instance)[BANK_PAGE]
        result = take_entry(app, make_entry("e1", EVIL_PAGE), make_page(EVIL_PAGE, "Casino"), EVIL)

        assert result.added == make_article_id(EVIL_PAGE)
        assert load_articles(instance)[BANK_PAGE] == before

        changed = take_entry(app, make_entry("g1", BANK_PAGE), make_page(BANK_PAGE, "Bank"), BANK)

        assert changed.added is None
        assert set(load_articles(instance)) == {BANK_PAGE, EVIL_PAGE}


def test_a_link_that_changes_within_its_site_is_the_same_article(instance: Instance) -> None:
    """If an entry's link changes within its site, the article gets the new text and an alias,
    and another id for it files nothing."""
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
    """An entry whose link changes to another known article changes neither article."""
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
    """If the bank's address redirects to another site, that page neither revises the bank's
    article nor is filed."""
    with instance.open_app() as app:
        take_entry(app, make_entry("g1", BANK_PAGE), make_page(BANK_PAGE, "Council"), BANK)
        before = load_articles(instance)
        result = take_entry(app, make_entry("g1", BANK_PAGE), make_page(EVIL_PAGE, "Casino"), BANK)

        assert result.added is None
        assert result.changed is None
        assert load_articles(instance) == before


def test_a_shortened_link_is_the_article_that_it_leads_to(instance: Instance) -> None:
    """A short link that redirects to the bank's page is the bank's article, so the bank's
    feed names its title."""
    short = "https://go.example/1"
    with instance.open_app() as app:
        take_entry(app, make_entry("g1", short), make_page(BANK_PAGE, "Council"), BANK)
        result = take_entry(app, make_entry("g1", short), make_page(BANK_PAGE, "Bank"), BANK)

        assert result.changed == make_article_id(BANK_PAGE)

        (article,) = load_articles(instance).values()

        assert article.title == "What the feed calls it"  # the bank owns what answered


def test_another_source_does_not_revise_what_it_points_to(instance: Instance) -> None:
    """If evil announces the bank's article and its page changed, the article is not revised:
    only the bank may."""
    with instance.open_app() as app:
        take_entry(app, make_entry("g1", BANK_PAGE), make_page(BANK_PAGE, "Council"), BANK)
        take_entry(app, make_entry("e1", BANK_PAGE), None, EVIL)
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
)
def test_no_page_takes_the_address_of_another_site(instance: Instance, head: str) -> None:
    """A page that calls the bank's address its own gets no alias there, and withdrawing it does
    not block the bank's article."""
    with instance.open_app() as app:
        spam = take_entry(
            app, make_entry("e1", EVIL_PAGE), make_page(EVIL_PAGE, "Casino", head), EVIL
        ).added

        assert app.archive.store.visits.find(["bank.example/a", "bank.example/a?print=1"]) is None

        editorial.withdraw(app.archive, app.configuration, spam or "")
        result = take_entry(app, make_entry("g1", BANK_PAGE), make_page(BANK_PAGE, "Council"), BANK)

        assert result.added == make_article_id(BANK_PAGE)
        assert result.problem is None


def test_an_address_that_leads_elsewhere_is_not_taken(instance: Instance) -> None:
    """Evil announced the bank's address while it redirected to evil's page: the address stays
    free for the bank's article."""
    out = "https://bank.example/out?to=evil"
    with instance.open_app() as app:
        take_entry(app, make_entry("e1", out), make_page(EVIL_PAGE, "Casino"), EVIL)

        assert app.archive.store.visits.find(["bank.example/out?to=evil"]) is None

        editorial.withdraw(app.archive, app.configuration, make_article_id(EVIL_PAGE))

        assert not app.archive.store.visits.look_up(["bank.example/out?to=evil"]).withdrawn
        assert take_entry(
            app, make_entry("g1", out), make_page(out, "Council"), BANK
        ).added == make_article_id(out)


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
    """If a foreign article has the bank's address as an alias, the bank's own article takes it
    back."""
    with instance.open_app() as app:
        spam = file_squatting_article(app)

        assert app.archive.store.visits.find(["bank.example/a"]) == spam
        assert take_entry(
            app, make_entry("g1", BANK_PAGE), make_page(BANK_PAGE, "Council"), BANK
        ).added == make_article_id(BANK_PAGE)
        assert app.archive.store.visits.find(["bank.example/a"]) == make_article_id(BANK_PAGE)


def test_a_withdrawal_of_an_earlier_version_takes_nothing_of_another_site(
    instance: Instance,
) -> None:
    """Withdrawing an article blocks its own address and not an alias on another site."""
    with instance.open_app() as app:
        spam = app.archive.store.visits.article(file_squatting_article(app))

        assert spam is not None

        app.archive.store.visits.withdraw(spam, ["bank.example/a"], (), instance.now)

        assert app.archive.store.visits.look_up(["evil.example/spam"]).withdrawn
        assert not app.archive.store.visits.look_up(["bank.example/a"]).withdrawn


def test_no_content_stands_in_for_another_sites_page(instance: Instance) -> None:
    """Evil's feed text is not used for a page of the bank that cannot be read, unless the
    operator sets `speaks_for`."""
    content = "<p>" + "Casino news of the day. " * 40 + "</p>"
    pdf = Page(html=b"%PDF-1.7 ...", url=BANK_PAGE, headers={})
    with instance.open_app() as app:
        result = take_entry(app, make_entry("e1", BANK_PAGE, content=content), pdf, EVIL)

        assert result.problem is not None
        assert result.problem.reason == "not-html"
        assert 'speaks_for = ["bank.example"]' in result.problem.detail
        assert load_articles(instance) == {}

        spoken = replace(EVIL, speaks_for=("bank.example",))

        assert take_entry(
            app, make_entry("e2", BANK_PAGE, content=content), pdf, spoken
        ).added == make_article_id(BANK_PAGE)

    assert load_articles(instance)[BANK_PAGE].tags == ("Poker",)
