"""OpenAPI document of the API, made from the operations and queries."""

from __future__ import annotations

from inspect import Parameter
from typing import Any, Final

from pydantic import TypeAdapter

from syndicator import __version__
from syndicator.operations.jobs.queue import Job
from syndicator.operations.operation import Operation, fields_of, operations, schema_of
from syndicator.operations.queries import QUERIES

PATH: Final = "/api/v1"
MOST: Final = 100  # items of a page, and seconds of waiting
_TEXT: Final = {"type": "string"}
_KEY: Final = {"name": "key", "in": "path", "required": True, "schema": _TEXT}
_PROBLEM: Final = {  # RFC 9457
    "type": "object",
    "description": "What is wrong with a request, or with the instance.",
    "properties": {"type": _TEXT, "title": _TEXT, "status": {"type": "integer"}, "detail": _TEXT},
    "required": ["type", "title", "status", "detail"],
}
_ITEM: Final = {"type": "object", "properties": {"id": _TEXT}, "required": ["id"]}
_NEXT: Final = {**_TEXT, "description": "The cursor of the next page, empty at the end."}
_ITEMS: Final = {"type": "array", "items": {"$ref": "#/components/schemas/Item"}}
_PAGE: Final = {"type": "object", "properties": {"items": _ITEMS, "next": _NEXT}, "required": ["items", "next"]}
PAGING: Final = {
    "limit": {"type": "integer", "default": 30, "minimum": 1, "maximum": MOST},
    "cursor": {**_TEXT, "default": "", "description": "The `next` of the page before."},
}
DOING: Final = {
    "dry_run": {"type": "boolean", "default": False, "description": "Show the change, and do not make it."},
    "wait": {"type": "integer", "default": 10, "minimum": 0, "maximum": MOST, "description": "Seconds, then 202."},
}


def hidden(operation: Operation) -> set[str]:
    """Return the arguments that only the console may send."""
    return {field.name for field in fields_of(operation) if field.argument.hidden} - {"stamp"}


def offered() -> dict[str, Operation]:
    """Return the operations by name, without those that need a hidden argument."""
    return {
        name: operation
        for name, operation in operations().items()
        if not any(field.argument.hidden and field.default is Parameter.empty for field in fields_of(operation))
    }


def document() -> dict[str, Any]:
    """Return the OpenAPI 3.1 document."""
    paths = {f"/{name}": {"get": _path(name, "Page", schema_of(query), PAGING)} for name, query in QUERIES.items()}
    paths |= {f"/{name}/{{key}}": {"get": _path(f"{name}_one", "Item", key=True)} for name in ("articles", "sources")}
    paths |= {"/status": {"get": _path("status", "Status")}, "/jobs/{key}": {"get": _path("job", "Job", key=True)}}
    paths |= {"/jobs/{key}/cancel": {"post": _path("cancel", "Job", key=True)}}
    paths |= {f"/operations/{name}": {"post": _post(operation)} for name, operation in offered().items()}
    schemas = {"Job": TypeAdapter(Job).json_schema(), "Page": _PAGE, "Item": _ITEM, "Status": {"type": "object"}}
    token = {"token": {"type": "http", "scheme": "bearer"}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Syndicator", "version": __version__},
        "servers": [{"url": PATH}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {"schemas": {**schemas, "Problem": _PROBLEM}, "securitySchemes": token},
    }


def _path(name: str, model: str, asked: Any = None, more: Any = None, *, key: bool = False) -> dict[str, Any]:
    """Return a path. `asked`: schema of its arguments; `more`: schemas of further parameters."""

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
    """Return the path of an operation, whose arguments are the body."""
    schema, path = schema_of(operation), _path(operation.name, "Job", None, DOING)
    for name in hidden(operation):
        del schema["properties"][name]
    if "stamp" in schema["properties"]:
        path["parameters"].append({"name": "If-Match", "in": "header", "schema": _TEXT})
    path["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    path["responses"]["202"] = {**path["responses"]["200"], "description": "A job that goes on, at the Location."}
    return {**path, "summary": operation.help}
