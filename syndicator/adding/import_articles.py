"""Import a folder of markdown files that somebody wrote elsewhere, one article a file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from syndicator.adding.foreign_frontmatter import is_draft, translate
from syndicator.adding.lint import lint
from syndicator.app.archive import Archive
from syndicator.app.read_configuration import Configuration
from syndicator.articles import frontmatter
from syndicator.articles.fields import aliases_of
from syndicator.configuration.settings import Settings
from syndicator.core.errors import ConfigError, UsageError
from syndicator.core.model import Article, Problem
from syndicator.core.reasons import LintReason
from syndicator.describing.taxonomy.taxonomy import Taxonomy
from syndicator.upkeep import reconcile

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


def import_files(
    archive: Archive,
    configuration: Configuration,
    files: Mapping[str, Path | bytes],
    *,
    dry_run: bool = False,
) -> Imported:
    """File an article per file; `files`: markdown by path. Raises ConfigError, OSError,
    StoreError."""
    reconcile.files(archive, configuration)
    listed = configuration.folder / "taxonomy.toml"
    done = Imported()
    new = dict[str, bytes]()
    taxonomy = Taxonomy.from_toml(listed) if listed.exists() else None
    for inside, file in files.items():
        name = str(file) if isinstance(file, Path) else inside
        try:
            raw = file.read_bytes() if isinstance(file, Path) else file
            article, data, odd = _read(
                name, raw, PurePosixPath(inside), configuration.settings, taxonomy
            )
        except (ConfigError, OSError) as error:
            done.problems.append(reconcile.unreadable(name, error))
            continue
        done.oddities += odd
        if article is None:
            done.drafts.append(name)
        elif why := archive.store.visits.known(aliases_of(article)).away:
            done.problems.append(Problem(what=name, reason=why, detail=why.means))
        elif (
            article.id in new
            or archive.article_store.find(article.id)
            or archive.store.visits.article(article.id)
        ):
            done.known.append(name)
        else:
            done.articles.append(article)
            new[article.id] = data
    if not dry_run:
        done.paths = [
            archive.article_store.add(article, new[article.id]) for article in done.articles
        ]
        done.problems += reconcile.files(archive, configuration)
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
