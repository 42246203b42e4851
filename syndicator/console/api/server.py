"""Answer requests to the HTTP API: check the token, read lists, queue operations, describe the
API."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
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
from syndicator.app.places import OpenedInstance
from syndicator.configuration.sources.plain_values import table
from syndicator.console import security
from syndicator.console.guard import parse_whole_number, under_prefix, with_headers
from syndicator.console.responses import console_of
from syndicator.console.security import is_for_us, read_passwords
from syndicator.console.shared_state import Console
from syndicator.core import secrets
from syndicator.core.errors import ConfigError, SyndicatorError, UsageError
from syndicator.core.reasons import CommandReason
from syndicator.core.requests import JOBS, most_of_one
from syndicator.health.documents import describe_instance as document_of_status
from syndicator.health.documents import describe_state
from syndicator.health.summary import read_health
from syndicator.operations.jobs.queue import TOKEN, Job
from syndicator.operations.operation import (
    Operation,
    arguments_of,
    convert_to_json,
    fields_of,
    operations,
    schema_of,
)
from syndicator.operations.paged_lists import QUERIES, Query
from syndicator.operations.undo import is_settings_change
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
# List -> schema of a page of it, and of one of its items. Others have "Page" and "Item".
_PAGE_SCHEMAS: Final = {"articles": "ArticlePage"}
_ITEM_SCHEMAS: Final = {"articles": "Article"}
PAGING: Final = {
    "limit": {"type": "integer", "default": 30, "minimum": 1, "maximum": MOST},
    "cursor": {**_TEXT, "default": "", "description": "The `next` of the page before."},
}
# parameters of a request that queues an operation
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
_ANSWERED_FIELDS: Final = (  # of an article, besides its source and related articles
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
    "hold",
    "body",
)
_PRIVATE_FIELDS: Final = (
    "args",
    "inverse",
)  # fields of jobs and changes that no list of the API has
_CANCEL_SECONDS: Final = 1.0  # until a cancelled job is answered as it is then
_API_IS_OFF: Final = (
    "the API is off: `syndicator console --token NAME` makes a token, and turns it on"
)


def _make_page_schema(model: str) -> dict[str, Any]:
    """Return the JSON schema of one page of a list. `model`: the name of the schema that its items
    have."""
    items = {"type": "array", "items": {"$ref": f"#/components/schemas/{model}"}}
    return {
        "type": "object",
        "properties": {"items": items, "next": _NEXT},
        "required": ["items", "next"],
    }


def _make_article_schema(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return the JSON schema of an article. `properties`: schemas of fields besides those that
    every article has, by name."""
    return {
        "type": "object",
        "properties": {**_ARTICLE_FIELDS, **properties},
        "required": ["id", "url", "title", "source"],
    }


def list_hidden_arguments(operation: Operation) -> set[str]:
    """Return the names of an operation's arguments that a request must not have in its body,
    because only the console sends them. `stamp` is left out: a request may have it, in the header
    If-Match."""
    names = {field.name for field in fields_of(operation) if field.argument.hidden}
    names.discard("stamp")
    return names


def list_offered_operations() -> dict[str, Operation]:
    """Return the operations that the API offers, by name. An operation that needs an argument which
    only the console may send is not offered."""
    return {
        name: operation
        for name, operation in operations().items()
        if not _needs_hidden_argument(operation)
    }


def _needs_hidden_argument(operation: Operation) -> bool:
    """Return True if an operation cannot be called without an argument that only the console may
    send."""
    for field in fields_of(operation):
        is_required = field.default is Parameter.empty
        if field.argument.hidden and is_required:
            return True
    return False


def openapi_document() -> dict[str, Any]:
    """Return the OpenAPI document of the API."""
    schemas = {
        "Job": TypeAdapter(Job).json_schema(),
        "Page": _make_page_schema("Item"),
        "Item": _ITEM,
        "ArticlePage": _make_page_schema("ListedArticle"),
        "ListedArticle": _make_article_schema(_LISTED_FIELDS),
        "Article": _make_article_schema(_WHOLE_FIELDS),
        "Status": {"type": "object"},
        "Problem": _PROBLEM,
    }
    token = {"token": {"type": "http", "scheme": "bearer"}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Syndicator", "version": __version__},
        "servers": [{"url": PATH}],
        "security": [{"token": []}],
        "paths": _describe_paths(),
        "components": {"schemas": schemas, "securitySchemes": token},
    }


def _describe_paths() -> dict[str, Any]:
    """Return the OpenAPI descriptions of all requests, by path and then by method."""
    paths: dict[str, Any] = {}
    for name, query in QUERIES.items():
        model = _PAGE_SCHEMAS.get(name, "Page")
        paths[f"/{name}"] = {"get": _describe_path(name, model, schema_of(query), PAGING)}
    for name in ("articles", "sources"):
        model = _ITEM_SCHEMAS.get(name, "Item")
        paths[f"/{name}/{{key}}"] = {"get": _describe_path(f"{name}_one", model, key=True)}
    paths["/status"] = {"get": _describe_path("status", "Status")}
    paths["/jobs/{key}"] = {"get": _describe_path("job", "Job", key=True)}
    paths["/jobs/{key}/cancel"] = {"post": _describe_path("cancel", "Job", key=True)}
    for name, operation in list_offered_operations().items():
        paths[f"/operations/{name}"] = {"post": _describe_operation(operation)}
    return paths


def _describe_path(
    name: str,
    model: str,
    arguments: Mapping[str, Any] | None = None,
    further_parameters: Mapping[str, Any] | None = None,
    *,
    key: bool = False,
) -> dict[str, Any]:
    """Return the OpenAPI description of a request. `name`: its id. `model`: the name of the schema
    that its answer has. `arguments`: the schema of an object whose properties are parameters of the
    query. `further_parameters`: schemas of more such parameters, by name. `key`: True if the path
    ends with a key."""
    argument_schema = arguments or {}
    query_schemas = dict(argument_schema.get("properties", {}))
    if further_parameters:
        query_schemas.update(further_parameters)
    parameters: list[dict[str, Any]] = [_KEY] if key else []
    for parameter_name, schema in query_schemas.items():
        parameters.append({"name": parameter_name, "in": "query", "schema": schema})
    return {
        "operationId": name.replace("-", "_"),
        "summary": argument_schema.get("description", ""),
        "parameters": parameters,
        "responses": {
            "200": _describe_answer("application/json", model),
            "default": _describe_answer("application/problem+json", "Problem"),
        },
    }


def _describe_answer(media_type: str, model: str) -> dict[str, Any]:
    """Return the OpenAPI description of an answer. `model`: the name of its schema."""
    schema = {"$ref": f"#/components/schemas/{model}"}
    return {"description": model, "content": {media_type: {"schema": schema}}}


def _describe_operation(operation: Operation) -> dict[str, Any]:
    """Return the OpenAPI description of the request that queues an operation. The body has the
    arguments. If the operation has an argument `stamp`, the request may have it as the header
    If-Match."""
    schema = schema_of(operation)
    for name in list_hidden_arguments(operation):
        del schema["properties"][name]
    description = _describe_path(operation.name, "Job", further_parameters=DOING)
    description["summary"] = operation.help
    if "stamp" in schema["properties"]:
        if_match = {"name": "If-Match", "in": "header", "schema": _TEXT}
        description["parameters"].append(if_match)
    description["requestBody"] = {
        "required": True,
        "content": {"application/json": {"schema": schema}},
    }
    description["responses"]["202"] = {
        **description["responses"]["200"],
        "description": "A job that goes on, at the Location.",
    }
    return description


Answer = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Item:
    """An article or a source for an answer of the API. `answer`: its fields. `stamp`: a text that
    changes when its file changes."""

    answer: Answer
    stamp: str


class Api:
    """An application that answers requests to paths below /api/, which need a token. It passes all
    other requests to `pages`."""

    def __init__(self, pages: ASGIApp, console: Console) -> None:
        self._pages = pages
        self._console = console
        routes = [
            Route(f"{PATH}/openapi.json", _answer_openapi),
            Route(f"{PATH}/operations/{{name}}", _queue_operation, methods=["POST"]),
            Route(f"{PATH}/jobs/{{key}}/cancel", _cancel_job, methods=["POST"]),
            Route(f"{PATH}/status", _answer_status),
            Route(f"{PATH}/articles/{{key}}", partial(_show_item, article)),
            Route(f"{PATH}/sources/{{key}}", partial(_show_item, source)),
            Route(f"{PATH}/jobs/{{key}}", _show_job),
        ]
        for name, query in QUERIES.items():
            routes.append(Route(f"{PATH}/{name}", partial(_show_list, query)))
        answered_errors = (HTTPException, SyndicatorError, Exception)
        handlers = dict.fromkeys(answered_errors, _answer_error)
        self._app = Starlette(routes=routes, exception_handlers=handlers)
        self._app.router.redirect_slashes = False
        self._app.state.console = console

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or pass it on to the pages if its path is not below /api/."""
        is_request = scope["type"] == "http"
        if is_request:
            scope = under_prefix(scope)
        if not is_request or not scope["path"].startswith("/api/"):
            await self._pages(scope, receive, send)
            return
        answer = self._refuse(Request(scope)) or self._app
        await answer(scope, receive, with_headers(send))

    def _refuse(self, request: Request) -> Response | None:
        """Return the answer to a request without a valid token; None if the token is valid. For a
        valid token, set `token` and `who` in the state of the request."""
        if not is_for_us(_join_header(request, "host"), self._console.hosts):
            return answer_problem(421, "this name is not the console's; see [console] names")
        path = security.find_tokens_file(self._console.settings.state_dir)
        scheme, _, text = _join_header(request, "authorization").partition(" ")
        token = None
        try:
            if not read_passwords(path):
                return answer_problem(404, _API_IS_OFF)
            if scheme.lower() == "bearer":
                token = security.find_token(path, text, utc_now())
        except ConfigError as error:
            self._console.tell(f"console: {error}")
            return answer_problem(503, "the tokens cannot be read; the log says why")
        request.state.token = token
        if token is None:
            challenge = {"www-authenticate": "Bearer"}
            return answer_problem(
                401, "send a valid token: Authorization: Bearer syn_...", challenge
            )
        if not token.may("read"):
            return answer_problem(403, "this token is for `syndicator mcp` alone")
        request.state.who = f"{TOKEN}{token.name}"  # its name in Changes and jobs
        return None


def _join_header(request: Request, name: str) -> str:
    """Return the values of a header, joined by commas. So a header that was sent twice matches no
    valid value."""
    return ",".join(request.headers.getlist(name))


def answer_problem(status: int, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    """Return the response for an error, as JSON with the HTTP `status` and the explanation `detail`
    (RFC 9457)."""
    document = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    return Response(json.dumps(document), status, headers, media_type="application/problem+json")


def _answer_json(
    answer: Answer, headers: Mapping[str, str] | None = None, status: int = 200
) -> Response:
    """Return a response with this answer as JSON."""
    return Response(
        json.dumps(convert_to_json(answer)), status, headers, media_type="application/json"
    )


async def _answer_openapi(request: Request) -> Response:
    return _answer_json(openapi_document())


async def _show_job(request: Request) -> Response:
    return _answer_json(asdict(_find_own_job(request)))


async def _answer_status(request: Request) -> Response:
    """Answer with the health of the instance."""

    def describe(instance: OpenedInstance) -> Answer:
        return document_of_status(read_health(instance), None, ())

    return _answer_json(await console_of(request).look(describe))


async def _show_list(query: Query, request: Request) -> Response:
    """Answer with one page of a list, with the conditions and the cursor in the parameters. Raises
    HTTPException if there are too many parameters."""
    # each word is a condition of the database, which has a limit
    if len(request.query_params.multi_items()) > MOST:
        raise HTTPException(400, f"at most {MOST} parameters")
    values: dict[str, Any] = dict(request.query_params)
    limit = _parse_number(values.pop("limit", "30"), 1)
    cursor = values.pop("cursor", "")
    for field in fields_of(query):
        if field.is_list:
            values[field.name] = request.query_params.getlist(field.name)
    arguments = arguments_of(query, values)
    who = request.state.who

    def iterate_safe_items(instance: OpenedInstance, **arguments: Any) -> Iterator[Answer]:
        """Yield items without secrets; of jobs, only the caller's."""
        for item in query.function(instance, **arguments):
            if query.name == "jobs" and item["who"] != who:
                continue
            safe = {name: value for name, value in item.items() if name not in _PRIVATE_FIELDS}
            if query.name == "sources":
                safe["url"] = secrets.hide_secrets(instance.sources[item["id"]].url)
            yield safe

    read = replace(query, function=iterate_safe_items).read
    page = await console_of(request).look(
        lambda instance: read(instance, arguments, after=cursor, limit=limit)
    )
    return _answer_json({"items": page.items, "next": page.next})


def article(instance: OpenedInstance, article_id: str) -> Item:
    """Return an article with its text and with related articles. Raises UsageError if no article
    has this id."""
    file = lists.read_article(instance, article_id)
    answer = {name: getattr(file.article, name) for name in _ANSWERED_FIELDS}
    answer["source"] = file.article.source_key
    answer["related"] = _list_related(instance, article_id)
    return Item(answer, file.stamp)


def _list_related(instance: OpenedInstance, article_id: str) -> list[Answer]:
    """Return up to five published articles on the same subject as an article, the most similar
    first."""
    if instance.store is None:
        return []
    finder = RelatedFinder(instance.store, make_source_finder(instance))
    related = instance.store.index.articles(finder.find(article_id))
    return [
        {"id": article.id, "title": article.title, "url": article.url}
        for article in related.values()
    ]


def source(instance: OpenedInstance, key: str) -> Item:
    """Return a source with its settings, as in sources.toml, and its state; secrets are left out.
    Raises UsageError if no source has this key."""
    page = lists.read_source_page(instance, key)
    health = page.health
    answer = {
        "id": key,
        **table(health.source),
        "url": secrets.hide_secrets(health.source.url),
        "state": describe_state(health.state) if health.state else None,
    }
    return Item(answer, page.stamp)


async def _show_item(read: Callable[[OpenedInstance, str], Item], request: Request) -> Response:
    """Answer with the article or source whose key is in the path; `read` finds it by that key. The
    answer is 304 if the client has the present version already (ETag, RFC 9110). Raises
    HTTPException(404) if it does not exist."""
    key = request.path_params["key"]
    try:
        item = await console_of(request).look(lambda instance: read(instance, key))
    except UsageError as error:
        raise HTTPException(404, str(error)) from error
    etag = f'"{item.stamp}"'
    headers = {"etag": etag}
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    return _answer_json(item.answer, headers)


async def _queue_operation(request: Request) -> Response:
    """Queue the operation that the path names. Answer with its job as soon as the result is known,
    but after `wait` seconds at the latest. Raises HTTPException if the request is not valid, the
    token does not permit it, or too many jobs wait."""
    console = console_of(request)
    token = request.state.token
    operation = list_offered_operations().get(request.path_params["name"])
    if operation is None:
        raise HTTPException(404, "there is no such operation; openapi.json lists them")
    parameters = dict(request.query_params)
    wait_seconds = _parse_number(parameters.pop("wait", "10"), 0)
    dry_run_text = parameters.pop("dry_run", "false")
    if parameters or dry_run_text not in ("true", "false"):
        raise HTTPException(422, "the parameters are dry_run, true or false, and wait")
    dry_run = dry_run_text == "true" or operation.is_question
    values = _parse_object(_join_header(request, "content-type"), await request.body())
    is_change = not dry_run or bool(values.get("allow"))
    if is_change and not token.may("write"):
        raise HTTPException(
            403, "this token only reads: ask for dry_run=true, or make one with --write"
        )
    has_if_match = "if-match" in request.headers
    if has_if_match:
        values["stamp"] = _join_header(request, "if-match").strip('"')
    forbidden = values.keys() & list_hidden_arguments(operation)
    if forbidden:
        raise HTTPException(422, f"{operation.name}: {min(forbidden)} is for the console alone")
    arguments = arguments_of(operation, values)
    needs_settings = is_change and not token.may("settings")
    if needs_settings and is_settings_change(operation, arguments, console.log):
        raise HTTPException(403, "this token may not change settings: make one with --settings")
    if not console.queue.has_room(request.state.who):
        raise HTTPException(
            429,
            f"{most_of_one(JOBS)} jobs of a token, or {JOBS} of all, wait",
            {"retry-after": "10"},
        )
    job_id = console.ask(operation.name, values, request.state.who, dry_run=dry_run).id
    return _answer_job(await console.until(job_id, wait_seconds), has_if_match=has_if_match)


async def _cancel_job(request: Request) -> Response:
    """Cancel a job. Answer with its state when it has ended, but after a second at the latest."""
    console = console_of(request)
    job_id = _find_own_job(request).id
    console.queue.cancel(job_id)
    return _answer_job(await console.until(job_id, _CANCEL_SECONDS))


def _find_own_job(request: Request) -> Job:
    """Return the job that the path names. Raises HTTPException(404) if there is no such job or it
    was queued with another token."""
    job = console_of(request).queue.get(request.path_params["key"])
    if job is None or job.who != request.state.who:
        raise HTTPException(404, "there is no such job of this token")
    return job


def _parse_number(text: str, minimum: int) -> int:
    """Return the value of a parameter as a number. Raises HTTPException(422) unless it is a whole
    number from `minimum` to 100."""
    number = parse_whole_number(text, MOST)
    if number < minimum:
        raise HTTPException(422, f"{text[:20]!r} is no number from {minimum} to {MOST}")
    return number


def _parse_object(content_type: str, body: bytes) -> dict[str, Any]:
    """Return the JSON object in the body of a request. Raises HTTPException if the content type or
    the body is not that of a JSON object."""
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise HTTPException(415, "send the arguments as application/json")
    try:
        value = json.loads(body)
        json.dumps(value, ensure_ascii=False).encode()  # fails for half of a surrogate pair
    except (ValueError, RecursionError) as error:
        raise HTTPException(400, "the body is no JSON") from error
    if not isinstance(value, dict):
        raise HTTPException(400, "the body is no JSON object")
    return value


def _answer_job(job: Job | None, *, has_if_match: bool = False) -> Response:
    """Answer with a job: 200 if it has ended, else 202. Raises HTTPException(404) if `job` is None,
    because the job was deleted, and HTTPException(409) if it failed. A job that failed because its
    file was edited meanwhile gives 412 if the request had If-Match (`has_if_match`)."""
    if job is None:
        raise HTTPException(404, "there is no such job any more")
    if job.status == "failed":
        was_edited_meanwhile = has_if_match and job.reason == CommandReason.EDITED
        raise HTTPException(412 if was_edited_meanwhile else 409, job.said)
    location = {"location": f"{PATH}/jobs/{job.id}"}
    return _answer_json(asdict(job), location, 200 if job.ended else 202)


def _find_status(error: SyndicatorError) -> int:
    """Return the HTTP status for an error: 400 for a faulty query, 422 for another fault of the
    request, 503 for a fault of the instance."""
    if isinstance(error.__cause__, QueryError):
        return 400
    if isinstance(error, UsageError):
        return 422
    return 503


async def _answer_error(request: Request, error: Exception) -> Response:
    """Answer with the problem that fits an exception."""
    if isinstance(error, HTTPException):
        return answer_problem(error.status_code, error.detail, error.headers)
    if isinstance(error, SyndicatorError):
        return answer_problem(_find_status(error), str(error))
    return answer_problem(500, "the log says what went wrong")
