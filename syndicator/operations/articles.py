"""Operations on articles: withdraw, restore, hide, release, edit, join, split and prune."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Final, TypedDict, Unpack

from syndicator.core.errors import EditedMeanwhile, UsageError
from syndicator.core.text import counted
from syndicator.core.text import stamp as digest
from syndicator.operations.operation import Argument, Change, Inverse, Progress, Stamp, operation
from syndicator.publishing import paths

if TYPE_CHECKING:
    from syndicator.app.container import App
    from syndicator.core.model import FeedKey
    from syndicator.upkeep.editorial import Withdrawal

Id = Annotated[str, Argument("An article: its URL, file or id.", "URL|FILE|ID", positional=True)]
_MOST_DAYS: Final = 36_500  # a hundred years: no date is so far back that it cannot be written
_STAY = {
    "hand": "a hand wrote the file: name it to delete it",
    "hold": "on hold: release it, or name it",
    "copy": "a copy of it stays, and would come up as new",
}


@operation("withdraw", command="withdraw", quick=True)
def withdraw(
    app: App,
    id: Id,
    purge: Annotated[
        bool, Argument("Keep no file to undo it with, and delete one that was kept.")
    ] = False,
) -> Change:
    """Remove an article from every feed and page, for good."""
    from syndicator.upkeep import editorial

    done = editorial.plan_withdrawal(app.archive, app.configuration.sources, id, purge=purge)
    what = f"{done.title} ({done.url})" if done.title else done.url
    feeds = ", ".join(_stems(done.feeds))
    copies = [
        f"a copy of it is published by itself now: {copy.title} ({copy.url})"
        for copy in done.copies
    ]
    undo = (
        f"for 30 days `syndicator withdraw --undo {shlex.quote(done.url)}` brings it back as its"
        " file was"
    )
    lines = [f"{what}; from: {feeds or 'no feed'}", *copies, *([undo] if done.kept else ())]
    return Change(
        subject=done.id,
        sentence=f"{done.url}: withdrawn from {len(done.feeds)} feeds",
        lines=lambda dry_run: ["would be " * dry_run + f"withdrawn: {lines[0]}", *lines[1:]],
        data={"withdrawn": done.id, **_data(done)},
        inverse=("restore", {"id": done.id}),
        act=lambda progress: editorial.withdraw(
            app.archive, app.configuration, done.id, purge=purge
        ),
    )


@operation("restore", command="withdraw --undo", quick=True)
def restore(app: App, id: Id) -> Change:
    """Restore a withdrawn article; within 30 days its file comes back with your edits."""
    from syndicator.upkeep import editorial

    done = editorial.plan_return(app.archive, id)
    how = (
        "as its file was"
        if done.kept
        else "once its source announces it, for its file is no longer kept"
    )
    feeds = ", ".join(_stems(done.feeds)) or "no feed"
    return Change(
        subject=done.id,
        sentence=f"{done.url}: is back" if done.kept else f"{done.url}: comes back when announced",
        lines=lambda dry_run: [f"comes back {how}: {done.url}; it was in: {feeds}"],
        data={"returned": done.id, **_data(done)},
        inverse=("withdraw", {"id": done.id}),
        act=lambda progress: {
            "problems": editorial.undo_withdrawal(app.archive, app.configuration, done.id).problems
        },
    )


def _stems(keys: Sequence[FeedKey]) -> list[str]:
    return [paths.stem(key) for key in keys]


def _data(done: Withdrawal) -> dict[str, object]:
    copies = [copy.url for copy in done.copies]
    return {"url": done.url, "kept": done.kept, "feeds": _stems(done.feeds), "copies": copies}


@operation("release", command="release", quick=True)
def release(
    app: App,
    id: Annotated[
        tuple[str, ...],
        Argument("Articles that are on hold.", "ID|FILE|URL...", positional=True, lines=True),
    ] = (),
    source: Annotated[str, Argument("All of one source.", "KEY", completes="source")] = "",
    all: Annotated[bool, Argument("All that are on hold.")] = False,
) -> Change:
    """Publish articles that are on hold, and build their feeds. `status` lists them."""
    if bool(id) + bool(source) + all != 1:
        raise UsageError(
            "say which articles: their ids, files or addresses, or --source KEY, or --all"
        )
    from syndicator.upkeep import editorial

    releasing = partial(
        editorial.release, app.archive, app.configuration, id, source=source, include_all=all
    )
    done = releasing(dry_run=True)
    sentences = [f"{article.title}: published" for article in done.articles]
    sentences += [f"{article.title}: is published already" for article in done.known]

    def lines(dry_run: bool) -> Iterator[str]:
        verb = "would be published" if dry_run else "published"
        yield from (f"{verb}: {article.title} ({article.url})" for article in done.articles)
        yield from (f"not on hold: {article.title} ({article.url})" for article in done.known)

    return Change(
        subject=done.articles[0].id if len(done.articles) == 1 else source or "articles",
        sentence=(
            sentences[0] if len(sentences) == 1 else f"{len(done.articles)} articles: published"
        ),
        lines=lines,
        data={
            name: [article.id for article in getattr(done, name)] for name in ("articles", "known")
        }
        | {"problems": done.problems},
        problems=done.problems,
        touches=tuple(
            f"article:{app.archive.store.index.path(article.id)}" for article in done.articles
        ),
        is_empty=not done.articles,
        nothing="0 articles",
        act=lambda progress: {"problems": releasing().problems},
    )


@operation("hide", quick=True)
def hide(app: App, id: Id) -> Change:
    """Put an article on hold: it leaves all feeds and pages until it is released."""
    from syndicator.articles import frontmatter

    id, path, data = _file(app, id)
    article = frontmatter.load(data, path)
    if article.hold:
        return Change(subject=id, sentence=f"{article.title}: hidden already", is_empty=True)
    held = frontmatter.dump(replace(article, hold=True), frontmatter.extra(data, path))
    return _edit(id, path, f"{article.title}: hidden until it is released", data, held)


class ArticleFields(TypedDict, total=False):
    """Fields of an article that an edit can change."""

    title: Annotated[str | None, Argument("Its title.")]
    excerpt: Annotated[str | None, Argument("Its excerpt.")]
    author: Annotated[str | None, Argument("Its author; empty for none.")]
    cover: Annotated[str | None, Argument("The address of its picture; empty for none.")]
    body: Annotated[str | None, Argument("Its text, in markdown.", lines=True)]


EDITED = tuple(ArticleFields.__annotations__)


@operation("edit", quick=True)
def edit(app: App, id: Id, stamp: Stamp = None, **fields: Unpack[ArticleFields]) -> Change:
    """Edit the file of an article. A field that is not given stays."""
    from syndicator.articles import frontmatter

    id, path, data = _file(app, id)
    if stamp not in (None, digest(data)):
        raise EditedMeanwhile(path)
    wanted = edited(data, path, fields)
    return _edit(id, path, f"{frontmatter.load(wanted, path).title}: edited", data, wanted)


def edited(data: bytes, path: str, fields: Mapping[str, Any]) -> bytes:
    """Return the file `data` with title, excerpt, author, cover or body replaced. Raises
    UsageError, ConfigError."""
    from syndicator.articles import frontmatter

    article = frontmatter.load(data, path)
    values = {name: value for name, value in fields.items() if value is not None}
    changed = replace(
        article,
        title=values.get("title", article.title).strip(),
        excerpt=" ".join(values["excerpt"].split()) if "excerpt" in values else article.excerpt,
        author=(values["author"].strip() or None) if "author" in values else article.author,
        cover=_address(values["cover"]) if "cover" in values else article.cover,
        body=values["body"].replace("\r\n", "\n") if "body" in values else article.body,
    )
    if not changed.title:
        raise UsageError("an article needs a title")
    data_after = frontmatter.dump(changed, frontmatter.extra(data, path))
    if frontmatter.load(data_after, path).id != article.id:
        raise UsageError("the id of an article never changes")
    return data_after


def _address(value: str) -> str | None:
    value = value.strip()
    if value and not value.lower().startswith(("http://", "https://")):
        raise UsageError(
            f"{value!r} is no address of a picture; write it like https://example.org/picture.jpg"
        )
    return value or None


def _file(app: App, what: str) -> tuple[str, str, bytes]:
    from syndicator.app.lookup import need_article

    article_id = need_article(app.archive, what)
    path = app.archive.store.index.path(article_id) or ""
    return article_id, path, app.archive.article_store.read(path)


def _edit(id: str, path: str, sentence: str, before: bytes, after: bytes) -> Change:
    texts = (before.decode("utf-8", "surrogateescape"), after.decode("utf-8", "surrogateescape"))
    return Change(
        subject=id,
        sentence=sentence,
        data={"id": id, "path": path},
        edits={f"article:{path}": texts},
    )


@operation("join", command="join", quick=True)
def join(
    app: App,
    ids: Annotated[
        tuple[str, ...],
        Argument("Articles that report one event.", "URL|FILE|ID...", positional=True, lines=True),
    ],
    lead: Annotated[bool, Argument("Let the first one lead the story.")] = False,
) -> Change:
    """Join articles, and the stories that they are in, into one story for good."""
    from syndicator.app.lookup import need_article
    from syndicator.stories import decisions

    wanted = decisions.plan_join(app.archive, app.configuration, ids)
    return _stories(
        app, wanted, "in one story", lead=need_article(app.archive, ids[0]) if lead else ""
    )


@operation("split", command="split", quick=True)
def split(
    app: App,
    id: Annotated[
        str, Argument("The article, the copy, or its original.", "URL|FILE|ID", positional=True)
    ],
    story: Annotated[bool, Argument("Take it out of its story, though it has copies.")] = False,
) -> Change:
    """Separate articles that were merged as copies, or take an article out of its story, for
    good."""
    from syndicator.app.lookup import need_article
    from syndicator.stories import decisions
    from syndicator.upkeep import editorial

    leaving = decisions.plan_leave(app.archive, app.configuration, need_article(app.archive, id))
    if leaving and (story or not editorial.copies(app.archive, id)):
        return _stories(app, leaving, "not in one story")
    index = app.archive.store.index
    pairs = editorial.need_copies(app.archive, id)
    copies = index.articles([*pairs]).values()
    return Change(
        subject=next(iter(pairs)),
        sentence=f"parted: {', '.join(article.title for article in copies)}",
        lines=lambda dry_run: [
            f"published by itself again: {article.title} ({article.url})" for article in copies
        ],
        data={"split": [{"id": article.id, "url": article.url} for article in copies]},
        touches=tuple(f"article:{index.path(id)}" for id in {*pairs, *pairs.values()}),
        act=lambda progress: editorial.split(app.archive, id),
    )


def _stories(app: App, wanted: Mapping[str, str], how: str, lead: str = "") -> Change:
    """Plan to put articles into stories (by article id). `lead`: the one that leads its story from
    now on, or ""."""
    from syndicator.stories import decisions, kept_leads

    def act(progress: Progress) -> None:
        decisions.put(app.archive, wanted, final=True)
        if lead:
            kept_leads.record(app.archive, {wanted[lead]: lead})

    articles = app.archive.store.index.articles([*wanted])
    return Change(
        subject=next(iter(wanted)),
        sentence=f"{how}: {', '.join(article.title for article in articles.values())}",
        lines=lambda dry_run: [
            f"{how}: {article.title} ({article.url})" for article in articles.values()
        ],
        data={"stories": dict(wanted)},
        touches=(
            *(f"story:{article_id}" for article_id in wanted),
            *([f"lead:{wanted[lead]}"] if lead else []),
        ),
        act=act,
    )


@operation("prune", command="prune")
def prune(
    app: App,
    named: Annotated[
        tuple[str, ...],
        Argument(
            "Articles to delete, also those that a hand wrote.",
            "[URL|ID|FILE]...",
            positional=True,
            lines=True,
        ),
    ] = (),
    older_than: Annotated[
        str | None, Argument('Delete articles added longer ago: "365d", "52w".', "TIME")
    ] = None,
    keep: Annotated[
        int | None, Argument("Delete all but the newest N articles of each source.")
    ] = None,
    source: Annotated[
        str, Argument("Only articles of this source.", "KEY", completes="source")
    ] = "",
    pages_days: Annotated[
        int | None, Argument("Keep the pages of so many days. Default: store.pages_days.")
    ] = None,
) -> Change:
    """Delete articles for good, or without names the kept pages older than store.pages_days. No
    source brings deleted articles back, and readers keep their copies. An article must match every
    filter given: --older-than, --keep, --source."""
    rules = older_than is not None or keep is not None
    if named and (rules or source):
        raise UsageError(
            "name articles, or say which go by --older-than, --keep and --source; not both"
        )
    if source and not rules:
        raise UsageError(
            "--source goes with --older-than or --keep; `--keep 0` deletes all articles of that"
            " source"
        )
    if keep == 0 and not source and older_than is None:
        raise UsageError("--keep 0 would delete every article; name a --source with it")
    if (named or rules) and pages_days is not None:
        raise UsageError(
            "--pages-days is about kept pages, the rest about articles; say one of the two"
        )
    if min(keep or 0, pages_days or 0) < 0 or (pages_days or 0) > _MOST_DAYS:
        raise UsageError(f"--keep and --pages-days count from 0, --pages-days to {_MOST_DAYS}")
    return (
        _prune_articles(app, named, older_than, keep, source)
        if named or rules
        else _prune_pages(app, pages_days)
    )


def _prune_articles(
    app: App, named: Sequence[str], older_than: str | None, keep: int | None, source: str
) -> Change:
    from syndicator.configuration.settings import seconds
    from syndicator.upkeep import pruning, reconcile

    try:
        age = timedelta(seconds=seconds(older_than)) if older_than is not None else None
    except ValueError as error:
        raise UsageError(f"--older-than: {error}") from error
    problems = reconcile.files(app.archive, app.configuration)
    planned = pruning.plan(
        app.archive,
        app.configuration.sources,
        pruning.Which(older_than=age, keep=keep, source=source, named=tuple(named)),
    )
    count = counted(len(planned.articles), "article")
    feeds = _stems(planned.feeds)

    def lines(dry_run: bool) -> Iterator[str]:
        yield from (f"{article.path}  {article.title}" for article in planned.articles if dry_run)
        where = f" in {counted(len(feeds), 'feed')}" if feeds else ""
        yield f"{count}{where} {'would be deleted' if dry_run else 'deleted'}"
        yield from (
            f"{counted(number, 'article')} kept: {_STAY[why]}"
            for why, number in planned.stays.items()
        )

    names = ("id", "url", "title", "path")
    articles = [{name: getattr(article, name) for name in names} for article in planned.articles]
    return Change(
        subject="articles",
        sentence=f"{count} deleted",
        lines=lines,
        data={"articles": articles, "feeds": feeds, "stays": planned.stays},
        problems=problems,
        is_empty=not articles,
        nothing="0 files written",
        act=lambda progress: pruning.prune(app.archive, app.configuration.settings, planned),
    )


def _prune_pages(app: App, pages_days: int | None) -> Change:
    before = app.archive.clock() - timedelta(
        days=app.configuration.settings.store.pages_days if pages_days is None else pages_days
    )
    count = app.archive.snapshots.prune(before, dry_run=True)
    return Change(
        subject="pages",
        sentence=f"{counted(count, 'page')} deleted",
        lines=lambda dry_run: [
            f"{counted(count, 'page')} {'would be deleted (--dry-run)' if dry_run else 'deleted'}"
        ],
        data={"pages": count},
        logged=False,
        build=False,
        act=lambda progress: app.archive.snapshots.prune(before),
    )


@operation("withdraw-muted")
def withdraw_muted(app: App) -> Change:
    """Withdraw the filed articles that `publish.mute` and `publish.keep` exclude."""
    from syndicator.upkeep import editorial

    articles = editorial.muted(app.archive, app.configuration.settings)

    def act(progress: Progress) -> None:
        for done, article in enumerate(articles):
            progress(done, len(articles))
            # it may be withdrawn already, by another spelling
            if app.archive.store.index.path(article.id) is not None:
                editorial.withdraw(app.archive, app.configuration, article.id)

    inverse = ("restore-muted", {"ids": [article.id for article in articles]})
    return _of_muted("withdrawn, as syndicator.toml mutes them", articles, inverse, act)


@operation("restore-muted")
def restore_muted(
    app: App, ids: Annotated[tuple[str, ...], Argument("Ids of articles.", lines=True)]
) -> Change:
    """Restore articles that were withdrawn as muted."""
    from syndicator.upkeep import editorial

    articles = [
        article
        for article_id in ids
        if (article := editorial.withdrawn(app.archive, article_id)) is not None
    ]

    def act(progress: Progress) -> Mapping[str, Any]:
        return {
            "problems": editorial.bring_back(
                app.archive, app.configuration, [article.id for article in articles]
            )
        }

    return _of_muted("restored", articles, ("withdraw-muted", {}), act)


def _of_muted(
    done: str, articles: Sequence[Any], inverse: Inverse, act: Callable[[Progress], object]
) -> Change:
    return Change(
        subject="syndicator.toml",
        sentence=f"articles {done}: {len(articles)}",
        lines=lambda dry_run: [
            f"{done}: {article.title or article.id} ({article.url})" for article in articles
        ],
        data={
            "articles": [
                {"id": article.id, "title": article.title, "url": article.url}
                for article in articles
            ]
        },
        inverse=inverse,
        is_empty=not articles,
        nothing=f"0 articles {done}",
        act=act,
    )
