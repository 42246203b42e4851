"""What is wrong with article files that a hand wrote, and files beside them that are taken for none."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from pathlib import Path

from syndicator.articles import frontmatter
from syndicator.articles.stores.paths import is_ours
from syndicator.core import text, urls
from syndicator.core.errors import ConfigError
from syndicator.core.ports.articles import ArticleStore
from syndicator.core.reasons import CheckReason
from syndicator.services.check.finding import Finding
from syndicator.services.container import App
from syndicator.services.reconcile import unread

_MARKDOWN = (".md", ".markdown", ".mdown", ".mkd", ".mdx", ".mdtxt")
_KEY = re.compile(r"(\w+):")
_LINE = re.compile(r"line (\d+): ")
_PLACES = "feeds/articles itself, or YYYY/MM/ in it"


def by_hand(store: ArticleStore, categories: Collection[str]) -> Iterator[Finding]:
    """What readers will not see as its author meant it, in files that we have not written. `categories`: the known
    ones; none where there is no taxonomy. Files that are no article are told of elsewhere."""
    for stamp in store.walk():
        try:
            data = store.read(stamp.path)
            if is_ours(data):
                continue
            article = frontmatter.load(data, stamp.path)
        except (ConfigError, OSError):
            continue
        lines = {line.partition(b":")[0].strip(): number for number, line in enumerate(data.splitlines(), 1)}

        def told(key: str, reason: str, detail: str, path: str = stamp.path, at: dict[bytes, int] = lines) -> Finding:
            line, file = at.get(key.encode()), f"{store.name}/{path}"
            what = f"{file}:{line}" if line else file
            return Finding(severity="warning", what=what, reason=reason, detail=detail, file=file, line=line, key=key)

        if article.category and categories and article.category not in categories:
            near = text.suggestion(article.category, categories)
            detail = f"category {article.category!r} is not in taxonomy.toml; write it there, or another here{near}"
            yield told("category", CheckReason.UNKNOWN_NAME, detail)
        if article.cover and urls.host(article.cover) == "":
            detail = f"coverImage {article.cover!r} is no whole address, and feeds leave it out; write https://..."
            yield told("coverImage", CheckReason.BAD_COVER, detail)


def broken(app: App) -> Iterator[Finding]:
    """Files that are no article, and those of which there are two, with the line where it shows."""
    for problem in unread(app):
        path = f"{app.article_store.name}/{problem.what}"
        detail = problem.detail.removeprefix(f"{path}:").strip()
        key = _KEY.match(detail)
        said = _LINE.match(detail)
        line = int(said[1]) if said else _line(app.article_store, problem.what, key[1]) if key else None
        yield Finding(
            severity="error",
            what=f"{path}:{line}" if line else path,
            reason=problem.reason,
            detail=_LINE.sub("", detail),
            file=path,
            line=line,
            key=key[1] if key and not said else "",
        )


def _line(store: ArticleStore, path: str, key: str) -> int | None:
    """The line of a file's frontmatter that sets `key`; its first line, where none does."""
    try:
        lines = store.read(path).decode("utf-8", "replace").splitlines()
    except OSError:
        return None
    return next((number for number, line in enumerate(lines, 1) if line.startswith(f"{key}:")), 1)


def passed_over(store: ArticleStore) -> Iterator[Finding]:
    """Markdown files below the folder of articles that are no articles for their name or their place."""
    articles = {stamp.path for stamp in store.walk()}
    for path in store.names():
        name = path.rpartition("/")[2]
        if name.upper().startswith("README.") or path in articles or Path(name).suffix.lower() not in _MARKDOWN:
            continue
        wrong = not name.endswith(".md")
        detail = f"only files that end in .md are articles; call it {Path(name).stem}.md" if wrong else ""
        yield Finding(
            severity="warning",
            what=f"{store.name}/{path}",
            reason=CheckReason.PASSED_OVER,
            detail=detail or f"it is passed over where it is; articles are in {_PLACES}",
            file=f"{store.name}/{path}",
        )
