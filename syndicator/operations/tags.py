"""Plan changes of tags: suggest, learn, rename, merge, set; `Change.act` carries them out later."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, Literal

from syndicator.core.errors import EditedMeanwhile, UsageError
from syndicator.core.text import counted
from syndicator.operations.operation import (
    EXAMPLES,
    Argument,
    Change,
    Progress,
    convert_to_json,
    operation,
)

if TYPE_CHECKING:
    from syndicator.app.container import App
    from syndicator.core.model import Article
    from syndicator.describing.taxonomy.vocabulary import TagDef, Vocabulary
    from syndicator.upkeep.tags.decide import Decision, Names
    from syndicator.upkeep.tags.rename import Entry

_TAXONOMY = "taxonomy.toml"
Id = Annotated[
    str, Argument("An article: its id, file or address.", "ID|FILE|URL", positional=True)
]
Old = Annotated[str, Argument("The tag's name now.", "A", positional=True, completes="tag")]


@operation("suggest-tags", command="tags suggest", unlocked=True, is_question=True)
def suggest(
    app: App,
    categories: Annotated[bool, Argument("Groups of articles that could be categories.")] = False,
) -> Change:
    """List candidates for new tags, or for categories, from the topics of articles."""
    from syndicator.upkeep.tags import learning

    if categories:
        suggestions = [group._asdict() for group in learning.suggest_groups(app.archive)]
        title = "Categories to consider"
        columns = ("name", "articles", "words", "such as")
        nothing = f"no groups: they are looked for from {learning.LEAST_GROUPED} articles on"
    else:
        proposals = learning.suggest(app.archive, app.configuration)
        suggestions = [proposal._asdict() for proposal in proposals]
        title = "Tags to consider"
        columns = ("name", "articles", "other names", "such as")
        nothing = (
            "nothing new: outside of taxonomy.toml, no phrase is in two titles and three texts"
        )
    rows = []
    for suggestion in suggestions:
        # a group has a description; a tag has other names
        description = suggestion.get("description") or ", ".join(suggestion["aliases"])
        examples = "; ".join(suggestion["examples"])
        rows.append((suggestion["name"], suggestion["support"], description, examples))
    lines = []
    table = None
    if rows:
        table = (title, columns, rows)
    else:
        lines.append(nothing)
    return Change(
        subject="tags",
        sentence=f"{len(suggestions)} names to consider",
        lines=lambda dry_run: lines,
        table=table,
        data=suggestions,
    )


@operation("learn", command="learn")
def learn(app: App) -> Change:
    """Learn tags from articles tagged by an operator, or by their publisher with tags of
    taxonomy.toml; learn categories from articles categorised by an operator."""
    from syndicator.upkeep import reconcile
    from syndicator.upkeep.tags import learning

    def learn_tags(progress: Progress) -> dict[str, Any]:
        """Learn when the change is applied. Return the fields of the `Change` that replace those of
        the plan."""
        learnt = learning.learn(app.archive, app.configuration)
        articles = counted(learnt.articles, "article")
        if learnt.tags:
            sentence = f"learnt {counted(learnt.tags, 'tag')} from {articles}"
        else:
            sentence = (
                f"no tags were learnt: {articles} with confirmed tags, {learning.LEAST} are needed"
            )
        lines = [sentence]
        if learnt.filed >= learning.LEAST:  # articles whose category an operator confirmed
            lines.append(
                f"{counted(learnt.filed, 'article')} with a confirmed category teach categories"
            )
        return {
            "sentence": sentence,
            "lines": lambda dry_run: lines,
            "data": convert_to_json(learnt),
        }

    return Change(
        subject="tags",
        sentence="tags and categories are learnt from the confirmed articles",
        problems=reconcile.update_from_files(app.archive, app.configuration),
        logged=False,
        build=False,
        act=learn_tags,
    )


@operation("confirm", command="tags confirm", quick=True)
def confirm(
    app: App,
    id: Id,
    tags: Annotated[
        tuple[str, ...],
        Argument(
            "Tags to add. None: its tags are right.", "TAG...", positional=True, completes="tag"
        ),
    ] = (),
    category: Annotated[
        str | None, Argument("Its category. Without a TAG, its tags stay as they are.", "NAME")
    ] = None,
) -> Change:
    """Confirm the tags of an article, or add missing ones. They stay, and `learn` learns from
    them."""
    from syndicator.upkeep.tags.decide import Decision, confirm_tags

    def decide(article: Article, names: Names) -> Decision:
        """Return the decision. Called with the article, as read from its file, and with the names
        of taxonomy.toml."""
        if category is None:
            return confirm_tags(article, names, tags)
        # without `tags`, those of the article stay as they are
        decision_on_tags = confirm_tags(article, names, tags) if tags else Decision()
        return replace(decision_on_tags, category=names.spell_category(category))

    return _plan_decision(app, id, decide)


@operation("reject", command="tags reject", quick=True)
def reject(
    app: App,
    id: Id,
    tags: Annotated[
        tuple[str, ...],
        Argument("Tags that it should not have.", "TAG...", positional=True, completes="tag"),
    ],
) -> Change:
    """Remove wrong tags from an article for good. This confirms the others, and `learn` learns from
    them."""
    from syndicator.upkeep.tags.decide import reject_tags

    return _plan_decision(app, id, lambda article, names: reject_tags(article, names, tags))


@operation("set-tags", quick=True)
def set_tags(
    app: App,
    id: Id,
    tags: Annotated[tuple[str, ...], Argument("All its tags.", completes="tag")] = (),
    category: Annotated[
        str | None, Argument("Its category; none leaves it as it is.", "NAME")
    ] = None,
    seen: Annotated[
        tuple[str, ...] | None, Argument("The tags that it must have now.", lines=True)
    ] = None,
) -> Change:
    """Give an article exactly these tags and this category, as confirmed by an operator."""
    from syndicator.upkeep.tags.decide import Decision

    def decide(article: Article, names: Names) -> Decision:
        """Return the decision. Called with the article, as read from its file, and with the names
        of taxonomy.toml."""
        if seen is not None and tuple(article.tags) != seen:
            raise EditedMeanwhile(repr(article.title))
        listed_tags = [names.spell_tag(tag, article) for tag in tags if tag.strip()]
        return Decision(
            tags=tuple(dict.fromkeys(listed_tags)),  # each once
            category=_decide_category(category, article, names),
        )

    return _plan_decision(app, id, decide)


def _decide_category(name: str | None, article: Article, names: Names) -> str | None:
    """Return the new category of an article, as taxonomy.toml spells it. None if the article keeps
    its category.

    `name`: the category as entered. The article keeps its category if `name` is empty, or if it is
    this category and taxonomy.toml does not list it. Raises UsageError for any other name that is
    not listed."""
    if not name or not name.strip():
        return None
    listed_names = {category.name for category in names.vocabulary.category}
    is_unlisted = name not in listed_names
    if is_unlisted and name == article.category:
        return None
    return names.spell_category(name)


def _plan_decision(app: App, what: str, decide: Callable[[Article, Names], Decision]) -> Change:
    """Return the change that writes an operator's decision, the tags and category of an article, to
    the article's file.

    `what`: address, id or file of the article. `decide`: called with the article and the names that
    may be used; returns the decision. Raises UsageError if the article is unknown or the decision
    is not possible."""
    from syndicator.upkeep.tags.decide import plan_decision, write_decision

    planned = plan_decision(app.archive, app.configuration, what, decide)
    decided = planned.after  # the article with the decision
    tags = ", ".join(decided.tags) or "no tags"
    return Change(
        subject=decided.id,
        sentence=f"{decided.title}: {tags}; {decided.category or 'no category'}",
        lines=lambda dry_run: [f"{decided.title}: {tags}; category {decided.category or 'none'}"],
        data={
            "id": decided.id,
            "tags": decided.tags,
            "category": decided.category,
            "path": planned.path,
            "feeds": planned.feeds,
        },
        feeds=planned.feeds,
        problems=planned.problems,
        touches=(f"article:{planned.path}",),
        is_empty=not planned.changed,
        nothing="it says so already",
        act=lambda progress: write_decision(app.archive, planned.path, planned.before, decided),
    )


@operation("rename-tag", command="tags rename")
def rename(
    app: App,
    old: Old,
    new: Annotated[str, Argument("The tag's new name.", "B", positional=True)],
    undone: Annotated[
        str, Argument("The entry of taxonomy.toml to restore, as JSON.", hidden=True)
    ] = "",
) -> Change:
    """Rename tag A to B. Changes taxonomy.toml and articles; the feed keeps its id, and its old
    address redirects."""
    planned = _plan_new_name(app, "rename", old, new, undone)
    # undo renames the tag back, and restores its entry in taxonomy.toml if there was one
    inverse_arguments = {"old": planned.data["new"], "new": planned.data["old"]}
    taxonomy_change = planned.data["change"]
    if taxonomy_change is not None:
        entry = {"left": taxonomy_change["tag"], "before": planned.data["before"]}
        inverse_arguments["undone"] = json.dumps(entry, ensure_ascii=False)
    return replace(planned, inverse=("rename-tag", inverse_arguments))


@operation("merge-tags", command="tags merge")
def merge(
    app: App,
    old: Old,
    new: Annotated[str, Argument("The tag to merge it into.", "B", positional=True)],
) -> Change:
    """Merge tag A into B. A becomes an alias in taxonomy.toml, and the address of A's feed
    redirects to B's feed."""
    planned = _plan_new_name(app, "merge", old, new, undone="")
    # these texts are logged before and after, so that undo can restore them
    touches = [f"config:{_TAXONOMY}"]
    for axis, slug in (planned.data["old_feed"], planned.data["new_feed"]):
        touches.append(f"feed:{axis}/{slug}")
    for article_id in planned.data["articles"]:
        touches.append(f"tags:{article_id}")
    return replace(planned, touches=tuple(touches))


def _plan_new_name(
    app: App, kind: Literal["rename", "merge"], old: str, new: str, undone: str
) -> Change:
    """Return the change that renames the tag `old` to `new`, or merges it into `new`. The caller
    must add `inverse` or `touches`, by which the change can be undone.

    `undone`: if this change undoes a rename, the entry of taxonomy.toml to restore, as JSON; else
    "". Raises UsageError if the change is not possible."""
    from syndicator.describing.taxonomy.edit import ONLY_ADD
    from syndicator.upkeep.tags import rename as renaming

    planned = renaming.plan_rename(
        app.archive, app.configuration, kind, old, new, _parse_entry(undone)
    )
    articles = counted(len(planned.articles), "article")
    lines = [f"{planned.old} -> {planned.new}: {articles}"]
    if planned.old_feed != planned.new_feed:
        lines.append(f"tags/{planned.old_feed.slug} redirects to tags/{planned.new_feed.slug}")
    if planned.change is not None and planned.change.only_add:
        lines.append(f"taxonomy.toml gets its first tag and {ONLY_ADD}: publishers' tags stay")
    examples = [f"  {title}" for title in planned.titles[:EXAMPLES]]
    more_count = len(planned.titles) - EXAMPLES
    if more_count > 0:
        examples.append(f"  … and {counted(more_count, 'article')} more")
    notes = [f"note: {note}" for note in planned.notes]

    def list_lines(dry_run: bool) -> list[str]:
        """Return the lines that a terminal shows."""
        if dry_run:
            return [*lines, *examples, *notes]
        return [*lines, *notes]

    return Change(
        subject="tags",
        sentence=f"{planned.old} → {planned.new}: {articles}",
        lines=list_lines,
        data={**convert_to_json(planned), "left": 0},
        feeds=planned.feeds,
        built_first=renaming.choose_feeds_to_build_first(app.configuration.queries, planned),
        act=lambda progress: renaming.write_rename(
            app.archive, app.configuration, planned, progress
        ),
    )


def _parse_entry(undone: str) -> Entry | None:
    """Return two versions of a tag's entry in taxonomy.toml: the one that a rename wrote, and the
    one from before, which undo restores. None if the rename wrote no entry.

    `undone`: JSON with "left", the written entry, and "before", the earlier one (null if there was
    none); or "" for no entry. Raises UsageError for any other text."""
    from syndicator.describing.taxonomy.vocabulary import TagDef
    from syndicator.upkeep.tags.rename import Entry

    if not undone:
        return None
    try:
        values = json.loads(undone)
        left = values["left"] and TagDef.model_validate(values["left"])
        before = values["before"] and TagDef.model_validate(values["before"])
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{undone[:60]!r} is no entry of taxonomy.toml") from error
    return Entry(left=left, before=before) if left else None


@operation("add-tag", quick=True)
def add_tag(
    app: App,
    name: Annotated[str, Argument("Its name.", positional=True)],
    aliases: Annotated[tuple[str, ...], Argument("Other spellings of it.")] = (),
) -> Change:
    """List a tag in taxonomy.toml. With the first one, publishers' tags stay (`only = false`)."""
    from syndicator.describing.taxonomy.edit import is_first

    name = name.strip()
    vocabulary = _load_vocabulary(app)
    _need_new(vocabulary, name, f"{name!r} is listed already")
    stripped_aliases = tuple(alias.strip() for alias in aliases if alias.strip())
    tag = _make_tag(name, stripped_aliases)
    sentence = f"{name}: listed; `describe --all` looks for it in the articles that are there"
    return _plan_entry(app, sentence, tag, index=None, only_add=is_first(vocabulary))


@operation("add-alias", quick=True)
def add_alias(
    app: App,
    name: Annotated[str, Argument("The tag.", positional=True, completes="tag")],
    alias: Annotated[str, Argument("The spelling.", positional=True)],
) -> Change:
    """Add another spelling of a tag that taxonomy.toml lists."""
    alias = alias.strip()
    vocabulary = _load_vocabulary(app)
    tag, index = _find_tag(vocabulary, name)
    _need_new(vocabulary, alias, f"{alias!r} is listed already; merge it to make one of two tags")
    tag_with_alias = _make_tag(tag.name, (*tag.aliases, alias), tag.description)
    return _plan_entry(app, f"{tag.name}: is known as {alias}, too", tag_with_alias, index)


@operation("describe-tag", quick=True)
def describe_tag(
    app: App,
    name: Annotated[str, Argument("The tag.", positional=True, completes="tag")],
    description: Annotated[str, Argument("The words that describe it.", positional=True)],
) -> Change:
    """Describe a tag that taxonomy.toml lists."""
    tag, index = _find_tag(_load_vocabulary(app), name)
    one_line = " ".join(description.split())
    described = _make_tag(tag.name, tag.aliases, one_line)
    return _plan_entry(app, f"{tag.name}: described", described, index)


def _find_tag(vocabulary: Vocabulary, name: str) -> tuple[TagDef, int]:
    """Return a tag that taxonomy.toml lists, and its index in the list of tags. `name`: name of the
    tag, in any spelling. Raises UsageError if the tag is not listed."""
    from syndicator.describing.taxonomy.edit import find_tag_index

    index = find_tag_index(vocabulary, name.strip())
    if index is None:
        raise UsageError(f"no tag {name.strip()!r} in taxonomy.toml")
    return vocabulary.tag[index], index


def _need_new(vocabulary: Vocabulary, name: str, fault: str) -> None:
    """Raise UsageError with the text `fault` if a listed tag has `name` as its name or alias.
    `vocabulary`: the tags that taxonomy.toml lists."""
    from syndicator.describing.taxonomy.edit import has_name

    if any(has_name(tag, name) for tag in vocabulary.tag):
        raise UsageError(fault)


def _make_tag(name: str, aliases: tuple[str, ...], description: str = "") -> TagDef:
    """Return a tag as taxonomy.toml lists it. `aliases`: other spellings of `name`. Raises
    UsageError if a name is invalid."""
    from syndicator.describing.taxonomy.vocabulary import TagDef

    try:
        return TagDef(name=name, aliases=aliases, description=description)
    except ValueError as error:
        raise UsageError(f"{name!r} is no name of a tag: one to 80 characters") from error


def _load_vocabulary(app: App) -> Vocabulary:
    from syndicator.describing.taxonomy.vocabulary import load_any

    return load_any(app.configuration.folder / _TAXONOMY)


def _plan_entry(
    app: App, sentence: str, tag: TagDef, index: int | None, *, only_add: bool = False
) -> Change:
    """Return the change that writes a tag into taxonomy.toml.

    `sentence`: the result in words. `index`: index of the listed tag to replace; None to add `tag`
    at the end. `only_add`: True to also write `only = false`, so that articles keep the tags of
    their publishers."""
    from syndicator.describing.taxonomy import edit
    from syndicator.operations.changes import texts

    name = f"config:{_TAXONOMY}"
    text = texts.read(app, name)  # None if there is no such file
    change = edit.Change(tag=tag, at=index, only_add=only_add)
    edited_text = edit.rewrite_taxonomy(text or "", change, app.configuration.folder / _TAXONOMY)
    return Change(
        subject="tags",
        sentence=sentence,
        data=convert_to_json(tag),
        edits={name: (text, edited_text)},
    )
