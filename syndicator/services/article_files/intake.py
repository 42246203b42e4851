"""Take in article files: import a folder that somebody wrote elsewhere, rebuild the database from
files."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from syndicator.articles import frontmatter
from syndicator.articles.fields import aliases_of
from syndicator.configuration.settings import Settings
from syndicator.core.errors import ConfigError, UsageError
from syndicator.core.model import Article, Problem
from syndicator.core.ports import FileStamp
from syndicator.core.reasons import LintReason
from syndicator.describing.taxonomy.taxonomy import Taxonomy
from syndicator.pipeline.dedupe import WINDOW, compared
from syndicator.pipeline.importing import is_draft, lint, translate
from syndicator.pipeline.refile import was_released
from syndicator.services import reconcile
from syndicator.services.build import excuse
from syndicator.services.container import App
from syndicator.services.recovery import start

_ENDINGS = (".md", ".markdown", ".mdx")


@dataclass(slots=True)
class Imported:
    """Result of an import. `known`: files of known articles; `oddities`: remarks."""

    articles: list[Article] = field(default_factory=list)  # new ones, at `paths`
    paths: list[str] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    drafts: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)  # files that are no articles
    oddities: list[Problem] = field(default_factory=list)


def import_files(app: App, files: Mapping[str, Path | bytes], *, dry_run: bool = False) -> Imported:
    """File an article per file; `files`: markdown by path. Raises ConfigError, OSError,
    StoreError."""
    reconcile.files(app)
    listed, done, new = app.config / "taxonomy.toml", Imported(), dict[str, bytes]()
    taxonomy = Taxonomy.from_toml(listed) if listed.exists() else None
    for inside, file in files.items():
        name = str(file) if isinstance(file, Path) else inside
        try:
            raw = file.read_bytes() if isinstance(file, Path) else file
            article, data, odd = _read(name, raw, PurePosixPath(inside), app.settings, taxonomy)
        except (ConfigError, OSError) as error:
            done.problems.append(reconcile.unreadable(name, error))
            continue
        done.oddities += odd
        if article is None:
            done.drafts.append(name)
        elif why := app.store.visits.known(aliases_of(article)).away:
            done.problems.append(Problem(what=name, reason=why, detail=why.means))
        elif (
            article.id in new
            or app.article_store.find(article.id)
            or app.store.visits.article(article.id)
        ):
            done.known.append(name)
        else:
            done.articles.append(article)
            new[article.id] = data
    if not dry_run:
        done.paths = [app.article_store.add(article, new[article.id]) for article in done.articles]
        done.problems += reconcile.files(app)
    return done


def markdown_files(folder: Path) -> dict[str, Path]:
    """Return the markdown files below a folder by path. Raises UsageError if there is none."""
    paths = (
        path
        for path in sorted(folder.rglob("*"))
        if path.suffix.lower() in _ENDINGS and path.is_file()
    )
    inside = {path.relative_to(folder): path for path in paths}
    files = {
        str(name): path
        for name, path in inside.items()
        if not any(part[0] == "." for part in name.parts)
    }
    if not files:
        raise UsageError(
            f"{folder}: no file ends in {', '.join(_ENDINGS)}; name the folder that has the"
            " articles"
        )
    return files


def _read(
    name: str, raw: bytes, inside: PurePosixPath, settings: Settings, taxonomy: Taxonomy | None
) -> tuple[Article | None, bytes, list[Problem]]:
    """Return the article of a file (None for a draft), the new text, and remarks. Raises
    ConfigError."""
    front, body = frontmatter.foreign(raw, name)
    if is_draft(front):
        return None, b"", []
    translated = translate(front, inside, settings.site.url)
    if translated.own and not settings.site.url:
        raise ConfigError(
            f"{name}: has no source; write the address it was published at, or set site.url: then"
            " its address is made of that and its path"
        )
    data = frontmatter.by_hand(translated.front, body)
    article = frontmatter.load(data, name)
    odd = [(LintReason.NOT_TAKEN_OVER, detail) for detail in translated.dropped]
    odd += [(remark.reason, remark.detail) for remark in lint(article, body, taxonomy)]
    return article, data, [Problem(what=name, reason=reason, detail=text) for reason, text in odd]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reindexed:
    articles: int
    problems: tuple[Problem, ...]
    unlearnt: bool = False  # the results of `learn` are missing


def take_in(app: App, files: Sequence[str]) -> Reindexed:
    """Record files that were edited in an object store. Raises UsageError, OSError, StoreError."""
    problems: list[Problem] = []
    taken = 0
    for what in files:
        name = what.replace("\\", "/").removeprefix(f"{app.article_store.name}/")
        deleted = (stamp.path for stamp in app.store.visits.stamps().values() if stamp.path == name)
        path = app.article_store.path_of(what) or next(deleted, None)
        if path is None:
            place = app.article_store.name
            raise UsageError(
                f"{what!r} is no article file in {place}; name it like 2026/11/title-id.md"
            )
        faults = reconcile.file(app, path)
        problems += faults
        taken += not faults
    return Reindexed(articles=taken, problems=tuple(problems))


def reindex(app: App) -> Reindexed:
    """Rebuild the database from the article files; learnt tags stay."""
    problems, unread = list[Problem](), list[str]()
    recent, late = list[Article](), list[Article]()
    now = app.clock()
    app.article_store.sweep()
    app.beside.apply()
    start.settle_withdrawals(app)

    stamps, on_hold = app.store.visits.stamps(), app.store.index.on_hold()
    places: dict[str, str] = {}  # id -> the file that has it

    def readable() -> Iterator[tuple[Article | str, FileStamp]]:
        for stamp in app.article_store.walk():
            try:
                article = app.article_store.get(stamp.path)
            except (ConfigError, OSError) as error:
                problems.append(reconcile.unreadable(stamp.path, error))
                unread.append(app.article_store.id_at(stamp.path))
                yield unread[-1], stamp
                continue
            other = reconcile.elsewhere(app.article_store, article, stamp, stamps.get(article.id))
            other = places.setdefault(article.id, other or stamp.path)
            if other != stamp.path:
                problems.append(reconcile.double(stamp.path, other))
                continue
            if was_released(article, on_hold=article.id in on_hold):  # the next run publishes it
                yield replace(article, hold=True), replace(stamp, mtime_ns=0)
                continue
            if article.added and article.added >= now - WINDOW:
                recent.append(article)
            late.extend([article] if article.added and article.added > now else [])
            yield reconcile.as_shown(article, app.taxonomy), stamp

    start.settle(app)  # writes a lost file
    app.article_store.compact()
    start.settle_prunings(app)
    count = app.store.reindex(
        readable(), app.article_store.withdrawn(), app.article_store.carried()
    )
    start.bring_back(app, late)
    gone = stamps.keys() - set(app.store.visits.stamps())
    unknown = {id for id in unread if app.store.visits.stamp(id) is None}  # after a lost database
    if gone or unknown:
        excuse(app, gone | unknown)
    if gone and (
        start.is_older(app.article_store, app.store) or reconcile.are_many(len(gone), len(stamps))
    ):
        app.store.visits.reopen(gone)
    app.beside.note()
    sketches = {
        article.id: sketch for article in recent if (sketch := compared(article, now)) is not None
    }
    for id, sketch in sketches.items():
        app.store.visits.save_sketch(id, sketch)
    learnt = (app.settings.state_dir / "learnt.npz").exists()
    return Reindexed(articles=count, problems=tuple(problems), unlearnt=count > 0 and not learnt)
