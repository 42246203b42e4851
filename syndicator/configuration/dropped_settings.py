"""Translate settings of earlier versions that were dropped into present ones. Pure.
Says what counts instead of each."""

from collections.abc import Mapping
from typing import Any, Final

from syndicator.configuration.toml_lines import Place, dotted

PART_OF: Final[Mapping[Place, Place]] = {
    **{
        (section, key): (section, "listen")
        for section in ("console", "publish")
        for key in ("host", "port")
    },
    **{("fetch", f"{kind}_seconds"): ("fetch", "seconds") for kind in ("feed", "page")},
    ("digest", "every"): ("digest", "at"),
}  # dropped setting -> the one that contains its value now
DROPPED: Final[Mapping[Place, str]] = {
    ("describe", "llm", "concurrency"): "it is always 2",
    ("fetch", "decoded_bytes"): "it is always twice fetch.wire_bytes",
    ("fetch", "per_host"): "it is always 1",
    ("fetch", "redirects"): "it is always 5",
    ("fetch", "worker_seconds"): "it is always 10",
    ("fetch", "worker_megabytes"): "it is always 600",
    ("publish", "most"): "it is always 500, or publish.limit if that is more",
    ("publish", "source_share"): "it is always 0.33",
    **{
        old: f"write {dotted(new)} instead, for which it counts until then"
        for old, new in PART_OF.items()
    },
}  # what counts now
DROPPED_VALUES: Final[Mapping[Place, tuple[str, str, str]]] = {
    ("publish", "stories"): (
        "merge",
        "link",
        (
            'publish.stories = "merge" is no value any more and is read as "link": what was'
            " published as one entry stays so, later reports have entries of their own; write"
            ' "link"'
        ),
    ),
}  # setting -> the dropped value, the value as which it is read, and what people are told


def endpoint(host: str, port: object) -> str:
    """Return "host:port", an IPv6 address in brackets."""
    return f"[{host}]:{port}" if ":" in host and not host.startswith("[") else f"{host}:{port}"


def renewed(values: Mapping[Place, Any], usual: Mapping[Place, Any]) -> dict[Place, Any]:
    """Return `values` without dropped settings, which become part of those that replace them,
    completed by `usual`."""
    result = {place: value for place, value in values.items() if place not in DROPPED}
    for place, (old, new, _) in DROPPED_VALUES.items():
        if result.get(place) == old:
            result[place] = new
    for section in ("publish", "console"):
        parts = str(usual[section, "listen"]).rpartition(":")[::2]
        host, port = (
            values.get((section, key), part)
            for key, part in zip(("host", "port"), parts, strict=True)
        )
        if (host, port) != parts:
            result.setdefault((section, "listen"), endpoint(str(host), port))
    seconds = usual["fetch", "seconds"]
    longest = max(
        (values.get(("fetch", f"{kind}_seconds"), seconds) for kind in ("feed", "page")),
        key=_number,
    )
    if longest != seconds:
        result.setdefault(("fetch", "seconds"), longest)
    if isinstance(digests := result.get(("digest",)), list):
        result["digest",] = [
            _renewed_digest(table) if isinstance(table, Mapping) else table for table in digests
        ]
    return result


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return float("inf")  # so that it is chosen, and refused


def _renewed_digest(table: Mapping[str, Any]) -> dict[str, Any]:
    at = str(table.get("at", "07:00"))
    weekly = table.get("every") == "week" and " " not in at
    return {key: value for key, value in table.items() if key != "every"} | (
        {"at": f"mon {at}"} if weekly else {}
    )


def describe_dropped(place: Place, cure: str) -> str:
    """Return what is wrong with a dropped setting, with the `cure`."""
    return f"{dotted(place)} is no setting any more: {DROPPED[place]}; {cure}"
