"""The OpenAPI document of the API, made of the models that it reads and answers with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic.json_schema import models_json_schema

from syndicator import __version__
from syndicator.console.api.queries import JOB, QUERIES, AskedOperation, Nothing, Query
from syndicator.operations.operation import Operation, fields_of, schema_of
from syndicator.operations.registry import operations

PATH: Final = "/api/v1"
_PLACE: Final = "#/components/schemas/{model}"
_TEXT: Final = {"type": "string"}
_KEY: Final = {"name": "key", "in": "path", "required": True, "schema": _TEXT}
_PROBLEM: Final = {  # RFC 9457
    "type": "object",
    "description": "What is wrong with a request, or with the instance.",
    "properties": {"type": _TEXT, "title": _TEXT, "status": {"type": "integer"}, "detail": _TEXT},
    "required": ["type", "title", "status", "detail"],
}


def hidden(operation: Operation[Any]) -> set[str]:
    """The arguments that no program may give: the console fills them with what it showed."""
    return {one.name for one in fields_of(operation) if one.argument.hidden} - {"stamp"}


def offered() -> dict[str, Operation[Any]]:
    """The operations by name, without those that need a hidden argument."""
    found = operations().items()
    return {name: one for name, one in found if hidden(one).isdisjoint(schema_of(one).get("required", ()))}


def document() -> dict[str, Any]:
    """The document, OpenAPI 3.1."""
    _, found = models_json_schema([(one.item, "serialization") for one in QUERIES], ref_template=_PLACE)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Syndicator", "version": __version__},
        "servers": [{"url": PATH}],
        "security": [{"token": []}],
        "paths": {
            **{path: methods for query in QUERIES for path, methods in _paths(query).items()},
            **{f"/operations/{name}": {"post": _changing(one)} for name, one in offered().items()},
            "/jobs/{key}/cancel": {"post": _operation("cancel_job", _ref(JOB.__name__), [_KEY])},
        },
        "components": {
            "schemas": {**found["$defs"], "Problem": _PROBLEM},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _changing(operation: Operation[Any]) -> dict[str, Any]:
    """An operation: its arguments are the body."""
    schema = schema_of(operation)
    for name in hidden(operation):
        del schema["properties"][name]
    match = [{"name": "If-Match", "in": "header", "schema": _TEXT}] if "stamp" in schema.get("properties", {}) else []
    parameters = [*_parameters(AskedOperation), *match]
    made = _operation(operation.name.replace("-", "_"), _ref(JOB.__name__), parameters)
    body = {"required": True, "content": {"application/json": {"schema": schema}}}
    going_on = {**made["responses"]["200"], "description": "A job that goes on, at the Location."}
    return {**made, "summary": operation.help, "requestBody": body, "responses": {**made["responses"], "202": going_on}}


def _parameters(asked: type[Nothing]) -> list[dict[str, Any]]:
    known = asked.model_json_schema().get("properties", {})
    return [{"name": name, "in": "query", "schema": schema} for name, schema in known.items()]


def _paths(query: Query) -> dict[str, Any]:
    item = _ref(query.item.__name__)
    next_one = {"type": ["string", "null"], "description": "The cursor of the page after it, null on the last."}
    page = {
        "type": "object",
        "properties": {"items": {"type": "array", "items": item}, "next": next_one},
        "required": ["items", "next"],
    }
    answer = item if query.asked is Nothing else page
    found = {f"/{query.name}": {"get": _operation(f"read_{query.name}", answer, _parameters(query.asked))}}
    if query.one:
        tag = {"ETag": {"schema": _TEXT, "description": "For If-Match of an operation that edits it."}}
        found[f"/{query.name}/{{key}}"] = {"get": _operation(f"read_{query.name}_one", item, [_KEY], tag)}
    return found


def _operation(
    name: str, answer: Mapping[str, Any], parameters: Sequence[Any], headers: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    good = {"description": "The answer.", "content": {"application/json": {"schema": answer}}, "headers": headers or {}}
    wrong = {"description": "A problem.", "content": {"application/problem+json": {"schema": _ref("Problem")}}}
    return {"operationId": name, "parameters": parameters, "responses": {"200": good, "default": wrong}}


def _ref(model: str) -> dict[str, str]:
    return {"$ref": _PLACE.format(model=model)}
