"""A folder of articles that somebody wrote elsewhere becomes articles here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from syndicator.articles import frontmatter
from syndicator.articles.fields import aliases_of
from syndicator.configuration.settings import Settings
from syndicator.core.errors import ConfigError, UsageError
from syndicator.core.model import Article, Problem
from syndicator.core.reasons import LintReason
from syndicator.describing.taxonomy.taxonomy import Taxonomy
from syndicator.pipeline.entry.endings import why_away
from syndicator.pipeline.importing import is_draft, lint, translate
from syndicator.services import reconcile
from syndicator.services.container import App

_ENDINGS = (".md", ".markdown", ".mdx")


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """Result of an import. `articles`: new ones, at `paths`; `known`: files of articles that exist; `drafts`: files
    left out; `problems`: files that are no articles; `oddities`: remarks."""

    articles: tuple[Article, ...] = ()
    paths: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    drafts: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    oddities: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class _File:
    article: Article
    data: bytes
    oddities: tuple[Problem, ...]


def import_files(app: App, files: Mapping[str, Path | bytes], *, dry_run: bool = False) -> Imported:
    """File an article for each markdown file, named by its path in their folder. Raises ConfigError, OSError,
    StoreError."""
    reconcile.files(app)
    path = app.config / "taxonomy.toml"
    taxonomy = Taxonomy.from_toml(path) if path.exists() else None
    done: dict[str, _File] = {}
    known, drafts = list[str](), list[str]()
    problems, oddities = list[Problem](), list[Problem]()
    for inside, file_or_data in files.items():
        name = str(file_or_data) if isinstance(file_or_data, Path) else inside
        try:
            data = file_or_data.read_bytes() if isinstance(file_or_data, Path) else file_or_data
            file = _read(name, data, PurePosixPath(inside), app.settings, taxonomy)
        except (ConfigError, OSError) as error:
            problems.append(reconcile.unreadable(name, error))
            continue
        if file is None:
            drafts.append(name)
            continue
        oddities += file.oddities
        if why := why_away(app.store.visits.known(aliases_of(file.article))):
            problems.append(Problem(what=name, reason=why, detail=why.means))
            continue
        id = file.article.id
        if id in done or app.article_store.find(id) or app.store.visits.article(id):
            known.append(name)
            continue
        done[id] = file
    paths = [] if dry_run else [app.article_store.add(file.article, file.data) for file in done.values()]
    problems += () if dry_run else reconcile.files(app)
    return Imported(
        articles=tuple(file.article for file in done.values()),
        paths=tuple(paths),
        known=tuple(known),
        drafts=tuple(drafts),
        problems=tuple(problems),
        oddities=tuple(oddities),
    )


def markdown_files(folder: Path) -> dict[str, Path]:
    """The markdown files below a folder by their path in it. Raises UsageError if there is none."""
    paths = (path for path in sorted(folder.rglob("*")) if path.suffix.lower() in _ENDINGS and path.is_file())
    inside = {path.relative_to(folder): path for path in paths}
    found = {str(name): path for name, path in inside.items() if not any(part[0] == "." for part in name.parts)}
    if not found:
        raise UsageError(f"{folder}: no file ends in {', '.join(_ENDINGS)}; name the folder that has the articles")
    return found


def _read(name: str, data: bytes, inside: PurePosixPath, settings: Settings, taxonomy: Taxonomy | None) -> _File | None:
    front, body = frontmatter.foreign(data, name)
    if is_draft(front):
        return None
    translated = translate(front, inside, settings.site.url)
    if translated.own and not settings.site.url:
        raise ConfigError(
            f"{name}: has no source; write the address it was published at, or set site.url, of which and of its path "
            "its address is made"
        )
    data = frontmatter.by_hand(translated.front, body)
    article = frontmatter.load(data, name)
    odd = [(LintReason.NOT_TAKEN_OVER, detail) for detail in translated.dropped]
    odd += [(one.reason, one.detail) for one in lint(article, body, taxonomy)]
    return _File(article, data, tuple(Problem(what=name, reason=reason, detail=text) for reason, text in odd))
