"""Sources of kind `list`: the new links of a page are read, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from syndicator.app.container import App, open_app
from syndicator.app.contexts import make_context
from syndicator.core.model import Failed, Outcome, Request, Rules, SourceState, Validators
from syndicator.core.reasons import FetchReason
from syndicator.filing.kinds import links, listing
from syndicator.filing.kinds import page as single_page
from syndicator.filing.kinds.kind import Kind
from syndicator.runs import refresh
from tests.faults.instance import NOT_SMALL, InProcess
from tests.states import change_state
from tests.unstamped import read_unstamped_configuration
from tests.world import World, patient_config, serve_world

NOW = [datetime(2026, 1, 10, 12, tzinfo=UTC)]
LINKS = Rules(links=("ul li",))


@pytest.fixture
def world() -> Iterator[World]:
    with serve_world(World(without=NOT_SMALL)) as started:
        yield started


@pytest.fixture
def app(tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    monkeypatch.setattr(refresh, "make_worker", lambda settings: InProcess())
    patient_config(tmp_path / "config", world, port=0)
    with open_app(
        tmp_path / "config",
        read=read_unstamped_configuration(tmp_path / "config"),
        clock=lambda: NOW[0],
        environ={},
    ) as opened:
        front = opened.configuration.sources["holt"].url.rsplit("/", 1)[0] + "/"
        opened.configuration.sources["holt"] = replace(
            opened.configuration.sources["holt"], kind="auto", url=front, rules=LINKS
        )
        yield opened


def visit_holt(app: App) -> Outcome:
    """Visit the source `holt`, whose address is a front page, a day later."""
    NOW[0] += timedelta(days=1)
    (outcome,) = asyncio.run(
        refresh.run(app, refresh.Wanted(keys=("holt",)), stop=asyncio.Event())
    ).outcomes
    return outcome


def serve_front_page(world: World, links: str) -> None:
    world.fail_site("holt", 200, path="/", body=f"<title>Notes</title><ul>{links}</ul>".encode())


def test_its_links_are_articles_with_the_titles_of_their_pages_and_only_new_ones_are_read(
    app: App, world: World
) -> None:
    """A front page links story one as "Read more": that becomes an article with the title of its
    own page. A day later the front page also links story two: only the page of that is
    requested."""
    one, two = [story for story in world.stories if story.site == "holt" and story.truth][:2]
    serve_front_page(world, f'<li><a href="{world.url(one)}">Read more</a>, 2 hours ago')
    first_outcome = visit_holt(app)
    (article_id,) = first_outcome.added
    article = app.archive.store.visits.article(article_id)

    assert article
    assert article.title == one.title
    assert first_outcome.announced == 1

    serve_front_page(
        world,
        f'<li><a href="{world.url(one)}">Read more</a>, 1 day ago<li><a'
        f' href="{world.url(two)}">Read more</a>',
    )
    request_count = len(world.requests)
    second = visit_holt(app)

    assert len(second.added) == 1
    assert second.changed == ()

    requested_pages = [
        seen.path
        for seen in world.requests[request_count:]
        if seen.path not in ("/robots.txt", "/")
    ]

    assert len(requested_pages) == 1
    assert world.url(two).endswith(requested_pages[0])


def test_a_list_whose_links_are_gone_fails_and_is_mended_by_another_selector(
    app: App, world: World
) -> None:
    """The rules of a source say that its links are in "ul li", and its page has none there: the
    visit fails and names that selector. After the operator writes "p" instead, the link is
    read."""
    story = next(story for story in world.stories if story.site == "holt" and story.truth)
    serve_front_page(world, f'<p><a href="{world.url(story)}">One</a></p>')
    failed = visit_holt(app)

    assert failed.status == "failed"
    assert failed.reason == "not-a-feed-no-links"
    assert "ul li" in failed.detail

    app.configuration.sources["holt"] = replace(
        app.configuration.sources["holt"], rules=Rules(links=("p",))
    )

    assert len(visit_holt(app).added) == 1


def test_other_links_of_a_page_that_has_not_changed_are_read(app: App, world: World) -> None:
    """A page has a link in "ul li" and another one in "p". With the selector "ul li" one is read;
    after the operator adds "p", the other one is, although the page has not changed."""
    one, two = [story for story in world.stories if story.site == "holt" and story.truth][:2]
    serve_front_page(
        world, f'<li><a href="{world.url(one)}">1</a></ul><p><a href="{world.url(two)}">2</a></p>'
    )

    assert len(visit_holt(app).added) == 1

    app.configuration.sources["holt"] = replace(
        app.configuration.sources["holt"], rules=Rules(links=("ul li", "p"))
    )

    assert len(visit_holt(app).added) == 1


@pytest.mark.parametrize("kind", [links, listing, single_page])
def test_a_list_is_asked_for_as_a_page_and_conditionally(app: App, kind: Kind) -> None:
    """Each of the three kinds of sources that are pages (links by a selector, a learnt list, a
    single page) is requested as a page, with the ETag of the last answer."""
    asked: list[Request] = []

    class RecordingFetcher:
        async def fetch(self, request: Request) -> Failed:
            asked.append(request)
            return Failed(url=request.url, reason=FetchReason.TIMEOUT)

        async def aclose(self) -> None:
            """Nothing is open."""

    run = make_context(
        app.archive,
        app.configuration,
        app.jitter,
        RecordingFetcher(),
        InProcess(),
        lambda title: None,
    )
    state = SourceState(
        key="holt", url=app.configuration.sources["holt"].url, validators=Validators(etag='"1"')
    )
    asyncio.run(kind.fetch(run.make_visit_context(app.configuration.sources["holt"], state)))
    assert [(request.kind, request.etag) for request in asked] == [("page", '"1"')]


def make_list_source(app: App) -> None:
    """Let holt be a list that the program finds by itself."""
    app.configuration.sources["holt"] = replace(
        app.configuration.sources["holt"], kind="list", rules=Rules()
    )


def make_listing(
    world: World,
    count: int,
    form: str = "<li class='note'><h2><a href='{url}'>{title}</a></h2></li>",
) -> str:
    stories = [story for story in world.stories if story.site == "holt" and story.truth][:count]
    return "".join(
        form.format(url=world.url(story), title=story.title) for story in reversed(stories)
    )


def test_a_list_that_is_learnt_is_found_again_in_another_layout_and_new_items_are_read(
    app: App, world: World
) -> None:
    """A list of four items is learnt. After a redesign it has five items in other elements: it is
    found again by the four known ones, the new one is read, and the source has a warning."""
    make_list_source(app)
    serve_front_page(world, make_listing(world, 4))

    assert len(visit_holt(app).added) == 4

    serve_front_page(
        world,
        make_listing(
            world, 5, "<div class='card'><a href='{url}'><h3 class='name'>{title}</h3></a></div>"
        ),
    )
    second = visit_holt(app)

    assert second.announced == 5
    assert len(second.added) == 1

    state = app.archive.store.visits.state("holt")

    assert state
    assert "found again by 4 known items" in state.warning


def test_what_is_not_the_list_for_sure_is_not_published_until_it_is_learnt_anew(
    app: App, world: World
) -> None:
    """A list of four items was learnt. Now the page has another list, of a shop: the visit fails
    and files nothing. With `relearn` the new list of six is taken."""
    make_list_source(app)
    serve_front_page(world, make_listing(world, 4))
    visit_holt(app)
    others = "".join(
        f"<div><a href='/shop/{n}/now'>Ten metres of rope, number {n}</a></div>" for n in range(6)
    )
    world.fail_site(
        "holt", 200, path="/", body=f"<title>Shop</title><main>{others}</main>".encode()
    )
    failed = visit_holt(app)

    assert failed.status == "failed"
    assert failed.reason == "not-a-feed-list-changed"
    assert failed.added == ()
    assert app.archive.store.visits.count_pending("holt") == 0

    wanted = refresh.Wanted(keys=("holt",), relearn=True)
    (second_outcome,) = asyncio.run(refresh.run(app, wanted, stop=asyncio.Event())).outcomes

    assert second_outcome.announced == 6


def test_without_a_memory_the_list_is_that_of_the_articles_there_are(
    app: App, world: World
) -> None:
    """What was learnt of a source's list is lost, and its page has a more prominent list of nine
    besides: the list with the four known articles is chosen, which has five items now."""
    make_list_source(app)
    serve_front_page(world, make_listing(world, 4))
    visit_holt(app)
    state = app.archive.store.visits.state("holt")

    assert state
    assert len(app.archive.store.visits.list_newest("holt")) > 2

    # what was learnt is lost
    app.archive.store.visits.save_states([change_state(state.asked_whole(), listing=None)])
    louder = "".join(
        f"<article><h2><a href='/louder/{n}'>A much longer and louder headline than any of ours,"
        f" number {n}</a></h2><time datetime='2026-01-09'>9 January</time></article>"
        for n in range(9)
    )
    world.fail_site(
        "holt",
        200,
        path="/",
        body=f"<main>{louder}</main><ul>{make_listing(world, 5)}</ul>".encode(),
    )

    assert visit_holt(app).announced == 5


def test_a_first_visit_reads_on_as_far_as_the_backfill_goes_and_later_ones_do_not(
    app: App, world: World
) -> None:
    """A list has three items on each page, and page 2 begins with one of page 1. The first visit
    follows the link "Older posts" to page 2, where the fifth item is (`backfill`), and no further;
    a later visit reads only the first page."""
    make_list_source(app)
    app.configuration.sources["holt"] = replace(app.configuration.sources["holt"], backfill=5)
    stories = [story for story in world.stories if story.site == "holt" and story.truth]
    items = [
        f"<li><h2><a href='{world.url(story)}'>{story.title}</a></h2></li>" for story in stories
    ]
    items_by_page = {1: items[:3], 2: items[2:5], 3: items[:3]}
    for page, part in items_by_page.items():
        path = "/" if page == 1 else f"/page/{page}"
        body = (
            f"<title>Notes</title><main><ul>{''.join(part)}</ul><a href='/page/{page + 1}'>Older"
            " posts</a></main>"
        )
        world.fail_site("holt", 200, path=path, body=body.encode())
    request_count = len(world.requests)
    first_outcome = visit_holt(app)

    assert first_outcome.announced == 5
    assert len(first_outcome.added) == 5

    paths = [seen.path for seen in world.requests[request_count:]]

    assert "/page/2" in paths
    assert "/page/3" not in paths

    request_count = len(world.requests)
    world.fail_site(
        "holt",
        200,
        path="/",
        body=f"<title>Now</title><ul>{''.join(items[:3])}</ul><a href='/page/2'>Next</a>".encode(),
    )

    assert visit_holt(app).announced == 3
    assert "/page/2" not in [seen.path for seen in world.requests[request_count:]]
