"""Withdraw and restore articles, split merged copies, release held articles, list muted ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from syndicator.app.archive import Archive
from syndicator.app.contexts import load_owners, make_filing_context
from syndicator.app.lookup import find_article_id, need_article, need_sources, read_article
from syndicator.app.read_configuration import Configuration
from syndicator.articles.beside.withdrawals import WITHDRAWN, enter_withdrawal, unlist_withdrawn
from syndicator.configuration.entry_rules import leaves_out
from syndicator.configuration.settings import Settings
from syndicator.core import urls
from syndicator.core.errors import ConfigError, UsageError
from syndicator.core.model import Article, FeedKey, Problem, Source
from syndicator.filing.dedupe import extend_also
from syndicator.filing.entry.carry_out import release as publish
from syndicator.filing.ownership import filed_by_neighbour
from syndicator.filing.save_article import write_article
from syndicator.store.engine import Store
from syndicator.upkeep import reconcile, recovery


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """The effect of a withdrawal, or of its undoing. `feeds`: the feeds that the article leaves or
    joins. `copies`: articles that were merged into it and become articles of their own. `kept`:
    True if its file is kept for undo. `problems`: of files that cannot be read."""

    id: str
    url: str
    title: str
    feeds: tuple[FeedKey, ...]
    copies: tuple[Article, ...] = ()
    kept: bool = True
    problems: tuple[Problem, ...] = ()


def plan_withdrawal(
    archive: Archive, sources: Mapping[str, Source], what: str, *, purge: bool = False
) -> Withdrawal:
    """Return what `withdraw` would do. `what`: address, id or file of the article. `purge`: True to
    keep no file for undo; this is also possible if the article is withdrawn already. Raises
    UsageError if there is no such article, or if it is withdrawn already and `purge` is False."""
    earlier = find_withdrawal(archive, what)
    if purge and earlier:
        return replace(earlier, kept=False)
    if earlier and find_article_id(archive, what) is None:
        raise UsageError(
            f"{what!r} is withdrawn already; `syndicator withdraw --undo` brings it back"
        )
    article_id = need_article(archive, what)
    article = archive.store.visits.article(article_id)
    assert article is not None
    copies_left = []
    for copy in _list_copies(archive.store, article_id):
        if not _is_same_article(archive, sources, copy, article):
            copies_left.append(copy)
    return Withdrawal(
        id=article_id,
        url=article.url,
        title=article.title,
        feeds=tuple(archive.store.index.list_feeds_of(article_id)),
        copies=tuple(copies_left),
        kept=not purge,
    )


def _list_copies(store: Store, article_id: str) -> list[Article]:
    """Return the articles that were merged into the article with this id."""
    merged = store.index.merged().items()
    ids = [copy_id for copy_id, original_id in merged if original_id == article_id]
    return list(store.index.articles(sorted(ids)).values())


def _is_same_article(
    archive: Archive, sources: Mapping[str, Source], copy: Article, article: Article
) -> bool:
    """True if the copy is the article itself at another address of its site, so that it is
    withdrawn with it."""
    if not urls.same_site(copy.url, article.url):
        return False
    return filed_by_neighbour(copy, load_owners(archive, sources))


def withdraw(
    archive: Archive, configuration: Configuration, what: str, *, purge: bool = False
) -> Withdrawal:
    """Remove an article and its text from all feeds, for good. Merged copies that are the same
    article at another address of its site are withdrawn, too. `purge`: True to keep no file for
    undo. Return the effect. Raises UsageError if there is no such article."""
    planned = plan_withdrawal(archive, configuration.sources, what, purge=purge)
    article = archive.store.visits.article(planned.id)
    if article is None:  # it was withdrawn before, and is only purged now
        path, _ = archive.kept_away.get(planned.id) or ("", b"")
        archive.kept_away.drop(planned.id)
        recovery.forget_text(
            archive.snapshots, configuration.settings, planned.id, planned.url, path
        )
        archive.store.compact()
        return planned
    for copy in _list_copies(archive.store, planned.id):
        if _is_same_article(archive, configuration.sources, copy, article):
            withdraw(archive, configuration, copy.id, purge=purge)
    _name_copy(archive, article, named=False)
    enter_withdrawal(archive.article_store, article, archive.clock(), planned.feeds)
    archive.store.visits.withdraw(article, (), planned.feeds, archive.clock())
    recovery.take_away(archive, configuration.settings, planned.id, planned.url, keep=not purge)
    if purge:
        archive.store.compact()
    return planned


def plan_return(archive: Archive, what: str) -> Withdrawal:
    """Return the withdrawal that would be undone. `what`: address or id of the article. Raises
    UsageError if it is not withdrawn."""
    withdrawal = find_withdrawal(archive, what)
    if withdrawal is None:
        path = WITHDRAWN.file(archive.article_store)
        raise UsageError(f"no article {what!r} was withdrawn; {path} lists those that were")
    return withdrawal


def undo_withdrawal(archive: Archive, configuration: Configuration, what: str) -> Withdrawal:
    """Restore a withdrawn article from its kept file. If none was kept, the article is read again
    once a feed announces it. `what`: address or id. Raises UsageError if it is not withdrawn."""
    withdrawal = plan_return(archive, what)
    return replace(withdrawal, problems=bring_back(archive, configuration, [withdrawal.id]))


def bring_back(
    archive: Archive, configuration: Configuration, ids: Sequence[str]
) -> tuple[Problem, ...]:
    """Undo the withdrawals of these articles. Return the problems of unreadable files."""
    for article_id in ids:
        # after a crash the next start completes it
        unlist_withdrawn(archive.article_store, article_id)
    problems = reconcile.update_from_files(archive, configuration)
    for article_id in ids:
        article = archive.store.visits.article(article_id)
        if article is not None:
            _name_copy(archive, article, named=True)
    return problems


def _name_copy(archive: Archive, copy: Article, *, named: bool) -> None:
    """Add the address of `copy` to the file of the article that it was merged into. With `named`
    false, remove it from there. Does nothing if `copy` was merged into no article."""
    path = archive.store.index.path(copy.merged_into)
    if not path:
        return
    original = archive.article_store.get(path)
    also = extend_also(original, copy.url) if named else _list_others(original, copy)
    if also != original.also:
        write_article(
            archive.article_store,
            archive.store.visits,
            replace(original, also=also),
            before=original,
            path=path,
        )


def _list_others(original: Article, copy: Article) -> tuple[str, ...]:
    """Return the addresses of the copies of `original`, except that of `copy`."""
    copy_alias = urls.alias(copy.url)
    return tuple(url for url in original.also if urls.alias(url) != copy_alias)


def find_withdrawal(archive: Archive, what: str) -> Withdrawal | None:
    """Return the withdrawal of the article with this address or id; None if it is not withdrawn."""
    alias = urls.alias(what)
    for row in WITHDRAWN.read(archive.article_store):
        aliases = (urls.alias(row.url), *row.aliases)
        if what == row.id or alias in aliases:
            has_file = row.id in archive.kept_away.ids()
            return Withdrawal(id=row.id, url=row.url, title="", feeds=row.feeds, kept=has_file)
    return None


def find_copies(archive: Archive, what: str) -> dict[str, str]:
    """Return by id of a copy the id of its original. If `what` is a copy, it is the only one; else
    the result has all copies of `what`, {} if there are none. `what`: address, id or file. Raises
    UsageError for an unknown article."""
    article_id = need_article(archive, what)
    merged = archive.store.index.merged()
    if article_id in merged:
        return {article_id: merged[article_id]}
    return {copy: original for copy, original in merged.items() if original == article_id}


def need_copies(archive: Archive, what: str) -> dict[str, str]:
    """Return by id of a copy the id of its original: only `what` if it is a copy, else all copies
    of `what`. Raises UsageError if there are none, or if the article is unknown."""
    merged = find_copies(archive, what)
    if not merged:
        raise UsageError(f"{what!r} is merged with no other article, and in no story")
    return merged


def split(archive: Archive, what: str) -> list[Article]:
    """Make merged copies articles of their own, for good: `what` if it is a copy, else all copies
    of `what`. Both files note it, so that they are not merged again. Return the copies. Raises
    UsageError if nothing is merged."""
    files = archive.article_store
    visits = archive.store.visits
    index = archive.store.index
    split_articles = []
    for copy_id, original_id in need_copies(archive, what).items():
        copy_path = index.path(copy_id) or ""
        original_path = index.path(original_id) or ""
        copy = files.get(copy_path)
        original = files.get(original_path)

        split_from = tuple(dict.fromkeys((*original.split_from, copy_id)))
        other_copies = _list_others(original, copy)
        original_alone = replace(original, also=other_copies, split_from=split_from)
        write_article(files, visits, original_alone, before=original, path=original_path)

        split_from = tuple(dict.fromkeys((*copy.split_from, original_id)))
        copy_alone = replace(copy, merged_into="", split_from=split_from)
        stored, _ = write_article(files, visits, copy_alone, before=copy, path=copy_path)
        split_articles.append(stored)
        index.split(copy_id)
    return split_articles


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """The result of `release`. `articles`: the released ones; `known`: those that were named but
    not on hold; `problems`: of files that cannot be read."""

    articles: tuple[Article, ...]
    known: tuple[Article, ...] = ()
    problems: tuple[Problem, ...] = ()


def release(
    archive: Archive,
    configuration: Configuration,
    named: Sequence[str],
    *,
    source: str = "",
    include_all: bool = False,
    dry_run: bool = False,
) -> Released:
    """Publish articles on hold: the `named` ones (by address, id or file), those of the source with
    the key `source`, or all of them if `include_all`. `dry_run`: True to publish nothing and only
    return which would be. Raises UsageError for an unknown name; nothing is then released."""
    problems = list(reconcile.update_from_files(archive, configuration))
    index = archive.store.index
    paths_on_hold = index.on_hold()
    ids = dict.fromkeys(_need_ids(archive, named))
    if source or include_all:
        for article_id, row in index.articles(list(paths_on_hold)).items():
            if include_all or row.source_key == source:
                ids[article_id] = None
    if source and not ids:
        need_sources(configuration.sources, [source], configuration.folder)
    context = make_filing_context(archive, configuration.sources)
    released = []
    for article_id in reversed(ids):  # the latest last, so that feeds list it first
        path = paths_on_hold.get(article_id)
        if path is None:
            continue
        try:
            article = archive.article_store.get(path)
        except ConfigError as error:
            problems.append(reconcile.describe_unreadable(path, error))
            continue
        if not dry_run:
            article = publish(article, path, context)
        released.append(article)
    ids_not_on_hold = [article_id for article_id in ids if article_id not in paths_on_hold]
    not_on_hold = index.articles(ids_not_on_hold)
    return Released(
        articles=tuple(released), known=tuple(not_on_hold.values()), problems=tuple(problems)
    )


def _need_ids(archive: Archive, names: Sequence[str]) -> list[str]:
    """Return the ids of articles given by address, id or file. Raises UsageError if one is
    unknown."""
    ids = []
    for name in names:
        article_id = find_article_id(archive, name)
        if article_id is None:
            raise UsageError(
                f"no article {name!r}; `syndicator status` lists the files of those that are on"
                " hold"
            )
        ids.append(article_id)
    return ids


def list_muted(archive: Archive, settings: Settings) -> tuple[Article, ...]:
    """Return the published articles that today's settings `mute` and `keep` would leave out.
    Articles written by hand are never among them."""
    publish = settings.publish
    index = archive.store.index
    if not (publish.mute or publish.keep):
        return ()

    def is_left_out(article: Article) -> bool:
        """True if the settings leave the article out; its text is read only if they ask for it."""
        return leaves_out(publish, article, lambda: read_article(archive, article.id).text)

    merged = index.articles(sorted(index.merged())).values()
    left_out = []
    for article in (*index.each(), *merged):
        is_written_by_hand = not article.digest
        if not is_written_by_hand and is_left_out(article):
            left_out.append(article)
    return tuple(left_out)
