"""Answer API requests: check the token, read lists, queue operations; describe the API."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, replace
from functools import partial
from http import HTTPStatus
from inspect import Parameter
from typing import Any, Final

from pydantic import TypeAdapter
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from syndicator import __version__
from syndicator.app.clock import utc_now
from syndicator.app.lookup import make_source_finder
from syndicator.app.places import Place
from syndicator.configuration.sources.plain_values import table
from syndicator.console import security
from syndicator.console.guard import under_prefix, whole, with_headers
from syndicator.console.responses import console_of
from syndicator.console.security import is_for_us, read_passwords
from syndicator.console.shared_state import Console
from syndicator.core import secrets
from syndicator.core.errors import ConfigError, SyndicatorError, UsageError
from syndicator.core.reasons import CommandReason
from syndicator.core.requests import JOBS, most_of_one
from syndicator.health.documents import document as document_of_status
from syndicator.health.documents import of_state
from syndicator.health.summary import look
from syndicator.operations.jobs.queue import TOKEN, Job
from syndicator.operations.operation import (
    Operation,
    arguments_of,
    fields_of,
    operations,
    plain,
    schema_of,
)
from syndicator.operations.paged_lists import QUERIES, Query
from syndicator.operations.undo import changes_settings
from syndicator.searching.language import QueryError
from syndicator.showing import lists
from syndicator.upkeep.answers.related import RelatedFinder

PATH: Final = "/api/v1"
MOST: Final = 100  # items of a page, parameters of a list, and seconds of waiting
_TEXT: Final = {"type": "string"}
_KEY: Final = {"name": "key", "in": "path", "required": True, "schema": _TEXT}
_PROBLEM: Final = {  # RFC 9457
    "type": "object",
    "description": "What is wrong with a request, or with the instance.",
    "properties": {"type": _TEXT, "title": _TEXT, "status": {"type": "integer"}, "detail": _TEXT},
    "required": ["type", "title", "status", "detail"],
}
_ITEM: Final = {"type": "object", "properties": {"id": _TEXT}, "required": ["id"]}
_TIME: Final = {"type": ["string", "null"], "format": "date-time"}
_TEXT_OR_NULL: Final = {"type": ["string", "null"]}
_ARTICLE_FIELDS: Final = {
    "id": _TEXT,
    "url": _TEXT,
    "title": _TEXT,
    "author": _TEXT_OR_NULL,
    "excerpt": _TEXT,
    "tags": {"type": "array", "items": _TEXT},
    "category": _TEXT,
    "language": _TEXT_OR_NULL,
    "published": _TIME,
    "updated": _TIME,
    "added": _TIME,
    "cover": _TEXT_OR_NULL,
    "hold": {"type": "boolean", "description": "Not published yet."},
    "source": {**_TEXT, "description": "The key of its source."},
}
_LISTED_FIELDS: Final = {
    "partial": {"type": "boolean", "description": "The page has more text."},
    "path": {**_TEXT, "description": "Its file."},
    "story": {**_TEXT, "description": "The story it belongs to, empty for none."},
}
_RELATED: Final = {
    "type": "object",
    "properties": {"id": _TEXT, "title": _TEXT, "url": _TEXT},
    "required": ["id", "title", "url"],
}
_WHOLE_FIELDS: Final = {
    "body": {**_TEXT, "description": "Markdown."},
    "related": {
        "type": "array",
        "items": _RELATED,
        "description": "Up to five published articles on its subject, the nearest first.",
    },
}
_NEXT: Final = {**_TEXT, "description": "The cursor of the next page, empty at the end."}
# Schemas of an item and of a page, where they are not those of all lists
_PAGES: Final = {"articles": "ArticlePage"}
_ONE: Final = {"articles": "Article"}
PAGING: Final = {
    "limit": {"type": "integer", "default": 30, "minimum": 1, "maximum": MOST},
    "cursor": {**_TEXT, "default": "", "description": "The `next` of the page before."},
}
DOING: Final = {
    "dry_run": {
        "type": "boolean",
        "default": False,
        "description": "Show the change, and do not make it.",
    },
    "wait": {
        "type": "integer",
        "default": 10,
        "minimum": 0,
        "maximum": MOST,
        "description": "Seconds, then 202.",
    },
}


def _page_of(model: str) -> dict[str, Any]:
    """Return the schema of a page of a list."""
    items = {"type": "array", "items": {"$ref": f"#/components/schemas/{model}"}}
    return {
        "type": "object",
        "properties": {"items": items, "next": _NEXT},
        "required": ["items", "next"],
    }


def _article_with(more: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of an article with further fields."""
    return {
        "type": "object",
        "properties": {**_ARTICLE_FIELDS, **more},
        "required": ["id", "url", "title", "source"],
    }


def hidden(operation: Operation) -> set[str]:
    """Return the arguments that only the console may send."""
    return {field.name for field in fields_of(operation) if field.argument.hidden} - {"stamp"}


def offered() -> dict[str, Operation]:
    """Return the operations by name, without those that need a hidden argument."""
    return {
        name: operation
        for name, operation in operations().items()
        if not any(
            field.argument.hidden and field.default is Parameter.empty
            for field in fields_of(operation)
        )
    }


def openapi_document() -> dict[str, Any]:
    paths = {
        f"/{name}": {"get": _path(name, _PAGES.get(name, "Page"), schema_of(query), PAGING)}
        for name, query in QUERIES.items()
    }
    paths |= {
        f"/{name}/{{key}}": {"get": _path(f"{name}_one", _ONE.get(name, "Item"), key=True)}
        for name in ("articles", "sources")
    }
    paths |= {
        "/status": {"get": _path("status", "Status")},
        "/jobs/{key}": {"get": _path("job", "Job", key=True)},
    }
    paths |= {"/jobs/{key}/cancel": {"post": _path("cancel", "Job", key=True)}}
    paths |= {
        f"/operations/{name}": {"post": _post(operation)} for name, operation in offered().items()
    }
    schemas = {
        "Job": TypeAdapter(Job).json_schema(),
        "Page": _page_of("Item"),
        "Item": _ITEM,
        "ArticlePage": _page_of("ListedArticle"),
        "ListedArticle": _article_with(_LISTED_FIELDS),
        "Article": _article_with(_WHOLE_FIELDS),
        "Status": {"type": "object"},
    }
    token = {"token": {"type": "http", "scheme": "bearer"}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Syndicator", "version": __version__},
        "servers": [{"url": PATH}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {"schemas": {**schemas, "Problem": _PROBLEM}, "securitySchemes": token},
    }


def _path(
    name: str, model: str, asked: Any = None, more: Any = None, *, key: bool = False
) -> dict[str, Any]:
    """Return an OpenAPI path. `asked`: its arguments' schema; `more`: further parameters'
    schemas."""

    def content(kind: str, model: str) -> dict[str, Any]:
        schema = {"$ref": f"#/components/schemas/{model}"}
        return {"description": model, "content": {f"application/{kind}": {"schema": schema}}}

    parameters = {**(asked or {}).get("properties", {}), **(more or {})}
    query = [{"name": name, "in": "query", "schema": schema} for name, schema in parameters.items()]
    return {
        "operationId": name.replace("-", "_"),
        "summary": (asked or {}).get("description", ""),
        "parameters": [_KEY, *query] if key else query,
        "responses": {"200": content("json", model), "default": content("problem+json", "Problem")},
    }


def _post(operation: Operation) -> dict[str, Any]:
    """Return an operation's OpenAPI path, with its arguments as body."""
    schema = schema_of(operation)
    path = _path(operation.name, "Job", None, DOING)
    for name in hidden(operation):
        del schema["properties"][name]
    if "stamp" in schema["properties"]:
        path["parameters"].append({"name": "If-Match", "in": "header", "schema": _TEXT})
    path["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    path["responses"]["202"] = {
        **path["responses"]["200"],
        "description": "A job that goes on, at the Location.",
    }
    return {**path, "summary": operation.help}


Answer = Mapping[str, Any]


class Api:
    """Application that answers requests with a token below /api/, and passes all others to
    `pages`."""

    def __init__(self, pages: ASGIApp, console: Console) -> None:
        self._pages = pages
        self._console = console
        routes = [
            Route(f"{PATH}/openapi.json", lambda request: _json(openapi_document())),
            Route(f"{PATH}/operations/{{name}}", _operate, methods=["POST"]),
            Route(f"{PATH}/jobs/{{key}}/cancel", _cancel, methods=["POST"]),
            Route(f"{PATH}/status", _status),
            Route(f"{PATH}/articles/{{key}}", partial(_one, article)),
            Route(f"{PATH}/sources/{{key}}", partial(_one, source)),
            Route(f"{PATH}/jobs/{{key}}", lambda request: _json(asdict(_own_job(request)))),
            *(Route(f"{PATH}/{name}", partial(_list, query)) for name, query in QUERIES.items()),
        ]
        wrong = dict.fromkeys((HTTPException, SyndicatorError, Exception), _wrong)
        self._app = Starlette(routes=routes, exception_handlers=wrong)
        self._app.router.redirect_slashes = False
        self._app.state.console = console

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope = under_prefix(scope)
        if scope["type"] != "http" or not scope["path"].startswith("/api/"):
            await self._pages(scope, receive, send)
            return
        answer = self._refusal(Request(scope)) or self._app
        await answer(scope, receive, with_headers(send))

    def _refusal(self, request: Request) -> Response | None:
        """Return the answer to a request without a valid token; else store the token in the
        request's state."""
        if not is_for_us(_header(request, "host"), self._console.hosts):
            return problem(421, "this name is not the console's; see [console] names")
        path = security.tokens_file_of(self._console.settings.state_dir)
        scheme, _, token = _header(request, "authorization").partition(" ")
        try:
            if not read_passwords(path):
                return problem(
                    404,
                    "the API is off: `syndicator console --token NAME` makes a token, and turns"
                    " it on",
                )
            request.state.token = (
                security.find_token(path, token, utc_now()) if scheme.lower() == "bearer" else None
            )
        except ConfigError as error:
            self._console.tell(f"console: {error}")
            return problem(503, "the tokens cannot be read; the log says why")
        if request.state.token is None:
            return problem(
                401,
                "send a valid token: Authorization: Bearer syn_...",
                {"www-authenticate": "Bearer"},
            )
        if not request.state.token.may("read"):
            return problem(403, "this token is for `syndicator mcp` alone")
        request.state.who = f"{TOKEN}{request.state.token.name}"  # its name in Changes and jobs
        return None


def _header(request: Request, name: str) -> str:
    """Return all values of a header, joined: duplicates match nothing."""
    return ",".join(request.headers.getlist(name))


def problem(status: int, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    """Return a problem as JSON (RFC 9457)."""
    about = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    return Response(json.dumps(about), status, headers, media_type="application/problem+json")


def _json(answer: Answer, headers: Mapping[str, str] | None = None, status: int = 200) -> Response:
    return Response(json.dumps(plain(answer)), status, headers, media_type="application/json")


async def _status(request: Request) -> Response:
    return _json(
        await console_of(request).look(lambda place: document_of_status(look(place), None, ()))
    )


async def _list(query: Query, request: Request) -> Response:
    # each word is a condition of the database, which has a limit
    if len(request.query_params.multi_items()) > MOST:
        raise HTTPException(400, f"at most {MOST} parameters")
    asked = dict(request.query_params)
    limit = _number(asked.pop("limit", "30"), 1)
    cursor = asked.pop("cursor", "")
    lists_of = {
        item.name: request.query_params.getlist(item.name)
        for item in fields_of(query)
        if item.is_list
    }
    arguments = arguments_of(query, {**asked, **lists_of})
    who = request.state.who

    def shown(place: Place, **arguments: Any) -> Iterator[Answer]:
        """Yield items without secrets; of jobs, only the caller's."""
        for item in query.function(place, **arguments):
            if query.name != "jobs" or item["who"] == who:
                safe = (
                    {"url": secrets.hide_secrets(place.sources[item["id"]].url)}
                    if query.name == "sources"
                    else {}
                )
                yield {
                    name: value for name, value in item.items() if name not in ("args", "inverse")
                } | safe

    read = replace(query, function=shown).read
    page = await console_of(request).look(
        lambda place: read(place, arguments, after=cursor, most=limit)
    )
    return _json({"items": page.items, "next": page.next})


def article(place: Place, article_id: str) -> tuple[Answer, str]:
    """Return an article with its text, and its stamp. Raises UsageError."""
    file = lists.article(place, article_id)
    names = (
        "id",
        "url",
        "title",
        "author",
        "published",
        "updated",
        "added",
        "excerpt",
        "category",
        "tags",
        "language",
        "cover",
    )
    shown = {name: getattr(file.article, name) for name in (*names, "hold", "body")}
    return {
        **shown,
        "source": file.article.source_key,
        "related": _list_related(place, article_id),
    }, file.stamp


def _list_related(place: Place, article_id: str) -> list[Answer]:
    if place.store is None:
        return []
    finder = RelatedFinder(place.store, make_source_finder(place))
    articles = place.store.index.articles(finder.find(article_id))
    return [{"id": one.id, "title": one.title, "url": one.url} for one in articles.values()]


def source(place: Place, key: str) -> tuple[Answer, str]:
    """Return a source as in sources.toml, without secrets in its address, and its stamp. Raises
    UsageError."""
    page = lists.source(place, key)
    written = {**table(page.health.source), "url": secrets.hide_secrets(page.health.source.url)}
    return {
        "id": key,
        **written,
        "state": of_state(page.health.state) if page.health.state else None,
    }, page.stamp


async def _one(read: Callable[[Place, str], tuple[Answer, str]], request: Request) -> Response:
    """Answer with an item that `read` returns, and its stamp as ETag."""
    key = request.path_params["key"]
    try:
        answer, stamp = await console_of(request).look(lambda place: read(place, key))
    except UsageError as error:
        raise HTTPException(404, str(error)) from error
    tag = {"etag": f'"{stamp}"'}
    if request.headers.get("if-none-match") == tag["etag"]:
        return Response(status_code=304, headers=tag)
    return _json(answer, tag)


async def _operate(request: Request) -> Response:
    """Queue an operation. Answer with its job once it has ended, or after `wait` seconds."""
    console = console_of(request)
    operation = offered().get(request.path_params["name"])
    if operation is None:
        raise HTTPException(404, "there is no such operation; openapi.json lists them")
    asked = dict(request.query_params)
    wait = _number(asked.pop("wait", "10"), 0)
    tried = asked.pop("dry_run", "false")
    if asked or tried not in ("true", "false"):
        raise HTTPException(422, "the parameters are dry_run, true or false, and wait")
    dry_run = tried == "true" or operation.is_question
    values = _object(_header(request, "content-type"), await request.body())
    is_change = not dry_run or bool(values.get("allow"))
    if is_change and not request.state.token.may("write"):
        raise HTTPException(
            403, "this token only reads: ask for dry_run=true, or make one with --write"
        )
    if matched := "if-match" in request.headers:
        values["stamp"] = _header(request, "if-match").strip('"')
    if refused := values.keys() & hidden(operation):
        raise HTTPException(422, f"{operation.name}: {min(refused)} is for the console alone")
    arguments = arguments_of(operation, values)
    if (
        is_change
        and not request.state.token.may("settings")
        and changes_settings(operation, arguments, console.log)
    ):
        raise HTTPException(403, "this token may not change settings: make one with --settings")
    if not console.queue.has_room(request.state.who):
        raise HTTPException(
            429,
            f"{most_of_one(JOBS)} jobs of a token, or {JOBS} of all, wait",
            {"retry-after": "10"},
        )
    job_id = console.ask(operation.name, values, request.state.who, dry_run=dry_run).id
    return _of_job(await console.until(job_id, wait), matched=matched)


async def _cancel(request: Request) -> Response:
    console = console_of(request)
    job_id = _own_job(request).id
    console.queue.cancel(job_id)
    return _of_job(await console.until(job_id, 1))


def _own_job(request: Request) -> Job:
    job = console_of(request).queue.get(request.path_params["key"])
    if job is None or job.who != request.state.who:
        raise HTTPException(404, "there is no such job of this token")
    return job


def _number(written: str, least: int) -> int:
    """Parse a parameter from `least` to MOST. Raises HTTPException."""
    if least <= (number := whole(written, MOST)):
        return number
    raise HTTPException(422, f"{written[:20]!r} is no number from {least} to {MOST}")


def _object(kind: str, body: bytes) -> dict[str, Any]:
    """Parse a body as JSON object, described as `kind`. Raises HTTPException."""
    if kind.partition(";")[0].strip().lower() != "application/json":
        raise HTTPException(415, "send the arguments as application/json")
    try:
        value = json.loads(body)
        json.dumps(value, ensure_ascii=False).encode()  # fails for half of a surrogate pair
    except (ValueError, RecursionError) as error:
        raise HTTPException(400, "the body is no JSON") from error
    if not isinstance(value, dict):
        raise HTTPException(400, "the body is no JSON object")
    return value


def _of_job(job: Job | None, *, matched: bool = False) -> Response:
    """Answer with a job. `matched`: the request had If-Match. Raises HTTPException if the job
    failed."""
    if job is None:
        raise HTTPException(404, "there is no such job any more")
    if job.status == "failed":
        raise HTTPException(
            412 if matched and job.reason == CommandReason.EDITED else 409, job.said
        )
    return _json(asdict(job), {"location": f"{PATH}/jobs/{job.id}"}, 200 if job.ended else 202)


def _status_of(error: SyndicatorError) -> int:
    if isinstance(error.__cause__, QueryError):
        return 400
    return 422 if isinstance(error, UsageError) else 503


async def _wrong(request: Request, error: Exception) -> Response:
    if isinstance(error, HTTPException):
        return problem(error.status_code, error.detail, error.headers)
    if isinstance(error, SyndicatorError):
        return problem(_status_of(error), str(error))
    return problem(500, "the log says what went wrong")
