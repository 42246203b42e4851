"""The OpenAPI document of the API, made of the operations and queries that there are."""

from __future__ import annotations

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
_PAGE: Final = {
    "type": "object",
    "properties": {
        "items": {"type": "array", "items": {"$ref": "#/components/schemas/Item"}},
        "next": {**_TEXT, "description": "The cursor of the next page, empty at the end."},
    },
    "required": ["items", "next"],
}
PAGING: Final = {
    "limit": {"type": "integer", "default": 30, "minimum": 1, "maximum": MOST},
    "cursor": {**_TEXT, "default": "", "description": "The `next` of the page before."},
}
DOING: Final = {
    "dry_run": {"type": "boolean", "default": False, "description": "Show the change, and do not make it."},
    "wait": {"type": "integer", "default": 10, "minimum": 0, "maximum": MOST, "description": "Seconds, then 202."},
}


def hidden(operation: Operation) -> set[str]:
    """The arguments that no program may give: the console fills them with what it showed."""
    return {one.name for one in fields_of(operation) if one.argument.hidden} - {"stamp"}


def offered() -> dict[str, Operation]:
    """The operations by name, without those that need a hidden argument."""
    found = operations().items()
    return {name: one for name, one in found if hidden(one).isdisjoint(schema_of(one).get("required", ()))}


def document() -> dict[str, Any]:
    """The document, OpenAPI 3.1."""
    paths = {f"/{name}": {"get": _get(name, "Page", schema_of(one), PAGING)} for name, one in QUERIES.items()}
    paths |= {f"/{name}/{{key}}": {"get": _get(f"{name}_one", "Item", key=True)} for name in ("articles", "sources")}
    paths |= {"/status": {"get": _get("status", "Status")}, "/jobs/{key}": {"get": _get("job", "Job", key=True)}}
    paths |= {"/jobs/{key}/cancel": {"post": _get("cancel", "Job", key=True)}}
    paths |= {f"/operations/{name}": {"post": _post(one)} for name, one in offered().items()}
    schemas = {"Job": TypeAdapter(Job).json_schema(), "Page": _PAGE, "Item": _ITEM, "Status": {"type": "object"}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Syndicator", "version": __version__},
        "servers": [{"url": PATH}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": {**schemas, "Problem": _PROBLEM},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _get(name: str, model: str, asked: Any = None, more: Any = None, *, key: bool = False) -> dict[str, Any]:
    """A path: `asked` is the schema of its arguments, `more` the schemas of further parameters."""
    known = {**(asked or {}).get("properties", {}), **(more or {})}
    parameters = [{"name": name, "in": "query", "schema": schema} for name, schema in known.items()]
    good = {"description": "The answer.", "content": {"application/json": {"schema": _ref(model)}}}
    wrong = {"description": "A problem.", "content": {"application/problem+json": {"schema": _ref("Problem")}}}
    return {
        "operationId": name.replace("-", "_"),
        "summary": (asked or {}).get("description", ""),
        "parameters": [*([_KEY] if key else []), *parameters],
        "responses": {"200": good, "default": wrong},
    }


def _post(operation: Operation) -> dict[str, Any]:
    """An operation: its arguments are the body."""
    schema, made = schema_of(operation), _get(operation.name, "Job", None, DOING)
    for name in hidden(operation):
        del schema["properties"][name]
    if "stamp" in schema["properties"]:
        made["parameters"].append({"name": "If-Match", "in": "header", "schema": _TEXT})
    made["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    made["responses"]["202"] = {**made["responses"]["200"], "description": "A job that goes on, at the Location."}
    return {**made, "summary": operation.help}


def _ref(model: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{model}"}
