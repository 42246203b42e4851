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
    """The result of an import. `articles`: the new articles. `paths`: the files in which they were
    filed. `known`: files whose articles are filed already. `drafts`: files that are skipped as
    drafts. `problems`: files that could not be imported. `oddities`: remarks on files that were
    imported."""

    articles: list[Article] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    drafts: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    oddities: list[Problem] = field(default_factory=list)


def import_files(
    archive: Archive,
    configuration: Configuration,
    files: Mapping[str, Path | bytes],
    *,
    dry_run: bool = False,
) -> Imported:
    """File an article for each file in `files`, and return the result: the articles, and the files
    that were left out or cannot be imported.

    `files`: each file or its bytes, by its path in the imported folder. `dry_run`: True to write
    nothing. Raises ConfigError, OSError, StoreError."""
    reconcile.update_from_files(archive, configuration)
    taxonomy_file = configuration.folder / "taxonomy.toml"
    taxonomy = Taxonomy.from_toml(taxonomy_file) if taxonomy_file.exists() else None
    result = Imported()

    # convert all files before one is filed
    new_texts: dict[str, bytes] = {}  # by article id
    for path, file in files.items():
        name = str(file) if isinstance(file, Path) else path
        relative_path = PurePosixPath(path)
        try:
            raw = file.read_bytes() if isinstance(file, Path) else file
            converted = _convert_file(name, raw, relative_path, configuration.settings, taxonomy)
        except (ConfigError, OSError) as error:
            result.problems.append(reconcile.describe_unreadable(name, error))
            continue
        if converted is None:
            result.drafts.append(name)
            continue
        result.oddities += converted.oddities
        article = converted.article
        # an article that the operator withdrew or pruned stays away
        refusal = archive.store.visits.look_up(aliases_of(article)).away
        if refusal:
            result.problems.append(Problem(what=name, reason=refusal, detail=refusal.means))
        elif article.id in new_texts or _is_filed(archive, article.id):
            result.known.append(name)
        else:
            result.articles.append(article)
            new_texts[article.id] = converted.text

    if not dry_run:
        for article in result.articles:
            result.paths.append(archive.article_store.add(article, new_texts[article.id]))
        result.problems += reconcile.update_from_files(archive, configuration)
    return result


def _is_filed(archive: Archive, article_id: str) -> bool:
    """Return True if the article with this id is filed: it has a file or a row in the database."""
    if archive.article_store.find(article_id):
        return True
    return bool(archive.store.visits.article(article_id))


def find_markdown_files(folder: Path) -> dict[str, Path]:
    """Return the markdown files in a folder and its subfolders, by their paths in the folder.
    Hidden files and files in hidden folders are left out. Raises UsageError if there is none."""
    files: dict[str, Path] = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in _ENDINGS or not path.is_file():
            continue
        relative_path = path.relative_to(folder)
        is_hidden = any(part.startswith(".") for part in relative_path.parts)
        if not is_hidden:
            files[str(relative_path)] = path
    if not files:
        raise UsageError(
            f"{folder}: no file ends in {', '.join(_ENDINGS)}; name the folder that has the"
            " articles"
        )
    return files


@dataclass(frozen=True, slots=True, kw_only=True)
class _Converted:
    """A file after its conversion: its article, the bytes of the article file to write (`text`),
    and remarks for the operator."""

    article: Article
    text: bytes
    oddities: list[Problem]


def _convert_file(
    name: str, raw: bytes, path: PurePosixPath, settings: Settings, taxonomy: Taxonomy | None
) -> _Converted | None:
    """Return the article file of another program in the form of this program; None if it is a
    draft. `raw`: its bytes. `name`: its name in messages. `path`: its path in the imported folder.
    `taxonomy`: None if the operator has none.

    Raises ConfigError if its frontmatter is faulty, or if it states no web address and `site.url`
    is not set."""
    front, body = frontmatter.parse_foreign(raw, name)
    if is_draft(front):
        return None
    translated = translate(front, path, settings.site.url)
    if translated.is_own_page and not settings.site.url:
        raise ConfigError(
            f"{name}: has no source; write the address it was published at, or set site.url: then"
            " its address is made of that and its path"
        )
    text = frontmatter.write_foreign(translated.front, body)
    article = frontmatter.load(text, name)
    oddities = [
        Problem(what=name, reason=LintReason.NOT_TAKEN_OVER, detail=detail)
        for detail in translated.dropped
    ]
    for remark in lint(article, body, taxonomy):
        oddities.append(Problem(what=name, reason=remark.reason, detail=remark.detail))
    return _Converted(article=article, text=text, oddities=oddities)
