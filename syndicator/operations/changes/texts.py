"""Apply a planned change to the texts it edits, and log them so that undo restores them.

"config:sources.toml" is a file of the configuration, "article:2026/11/x.md" an article file,
"list:KEY" the learnt list of a source, "tags:ID" the tags of an article, "story:ID" its story,
"feed:tag/SLUG" the target of a feed's address."""

import json
import tomllib
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any

from syndicator.app.clock import utc_now
from syndicator.app.container import App
from syndicator.configuration.sources import registry
from syndicator.core.errors import UsageError
from syndicator.core.model import FeedKey
from syndicator.core.requests import Wrapper
from syndicator.operations.changes.log import Log, LoggedChange
from syndicator.operations.operation import (
    Change,
    Operation,
    Progress,
    convert_to_json,
    no_progress,
)
from syndicator.store import codec
from syndicator.stories import decisions, kept_leads
from syndicator.upkeep import reconcile

Text = str | None  # None: no such file or row
Edit = tuple[Text, Text]  # before, after
_FINAL_MARK = " final"  # after the story of an article that an operator put into it
_LONGEST_ARGUMENT = 1000  # characters of an argument that is logged: longer ones are in the texts


def name_source_text(app: App, key: str) -> str:
    """Return the name of the text (the file) that configures the source `key`, such as
    "config:sources.d/one.toml". For an unknown source, return "config:sources.toml"."""
    folder = app.configuration.folder
    main_file = folder / "sources.toml"
    for placed in registry.read_placed_sources(main_file):
        if placed.source.key == key:
            return f"config:{placed.file.path.relative_to(folder)}"
    return f"config:{main_file.relative_to(folder)}"


def read(app: App, name: str) -> Text:
    """Return a text that a change may edit: a file, or a value of the database. None if it does not
    exist. `name`: such as "config:feeds.toml" or "tags:ID". Raises OSError."""
    kind, _, path = name.partition(":")
    try:
        return _KINDS[kind].read(app, path)
    except FileNotFoundError:
        return None


def write(app: App, edits: Mapping[str, Edit], progress: Progress = no_progress) -> None:
    """Write texts: files and values of the database. `edits`: (text before, text after) by name,
    such as "config:feeds.toml". Raises UsageError if a text was edited meanwhile or would be
    invalid; OSError if a file cannot be written."""
    edits_by_kind: dict[str, dict[str, Edit]] = {kind: {} for kind in _KINDS}
    for name, edit in edits.items():
        kind, _, path = name.partition(":")
        edits_by_kind[kind][path] = edit
    # check all files of the configuration before anything is written
    for path, (_, new_text) in edits_by_kind["config"].items():
        try:
            tomllib.loads(new_text or "")
        except tomllib.TOMLDecodeError as error:
            raise UsageError(
                f"{path} would not be valid TOML ({error}); edit it by hand"
            ) from error
    for kind, edits_of_kind in edits_by_kind.items():
        if edits_of_kind:
            _KINDS[kind].write(app, edits_of_kind, progress)


def pack_list(wrapper: Wrapper) -> str:
    """Return a learnt list as JSON on several lines, so that edits of it can be compared."""
    return json.dumps(json.loads(codec.pack(wrapper)), indent=1)


def unpack_list(text: str) -> Wrapper:
    """Return a learnt list from its JSON. Raises ValueError or TypeError if the text is no learnt
    list."""
    return codec.unpack(Wrapper, text)


def _read_config(app: App, path: str) -> Text:
    return _decode((app.configuration.folder / path).read_bytes())


def _write_config(app: App, texts: Mapping[str, Edit], progress: Progress) -> None:
    """Write files of the configuration. `texts`: (text before, text after) by path in its folder.
    Raises UsageError if a file was edited meanwhile."""
    for path, (old_text, text) in texts.items():
        registry.replace_text(app.configuration.folder / path, text, expected=old_text)


def _read_article(app: App, path: str) -> Text:
    return _decode(app.archive.article_store.read(path))


def _decode(data: bytes) -> str:
    """Return the bytes of a file as text. Bytes that are not UTF-8 are kept as surrogates, so that
    `_encode` gives the same bytes again."""
    return data.decode("utf-8", "surrogateescape")


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _write_articles(app: App, texts: Mapping[str, Edit], progress: Progress) -> None:
    """Write or delete article files, and update the database. `texts`: (text before, text after) by
    path. A file is deleted if its text after is None. Raises UsageError if a file was edited
    meanwhile, or if a new text is no article."""
    for path, (old_text, new_text) in texts.items():
        if new_text is None:
            app.archive.article_store.delete(path)
        else:
            expected_data = None if old_text is None else _encode(old_text)
            app.archive.article_store.edit(path, _encode(new_text), over=expected_data)
    problems = [*reconcile.update_from_files(app.archive, app.configuration)]
    # files in an object store are recorded one by one
    for path, (_, new_text) in texts.items():
        if new_text is not None:
            problems += reconcile.record_file(app.archive, app.configuration, path)
    for problem in problems:
        if problem.what in texts:
            raise UsageError(f"{problem.what}: {problem.detail}")


def _read_list(app: App, key: str) -> Text:
    """Return as JSON the learnt list of a source: the marks by which the articles on its page are
    found. None if it has no such list. `key`: key of the source."""
    state = app.archive.store.visits.state(key)
    if state is None or state.discovery.listing is None:
        return None
    return pack_list(state.discovery.listing)


def _write_lists(app: App, texts: Mapping[str, Edit], progress: Progress) -> None:
    """Store learnt lists of sources: the marks by which the articles on their pages are found.
    `texts`: (list before, list after) by key of the source, as JSON. The next visit of each source
    asks for the whole page."""
    visits = app.archive.store.visits
    for key, (_, text) in texts.items():
        state = visits.state(key)
        if state is None:  # the source was removed
            continue
        listing = unpack_list(text) if text is not None else None
        discovery = replace(state.discovery, listing=listing)
        visits.save_states([replace(state.asked_whole(), discovery=discovery)])


def _read_tags(app: App, article_id: str) -> Text:
    """Return the tags of an article, one on each line; None if there is no such article."""
    article = app.archive.store.visits.article(article_id)
    if article is None:
        return None
    return "".join(f"{tag}\n" for tag in article.tags)


def _write_tags(app: App, texts: Mapping[str, Edit], progress: Progress) -> None:
    """Give each article the tags in its text. `texts`: (text before, text after) by id of the
    article, with one tag on each line."""
    from syndicator.upkeep.tags.rename import put_tags  # late: `add` must not load the taxonomy

    tags = {article_id: tuple((text or "").splitlines()) for article_id, (_, text) in texts.items()}
    put_tags(app.archive, tags, progress)


def _read_story(app: App, article_id: str) -> Text:
    """Return the id of the story of an article, None if it is in no story. If an operator put the
    article into the story, the text ends with _FINAL_MARK."""
    memberships = app.archive.store.stories.members([article_id])
    if not memberships:
        return None
    membership = memberships[0]  # an article is in one story at most
    if membership.final:
        return f"{membership.story}{_FINAL_MARK}"
    return membership.story


def _write_stories(app: App, texts: Mapping[str, Edit], progress: Progress) -> None:
    """Put articles into stories. `texts`: (text before, text after) by id of the article. The text
    after is the id of the new story, or None to take the article out of its story. It ends with
    _FINAL_MARK if an operator chose the story."""
    chosen_by_program: dict[str, str] = {}  # story by article id, "" for none
    chosen_by_operator: dict[str, str] = {}
    for article_id, (_, text) in texts.items():
        if text is not None and text.endswith(_FINAL_MARK):
            chosen_by_operator[article_id] = text.removesuffix(_FINAL_MARK)
        else:
            chosen_by_program[article_id] = text or ""
    decisions.put_into_stories(app.archive, chosen_by_program, final=False)
    decisions.put_into_stories(app.archive, chosen_by_operator, final=True)


def _read_lead(app: App, story: str) -> Text:
    """Return the id of the article that leads a story; None if none was chosen."""
    return app.archive.store.stories.leads().get(story)


def _write_leads(app: App, texts: Mapping[str, Edit], progress: Progress) -> None:
    """Make articles the leads of their stories; a story without a text keeps its lead."""
    kept_leads.record_leads(
        app.archive, {story: text for story, (_, text) in texts.items() if text}
    )


def _read_feed(app: App, path: str) -> Text:
    """Return a text that says what the address of a feed has: "here" for the feed itself, "leads to
    AXIS/SLUG" for a redirect to another feed. None if there is no such feed. `path`: AXIS/SLUG of
    the feed, such as tag/ai."""
    axis, slug = path.split("/", 1)
    key = FeedKey(axis, slug)
    for row in app.archive.store.index.feeds():
        if row.key != key:
            continue
        if row.moved_to is None:
            return "here"
        return f"leads to {row.moved_to.axis}/{row.moved_to.slug}"
    return None


def _write_feeds(app: App, texts: Mapping[str, Edit], progress: Progress) -> None:
    """Remove the redirects of feeds, and publish these feeds again. `texts`: (text before, text
    after) by AXIS/SLUG of the feed, such as tag/ai."""
    # the texts are not read: only undoing a merge of tags writes them, which removes a redirect
    keys = [FeedKey(*path.split("/", 1)) for path in texts]
    index = app.archive.store.index
    for row in list(index.feeds()):
        if row.key in keys and row.moved_to:
            index.save_feed(replace(row, moved_to=None))
    index.show_again(keys)
    index.mark_stale(keys)


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of texts, named by the part of their names before the colon. `read`: returns a text;
    `write`: writes several texts of this kind."""

    read: Callable[[App, str], Text]
    write: Callable[[App, Mapping[str, Edit], Progress], None]


# in the order in which they are written: an article's tags need the feed
_KINDS: Mapping[str, _Kind] = {
    "config": _Kind(_read_config, _write_config),
    "list": _Kind(_read_list, _write_lists),
    "feed": _Kind(_read_feed, _write_feeds),
    "tags": _Kind(_read_tags, _write_tags),
    "article": _Kind(_read_article, _write_articles),
    "story": _Kind(_read_story, _write_stories),
    "lead": _Kind(_read_lead, _write_leads),
}


def apply(
    app: App,
    operation: Operation,
    arguments: Mapping[str, Any],
    planned: Change,
    *,
    who: str,
    progress: Progress = no_progress,
) -> tuple[Change, int | None]:
    """Apply a planned change and log it. Return the change as it was applied, and its number in the
    log (None if nothing was logged).

    `operation`, `arguments`: of which the change is the plan. `who`: the person or token that asked
    for it. If an error ends it midway, the finished part is logged, and the error is raised."""
    if operation.is_question or planned.is_empty:
        return planned, None
    names = (*planned.touches, *planned.edits)  # of all texts that it may change
    # operations that edit the configuration do not hold the lock of runs; without a lock of their
    # own, one of them could log the edit of another as its own
    edits_configuration = any(name.startswith("config:") for name in names)
    log = Log(app.configuration.settings.state_dir)
    lock = log.hold_lock() if edits_configuration else nullcontext()
    with lock:
        texts_before = {name: read(app, name) for name in names}
        try:
            write(app, planned.edits)
            result = planned.act(progress) if planned.act else None
        except Exception:
            app.archive.store.visits.commit()
            texts_now = {name: read(app, name) for name in names}
            if texts_now != texts_before:
                partial = replace(planned, sentence=f"{planned.sentence}; ended midway")
                _log_change(app, operation, arguments, partial, texts_before, who)
            raise

        # `act` may return fields that replace those of the plan
        applied = replace(planned, **result) if isinstance(result, dict) else planned
        if not applied.logged:
            return applied, None
        for name in applied.touches:
            texts_before.setdefault(name, None)  # a new file, which only `act` could name
        return applied, _log_change(app, operation, arguments, applied, texts_before, who)


def _log_change(
    app: App,
    operation: Operation,
    arguments: Mapping[str, Any],
    change: Change,
    texts_before: dict[str, Text],
    who: str,
) -> int:
    """Log a finished change with the texts that it changed. Return its number in the log.

    `operation`, `arguments`: by which it was planned. `texts_before`: by name, the texts that it
    may have changed, as they were before. `who`: the person or token that asked for it."""
    short_arguments: dict[str, Any] = {}
    for name, value in convert_to_json(arguments).items():
        if value and len(str(value)) <= _LONGEST_ARGUMENT:
            short_arguments[name] = value
    logged = LoggedChange(
        number=0,  # the log chooses the number
        at=utc_now().isoformat(),
        who=who,
        act=operation.name,
        subject=change.subject,
        subjects=[*change.subjects],
        said=change.sentence,
        args=short_arguments,
        undoes=change.undoes,
        inverse=change.inverse,
    )
    changed: dict[str, Edit] = {}
    for name, text_before in texts_before.items():
        text_now = read(app, name)
        if text_now != text_before:
            changed[name] = (text_before, text_now)
    return Log(app.configuration.settings.state_dir).add(logged, changed).number
