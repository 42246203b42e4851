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
from syndicator.console.guard import add_security_headers, parse_whole_number, remove_prefix
from syndicator.console.responses import console_of
from syndicator.console.security import is_for_us, read_passwords
from syndicator.console.shared_state import Console
from syndicator.core import secrets
from syndicator.core.errors import ConfigError, SyndicatorError, UsageError
from syndicator.core.reasons import CommandReason
from syndicator.core.requests import JOBS, most_of_one
from syndicator.health.documents import describe_instance as make_status_document
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
_NEXT_CURSOR: Final = {**_TEXT, "description": "The cursor of the next page, empty at the end."}
# List -> schema of a page of it, and of one of its items. Others have "Page" and "Item".
_PAGE_SCHEMA_NAMES: Final = {"articles": "ArticlePage"}
_ITEM_SCHEMA_NAMES: Final = {"articles": "Article"}
PAGE_PARAMETERS: Final = {
    "limit": {"type": "integer", "default": 30, "minimum": 1, "maximum": MOST},
    "cursor": {**_TEXT, "default": "", "description": "The `next` of the page before."},
}
# parameters of a request that queues an operation
OPERATION_PARAMETERS: Final = {
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


def _make_page_schema(item_schema: str) -> dict[str, Any]:
    """Return the JSON schema of one page of a list: an object with the items of the page and the
    cursor of the next page. `item_schema`: the name of the schema of each item."""
    items = {"type": "array", "items": {"$ref": f"#/components/schemas/{item_schema}"}}
    return {
        "type": "object",
        "properties": {"items": items, "next": _NEXT_CURSOR},
        "required": ["items", "next"],
    }


def _make_article_schema(further_fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the JSON schema of an article: the fields that every article has, and
    `further_fields`, which are JSON schemas by name of the field."""
    return {
        "type": "object",
        "properties": {**_ARTICLE_FIELDS, **further_fields},
        "required": ["id", "url", "title", "source"],
    }


def list_console_arguments(operation: Operation) -> set[str]:
    """Return the names of an operation's arguments that only the pages of the console may send. A
    request to the API must not have them in its body. The argument `stamp`, the version of the
    edited file, is not one of them: a request may send it, in the header If-Match."""
    names = {field.name for field in fields_of(operation) if field.argument.hidden}
    names.discard("stamp")
    return names


def list_offered_operations() -> dict[str, Operation]:
    """Return the operations that the API offers, by name. An operation that needs an argument which
    only the console may send is not offered."""
    return {
        name: operation
        for name, operation in operations().items()
        if not _needs_console_argument(operation)
    }


def _needs_console_argument(operation: Operation) -> bool:
    """Return True if an operation cannot be called without an argument that only the console may
    send."""
    for field in fields_of(operation):
        is_required = field.default is Parameter.empty
        if field.argument.hidden and is_required:
            return True
    return False


def make_openapi_document() -> dict[str, Any]:
    """Return the OpenAPI document, which describes all requests and answers of the API."""
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
        "paths": _describe_requests(),
        "components": {"schemas": schemas, "securitySchemes": token},
    }


def _describe_requests() -> dict[str, Any]:
    """Return the OpenAPI descriptions of all requests, by path and then by method."""
    paths: dict[str, Any] = {}

    # the lists, such as /articles
    for name, query in QUERIES.items():
        page_schema = _PAGE_SCHEMA_NAMES.get(name, "Page")
        description = _describe_request(name, page_schema, schema_of(query), PAGE_PARAMETERS)
        paths[f"/{name}"] = {"get": description}

    # one article or one source
    for name in ("articles", "sources"):
        item_schema = _ITEM_SCHEMA_NAMES.get(name, "Item")
        description = _describe_request(f"{name}_one", item_schema, has_key=True)
        paths[f"/{name}/{{key}}"] = {"get": description}

    paths["/status"] = {"get": _describe_request("status", "Status")}
    paths["/jobs/{key}"] = {"get": _describe_request("job", "Job", has_key=True)}
    paths["/jobs/{key}/cancel"] = {"post": _describe_request("cancel", "Job", has_key=True)}
    for name, operation in list_offered_operations().items():
        paths[f"/operations/{name}"] = {"post": _describe_operation(operation)}
    return paths


def _describe_request(
    request_name: str,
    answer_schema: str,
    arguments: Mapping[str, Any] | None = None,
    further_parameters: Mapping[str, Any] | None = None,
    *,
    has_key: bool = False,
) -> dict[str, Any]:
    """Return the OpenAPI description of a request.

    `request_name`: its id, such as "articles". `answer_schema`: the name of the schema of its
    answer. `arguments`: the JSON schema of the parameters in the query of its address, as one
    object. `further_parameters`: the JSON schemas of more such parameters, by name. `has_key`: True
    if its path has a key, such as the id of an article."""
    argument_schema = arguments or {}
    query_parameters = dict(argument_schema.get("properties", {}))
    if further_parameters:
        query_parameters.update(further_parameters)
    parameters: list[dict[str, Any]] = [_KEY] if has_key else []
    for name, schema in query_parameters.items():
        parameters.append({"name": name, "in": "query", "schema": schema})
    return {
        "operationId": request_name.replace("-", "_"),
        "summary": argument_schema.get("description", ""),
        "parameters": parameters,
        "responses": {
            "200": _describe_answer("application/json", answer_schema),
            "default": _describe_answer("application/problem+json", "Problem"),
        },
    }


def _describe_answer(media_type: str, answer_schema: str) -> dict[str, Any]:
    """Return the OpenAPI description of an answer. `answer_schema`: the name of its schema."""
    schema = {"$ref": f"#/components/schemas/{answer_schema}"}
    return {"description": answer_schema, "content": {media_type: {"schema": schema}}}


def _describe_operation(operation: Operation) -> dict[str, Any]:
    """Return the OpenAPI description of the request that queues an operation. The body of the
    request has the arguments. An argument `stamp`, the version of the edited file, may be sent in
    the header If-Match, too."""
    body_schema = schema_of(operation)
    for name in list_console_arguments(operation):
        del body_schema["properties"][name]
    description = _describe_request(operation.name, "Job", further_parameters=OPERATION_PARAMETERS)
    description["summary"] = operation.help
    if "stamp" in body_schema["properties"]:
        if_match = {"name": "If-Match", "in": "header", "schema": _TEXT}
        description["parameters"].append(if_match)
    description["requestBody"] = {
        "required": True,
        "content": {"application/json": {"schema": body_schema}},
    }
    # 202 is answered if the job has not ended when the time to wait is over
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
        """`pages`: the application that answers all requests to other paths. `console`: what the
        API shares with these pages."""
        self._pages = pages
        self._console = console
        routes = [
            Route(f"{PATH}/openapi.json", _answer_openapi),
            Route(f"{PATH}/operations/{{name}}", _queue_operation, methods=["POST"]),
            Route(f"{PATH}/jobs/{{key}}/cancel", _cancel_job, methods=["POST"]),
            Route(f"{PATH}/status", _answer_status),
            Route(f"{PATH}/articles/{{key}}", partial(_answer_item, read_article_item)),
            Route(f"{PATH}/sources/{{key}}", partial(_answer_item, read_source_item)),
            Route(f"{PATH}/jobs/{{key}}", _answer_own_job),
        ]
        for name, query in QUERIES.items():
            routes.append(Route(f"{PATH}/{name}", partial(_answer_list, query)))
        answered_errors = (HTTPException, SyndicatorError, Exception)
        handlers = dict.fromkeys(answered_errors, _answer_error)  # one handler for all of them
        self._app = Starlette(routes=routes, exception_handlers=handlers)
        self._app.router.redirect_slashes = False
        self._app.state.console = console

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or pass it on to the pages if its path is not below /api/."""
        if scope["type"] != "http":  # such as "lifespan", when the server starts
            await self._pages(scope, receive, send)
            return
        scope = remove_prefix(scope)
        if not scope["path"].startswith("/api/"):
            await self._pages(scope, receive, send)
            return
        refusal = self._refuse_without_token(Request(scope))
        answer = refusal or self._app
        await answer(scope, receive, add_security_headers(send))

    def _refuse_without_token(self, request: Request) -> Response | None:
        """Return the response that refuses a request without a valid token; None if the token is
        valid. For a valid token, set `token` in the state of the request, and `who`, the name of
        the user for jobs and the log of changes."""
        if not is_for_us(_join_header(request, "host"), self._console.hosts):
            return answer_problem(421, "this name is not the console's; see [console] names")
        tokens_file = security.find_tokens_file(self._console.settings.state_dir)
        scheme, _, token_text = _join_header(request, "authorization").partition(" ")
        token = None
        try:
            has_tokens = bool(read_passwords(tokens_file))  # the file has the hash of each token
            if not has_tokens:
                return answer_problem(404, _API_IS_OFF)
            if scheme.lower() == "bearer":
                token = security.find_token(tokens_file, token_text, utc_now())
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
        request.state.who = f"{TOKEN}{token.name}"
        return None


def _join_header(request: Request, name: str) -> str:
    """Return the values of a header, joined by commas. So a header that was sent twice matches no
    valid value."""
    return ",".join(request.headers.getlist(name))


def answer_problem(status: int, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    """Return the response for an error: a problem document in JSON (RFC 9457). `status`: its HTTP
    status. `detail`: what is wrong, for people. `headers`: further headers of the response."""
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
    """Return a response that has `answer` as JSON. `answer`: values by name of the field.
    `headers`: further headers of the response. `status`: its HTTP status."""
    return Response(
        json.dumps(convert_to_json(answer)), status, headers, media_type="application/json"
    )


async def _answer_openapi(request: Request) -> Response:
    return _answer_json(make_openapi_document())


async def _answer_own_job(request: Request) -> Response:
    return _answer_json(asdict(_find_own_job(request)))


async def _answer_status(request: Request) -> Response:
    """Answer with the health of the instance."""

    def describe_health(instance: OpenedInstance) -> Answer:
        return make_status_document(read_health(instance), None, ())

    return _answer_json(await console_of(request).read_instance(describe_health))


async def _answer_list(query: Query, request: Request) -> Response:
    """Answer with one page of a list. `query`: reads the list. The parameters of the request are
    conditions for the items, the largest number of items (`limit`), and the place in the list where
    the page begins (`cursor`). Raises HTTPException if there are too many parameters."""
    # each parameter becomes a condition of a database query, which may have only so many
    if len(request.query_params.multi_items()) > MOST:
        raise HTTPException(400, f"at most {MOST} parameters")
    conditions: dict[str, Any] = dict(request.query_params)
    limit = _parse_number(conditions.pop("limit", "30"), 1)
    cursor = conditions.pop("cursor", "")
    for field in fields_of(query):
        if field.is_list:
            conditions[field.name] = request.query_params.getlist(field.name)
    arguments = arguments_of(query, conditions)
    who = request.state.who

    def iterate_safe_items(instance: OpenedInstance, **arguments: Any) -> Iterator[Answer]:
        """Yield the items that `query` finds, without secrets. Jobs of others are left out."""
        for item in query.function(instance, **arguments):
            if query.name == "jobs" and item["who"] != who:
                continue
            safe_item = {name: value for name, value in item.items() if name not in _PRIVATE_FIELDS}
            if query.name == "sources":
                safe_item["url"] = secrets.hide_secrets(instance.sources[item["id"]].url)
            yield safe_item

    safe_query = replace(query, function=iterate_safe_items)
    page = await console_of(request).read_instance(
        lambda instance: safe_query.read(instance, arguments, after=cursor, limit=limit)
    )
    return _answer_json({"items": page.items, "next": page.next})


def read_article_item(instance: OpenedInstance, article_id: str) -> Item:
    """Return an article as the API answers it: its fields, its text and related articles. Raises
    UsageError if no article has this id."""
    file = lists.read_article(instance, article_id)
    answer = {field_name: getattr(file.article, field_name) for field_name in _ANSWERED_FIELDS}
    answer["source"] = file.article.source_key
    answer["related"] = _list_related(instance, article_id)
    return Item(answer, file.stamp)


def _list_related(instance: OpenedInstance, article_id: str) -> list[Answer]:
    """Return up to five published articles on the same subject as an article, the most similar
    first. Each has its id, title and address."""
    if instance.store is None:
        return []
    finder = RelatedFinder(instance.store, make_source_finder(instance))
    related_ids = finder.find_related(article_id)
    related = instance.store.index.articles(related_ids)
    return [
        {"id": article.id, "title": article.title, "url": article.url}
        for article in related.values()
    ]


def read_source_item(instance: OpenedInstance, key: str) -> Item:
    """Return a source as the API answers it: its settings, as in sources.toml, and the state of its
    visits, None before the first one. Secrets are left out. Raises UsageError if no source has this
    key."""
    page = lists.read_source_page(instance, key)
    health = page.health
    answer = {
        "id": key,
        **table(health.source),
        "url": secrets.hide_secrets(health.source.url),
        "state": describe_state(health.state) if health.state else None,
    }
    return Item(answer, page.stamp)


async def _answer_item(read: Callable[[OpenedInstance, str], Item], request: Request) -> Response:
    """Answer with an article or a source. `read`: returns the item whose key is given; the key is
    in the path of the request. The answer is 304 if the client has the present version already
    (ETag, RFC 9110). Raises HTTPException(404) if there is no item with this key."""
    key = request.path_params["key"]
    try:
        item = await console_of(request).read_instance(lambda instance: read(instance, key))
    except UsageError as error:
        raise HTTPException(404, str(error)) from error
    etag = f'"{item.stamp}"'
    headers = {"etag": etag}
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    return _answer_json(item.answer, headers)


async def _queue_operation(request: Request) -> Response:
    """Queue the operation that the path names. Answer with its job as soon as the result is known,
    but at the latest after the seconds that the parameter `wait` says. Raises HTTPException if the
    request is not valid, the token does not permit it, or too many jobs wait."""
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
    dry_run = dry_run_text == "true" or operation.is_question  # a question changes nothing

    values = _parse_object(_join_header(request, "content-type"), await request.body())
    # `allow` lets a preview use networks that are otherwise closed, so it needs the same right
    is_change = not dry_run or bool(values.get("allow"))
    if is_change and not token.may("write"):
        raise HTTPException(
            403, "this token only reads: ask for dry_run=true, or make one with --write"
        )
    has_if_match = "if-match" in request.headers
    if has_if_match:
        values["stamp"] = _join_header(request, "if-match").strip('"')
    forbidden = values.keys() & list_console_arguments(operation)
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
    job_id = console.queue_job(operation.name, values, request.state.who, dry_run=dry_run).id
    return _answer_job(await console.wait_for_job(job_id, wait_seconds), has_if_match=has_if_match)


async def _cancel_job(request: Request) -> Response:
    """Cancel the job whose id is in the path. Answer with its state when it has ended, but after a
    second at the latest."""
    console = console_of(request)
    job_id = _find_own_job(request).id
    console.queue.cancel(job_id)
    return _answer_job(await console.wait_for_job(job_id, _CANCEL_SECONDS))


def _find_own_job(request: Request) -> Job:
    """Return the job whose id is in the path. Raises HTTPException(404) if there is no such job, or
    if it was queued with another token."""
    job = console_of(request).queue.get(request.path_params["key"])
    if job is None or job.who != request.state.who:
        raise HTTPException(404, "there is no such job of this token")
    return job


def _parse_number(text: str, minimum: int) -> int:
    """Return the number that `text`, the value of a parameter, has in digits. Raises
    HTTPException(422) unless it is a whole number from `minimum` to MOST (100)."""
    number = parse_whole_number(text, MOST)  # negative if `text` is no such number
    if number < minimum:
        raise HTTPException(422, f"{text[:20]!r} is no number from {minimum} to {MOST}")
    return number


def _parse_object(content_type: str, body: bytes) -> dict[str, Any]:
    """Return the JSON object in the body of a request. `content_type`: the header Content-Type.
    Raises HTTPException if this is not the type of JSON, or if the body is no JSON object."""
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise HTTPException(415, "send the arguments as application/json")
    try:
        value = json.loads(body)
        # raises UnicodeEncodeError, a ValueError, if a text has half of a surrogate pair
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise HTTPException(400, "the body is no JSON") from error
    if not isinstance(value, dict):
        raise HTTPException(400, "the body is no JSON object")
    return value


def _answer_job(job: Job | None, *, has_if_match: bool = False) -> Response:
    """Return the response that describes a job: with status 200 if it has ended, else with 202.
    `job`: None if it was deleted. `has_if_match`: True if the request had the header If-Match.

    Raises HTTPException(404) if the job was deleted, and HTTPException(409) if it failed. The
    status is 412 if it failed because its file was edited meanwhile, and the request had
    If-Match."""
    if job is None:
        raise HTTPException(404, "there is no such job any more")
    if job.status == "failed":
        was_edited_meanwhile = has_if_match and job.reason == CommandReason.EDITED
        raise HTTPException(412 if was_edited_meanwhile else 409, job.said)
    headers = {"location": f"{PATH}/jobs/{job.id}"}
    status = 200 if job.ended else 202
    return _answer_json(asdict(job), headers, status)


def _find_status(error: SyndicatorError) -> int:
    """Return the HTTP status for an error: 400 for a faulty query, 422 for another fault of the
    request, 503 for a fault of the instance."""
    if isinstance(error.__cause__, QueryError):
        return 400
    if isinstance(error, UsageError):
        return 422
    return 503


async def _answer_error(request: Request, error: Exception) -> Response:
    """Answer with a problem document for an exception that was raised while the request was
    answered. Unexpected exceptions are not described; they are in the log."""
    if isinstance(error, HTTPException):
        return answer_problem(error.status_code, error.detail, error.headers)
    if isinstance(error, SyndicatorError):
        return answer_problem(_find_status(error), str(error))
    return answer_problem(500, "the log says what went wrong")
