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
from syndicator.filing.entry.carry_out import release as publish_article
from syndicator.filing.ownership import filed_by_neighbour
from syndicator.filing.save_article import write_article
from syndicator.store.engine import Store
from syndicator.upkeep import reconcile, recovery


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """The effect of a withdrawal, or of its undoing. `feeds`: the feeds that the article leaves or
    joins. `copies`: articles that were merged into it and become articles of their own. `kept`:
    True if its file is kept for undo. `problems`: one for each file that cannot be read."""

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
    """Return the effect that `withdraw` would have; change nothing.

    `what`: address, id or file of the article. `purge`: True to delete the article's file, False to
    keep it for undo. Only a purge may be repeated for an article that is withdrawn already. Raises
    UsageError if there is no such article, or if it is withdrawn already and `purge` is False."""
    earlier_withdrawal = find_withdrawal(archive, what)
    if purge and earlier_withdrawal:
        return replace(earlier_withdrawal, kept=False)
    # a new article may have the address of a withdrawn one
    is_still_filed = find_article_id(archive, what) is not None
    if earlier_withdrawal and not is_still_filed:
        raise UsageError(
            f"{what!r} is withdrawn already; `syndicator withdraw --undo` brings it back"
        )
    article_id = need_article(archive, what)
    article = archive.store.visits.article(article_id)
    assert article is not None
    # copies from other sites stay, as articles of their own
    remaining_copies = []
    for copy in _list_copies(archive.store, article_id):
        if not _is_same_article(archive, sources, copy, article):
            remaining_copies.append(copy)
    return Withdrawal(
        id=article_id,
        url=article.url,
        title=article.title,
        feeds=tuple(archive.store.index.list_feeds_of(article_id)),
        copies=tuple(remaining_copies),
        kept=not purge,
    )


def _list_copies(store: Store, article_id: str) -> list[Article]:
    """Return the articles that were merged into the article with this id."""
    original_by_copy = store.index.merged()
    copy_ids = []
    for copy_id, original_id in original_by_copy.items():
        if original_id == article_id:
            copy_ids.append(copy_id)
    return list(store.index.articles(sorted(copy_ids)).values())


def _is_same_article(
    archive: Archive, sources: Mapping[str, Source], copy: Article, article: Article
) -> bool:
    """True if `copy` is `article` itself at another address of the same site. It is then withdrawn
    together with the article."""
    if not urls.same_site(copy.url, article.url):
        return False
    return filed_by_neighbour(copy, load_owners(archive, sources))


def withdraw(
    archive: Archive, configuration: Configuration, what: str, *, purge: bool = False
) -> Withdrawal:
    """Remove an article and its text from all feeds, for good. Copies of it at other addresses of
    the same site are withdrawn, too. Return the effect.

    `what`: address, id or file of the article. `purge`: True to delete the article's file, False to
    keep it for undo. Raises UsageError if there is no such article."""
    planned = plan_withdrawal(archive, configuration.sources, what, purge=purge)
    article = archive.store.visits.article(planned.id)
    if article is None:  # it was withdrawn before, and is only purged now
        kept_file = archive.kept_away.get(planned.id)  # (path, content)
        path = kept_file[0] if kept_file else ""
        archive.kept_away.drop(planned.id)
        recovery.forget_text(
            archive.snapshots, configuration.settings, planned.id, planned.url, path
        )
        archive.store.compact()  # earlier versions did not overwrite what they deleted
        return planned

    # withdraw the copies, and take the article out of the file of its original
    for copy in _list_copies(archive.store, planned.id):
        if _is_same_article(archive, configuration.sources, copy, article):
            withdraw(archive, configuration, copy.id, purge=purge)
    _update_copy_address(archive, article, named=False)

    # enter the article in withdrawn.toml first: after a crash, the next start does the rest
    enter_withdrawal(archive.article_store, article, archive.clock(), planned.feeds)
    archive.store.visits.withdraw(article, (), planned.feeds, archive.clock())
    recovery.delete_withdrawn_file(
        archive, configuration.settings, planned.id, planned.url, keep=not purge
    )
    if purge:
        archive.store.compact()
    return planned


def plan_restoration(archive: Archive, what: str) -> Withdrawal:
    """Return the withdrawal that `undo_withdrawal` would undo; change nothing. `what`: address or
    id of the article. Raises UsageError if the article is not withdrawn."""
    withdrawal = find_withdrawal(archive, what)
    if withdrawal is None:
        path = WITHDRAWN.file(archive.article_store)
        raise UsageError(f"no article {what!r} was withdrawn; {path} lists those that were")
    return withdrawal


def undo_withdrawal(archive: Archive, configuration: Configuration, what: str) -> Withdrawal:
    """Restore a withdrawn article from the file that was kept for undo, and return the withdrawal
    that is undone. Without such a file, the article is read again when a feed announces it again.
    `what`: address or id of the article. Raises UsageError if the article is not withdrawn."""
    withdrawal = plan_restoration(archive, what)
    return replace(withdrawal, problems=restore_withdrawn(archive, configuration, [withdrawal.id]))


def restore_withdrawn(
    archive: Archive, configuration: Configuration, ids: Sequence[str]
) -> tuple[Problem, ...]:
    """Undo the withdrawals of the articles with these ids. Return a problem for each article file
    that cannot be read."""
    for article_id in ids:
        # the list decides: after a crash, the next start restores the article
        unlist_withdrawn(archive.article_store, article_id)
    # it restores articles that the list of withdrawn ones no longer has
    problems = reconcile.update_from_files(archive, configuration)
    for article_id in ids:
        article = archive.store.visits.article(article_id)
        if article is not None:
            _update_copy_address(archive, article, named=True)
    return problems


def _update_copy_address(archive: Archive, copy: Article, *, named: bool) -> None:
    """Add the address of `copy` to the file of its original (the article that it was merged into),
    or remove it from there. `named`: True to add, False to remove. Do nothing if `copy` was merged
    into no article."""
    path = archive.store.index.path(copy.merged_into)
    if not path:
        return
    original = archive.article_store.get(path)
    copy_urls = extend_also(original, copy.url) if named else _list_other_copies(original, copy)
    if copy_urls == original.also:
        return
    write_article(
        archive.article_store,
        archive.store.visits,
        replace(original, also=copy_urls),
        before=original,
        path=path,
    )


def _list_other_copies(original: Article, copy: Article) -> tuple[str, ...]:
    """Return the addresses of the copies of `original`, without the address of `copy`."""
    # an alias is an address in the form in which addresses are compared
    copy_alias = urls.alias(copy.url)
    return tuple(url for url in original.also if urls.alias(url) != copy_alias)


def find_withdrawal(archive: Archive, what: str) -> Withdrawal | None:
    """Return the withdrawal of an article, None if the article is not withdrawn. `what`: its
    address or id."""
    alias = urls.alias(what)  # the form in which addresses are compared
    for row in WITHDRAWN.read(archive.article_store):
        aliases = (urls.alias(row.url), *row.aliases)
        if what == row.id or alias in aliases:
            has_file = row.id in archive.kept_away.ids()
            return Withdrawal(id=row.id, url=row.url, title="", feeds=row.feeds, kept=has_file)
    return None


def find_copies(archive: Archive, what: str) -> dict[str, str]:
    """Return merged copies, as a mapping from the id of a copy to the id of its original.

    If `what` is a copy, the mapping has only this copy. If `what` is an original, it has all copies
    of `what`; {} if there are none. `what`: address, id or file of an article. Raises UsageError
    for an unknown article."""
    article_id = need_article(archive, what)
    original_by_copy = archive.store.index.merged()
    if article_id in original_by_copy:
        return {article_id: original_by_copy[article_id]}
    copies = {}
    for copy_id, original_id in original_by_copy.items():
        if original_id == article_id:
            copies[copy_id] = original_id
    return copies


def need_copies(archive: Archive, what: str) -> dict[str, str]:
    """Return merged copies, as a mapping from the id of a copy to the id of its original: only
    `what` if it is a copy, else all copies of `what`. `what`: address, id or file of an article.
    Raises UsageError if there are no copies, or if the article is unknown."""
    original_by_copy = find_copies(archive, what)
    if not original_by_copy:
        raise UsageError(f"{what!r} is merged with no other article, and in no story")
    return original_by_copy


def split(archive: Archive, what: str) -> list[Article]:
    """Make merged copies articles of their own, for good, and return them: only `what` if it is a
    copy, else all copies of `what`. The files of copy and original note that they were split, so
    that they are not merged again. `what`: address, id or file of an article. Raises UsageError if
    there are no copies."""
    files = archive.article_store
    visits = archive.store.visits
    index = archive.store.index
    split_articles = []
    for copy_id, original_id in need_copies(archive, what).items():
        copy_path = index.path(copy_id) or ""
        original_path = index.path(original_id) or ""
        copy = files.get(copy_path)
        original = files.get(original_path)

        # write the original without the copy
        split_from = tuple(dict.fromkeys((*original.split_from, copy_id)))
        other_copies = _list_other_copies(original, copy)
        original_alone = replace(original, also=other_copies, split_from=split_from)
        write_article(files, visits, original_alone, before=original, path=original_path)

        # write the copy as an article that is merged into no other
        split_from = tuple(dict.fromkeys((*copy.split_from, original_id)))
        copy_alone = replace(copy, merged_into="", split_from=split_from)
        stored, _ = write_article(files, visits, copy_alone, before=copy, path=copy_path)
        split_articles.append(stored)
        index.split(copy_id)
    return split_articles


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """The result of `release`. `articles`: the released articles; `known`: articles that were named
    but are not on hold; `problems`: one for each file that cannot be read."""

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
    """Publish articles on hold, and return them.

    `named`: addresses, ids or files of articles to publish. `source`: key of a source whose
    articles are published, too; "" for none. `include_all`: True to publish all articles on hold.
    `dry_run`: True to publish nothing, and only return the articles that would be. Raises
    UsageError for an unknown name; nothing is then released."""
    problems = list(reconcile.update_from_files(archive, configuration))
    index = archive.store.index
    paths_on_hold = index.on_hold()  # path of the file by article id

    # collect the ids of the articles to release
    ids = dict.fromkeys(_need_ids(archive, named))
    if source or include_all:
        for article_id, row in index.articles(list(paths_on_hold)).items():
            if include_all or row.source_key == source:
                ids[article_id] = None
    if source and not ids:
        # raises UsageError if there is no such source
        need_sources(configuration.sources, [source], configuration.folder)

    # release those that are on hold
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
            article = publish_article(article, path, context)
        released.append(article)

    ids_not_on_hold = [article_id for article_id in ids if article_id not in paths_on_hold]
    not_on_hold = index.articles(ids_not_on_hold)
    return Released(
        articles=tuple(released), known=tuple(not_on_hold.values()), problems=tuple(problems)
    )


def _need_ids(archive: Archive, names: Sequence[str]) -> list[str]:
    """Return the ids of the articles that have these names. A name is an address, an id or a file
    of an article. Raises UsageError for an unknown name."""
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
    """Return the filed articles that would not be published with the present settings `mute` and
    `keep`. Articles that the operator wrote by hand are never returned."""
    publish = settings.publish
    index = archive.store.index
    if not (publish.mute or publish.keep):
        return ()

    def is_left_out(article: Article) -> bool:
        """True if the settings leave the article out; its text is read only if they ask for it."""
        return leaves_out(publish, article, lambda: read_article(archive, article.id).text)

    copies = index.articles(sorted(index.merged())).values()
    left_out = []
    for article in (*index.each(), *copies):
        # a file without a digest was not written by the program
        is_written_by_hand = not article.digest
        if not is_written_by_hand and is_left_out(article):
            left_out.append(article)
    return tuple(left_out)
