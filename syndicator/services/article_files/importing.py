"""A folder of articles that somebody wrote elsewhere becomes articles here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from syndicator.articles import frontmatter
from syndicator.articles.fields import aliases_of
from syndicator.configuration.settings import Settings
from syndicator.core.errors import ConfigError, UsageError
from syndicator.core.model import Article, Problem
from syndicator.core.reasons import LintReason
from syndicator.describing.taxonomy.taxonomy import Taxonomy
from syndicator.pipeline.importing import is_draft, lint, translate
from syndicator.services import reconcile
from syndicator.services.container import App

_ENDINGS = (".md", ".markdown", ".mdx")


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """Result of an import. `articles`: new ones; `known`: files of articles that exist; `drafts`: files left out;
    `problems`: files that are no articles; `oddities`: remarks."""

    articles: tuple[Article, ...] = ()
    known: tuple[str, ...] = ()
    drafts: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    oddities: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class _File:
    article: Article
    data: bytes
    oddities: tuple[Problem, ...]


def import_folder(app: App, folder: Path, *, dry_run: bool = False) -> Imported:
    """File an article for each markdown file below `folder`. Raises UsageError, ConfigError, OSError, StoreError."""
    if not (paths := list(_markdown(folder))):
        raise UsageError(f"{folder}: no file ends in {', '.join(_ENDINGS)}; name the folder that has the articles")
    reconcile.files(app)
    taxonomy = _taxonomy(app)
    done: dict[str, _File] = {}
    known, drafts = list[str](), list[str]()
    problems, oddities = list[Problem](), list[Problem]()
    for path in paths:
        name = str(path)
        try:
            file = _read(path, PurePosixPath(path.relative_to(folder)), app.settings, taxonomy)
        except (ConfigError, OSError) as error:
            problems.append(reconcile.unreadable(name, error))
            continue
        if file is None:
            drafts.append(name)
            continue
        oddities += file.oddities
        if why := app.store.visits.known(aliases_of(file.article)).away:
            problems.append(Problem(what=name, reason=why, detail=why.means))
            continue
        id = file.article.id
        if id in done or app.article_store.find(id) or app.store.visits.article(id):
            known.append(name)
            continue
        done[id] = file
    if not dry_run:
        for file in done.values():
            app.article_store.add(file.article, file.data)
        problems += reconcile.files(app)
    return Imported(
        articles=tuple(file.article for file in done.values()),
        known=tuple(known),
        drafts=tuple(drafts),
        problems=tuple(problems),
        oddities=tuple(oddities),
    )


def _markdown(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder).parts
        if path.suffix.lower() in _ENDINGS and path.is_file() and not any(part.startswith(".") for part in inside):
            yield path


def _read(path: Path, inside: PurePosixPath, settings: Settings, taxonomy: Taxonomy | None) -> _File | None:
    front, body = frontmatter.foreign(path.read_bytes(), str(path))
    if is_draft(front):
        return None
    translated = translate(front, inside, settings.site.url)
    if translated.own and not settings.site.url:
        raise ConfigError(
            f"{path}: has no source; write the address it was published at, or set site.url, of which and of its path "
            "its address is made"
        )
    data = frontmatter.by_hand(translated.front, body)
    article = frontmatter.load(data, str(path))
    odd = [(LintReason.NOT_TAKEN_OVER, detail) for detail in translated.dropped]
    odd += [(one.reason, one.detail) for one in lint(article, body, taxonomy)]
    return _File(article, data, tuple(Problem(what=str(path), reason=reason, detail=text) for reason, text in odd))


def _taxonomy(app: App) -> Taxonomy | None:
    path = app.config / "taxonomy.toml"
    return Taxonomy.from_toml(path) if path.exists() else None
