"""The OpenAPI document of the API, made of the models that it reads and answers with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic.json_schema import models_json_schema

from syndicator import __version__
from syndicator.console.api.queries import QUERIES, Nothing, Query

PATH: Final = "/api/v1"
_PLACE: Final = "#/components/schemas/{model}"
_TEXT: Final = {"type": "string"}
_PROBLEM: Final = {  # RFC 9457
    "type": "object",
    "description": "What is wrong with a request, or with the instance.",
    "properties": {"type": _TEXT, "title": _TEXT, "status": {"type": "integer"}, "detail": _TEXT},
    "required": ["type", "title", "status", "detail"],
}


def document() -> dict[str, Any]:
    """The document, OpenAPI 3.1."""
    _, found = models_json_schema([(one.item, "serialization") for one in QUERIES], ref_template=_PLACE)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Syndicator", "version": __version__},
        "servers": [{"url": PATH}],
        "security": [{"token": []}],
        "paths": {path: methods for query in QUERIES for path, methods in _paths(query).items()},
        "components": {
            "schemas": {**found["$defs"], "Problem": _PROBLEM},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _paths(query: Query) -> dict[str, Any]:
    known = query.asked.model_json_schema().get("properties", {})
    parameters = [{"name": name, "in": "query", "schema": schema} for name, schema in known.items()]
    item = _ref(query.item.__name__)
    next_one = {"type": ["string", "null"], "description": "The cursor of the page after it, null on the last."}
    page = {
        "type": "object",
        "properties": {"items": {"type": "array", "items": item}, "next": next_one},
        "required": ["items", "next"],
    }
    answer = item if query.asked is Nothing else page
    found = {f"/{query.name}": {"get": _operation(f"read_{query.name}", answer, parameters)}}
    if query.one:
        key = {"name": "key", "in": "path", "required": True, "schema": _TEXT}
        tag = {"ETag": {"schema": _TEXT, "description": "For If-Match of an operation that edits it."}}
        found[f"/{query.name}/{{key}}"] = {"get": _operation(f"read_{query.name}_one", item, [key], tag)}
    return found


def _operation(
    name: str, answer: Mapping[str, Any], parameters: Sequence[Any], headers: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    good = {"description": "The answer.", "content": {"application/json": {"schema": answer}}, "headers": headers or {}}
    wrong = {"description": "A problem.", "content": {"application/problem+json": {"schema": _ref("Problem")}}}
    return {"operationId": name, "parameters": parameters, "responses": {"200": good, "default": wrong}}


def _ref(model: str) -> dict[str, str]:
    return {"$ref": _PLACE.format(model=model)}
