"""One article: as its entry shows it and as its file has it, with an edit that is seen before it is saved."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from syndicator.articles import frontmatter
from syndicator.console.answers import ask, console_of, looked_up, page
from syndicator.console.guard import Form, form_of
from syndicator.console.pages.differences import of_texts
from syndicator.core.errors import SyndicatorError
from syndicator.services.jobs.acts.articles import edited
from syndicator.services.showing import lists
from syndicator.services.showing.glance import vocabulary

FIELDS = ("title", "excerpt", "author", "cover", "body")


async def _file(request: Request) -> lists.File:
    id = request.path_params["id"]
    return await looked_up(request, lambda place: lists.article(place, id))


async def show(request: Request) -> Response:
    return _page(request, await _file(request))


async def save(request: Request) -> Response:
    """Shows what an edit makes of file and entry, or saves it, as the button says."""
    form, file = form_of(request), await _file(request)
    args = {name: form.text(name) for name in FIELDS if name in form}
    if form.text("then") == "save":
        args |= {"id": file.article.id, "stamp": form.text("stamp")}
        return await ask(request, "edit", args, f"/articles/{file.article.id}")
    try:
        made = edited(file.text.encode(), file.path, args)
        preview, fault = frontmatter.load(made, file.path), ""
    except SyndicatorError as error:
        made, preview, fault = b"", None, str(error)
    if form.text("stamp") != file.stamp:
        fault = "The file was edited meanwhile. Below is how it is now with what you wrote; save it if that is meant."
    diff = of_texts(file.text, made.decode()) if made else []
    return _page(request, file, form, preview=preview, diff=diff, fault=fault)


def _page(request: Request, file: lists.File, form: Form | None = None, **more: Any) -> Response:
    console, one = console_of(request), file.article
    written = {name: str(getattr(one, name) or "") for name in FIELDS}
    values = {name: form.text(name) if form and name in form else value for name, value in written.items()}
    shell: dict[str, Any] = {"preview": None, "diff": [], "fault": ""}
    return page(
        request,
        "article.html",
        title=one.title,
        file=file,
        one=one,
        values=values,
        history=console.log.of(one.id),
        undone_of=console.log.undone(),
        vocabulary=vocabulary(console.config),
        **(shell | more),
    )


ROUTES = [
    Route("/articles/{id}", show, methods=["GET"]),
    Route("/articles/{id}", save, methods=["POST"]),
]
