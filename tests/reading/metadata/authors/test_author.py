"""Find authors in bylines of many languages, and reject text that is no name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.core.model import Entry
from syndicator.reading.html.document import parse
from syndicator.reading.metadata import author, identity, person_names
from syndicator.reading.metadata.survey import survey_body

URL = "https://www.harbourpost.example/2024/last-ferry"


def read_author(
    html: str,
    site: str = "Harbour Post",
    entry: Entry | None = None,
    headline: str = "The Last Ferry",
) -> str | None:
    page = parse(f"<html><body>{html}</body></html>".encode(), URL)
    return author.choose_author(page, site, entry, survey_body(page.tree, headline)).value


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("By Maren Oduya", ["Maren Oduya"]),
        ("Written by Maren Oduya and Tom Fisk", ["Maren Oduya", "Tom Fisk"]),
        (
            "by Maren Oduya, Tom Fisk & Ana Lima | 3 May 2024",
            ["Maren Oduya", "Tom Fisk", "Ana Lima"],
        ),
        ("Posted by Maren Oduya at May 3, 2024 11:15 AM", ["Maren Oduya"]),
        ("Von Jörg Ahrens und Lena Brandt", ["Jörg Ahrens", "Lena Brandt"]),
        ("Ein Beitrag von Karla Deichgräber am 8. Mai 2024", ["Karla Deichgräber"]),
        ("Par Solène Kerjean, le 30 septembre 2021", ["Solène Kerjean"]),
        ("Por Rocío Valcárcel", ["Rocío Valcárcel"]),
        ("di Chiara Donadoni", ["Chiara Donadoni"]),
        ("Door Wim Terlouw", ["Wim Terlouw"]),
        ("Autor: Zuzanna Gryfik", ["Zuzanna Gryfik"]),
        ("Автор: Анна Рябова", ["Анна Рябова"]),
        ("文：佐伯 千尋", ["佐伯 千尋"]),
        ("Text: Ebba Lindqvist", ["Ebba Lindqvist"]),
        ("Yazar: Elif Korkut", ["Elif Korkut"]),
        ("By Shelby Loos, DVM", ["Shelby Loos, DVM"]),
        ("By Dr. Vahid Osman", ["Dr. Vahid Osman"]),
        ("By Maren Oduya (Reporter)", ["Maren Oduya"]),
        ("maren@paper.example (Maren Oduya)", ["Maren Oduya"]),
        ("By Dana Ford, Tom Fisk, and Ana Lima", ["Dana Ford", "Tom Fisk", "Ana Lima"]),
        ("Ana Lima + Tom Fisk", ["Ana Lima", "Tom Fisk"]),
        ("Karla Deichgräber im Gespräch mit Tom Fisk", ["Karla Deichgräber", "Tom Fisk"]),
        ("Von Jörg Ahrens und Lena Brandt, dpa", ["Jörg Ahrens", "Lena Brandt", "dpa"]),
        ("© Ana Lima", ["Ana Lima"]),
        ("Ana Lima, Master Gardener", ["Ana Lima"]),
        ("Ana Lima, Head of the Harbour Office", ["Ana Lima"]),
        ("Ana Lima, Projektleiterin der Stiftung", ["Ana Lima"]),
        ("Contact Ana Lima", []),
        ("Event Coordinator", []),
        ("Veröffentlicht", []),
        ("Rezept von", []),
        ("By admin", []),
        ("By 3 May 2024", []),
        ("https://facebook.com/maren", []),
        ("maren@paper.example", []),
        ("Staff Writer", []),
        ("Follow us on Facebook", []),
        ("By the end of the year prices will have doubled again", []),
        ("View all posts", []),
        ("", []),
    ],
)
def test_names_in_a_byline(line: str, expected: list[str]) -> None:
    """Names are read from bylines of many languages, without dates, roles and addresses; a line
    without a name gives none."""
    assert person_names.find_names(line) == expected


@given(st.text(max_size=300))
def test_names_are_short_and_contain_no_address(line: str) -> None:
    """A name found in any text has 2 to 120 characters and contains no e-mail or web address."""
    for name in person_names.find_names(line):
        assert 1 < len(name) <= 120
        assert "@" not in name
        assert "://" not in name


HEADLINE = "<h1>The Last Ferry</h1>"
PARAGRAPH = "<p>" + "Nobody on the pier waved when the ferry left at dawn. " * 10 + "</p>"


@pytest.mark.parametrize(
    "mark",
    [
        '<p class="byline">By Maren Oduya</p>',
        '<span class="AuthorName_x1"><a href="/team/maren">Maren Oduya</a></span>',
        '<div>By <a href="/author/maren">Maren Oduya</a></div>',
        '<a rel="author" href="/x">Maren Oduya</a>',
        '<span itemprop="author"><span itemprop="name">Maren Oduya</span></span>',
        "<p>By Maren Oduya</p>",
        "<div><span>3 May 2024</span> | Maren Oduya</div>",
        '<p class="meta">Written by</p><p>Maren Oduya</p>',
        '<em>Photo by <a href="/author/bo">Bo Lens</a></em><div class="byline">Maren Oduya</div>',
        (
            'By<!-- --> <a href="/author/m">Maren Oduya</a> – <!-- -->Fact-checked by <a'
            ' href="/author/b">Bo Lens</a>'
        ),
    ],
)
def test_marks_beside_the_headline(mark: str) -> None:
    """A name beside the headline is the author if markup or a word such as "By" says so;
    photographers and fact-checkers are not."""
    assert read_author(HEADLINE + mark + PARAGRAPH) == "Maren Oduya"


@pytest.mark.parametrize(
    "line",
    [
        "<p>Daniel Oduya</p>",
        "<div><p>What the harbour lost.</p><p>A guest post by Daniel Oduya</p></div>",
        "<p>Blog Beitrag von Daniel Oduya</p>",
        PARAGRAPH + PARAGRAPH + "<p><b><i>Daniel Oduya</i></b></p>",
        PARAGRAPH + PARAGRAPH + "<p>(Daniel Oduya)</p>",
    ],
)
def test_a_known_name_without_a_mark(line: str) -> None:
    """A line that is only a name, or announces a guest, is a byline even without markup, above
    or below the text."""
    assert read_author(HEADLINE + line + PARAGRAPH) == "Daniel Oduya"


@pytest.mark.parametrize(
    "line",
    [
        "<p>Harbour Traffic</p>",
        "<p>Portraits of Daniel Oduya</p>",
        PARAGRAPH + "<p>Daniel Oduya waved</p>",
    ],
)
def test_no_name_without_a_mark(line: str) -> None:
    """A line without markup that is no name, or has a name among other words, gives no author."""
    assert read_author(HEADLINE + line + PARAGRAPH) is None


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("<p>Dec 08, 2019 by Tom Fisk in Growth</p>", "Tom Fisk"),
        ("<div><span>03/01/2017</span> by Tom Fisk</div>", "Tom Fisk"),
        ('<p>Filed in <a href="/n">News</a> by tomfisk on August 3, 2019</p>', "tomfisk"),
        (
            (
                "<p>Publicado el <b>3 de mayo de 2024</b> por <span>Tom Fisk</span><span>Visto"
                " 12</span></p>"
            ),
            "Tom Fisk",
        ),
        ("<p>gamescom 2010 in der Sicht von harbour</p>", None),
    ],
)
def test_a_line_with_date_and_author(line: str, expected: str | None) -> None:
    """A line with a date and "by" names the author, before or after the date; "in" and "von"
    without a name do not."""
    assert read_author(HEADLINE + line + PARAGRAPH) == expected


def test_a_login_behind_the_word_by() -> None:
    """A login is the author only after "by"; the same login alone is not."""
    after_by = '<div>Posted by <span class="username">rasos</span></div>'
    alone = "<div><span>rasos</span></div>"

    assert read_author(HEADLINE + after_by + PARAGRAPH) == "rasos"
    assert read_author(HEADLINE + alone + PARAGRAPH) is None


def test_an_agency_is_named_where_the_publisher_names_it() -> None:
    """An agency such as dpa is the author if the head says so; in a picture's caption it is
    not."""
    in_head = '<meta name="author" content="dpa">'
    caption = "<figure><figcaption>Foto: dpa</figcaption></figure>"

    assert read_author(in_head + HEADLINE + PARAGRAPH) == "dpa"
    assert read_author(HEADLINE + caption + PARAGRAPH) is None


@pytest.mark.parametrize("name", ["Harbour Post", "The Harbour Foundation", "Redaktion"])
def test_the_site_or_a_team_in_the_byline_if_the_page_names_nobody_else(name: str) -> None:
    """A byline that names the site itself or a team makes it the author if the page names no
    person."""
    byline = f'<p class="byline">By <a rel="author" href="/author/x">{name}</a></p>'
    assert read_author(HEADLINE + byline + PARAGRAPH, site=name) == name


def test_a_team_in_the_byline_does_not_outweigh_a_person_whom_the_page_declares() -> None:
    """If the byline names an editorial desk ("Redaktion") and the head a person, the person is
    the author."""
    byline = '<p class="byline">By <a rel="author" href="/author/x">Redaktion</a></p>'
    declared = '<meta name="author" content="Maren Oduya">'
    assert read_author(declared + HEADLINE + byline + PARAGRAPH) == "Maren Oduya"


def test_a_channel_behind_a_name_and_a_shorter_form_of_it_are_no_authors() -> None:
    """A channel's abbreviation (HPTV) and the short form of a name that stands in full before
    (Tom Fisk) are dropped from a byline; degrees behind a name stay."""
    byline = '<p class="byline">By Maren Oduya, Tom Fisk Lund, HPTV and Tom Fisk</p>'
    with_degrees = "<p>By Maren Oduya, MS, RDN, LD</p>"

    assert read_author(HEADLINE + byline + PARAGRAPH) == "Maren Oduya, Tom Fisk Lund"
    assert read_author(HEADLINE + with_degrees + PARAGRAPH) == "Maren Oduya, MS, RDN, LD"


def test_twitter_s_label_of_the_author_in_any_language() -> None:
    """Twitter's value names the author if its label says "Verfasst von" (written by), but not if
    that says "Lesedauer" (reading time)."""
    value = '<meta name="twitter:data1" content="Maren Oduya">'
    written_by = '<meta name="twitter:label1" content="Verfasst von">'
    reading_time = '<meta name="twitter:label1" content="Lesedauer">'

    assert read_author(written_by + value + HEADLINE) == "Maren Oduya"
    assert read_author(reading_time + value + HEADLINE) is None


def test_names_with_particles() -> None:
    """Titles and particles such as "Dr" and "van" are parts of a name."""
    byline = '<div class="post-author">Written by Dr Maren Oduya, Erik van Vulpen</div>'
    assert read_author(HEADLINE + byline) == "Dr Maren Oduya, Erik van Vulpen"


def test_credentials_in_a_box_below_the_text() -> None:
    """A name in an author box keeps its credentials, and they are not taken for further authors."""
    box = "<div><h4>About the author</h4></div><div>Written by</div><div>Doris Lund, MD, PhD</div>"
    assert read_author(HEADLINE + PARAGRAPH * 8 + box) == "Doris Lund, MD, PhD"


@pytest.mark.parametrize(
    ("head", "body", "url"),
    [
        (
            '<meta property="og:site_name" content="Maria Lund"><title>Boats | Maria Lund</title>',
            "",
            URL,
        ),
        (
            "<title>Boats – Maria Lund</title>",
            "<footer>© 2024 Maria Lund. All rights reserved.</footer>",
            URL,
        ),
        ("<title>Boats</title>", "<span>Maria Lund</span>", "https://marialund.example/boats"),
        ("<title>Boats | Maria Lund</title>", '<a href="/">Maria Lund</a>', URL),
    ],
)
def test_the_owner_of_a_site_of_one_person(head: str, body: str, url: str) -> None:
    """Without a byline the owner of a personal site (Maria Lund) is the author, in each of these
    forms."""
    page = parse(
        f"<html><head>{head}</head><body>{HEADLINE}{PARAGRAPH}{body}</body></html>".encode(), url
    )
    sitename = identity.read_sitename(page)
    survey = survey_body(page.tree, "The Last Ferry")
    found = author.choose_author(page, sitename, entry=None, survey=survey)

    assert found.value == "Maria Lund"
    assert found.candidate == "owner"


@pytest.mark.parametrize(
    "head",
    [
        # one sign of an owner is too few
        "<title>Boats | Maria Lund</title>",
        # the site's name is no person's
        "<title>Boats | Harbour Post</title><meta property='og:site_name' content='Harbour Post'>",
        # the bearer of the name is declared as an organisation
        (
            "<title>Boats | Maria Lund</title><meta property='og:site_name' content='Maria"
            ' Lund\'><script type="application/ld+json">{"@type":"Organization","name":"Maria'
            ' Lund"}</script>'
        ),
    ],
)
def test_no_owner(head: str) -> None:
    """A site that is not clearly that of one person has no owner, so an article without a byline
    has no author."""
    page = parse(
        f"<html><head>{head}</head><body>{HEADLINE}{PARAGRAPH}</body></html>".encode(), URL
    )
    sitename = identity.read_sitename(page)
    survey = survey_body(page.tree, "The Last Ferry")

    assert author.choose_author(page, sitename, entry=None, survey=survey).value is None


def test_a_box_below_the_text() -> None:
    """An author box below the text names the author if the page has no other byline."""
    box = (
        '<div class="author-box"><h4>Maren Oduya</h4><p>Maren Oduya writes on boats and what they'
        " carry.</p></div>"
    )
    assert read_author(HEADLINE + PARAGRAPH * 8 + box) == "Maren Oduya"


def test_a_box_below_the_text_beats_a_weak_mark_above_the_headline() -> None:
    """A user link above the headline (Fisk) says less about the author than an author box below
    the text."""
    user_link = '<p><a href="/users/fisk">Fisk</a></p>'
    box = (
        '<div class="post-author"><h4>Maren Oduya</h4><p>Maren Oduya writes on boats and what they'
        " carry.</p></div>"
    )

    assert read_author(user_link + HEADLINE + PARAGRAPH * 8 + box) == "Maren Oduya"


def test_authors_of_other_articles_do_not_count() -> None:
    """The authors of three related articles and of a comment are ignored; the page names no
    other one."""
    related = "".join(
        f'<div class="related"><a rel="author" href="/{name}">{name}</a></div>'
        for name in ("Other Namea", "Other Nameb", "Other Namec")
    )
    comments = '<div class="comments"><cite class="author">Ann Reader</cite></div>'

    assert read_author(HEADLINE + PARAGRAPH + related + comments) is None


@pytest.mark.parametrize(
    "name", ["Facebook", "admin", "105092", "https://harbourpost.example/authors/7"]
)
def test_never_a_service_or_a_number(name: str) -> None:
    """A declared author that is a service, an account name, a number or an address is ignored."""
    assert read_author(f'<meta name="author" content="{name}">' + HEADLINE + PARAGRAPH) is None


@pytest.mark.parametrize(
    "name", ["Harbour Post", "harbourpost.example", "The Diggs Team", "boat_lady7", "Redaktion"]
)
def test_the_site_a_team_or_a_login_only_if_the_page_declares_nobody_else(name: str) -> None:
    """A site, team or login declared as author counts, unless a byline names a person."""
    declared = f'<meta name="author" content="{name}">'
    byline = '<p class="byline">By Maren Oduya</p>'

    assert read_author(declared + HEADLINE + PARAGRAPH) == name
    assert read_author(declared + HEADLINE + byline + PARAGRAPH) == "Maren Oduya"


def test_a_person_whose_site_bears_the_name() -> None:
    """A declared author is not dropped for being the site's name: a person may name the site
    after herself."""
    declared = '<meta name="author" content="Maria Lund">'
    assert read_author(declared + HEADLINE, site="Maria Lund") == "Maria Lund"


def test_a_name_has_no_soft_hyphens() -> None:
    """Soft hyphens (U+00AD) in a byline are removed from the name."""
    byline = '<p class="byline">By Ma\xadren Odu\xadya</p>'
    assert read_author(HEADLINE + byline + PARAGRAPH) == "Maren Oduya"


def test_an_editorial_desk_is_an_author_only_in_a_visible_byline() -> None:
    """The word "Redaktion" alone is no author; in a byline with "Von" (by) it is."""
    byline = '<span class="byline">Von <a href="/autor/red">Redaktion</a></span>'

    assert read_author(HEADLINE + "<p>Redaktion</p>" + PARAGRAPH) is None
    assert read_author(HEADLINE + byline + PARAGRAPH) == "Redaktion"


def test_jsonld_by_reference_and_as_a_list() -> None:
    """JSON-LD may list several authors, one by `@id` (Maren) and one as plain text (Tom)."""
    article = '{"@type": "NewsArticle", "author": [{"@id": "#p"}, "Tom Fisk"]}'
    person = '{"@type": "Person", "@id": "#p", "name": "Maren Oduya"}'
    graph = f'{{"@graph": [{article}, {person}]}}'

    script = f'<script type="application/ld+json">{graph}</script>'

    assert read_author(script + HEADLINE) == "Maren Oduya, Tom Fisk"


def test_the_byline_readers_see_beats_a_meta_of_another_name() -> None:
    """If the head names the uploader and the byline another person, the visible byline is right."""
    in_head = '<meta name="author" content="Bo Uploader">'
    byline = '<p class="byline">By Maren Oduya</p>'

    assert read_author(in_head + HEADLINE + byline) == "Maren Oduya"


def test_the_entry_s_authors() -> None:
    """The names that the feed's entry states win over the page's, but the site's name and bare
    addresses are no names."""
    page = '<meta name="author" content="Bo Uploader">' + HEADLINE
    names = Entry(id="1", authors=("maren@paper.example (Maren Oduya)", "Tom Fisk"))
    no_names = Entry(id="1", authors=("Harbour Post", "x@y.example"))

    assert read_author(page, site="Harbour Post", entry=names) == "Maren Oduya, Tom Fisk"
    assert read_author(page, site="Harbour Post", entry=no_names) == "Bo Uploader"


def test_a_byline_with_an_element_for_each_name() -> None:
    """Names in elements of their own, or separated by a comma, are separate authors."""
    linked = (
        "<div><a rel='author' href='/maria'>Maria Oduya</a> und"
        " <a rel='author' href='/thomas'>Thomas Fisk</a></div>"
    )
    with_comma = "<p>Anna Lima, Thomas Fisk</p><p>4 May 2024</p>"

    assert read_author(HEADLINE + linked + PARAGRAPH) == "Maria Oduya, Thomas Fisk"
    assert read_author(HEADLINE + with_comma + PARAGRAPH) == "Anna Lima, Thomas Fisk"


def test_a_person_whose_site_bears_the_same_name() -> None:
    """If JSON-LD declares an author with the site's name, its type says whether that is a
    person; an organisation, or a "person" whose name is none, yields to the byline."""

    def read_with_declared(kind: str, name: str, below_headline: str) -> str | None:
        declared = f'{{"@type": "Article", "author": {{"@type": "{kind}", "name": "{name}"}}}}'
        script = f'<script type="application/ld+json">{declared}</script>'
        return read_author(script + HEADLINE + below_headline, site=name)

    byline = '<p class="byline">By Maren Oduya</p>'

    assert read_with_declared("Person", "Zuza Gryfik", "") == "Zuza Gryfik"
    assert read_with_declared("Organization", "Zuza Gryfik", byline) == "Maren Oduya"
    assert read_with_declared("Person", "Les Nouvelles", byline) == "Maren Oduya"


def test_an_element_with_most_of_the_page_is_no_sidebar() -> None:
    """A byline counts inside of an element with the class `grid-sidebar` if the text is there,
    too; if the text is below the element, that is a real sidebar, and it does not."""
    byline = "<p class='byline'>By Maren Oduya</p>"
    assert (
        read_author(f"{HEADLINE}<div class='grid-sidebar'>{byline}{PARAGRAPH * 6}</div>")
        == "Maren Oduya"
    )
    assert read_author(f"{HEADLINE}<div class='grid-sidebar'>{byline}</div>{PARAGRAPH * 6}") is None


def test_the_owner_s_copyright_of_many_years() -> None:
    """A copyright line with an open range of years names the author if the site's domain has the
    same name."""
    page = parse(
        b"<p>Copyright (c) 2012- Maria Oduya. All rights reserved.</p>",
        "https://mariaoduya.example/ferry",
    )
    survey = survey_body(page.tree, "")
    found = author.choose_author(page, sitename="", entry=None, survey=survey)

    assert found.value == "Maria Oduya"


def test_one_word_far_below_the_text_names_nobody() -> None:
    """A line "Text: Zog" above the text names the author; far below it, one word is too weak to
    name anybody."""
    long_text = f"<p>{'Words of the text. ' * 60}</p>" + "<p>A short paragraph of it.</p>" * 40

    assert read_author(f"<h1>The Last Ferry</h1><p>Text: Zog</p>{long_text}") == "Zog"
    assert read_author(f"<h1>The Last Ferry</h1>{long_text}<p>Text: Zog</p><p>more</p>") is None


@pytest.mark.parametrize(
    "html",
    ["<div class='author'>" + "By " * 200_000, '<a rel="author">x</a>' * 20_000, "<b>" * 20_000],
)
def test_hostile_bylines_end(html: str) -> None:
    """Very long or deeply nested bylines are read to an end, with no author or the one that is
    there."""
    assert read_author(HEADLINE + html) in (None, "x")


def test_a_byline_with_the_login_of_a_user() -> None:
    """A link to an author's page names the author by a login, but not by "7 min read"."""

    def read_with_link(link_text: str) -> str | None:
        link = f'<span class="author vcard"><a href="/author/harbour1984/">{link_text}</a></span>'
        return read_author(HEADLINE + link + PARAGRAPH * 3)

    assert read_with_link("harbour1984") == "harbour1984"
    assert read_with_link("7 min read") is None
