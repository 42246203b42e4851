"""Acts on one article. What a form had seen of its file is compared before it is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from syndicator.articles import frontmatter
from syndicator.core.errors import UsageError
from syndicator.core.text import stamp
from syndicator.operations.old.task import Acted, Task
from syndicator.services import reconcile
from syndicator.services.container import App
from syndicator.services.mending import editorial
from syndicator.services.mending import editorial as releasing
from syndicator.services.naming import need_article


def edit(task: Task) -> Acted:
    """Edit an article file. "stamp": of the form's file. Raises UsageError if edited since, ConfigError."""
    id, path = _found(task)
    data = task.app.article_store.read(path)
    if stamp(data) != task.text("stamp"):
        raise UsageError(f"{path} was edited meanwhile, and stays as it is; look at it again")
    wanted = edited(data, path, task.args)
    task.touch("article", path)
    task.app.article_store.edit(path, wanted, over=data)
    _take_in(task.app, path)
    return Acted(subject=id, said=f"{frontmatter.load(wanted, path).title}: edited")


def edited(data: bytes, path: str, fields: Mapping[str, Any]) -> bytes:
    """The file `data` with title, excerpt, author, cover or body replaced. Pure. Raises UsageError, ConfigError."""
    article = frontmatter.load(data, path)
    said = {name: str(value) for name, value in fields.items()}
    changed = replace(
        article,
        title=said.get("title", article.title).strip(),
        excerpt=" ".join(said["excerpt"].split()) if "excerpt" in said else article.excerpt,
        author=(said["author"].strip() or None) if "author" in said else article.author,
        cover=_address(said["cover"]) if "cover" in said else article.cover,
        body=said["body"].replace("\r\n", "\n") if "body" in said else article.body,
    )
    if not changed.title:
        raise UsageError("an article needs a title")
    made = frontmatter.dump(changed, frontmatter.extra(data, path))
    if frontmatter.load(made, path).id != article.id:
        raise UsageError("the id of an article never changes")
    return made


def _address(value: str) -> str | None:
    value = value.strip()
    if value and not value.lower().startswith(("http://", "https://")):
        raise UsageError(f"{value!r} is no address of a picture; write it like https://example.org/picture.jpg")
    return value or None


def hide(task: Task) -> Acted:
    """Puts an article on hold: it leaves all feeds and pages until it is released."""
    id, path = _found(task)
    data = task.app.article_store.read(path)
    article = frontmatter.load(data, path)
    if article.hold:
        return Acted(subject=id, said=f"{article.title}: hidden already", logged=False)
    task.touch("article", path)
    held = frontmatter.dump(replace(article, hold=True), frontmatter.extra(data, path))
    task.app.article_store.edit(path, held, over=data)
    _take_in(task.app, path)
    return Acted(subject=id, said=f"{article.title}: hidden until it is released")


def release(task: Task) -> Acted:
    """Publishes an article that is on hold."""
    id, path = _found(task)
    task.touch("article", path)
    done = releasing.release(task.app, [id])
    named = (done.articles or done.known)[0].title if done.articles or done.known else id
    said = f"{named}: published" if done.articles else f"{named}: is published already"
    return Acted(subject=id, said=said, logged=bool(done.articles))


def split_off(task: Task) -> Acted:
    """Parts copies that were merged."""
    id, path = _found(task)
    touched = [id, *(task.app.store.index.merged().get(id) or "",), *_copies(task.app, id)]
    for one in filter(None, touched):
        task.touch("article", task.app.store.index.path(one) or path)
    copies = editorial.split(task.app, id)
    return Acted(subject=id, said=f"parted: {', '.join(one.title for one in copies)}")


def _found(task: Task) -> tuple[str, str]:
    id = need_article(task.app, task.text("id"))
    return id, task.app.store.index.path(id) or ""


def _copies(app: App, id: str) -> list[str]:
    return [copy for copy, into in app.store.index.merged().items() if into == id]


def _take_in(app: App, path: str) -> None:
    """Records what was written, as of an edit by hand. Raises ConfigError where that is no article any more."""
    wrong = [one for one in (*reconcile.files(app), *reconcile.file(app, path)) if one.what == path]
    if wrong:
        raise UsageError(f"{path}: {wrong[0].detail}")
