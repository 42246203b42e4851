"""Rename or merge tags in taxonomy.toml and in articles; redirect the feed of the old tag."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from syndicator.app.archive import Archive
from syndicator.app.beside.kept_feeds import redirect_feed
from syndicator.app.build_notes import note_renamed
from syndicator.app.lookup import iterate_articles
from syndicator.app.read_configuration import Configuration
from syndicator.articles import disk
from syndicator.core import text
from syndicator.core.errors import UsageError
from syndicator.core.model import Article, FeedKey
from syndicator.core.ports import FeedRow
from syndicator.core.text import name_alternatives
from syndicator.describing.taxonomy.edit import (
    Change,
    find_tag_index,
    has_name,
    plan_rename_or_merge,
    plan_restore,
    rewrite_taxonomy,
)
from syndicator.describing.taxonomy.taxonomy import Taxonomy
from syndicator.describing.taxonomy.vocabulary import TagDef, Vocabulary, fold, load_any
from syndicator.publishing.output.redirects import resolve_moves
from syndicator.publishing.queries import SavedQuery
from syndicator.searching.language import iterate_terms
from syndicator.store.engine import Store
from syndicator.upkeep import reconcile
from syndicator.upkeep.feed_changes import ChangeCounter, FeedChange
from syndicator.upkeep.passes.one_pass import write_revision, write_together
from syndicator.upkeep.passes.revision import Revision

_LONGEST = 80  # characters of a name, as in taxonomy.toml
_AT_ONCE = 200  # feeds that a command builds at once, which takes some seconds. A choice


@dataclass(frozen=True, slots=True, kw_only=True)
class Retagging:
    """The effect of a rename or merge. `change`: of taxonomy.toml, None if it stays as it is.
    `articles`, `titles`: ids and titles of the articles that get the new tag. `feeds`: how many
    articles each feed gains and loses. `notes`: lines for the operator on other places that name
    the old tag."""

    kind: Literal["rename", "merge"]
    old: str
    new: str
    change: Change | None
    before: TagDef | None  # the entry of taxonomy.toml that `change` replaces
    old_feed: FeedKey
    new_feed: FeedKey
    articles: tuple[str, ...]  # ids
    titles: tuple[str, ...]
    feeds: tuple[FeedChange, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry of taxonomy.toml that a rename wrote. `left`: the entry as it was written; `before`:
    the entry that it replaced, None if it was added."""

    left: TagDef
    before: TagDef | None


def plan_rename(
    archive: Archive,
    configuration: Configuration,
    kind: Literal["rename", "merge"],
    old: str,
    new: str,
    undone: Entry | None = None,
) -> Retagging:
    """Return the effect of renaming the tag `old` to `new`, or of merging it into `new`; change
    nothing. `kind`: which of the two. `undone`: the entry of taxonomy.toml that an earlier rename
    wrote, if this one undoes it; the entry before is then restored, unless this one was edited
    since. Raises UsageError, which says what to do instead, or ConfigError."""
    reconcile.update_from_files(archive, configuration)
    old = _clean_name(old)
    new = _clean_name(new)
    path = configuration.folder / "taxonomy.toml"
    vocabulary = load_any(path)
    _check_first_tag(vocabulary, path)

    # which articles have the two tags
    old_feed = FeedKey("tag", text.slug(old))
    new_feed = FeedKey("tag", text.slug(new))
    with_old, with_new = _find_articles(archive.store, old_feed.slug, new_feed.slug)

    # whether taxonomy.toml has the new name already, as after a crash
    old = _find_spelling(vocabulary, with_old, old)
    if kind == "merge":
        new = _find_spelling(vocabulary, with_new, new)
    new_index = find_tag_index(vocabulary, new)
    is_written = new_index is not None and _is_renamed(vocabulary.tag[new_index], old, new)
    _check_rename(archive.store, vocabulary, old, new, is_known=bool(with_old) or is_written)
    change = None
    if not is_written:
        new_exists = new_index is not None or bool(with_new)
        _check_kind(kind, old, new, new_exists=new_exists, is_same=old_feed == new_feed)
        change = plan_rename_or_merge(vocabulary, old, new)
    _check_address(archive.store, old_feed, new_feed)

    if undone is not None:
        change = plan_restore(vocabulary, undone.left, undone.before) or change
    entry_before = None
    if change is not None and change.at is not None:
        entry_before = vocabulary.tag[change.at]
    feed_changes = ChangeCounter(archive.store.index.merged())
    for article in with_old:
        feed_changes.add(article, _replace_tag(article, old_feed.slug, new))
    return Retagging(
        kind=kind,
        old=old,
        new=new,
        change=change,
        before=entry_before,
        old_feed=old_feed,
        new_feed=new_feed,
        articles=tuple(article.id for article in with_old),
        titles=tuple(article.title for article in with_old),
        feeds=feed_changes.list_changes(),
        notes=_list_notes(configuration.queries, old_feed, new),
    )


def _clean_name(name: str) -> str:
    """Return the name of a tag with single blanks between its words. Raises UsageError if it is
    empty or too long."""
    cleaned = " ".join(name.split())
    if not cleaned or len(cleaned) > _LONGEST:
        raise UsageError(f"a tag needs a name, of {_LONGEST} characters at most")
    return cleaned


def _find_articles(store: Store, old: str, new: str) -> tuple[list[Article], list[Article]]:
    """Return two lists: the articles with the old tag, and the articles with the new tag. `old`,
    `new`: slugs of the tags (their names in addresses). If both are the same, the second list is
    empty."""
    with_old: list[Article] = []
    with_new: list[Article] = []
    for article in iterate_articles(store):
        slugs = {text.slug(tag) for tag in article.tags}
        if old in slugs:
            with_old.append(article)
        if new in slugs and old != new:
            with_new.append(article)
    return with_old, with_new


def _is_renamed(tag: TagDef, old: str, new: str) -> bool:
    """True if taxonomy.toml looks as if the tag `old` had been renamed to `new` or merged into it.
    `tag`: the entry of taxonomy.toml that has the name `new`, in some spelling."""
    # if both names are spellings of one tag, the entry must have the new spelling
    if fold(old) == fold(new):
        return tag.name == new
    # else the old name must have become an alias
    return has_name(tag, old)


def _check_first_tag(vocabulary: Vocabulary, path: Path) -> None:
    """Raise UsageError if taxonomy.toml has no tag yet and says `only = true`: the first tag would
    then replace all publishers' tags. `path`: of taxonomy.toml, for the message."""
    if not vocabulary.tag and vocabulary.only:
        raise UsageError(
            f"{path} says only = true, so that its first [[tag]] replaces publishers' tags; write"
            " only = false, or list the tags that you want first"
        )


def write_rename(
    archive: Archive,
    configuration: Configuration,
    planned: Retagging,
    progress: Callable[[int, int], None] = lambda count, total: None,
) -> None:
    """Carry out a planned rename or merge: rewrite taxonomy.toml, redirect the feed, write the
    articles, and rename the tag in learnt.npz. It can be repeated after a crash. `progress`: called
    with the number of written articles and the number of all."""
    path = (configuration.folder / "taxonomy.toml").resolve()  # a symlink stays one
    if planned.change is not None:
        text_before = path.read_text(encoding="utf-8") if path.exists() else ""
        disk.write(path, rewrite_taxonomy(text_before, planned.change, path).encode())
    _move_feed(archive.store, planned)
    _write_tags(
        archive,
        planned.articles,
        lambda article: _replace_tag(article, planned.old_feed.slug, planned.new).tags,
        progress,
    )
    if planned.kind == "rename":
        # the next build need not rewrite the files that link the tag
        note_renamed(archive, planned.old_feed.slug, planned.new_feed.slug)

    # rename the tag in what was learnt; `rename_tag` returns the same object if it is not there
    learnt = configuration.settings.state_dir / "learnt.npz"
    if not learnt.exists():
        return
    taxonomy = Taxonomy().with_learnt(learnt)
    renamed = taxonomy.rename_tag(planned.old, planned.new)
    if renamed is not taxonomy:
        new_path = learnt.with_name(f".{learnt.name}.new")
        renamed.save(new_path)
        new_path.replace(learnt)


def choose_feeds_to_build_first(
    queries: Sequence[SavedQuery], planned: Retagging
) -> Callable[[FeedKey], bool] | None:
    """Choose the feeds that the command builds at once after a rename; others are built later.
    Return a function that is true for these feeds, or None to build all at once. If the rename
    changes more than _AT_ONCE feeds, only the feeds of both tags and of all saved queries are
    chosen."""
    if len(planned.feeds) <= _AT_ONCE:
        return None
    first = frozenset((planned.old_feed, planned.new_feed, *(query.key for query in queries)))
    return first.__contains__


def _find_spelling(vocabulary: Vocabulary, holders: Sequence[Article], name: str) -> str:
    """Return the spelling of the tag `name` in taxonomy.toml. If the tag is not there, return its
    spelling in the first article that has it; without such an article, return `name`. `holders`:
    the articles that have the tag."""
    index = find_tag_index(vocabulary, name)
    if index is not None:
        return vocabulary.tag[index].name
    slug = text.slug(name)
    for article in holders:
        for tag in article.tags:
            if text.slug(tag) == slug:
                return tag
    return name


def _check_rename(
    store: Store, vocabulary: Vocabulary, old: str, new: str, *, is_known: bool
) -> None:
    """Raise UsageError if the tag `old` cannot be renamed to `new`: the names are equal, there is
    no tag `old`, or `new` is an alias of a third tag. `is_known`: True if articles have the tag
    `old`, or if taxonomy.toml has the rename already, as after a crash."""
    if old == new:
        raise UsageError(f"the tag is called {old!r} already")
    if find_tag_index(vocabulary, old) is None and not is_known:
        names = {tag.name: None for tag in vocabulary.tag}  # a set that keeps its order
        for article in iterate_articles(store):
            names.update(dict.fromkeys(article.tags))
        hint = name_alternatives(old, names) or "; there is no tag yet"
        raise UsageError(f"no tag {old!r}: neither taxonomy.toml nor an article has it{hint}")
    both_names = (fold(old), fold(new))
    for tag in vocabulary.tag:
        is_third_tag = fold(tag.name) not in both_names
        if is_third_tag and has_name(tag, new):
            raise UsageError(
                f"{new!r} is an alias of {tag.name!r} in taxonomy.toml: merge into {tag.name!r},"
                " or remove it there"
            )


def _check_kind(kind: str, old: str, new: str, *, new_exists: bool, is_same: bool) -> None:
    """Raise UsageError if the operator should merge instead of rename, or rename instead of merge.
    `kind`: "rename" or "merge". `new_exists`: True if there is a tag `new`. `is_same`: True if both
    names have the same feed, so that only the spelling changes."""
    if kind == "rename" and new_exists and not is_same:
        raise UsageError(f"there is a tag {new!r} already; `syndicator tags merge` joins the two")
    if kind == "merge" and is_same:
        raise UsageError(
            f"{old!r} and {new!r} are one tag; `syndicator tags rename` changes how it is written"
        )
    if kind == "merge" and not new_exists:
        raise UsageError(
            f"there is no tag {new!r} to merge into; `syndicator tags rename` makes one"
        )


def _check_address(store: Store, old: FeedKey, new: FeedKey) -> None:
    """Raise UsageError if an earlier rename redirects the feed `new` of a tag to a third feed. It
    may redirect to the feed `old`: that rename is then undone."""
    target = resolve_moves(store.index.feeds()).get(new)
    if target not in (None, old):
        raise UsageError(
            f"tags/{new.slug} leads to tags/{target.slug} since it was renamed; take that, or"
            " another name"
        )


def _replace_tag(article: Article, slug: str, new: str) -> Article:
    """Return the article with the tag `new` in place of each tag that has this slug (the name in
    the address of its feed). Of several tags with the same slug, only the first stays."""
    replaced = [new if text.slug(tag) == slug else tag for tag in article.tags]
    first_spelling: dict[str, str] = {}
    for tag in replaced:
        first_spelling.setdefault(text.slug(tag), tag)
    return replace(article, tags=tuple(first_spelling.values()))


def _list_notes(queries: Sequence[SavedQuery], old: FeedKey, new: str) -> tuple[str, ...]:
    """Return a line for the operator on each entry of feeds.toml that still names the old tag.
    `queries`: the entries; `old`: feed of the old tag; `new`: name of the new tag."""
    notes = []
    for query in queries:
        if query.feed == old:
            notes.append(f"feeds.toml sets up tags/{old.slug}; let it say tags/{text.slug(new)}")
        elif _asks_for_tag(query, old.slug):
            notes.append(
                f"feeds.toml: the query {query.slug!r} asks for the old tag; let it say {new!r}"
            )
    return tuple(notes)


def _asks_for_tag(query: SavedQuery, slug: str) -> bool:
    """True if a saved query asks for articles with a certain tag, as in `tag:ai`. `slug`: of the
    tag."""
    if not query.expr:
        return False
    terms = iterate_terms(query.expr)
    return any(term.field == "tag" and text.slug(term.value) == slug for term in terms)


def _move_feed(store: Store, planned: Retagging) -> None:
    """Redirect the feed of the old tag to the feed of the new tag. After a rename, the new feed has
    the id of the old one, so that feed readers see no new feed. If both tags have the same feed,
    only its name changes. Do nothing if this was done before."""
    index = store.index
    rows = {row.key: row for row in index.feeds()}
    old_row = rows.get(planned.old_feed)
    if planned.old_feed == planned.new_feed:
        if old_row is not None:
            index.save_feed(replace(old_row, name=planned.new))
            index.mark_stale([old_row.key])
        return
    if old_row is None or old_row.moved_to == planned.new_feed:
        return
    new_row = rows.get(planned.new_feed)
    # the id of a feed is made of its first slug; after a merge, the new feed keeps its own id
    first_slug = old_row.first_slug
    if new_row is not None and planned.kind == "merge":
        first_slug = new_row.first_slug
    if new_row is None:
        new_row = FeedRow(key=planned.new_feed, name=planned.new, first_slug=first_slug)
    redirect_feed(index, old_row, replace(new_row, name=planned.new, first_slug=first_slug))


def put_tags(
    archive: Archive, tags: Mapping[str, tuple[str, ...]], progress: Callable[[int, int], None]
) -> None:
    """Replace the tags of articles. `tags`: the new tags of each article, by article id. It can be
    repeated after a crash. `progress`: called with the number of written articles and the number of
    all."""
    _write_tags(archive, tags, lambda article: tags[article.id], progress)


def _write_tags(
    archive: Archive,
    ids: Collection[str],
    choose_tags: Callable[[Article], tuple[str, ...]],
    progress: Callable[[int, int], None],
) -> None:
    """Write new tags to the files of articles, even if an operator edited the old ones. Articles
    without a file are left out. `ids`: of the articles. `choose_tags`: returns the new tags of an
    article. `progress`: called with the number of written articles and the number of all."""
    stamps = archive.store.visits.stamps()

    def write(article_id: str) -> None:
        """Write the tags of one article; do nothing if it has no file. `write_together` calls this
        for each article."""
        if article_id not in stamps:
            return
        path = stamps[article_id].path
        old = archive.article_store.get(path)
        revision = Revision(values={"tags": choose_tags(old)})
        write_revision(archive, path, old, revision, ordered=("tags",))

    write_together(archive, list(ids), write, progress)
