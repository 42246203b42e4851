"""Plan changes of articles, such as withdraw or edit; `Change.act` carries a change out later."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
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
_AGE = re.compile(r"\d+(?:h|d|w|m|y)", re.I)  # of articles, as people type it instead of a name
_MOST_DAYS: Final = 36_500  # a hundred years: no date is so far back that it cannot be written
_REASONS_TO_STAY = {
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

    withdrawal = editorial.plan_withdrawal(app.archive, app.configuration.sources, id, purge=purge)
    url = withdrawal.url
    article_name = f"{withdrawal.title} ({url})" if withdrawal.title else url
    feed_names = ", ".join(_list_feed_names(withdrawal.feeds)) or "no feed"
    consequences = [
        f"a copy of it is published by itself now: {copy.title} ({copy.url})"
        for copy in withdrawal.copies
    ]
    if withdrawal.kept:  # the file, so that the article can be restored
        command = f"syndicator withdraw --undo {shlex.quote(url)}"
        consequences.append(f"for 30 days `{command}` brings it back as its file was")

    def list_lines(dry_run: bool) -> list[str]:
        """Return the lines that a terminal shows."""
        verb = "would be withdrawn" if dry_run else "withdrawn"
        return [f"{verb}: {article_name}; from: {feed_names}", *consequences]

    return Change(
        subject=withdrawal.id,
        sentence=f"{url}: withdrawn from {len(withdrawal.feeds)} feeds",
        lines=list_lines,
        data={"withdrawn": withdrawal.id, **_describe_withdrawal(withdrawal)},
        inverse=("restore", {"id": withdrawal.id}),
        act=lambda progress: editorial.withdraw(
            app.archive, app.configuration, withdrawal.id, purge=purge
        ),
    )


@operation("restore", command="withdraw --undo", quick=True)
def restore(app: App, id: Id) -> Change:
    """Restore a withdrawn article; within 30 days its file comes back with your edits."""
    from syndicator.upkeep import editorial

    withdrawal = editorial.plan_restoration(app.archive, id)
    url = withdrawal.url
    if withdrawal.kept:  # the file of the article
        sentence = f"{url}: is back"
        way_back = "as its file was"
    else:
        sentence = f"{url}: comes back when announced"
        way_back = "once its source announces it, for its file is no longer kept"
    feed_names = ", ".join(_list_feed_names(withdrawal.feeds)) or "no feed"

    def undo_withdrawal(progress: Progress) -> Mapping[str, Any]:
        """Restore the article when the change is applied. Return the problems, a field of the
        `Change` to replace."""
        undone = editorial.undo_withdrawal(app.archive, app.configuration, withdrawal.id)
        return {"problems": undone.problems}

    return Change(
        subject=withdrawal.id,
        sentence=sentence,
        lines=lambda dry_run: [f"comes back {way_back}: {url}; it was in: {feed_names}"],
        data={"returned": withdrawal.id, **_describe_withdrawal(withdrawal)},
        inverse=("withdraw", {"id": withdrawal.id}),
        act=undo_withdrawal,
    )


def _list_feed_names(keys: Sequence[FeedKey]) -> list[str]:
    """Return the paths of feeds without endings such as .atom: tags/ai."""
    return [paths.get_stem(key) for key in keys]


def _describe_withdrawal(withdrawal: Withdrawal) -> dict[str, object]:
    """Return a withdrawal of an article as JSON: "url" of the article, "kept" (True if its file is
    kept for undo), names of the "feeds" that it leaves, addresses of its "copies"."""
    return {
        "url": withdrawal.url,
        "kept": withdrawal.kept,
        "feeds": _list_feed_names(withdrawal.feeds),
        "copies": [copy.url for copy in withdrawal.copies],
    }


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
    given_choices = [choice for choice in (id, source, all) if choice]
    if len(given_choices) != 1:
        raise UsageError(
            "say which articles: their ids, files or addresses, or --source KEY, or --all"
        )
    from syndicator.upkeep import editorial

    release_chosen = partial(
        editorial.release, app.archive, app.configuration, id, source=source, include_all=all
    )
    planned = release_chosen(dry_run=True)  # `articles` are on hold; `known` are published already
    subject = source or "articles"
    if len(planned.articles) == 1:
        subject = planned.articles[0].id
    sentences = [f"{article.title}: published" for article in planned.articles]
    sentences += [f"{article.title}: is published already" for article in planned.known]
    if len(sentences) == 1:
        sentence = sentences[0]
    else:
        sentence = f"{len(planned.articles)} articles: published"
    index = app.archive.store.index

    def list_lines(dry_run: bool) -> Iterator[str]:
        """Yield the lines that a terminal shows."""
        verb = "would be published" if dry_run else "published"
        for article in planned.articles:
            yield f"{verb}: {article.title} ({article.url})"
        for article in planned.known:
            yield f"not on hold: {article.title} ({article.url})"

    return Change(
        subject=subject,
        sentence=sentence,
        lines=list_lines,
        data={
            "articles": [article.id for article in planned.articles],
            "known": [article.id for article in planned.known],
            "problems": planned.problems,
        },
        problems=planned.problems,
        touches=tuple(f"article:{index.path(article.id)}" for article in planned.articles),
        is_empty=not planned.articles,
        nothing="0 articles",
        act=lambda progress: {"problems": release_chosen().problems},
    )


@operation("hide", quick=True)
def hide(app: App, id: Id) -> Change:
    """Put an article on hold: it leaves all feeds and pages until it is released."""
    from syndicator.articles import frontmatter

    file = _read_file(app, id)
    article = frontmatter.load(file.data, file.path)
    if article.hold:
        return Change(
            subject=file.article_id, sentence=f"{article.title}: hidden already", is_empty=True
        )
    other_fields = frontmatter.extra(file.data, file.path)  # those that Syndicator does not know
    held_article = replace(article, hold=True)
    edited_data = frontmatter.dump(held_article, other_fields)
    return _plan_edit(file, edited_data, f"{article.title}: hidden until it is released")


class ArticleFields(TypedDict, total=False):
    """The fields of an article that an edit can change."""

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

    file = _read_file(app, id)
    # the stamp, a digest, is that of the file when a form showed it; None if there was no form
    if stamp not in (None, digest(file.data)):
        raise EditedMeanwhile(file.path)
    edited_data = replace_fields(file.data, file.path, fields)
    title = frontmatter.load(edited_data, file.path).title
    return _plan_edit(file, edited_data, f"{title}: edited")


def replace_fields(data: bytes, path: str, fields: Mapping[str, Any]) -> bytes:
    """Return the content of an article file after an edit.

    `data`: its content now. `path`: where it is. `fields`: new values of title, excerpt, author,
    cover and body; a field that is missing or None stays. Raises UsageError if the article would
    have no title or another id; ConfigError if the file is faulty."""
    from syndicator.articles import frontmatter

    article = frontmatter.load(data, path)
    given = {name: value for name, value in fields.items() if value is not None}
    tidied: dict[str, Any] = {"title": given.get("title", article.title).strip()}
    if "excerpt" in given:
        tidied["excerpt"] = " ".join(given["excerpt"].split())
    if "author" in given:
        tidied["author"] = given["author"].strip() or None
    if "cover" in given:
        tidied["cover"] = _check_cover(given["cover"])
    if "body" in given:
        tidied["body"] = given["body"].replace("\r\n", "\n")
    edited = replace(article, **tidied)
    if not edited.title:
        raise UsageError("an article needs a title")
    other_fields = frontmatter.extra(data, path)  # those that Syndicator does not know
    edited_data = frontmatter.dump(edited, other_fields)
    if frontmatter.load(edited_data, path).id != article.id:
        raise UsageError("the id of an article never changes")
    return edited_data


def _check_cover(value: str) -> str | None:
    """Return the address of an article's picture as it was entered, without spaces around it. None
    if it is empty. Raises UsageError if it is no web address."""
    address = value.strip()
    if not address:
        return None
    if not address.lower().startswith(("http://", "https://")):
        raise UsageError(
            f"{address!r} is no address of a picture; write it like https://example.org/picture.jpg"
        )
    return address


@dataclass(frozen=True, slots=True)
class _ArticleFile:
    """An article file as it is now. `path`: in the article store; `data`: its bytes."""

    article_id: str
    path: str
    data: bytes


def _read_file(app: App, what: str) -> _ArticleFile:
    """Read the file of an article. Return its path and bytes with the id of the article. `what`:
    address, file or id of the article. Raises UsageError if there is no such article."""
    from syndicator.app.lookup import need_article

    article_id = need_article(app.archive, what)
    path = app.archive.store.index.path(article_id) or ""
    return _ArticleFile(article_id, path, app.archive.article_store.read(path))


def _plan_edit(file: _ArticleFile, edited_data: bytes, sentence: str) -> Change:
    """Return the change that replaces the content of an article file. `edited_data`: the new
    content; `sentence`: the result in words."""
    # surrogateescape keeps bytes that are not UTF-8
    text_before = file.data.decode("utf-8", "surrogateescape")
    text_after = edited_data.decode("utf-8", "surrogateescape")
    return Change(
        subject=file.article_id,
        sentence=sentence,
        data={"id": file.article_id, "path": file.path},
        edits={f"article:{file.path}": (text_before, text_after)},
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

    story_by_article = decisions.plan_join(app.archive, app.configuration, ids)
    lead_id = need_article(app.archive, ids[0]) if lead else ""
    return _plan_stories(app, story_by_article, "in one story", lead_id)


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

    article_id = need_article(app.archive, id)
    story_by_article = decisions.plan_leave(app.archive, app.configuration, article_id)
    is_in_story = bool(story_by_article)
    if is_in_story:
        # an article that has copies is separated from them first, unless `story` is given
        leaves_story = story or not editorial.find_copies(app.archive, id)
        if leaves_story:
            return _plan_stories(app, story_by_article, "not in one story")

    index = app.archive.store.index
    original_by_copy = editorial.need_copies(app.archive, id)
    copies = index.articles([*original_by_copy]).values()
    rewritten_ids = {*original_by_copy, *original_by_copy.values()}
    return Change(
        subject=next(iter(original_by_copy)),
        sentence=f"parted: {', '.join(article.title for article in copies)}",
        lines=lambda dry_run: [
            f"published by itself again: {article.title} ({article.url})" for article in copies
        ],
        data={"split": [{"id": article.id, "url": article.url} for article in copies]},
        touches=tuple(f"article:{index.path(rewritten_id)}" for rewritten_id in rewritten_ids),
        act=lambda progress: editorial.split(app.archive, id),
    )


def _plan_stories(
    app: App, story_by_article: Mapping[str, str], result: str, lead_id: str = ""
) -> Change:
    """Return the change that puts articles into other stories, for good.

    `story_by_article`: id of the new story by id of the article. `result`: the result in words,
    such as "in one story". `lead_id`: id of the article that leads its story from now on, "" if the
    leads do not change."""
    from syndicator.stories import decisions, kept_leads

    def put_into_stories(progress: Progress) -> None:
        """Store the new stories. Called when the change is applied."""
        decisions.put_into_stories(app.archive, story_by_article, final=True)
        if lead_id:
            kept_leads.record_leads(app.archive, {story_by_article[lead_id]: lead_id})

    articles = app.archive.store.index.articles([*story_by_article]).values()
    touches = [f"story:{article_id}" for article_id in story_by_article]
    if lead_id:
        touches.append(f"lead:{story_by_article[lead_id]}")
    return Change(
        subject=next(iter(story_by_article)),
        sentence=f"{result}: {', '.join(article.title for article in articles)}",
        lines=lambda dry_run: [
            f"{result}: {article.title} ({article.url})" for article in articles
        ],
        data={"stories": dict(story_by_article)},
        touches=tuple(touches),
        act=put_into_stories,
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
    has_rule = older_than is not None or keep is not None
    has_filter = has_rule or bool(source)
    prunes_articles = bool(named) or has_rule  # else kept pages

    ages = [name for name in named if _AGE.fullmatch(name)]  # such as "90d"
    if ages and not has_rule:
        raise UsageError(f"{ages[0]} is an age; write `syndicator prune --older-than {ages[0]}`")
    if named and has_filter:
        raise UsageError(
            f"{named[0]!r} is taken for an article: name articles, or say which go by --older-than,"
            " --keep and --source, such as --older-than 90d; not both"
        )
    if source and not has_rule:
        raise UsageError(
            "--source goes with --older-than or --keep; `--keep 0` deletes all articles of that"
            " source"
        )
    if keep == 0 and not source and older_than is None:
        raise UsageError("--keep 0 would delete every article; name a --source with it")
    if prunes_articles and pages_days is not None:
        raise UsageError(
            "--pages-days is about kept pages, the rest about articles; say one of the two"
        )
    is_below_zero = min(keep or 0, pages_days or 0) < 0
    is_too_long = pages_days is not None and pages_days > _MOST_DAYS
    if is_below_zero or is_too_long:
        raise UsageError(f"--keep and --pages-days count from 0, --pages-days to {_MOST_DAYS}")
    if prunes_articles:
        return _prune_articles(app, named, older_than, keep, source)
    return _prune_pages(app, pages_days)


def _prune_articles(
    app: App, article_ids: Sequence[str], older_than: str | None, keep: int | None, source: str
) -> Change:
    """Return the change that deletes the articles with `article_ids`. If these are empty, it
    deletes all articles that match every other argument.

    `older_than`: articles that were added longer ago than this time, such as "365d"; None for any.
    `keep`: articles that are not among so many newest ones of their source; None for any. `source`:
    articles of the source with this key; "" for any. Raises UsageError if the time is invalid."""
    from syndicator.configuration.settings import parse_duration
    from syndicator.upkeep import pruning, reconcile

    least_age = None
    if older_than is not None:
        try:
            least_age = timedelta(seconds=parse_duration(older_than))
        except ValueError as error:
            raise UsageError(f"--older-than: {error}") from error
    problems = reconcile.update_from_files(app.archive, app.configuration)
    criteria = pruning.Criteria(
        older_than=least_age, keep=keep, source=source, named=tuple(article_ids)
    )
    planned = pruning.plan_pruning(app.archive, app.configuration.sources, criteria)
    article_count = counted(len(planned.articles), "article")
    feeds = _list_feed_names(planned.feeds)

    def list_lines(dry_run: bool) -> Iterator[str]:
        """Yield the lines that a terminal shows."""
        if dry_run:
            for article in planned.articles:
                yield f"{article.path}  {article.title}"
        where = f" in {counted(len(feeds), 'feed')}" if feeds else ""
        verb = "would be deleted" if dry_run else "deleted"
        yield f"{article_count}{where} {verb}"
        # articles that match, but stay: their number by reason
        for reason, kept_count in planned.stays.items():
            yield f"{counted(kept_count, 'article')} kept: {_REASONS_TO_STAY[reason]}"

    articles = [
        {"id": article.id, "url": article.url, "title": article.title, "path": article.path}
        for article in planned.articles
    ]
    return Change(
        subject="articles",
        sentence=f"{article_count} deleted",
        lines=list_lines,
        data={"articles": articles, "feeds": feeds, "stays": planned.stays},
        problems=problems,
        is_empty=not articles,
        nothing="0 files written",
        act=lambda progress: pruning.prune_articles(
            app.archive, app.configuration.settings, planned
        ),
    )


def _prune_pages(app: App, pages_days: int | None) -> Change:
    """Return the change that deletes the kept web pages (the pages from which articles were read)
    that are older than `pages_days` days. If it is None, the setting store.pages_days counts."""
    days = pages_days
    if days is None:
        days = app.configuration.settings.store.pages_days
    earliest_kept = app.archive.clock() - timedelta(days=days)
    page_count = app.archive.snapshots.prune(earliest_kept, dry_run=True)
    pages = counted(page_count, "page")

    def list_lines(dry_run: bool) -> list[str]:
        """Return the lines that a terminal shows."""
        verb = "would be deleted (--dry-run)" if dry_run else "deleted"
        return [f"{pages} {verb}"]

    return Change(
        subject="pages",
        sentence=f"{pages} deleted",
        lines=list_lines,
        data={"pages": page_count},
        logged=False,
        build=False,
        act=lambda progress: app.archive.snapshots.prune(earliest_kept),
    )


@operation("withdraw-muted")
def withdraw_muted(app: App) -> Change:
    """Withdraw the filed articles that `publish.mute` and `publish.keep` exclude."""
    from syndicator.upkeep import editorial

    articles = editorial.list_muted(app.archive, app.configuration.settings)

    def withdraw_all(progress: Progress) -> None:
        """Withdraw the articles. Called when the change is applied."""
        for done_count, article in enumerate(articles):
            progress(done_count, len(articles))
            # it may be withdrawn already, under another spelling of its address
            is_filed = app.archive.store.index.path(article.id) is not None
            if is_filed:
                editorial.withdraw(app.archive, app.configuration, article.id)

    inverse = ("restore-muted", {"ids": [article.id for article in articles]})
    result = "withdrawn, as syndicator.toml mutes them"
    return _plan_for_muted(result, articles, inverse, withdraw_all)


@operation("restore-muted")
def restore_muted(
    app: App, ids: Annotated[tuple[str, ...], Argument("Ids of articles.", lines=True)]
) -> Change:
    """Restore articles that were withdrawn as muted."""
    from syndicator.upkeep import editorial

    withdrawals = []
    for article_id in ids:
        withdrawal = editorial.find_withdrawal(app.archive, article_id)
        if withdrawal is not None:  # None: it was restored meanwhile
            withdrawals.append(withdrawal)

    def restore_all(progress: Progress) -> Mapping[str, Any]:
        """Restore the articles when the change is applied. Return the problems, a field of the
        `Change` to replace."""
        withdrawn_ids = [withdrawal.id for withdrawal in withdrawals]
        return {
            "problems": editorial.restore_withdrawn(app.archive, app.configuration, withdrawn_ids)
        }

    return _plan_for_muted("restored", withdrawals, ("withdraw-muted", {}), restore_all)


def _plan_for_muted(
    result: str, articles: Sequence[Any], inverse: Inverse, act: Callable[[Progress], object]
) -> Change:
    """Return the change that withdraws or restores muted articles, which `publish.mute` excludes.

    `result`: the result in words, such as "restored". `articles`: these articles; they have id,
    title and url. `inverse`: name and arguments of the operation that undoes the change. `act`:
    called when the change is applied."""
    rows = [{"id": article.id, "title": article.title, "url": article.url} for article in articles]
    lines = [f"{result}: {article.title or article.id} ({article.url})" for article in articles]
    return Change(
        subject="syndicator.toml",
        sentence=f"articles {result}: {len(articles)}",
        lines=lambda dry_run: lines,
        data={"articles": rows},
        inverse=inverse,
        is_empty=not articles,
        nothing=f"0 articles {result}",
        act=act,
    )
