"""A folder of articles that somebody wrote elsewhere becomes articles here."""

from __future__ import annotations

from dataclasses import dataclass, field
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


@dataclass(slots=True)
class Imported:
    """Result of an import. `known`: files of articles that exist; `drafts`: files left out; `oddities`: remarks."""

    articles: list[Article] = field(default_factory=list)  # new ones
    known: list[str] = field(default_factory=list)
    drafts: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)  # files that are no articles
    oddities: list[Problem] = field(default_factory=list)


def import_folder(app: App, folder: Path, *, dry_run: bool = False) -> Imported:
    """File an article for each markdown file below `folder`. Raises UsageError, ConfigError, OSError, StoreError."""
    found = (path for path in sorted(folder.rglob("*")) if path.suffix.lower() in _ENDINGS and path.is_file())
    paths = [path for path in found if not any(part.startswith(".") for part in path.relative_to(folder).parts)]
    if not paths:
        raise UsageError(f"{folder}: no file ends in {', '.join(_ENDINGS)}; name the folder that has the articles")
    reconcile.files(app)
    listed, done, new = app.config / "taxonomy.toml", Imported(), dict[str, bytes]()
    taxonomy = Taxonomy.from_toml(listed) if listed.exists() else None
    for path in paths:
        name = str(path)
        try:
            article, data, odd = _read(path, PurePosixPath(path.relative_to(folder)), app.settings, taxonomy)
        except (ConfigError, OSError) as error:
            done.problems.append(reconcile.unreadable(name, error))
            continue
        done.oddities += odd
        if article is None:
            done.drafts.append(name)
        elif why := why_away(app.store.visits.known(aliases_of(article))):
            done.problems.append(Problem(what=name, reason=why, detail=why.means))
        elif article.id in new or app.article_store.find(article.id) or app.store.visits.article(article.id):
            done.known.append(name)
        else:
            done.articles.append(article)
            new[article.id] = data
    if not dry_run:
        for article in done.articles:
            app.article_store.add(article, new[article.id])
        done.problems += reconcile.files(app)
    return done


def _read(
    path: Path, inside: PurePosixPath, settings: Settings, taxonomy: Taxonomy | None
) -> tuple[Article | None, bytes, list[Problem]]:
    """The article of a file, None for a draft; its text here; and remarks. Raises ConfigError, OSError."""
    front, body = frontmatter.foreign(path.read_bytes(), str(path))
    if is_draft(front):
        return None, b"", []
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
    return article, data, [Problem(what=str(path), reason=reason, detail=text) for reason, text in odd]
