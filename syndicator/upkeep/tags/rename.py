"""Rename or merge tags in taxonomy.toml and in articles; redirect the old tag's feed."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from syndicator.app.archive import Archive
from syndicator.app.beside.kept_feeds import move
from syndicator.app.build_notes import note_renamed
from syndicator.app.lookup import filed
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
    knows,
    plan_rename_or_merge,
    restore,
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
    """Effect of a rename or merge. `change`: to taxonomy.toml, or None; `notes`: other places that
    name the old tag."""

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
    """An entry of taxonomy.toml as a rename left it, and as it was before (None: there was
    none)."""

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
    """Plan the rename of tag `old` to `new`, or their merge. `undone`: restore this entry of
    taxonomy.toml unless it was edited since. Raises UsageError with the cure, ConfigError."""
    reconcile.files(archive, configuration)
    old = " ".join(old.split())
    new = " ".join(new.split())
    if not old or not new or max(len(old), len(new)) > _LONGEST:
        raise UsageError(f"a tag needs a name, of {_LONGEST} characters at most")
    old_feed = FeedKey("tag", text.slug(old))
    new_feed = FeedKey("tag", text.slug(new))
    path = configuration.folder / "taxonomy.toml"
    vocabulary = load_any(path)
    _check_first_tag(vocabulary, path)
    both = {old_feed.slug, new_feed.slug}
    tagged = [
        (article, of)
        for article in filed(archive.store)
        if both & (of := {text.slug(tag) for tag in article.tags})
    ]
    holders = [article for article, of in tagged if old_feed.slug in of]
    others = [article for article, of in tagged if old_feed.slug != new_feed.slug in of]
    old = _spelled(vocabulary, holders, old)
    new = _spelled(vocabulary, others, new) if kind == "merge" else new
    listed = None if (at := find_tag_index(vocabulary, new)) is None else vocabulary.tag[at]
    done = listed is not None and (
        listed.name == new if fold(old) == fold(new) else knows(listed, old)
    )
    _check_rename(archive.store, vocabulary, old, new, is_known=bool(holders) or done)
    if not done:
        _check_kind(
            kind, old, new, there=listed is not None or bool(others), same=old_feed == new_feed
        )
    _check_address(archive.store, old_feed, new_feed)
    change = None if done else plan_rename_or_merge(vocabulary, old, new)
    if undone is not None:
        change = restore(vocabulary, undone.left, undone.before) or change
    changes = ChangeCounter(archive.store.index.merged())
    for article in holders:
        changes.add(article, _retagged(article, old_feed.slug, new))
    return Retagging(
        kind=kind,
        old=old,
        new=new,
        change=change,
        before=None if change is None or change.at is None else vocabulary.tag[change.at],
        old_feed=old_feed,
        new_feed=new_feed,
        articles=tuple(article.id for article in holders),
        titles=tuple(article.title for article in holders),
        feeds=changes.feeds(),
        notes=_notes(configuration.queries, old_feed, new),
    )


def _check_first_tag(vocabulary: Vocabulary, path: Path) -> None:
    """Raise UsageError if the first tag of taxonomy.toml would replace publishers' tags."""
    if not vocabulary.tag and vocabulary.only:
        raise UsageError(
            f"{path} says only = true, so that its first [[tag]] replaces publishers' tags; write"
            " only = false, or list the tags that you want first"
        )


def write_rename(
    archive: Archive,
    configuration: Configuration,
    planned: Retagging,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> None:
    """Carry out the plan. Safe to repeat after a crash."""
    path = (configuration.folder / "taxonomy.toml").resolve()  # a symlink stays one
    if planned.change is not None:
        text_before = path.read_text(encoding="utf-8") if path.exists() else ""
        disk.write(path, rewrite_taxonomy(text_before, planned.change, path).encode())
    _move_feed(archive.store, planned)
    _write_tags(
        archive,
        planned.articles,
        lambda article: _retagged(article, planned.old_feed.slug, planned.new).tags,
        progress,
    )
    if planned.kind == "rename":
        note_renamed(archive, planned.old_feed.slug, planned.new_feed.slug)
    learnt = configuration.settings.state_dir / "learnt.npz"
    if not learnt.exists():
        return

    taxonomy = Taxonomy().with_learnt(learnt)
    renamed = taxonomy.renamed(planned.old, planned.new)
    if renamed is not taxonomy:
        fresh = learnt.with_name(f".{learnt.name}.new")
        renamed.save(fresh)
        fresh.replace(learnt)


def built_first(
    queries: Sequence[SavedQuery], planned: Retagging
) -> Callable[[FeedKey], bool] | None:
    """Return a test for the feeds to build at once if very many changed; None for all feeds."""
    if len(planned.feeds) <= _AT_ONCE:
        return None
    return frozenset(
        (planned.old_feed, planned.new_feed, *(query.key for query in queries))
    ).__contains__


def _spelled(vocabulary: Vocabulary, holders: Sequence[Article], name: str) -> str:
    if (at := find_tag_index(vocabulary, name)) is not None:
        return vocabulary.tag[at].name
    slug = text.slug(name)
    return next(
        (tag for article in holders for tag in article.tags if text.slug(tag) == slug), name
    )


def _check_rename(
    store: Store, vocabulary: Vocabulary, old: str, new: str, *, is_known: bool
) -> None:
    """Raise UsageError if `old` is no tag, or `new` means another. `is_known`: articles have `old`,
    or it was renamed before."""
    if old == new:
        raise UsageError(f"the tag is called {old!r} already")
    if find_tag_index(vocabulary, old) is None and not is_known:
        names = {tag.name: None for tag in vocabulary.tag}
        for article in filed(store):
            names.update(dict.fromkeys(article.tags))
        there_are = name_alternatives(old, names) or "; there is no tag yet"
        raise UsageError(f"no tag {old!r}: neither taxonomy.toml nor an article has it{there_are}")
    both = (fold(old), fold(new))
    owners = (tag.name for tag in vocabulary.tag if fold(tag.name) not in both and knows(tag, new))
    owner = next(owners, None)
    if owner is not None:
        raise UsageError(
            f"{new!r} is an alias of {owner!r} in taxonomy.toml: merge into {owner!r}, or remove it"
            " there"
        )


def _check_kind(kind: str, old: str, new: str, *, there: bool, same: bool) -> None:
    if kind == "rename" and there and not same:
        raise UsageError(f"there is a tag {new!r} already; `syndicator tags merge` joins the two")
    if kind == "merge" and same:
        raise UsageError(
            f"{old!r} and {new!r} are one tag; `syndicator tags rename` changes how it is written"
        )
    if kind == "merge" and not there:
        raise UsageError(
            f"there is no tag {new!r} to merge into; `syndicator tags rename` makes one"
        )


def _check_address(store: Store, old: FeedKey, new: FeedKey) -> None:
    if (target := resolve_moves(store.index.feeds()).get(new)) not in (None, old):
        raise UsageError(
            f"tags/{new.slug} leads to tags/{target.slug} since it was renamed; take that, or"
            " another name"
        )


def _retagged(article: Article, slug: str, new: str) -> Article:
    swapped = [new if text.slug(tag) == slug else tag for tag in article.tags]
    unique = {text.slug(tag): tag for tag in reversed(swapped)}
    return replace(article, tags=tuple(dict.fromkeys(unique[text.slug(tag)] for tag in swapped)))


def _notes(queries: Sequence[SavedQuery], old: FeedKey, new: str) -> tuple[str, ...]:
    notes = []
    for query in queries:
        if query.feed == old:
            notes.append(f"feeds.toml sets up tags/{old.slug}; let it say tags/{text.slug(new)}")
        elif query.expr and any(
            term.field == "tag" and text.slug(term.value) == old.slug
            for term in iterate_terms(query.expr)
        ):
            notes.append(
                f"feeds.toml: the query {query.slug!r} asks for the old tag; let it say {new!r}"
            )
    return tuple(notes)


def _move_feed(store: Store, planned: Retagging) -> None:
    """Redirect the old feed to the new one, which takes the old id after a rename."""
    index = store.index
    rows = {row.key: row for row in index.feeds()}
    old = rows.get(planned.old_feed)
    if planned.old_feed == planned.new_feed:
        if old is not None:
            index.save_feed(replace(old, name=planned.new))
            index.mark_stale([old.key])
        return
    if old is None or old.moved_to == planned.new_feed:
        return
    there = rows.get(planned.new_feed)
    first = there.first_slug if there is not None and planned.kind == "merge" else old.first_slug
    base = there or FeedRow(key=planned.new_feed, name=planned.new, first_slug=first)
    move(index, old, replace(base, name=planned.new, first_slug=first))


def put_tags(
    archive: Archive, tags: Mapping[str, tuple[str, ...]], progress: Callable[[int, int], None]
) -> None:
    """Give each article, by id, these tags. Safe to repeat after a crash."""
    _write_tags(archive, tags, lambda article: tags[article.id], progress)


def _write_tags(
    archive: Archive,
    ids: Collection[str],
    tags_of: Callable[[Article], tuple[str, ...]],
    progress: Callable[[int, int], None],
) -> None:
    stamps = archive.store.visits.stamps()

    def write(article_id: str) -> None:
        if article_id not in stamps:
            return
        path = stamps[article_id].path
        before = archive.article_store.get(path)
        revision = Revision(values={"tags": tags_of(before)})
        write_revision(archive, path, before, revision, ordered=("tags",))

    write_together(archive, list(ids), write, progress)
