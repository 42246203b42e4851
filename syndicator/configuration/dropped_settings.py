"""Translate settings of earlier versions that do not exist any more into present ones. Pure.

Each has a message that says what counts instead."""

from collections.abc import Mapping
from typing import Any, Final

from syndicator.configuration.toml_lines import KeyPath, dotted

PART_OF: Final[Mapping[KeyPath, KeyPath]] = {
    **{
        (section, key): (section, "listen")
        for section in ("console", "publish")
        for key in ("host", "port")
    },
    **{("fetch", f"{kind}_seconds"): ("fetch", "seconds") for kind in ("feed", "page")},
    ("digest", "every"): ("digest", "at"),
}  # dropped setting -> the one that contains its value now
DROPPED: Final[Mapping[KeyPath, str]] = {
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
DROPPED_VALUES: Final[Mapping[KeyPath, tuple[str, str, str]]] = {
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
    """Return "host:port". An IPv6 address gets brackets around it."""
    is_bare_ipv6 = ":" in host and not host.startswith("[")
    return f"[{host}]:{port}" if is_bare_ipv6 else f"{host}:{port}"


def translate_dropped(
    values: Mapping[KeyPath, Any], usual: Mapping[KeyPath, Any]
) -> dict[KeyPath, Any]:
    """Return settings with those of earlier versions turned into present ones. All are by key path,
    such as ("fetch", "seconds"). `values`: the settings as the operator wrote them. If they have
    both the old and the present setting, the present one counts. `usual`: the values that the
    present settings have if `values` does not set them."""
    result = {key_path: value for key_path, value in values.items() if key_path not in DROPPED}

    # values that are no longer valid
    for key_path, (old, new, _) in DROPPED_VALUES.items():
        if result.get(key_path) == old:
            result[key_path] = new

    # `host` and `port` became `listen`
    for section in ("publish", "console"):
        usual_host, _, usual_port = str(usual[section, "listen"]).rpartition(":")
        host = values.get((section, "host"), usual_host)
        port = values.get((section, "port"), usual_port)
        if (host, port) != (usual_host, usual_port):
            result.setdefault((section, "listen"), endpoint(str(host), port))

    # `feed_seconds` and `page_seconds` became `seconds`: the longer, so that nothing ends earlier
    usual_seconds = usual["fetch", "seconds"]
    feed_seconds = values.get(("fetch", "feed_seconds"), usual_seconds)
    page_seconds = values.get(("fetch", "page_seconds"), usual_seconds)
    longest = max(feed_seconds, page_seconds, key=_rank_number)
    if longest != usual_seconds:
        result.setdefault(("fetch", "seconds"), longest)

    # each [[digest]] table had a key `every`
    digests = result.get(("digest",))
    if isinstance(digests, list):
        result[("digest",)] = [
            _renew_digest(table) if isinstance(table, Mapping) else table for table in digests
        ]
    return result


def _rank_number(value: Any) -> float:
    """Return the number by which times are compared to find the longest one. `value`: a setting as
    the operator wrote it. If it is no number, return infinity: it is then chosen as the longest,
    and pydantic refuses it with a message."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return float("inf")


def _renew_digest(table: Mapping[str, Any]) -> dict[str, Any]:
    """Return a [[digest]] table of syndicator.toml without the key `every` of earlier versions. If
    that was "week" and `at` names no weekday, `at` gets one: "07:00" becomes "mon 07:00"."""
    renewed_table = {key: value for key, value in table.items() if key != "every"}
    time = str(table.get("at", "07:00"))
    has_day = " " in time
    if table.get("every") == "week" and not has_day:
        renewed_table["at"] = f"mon {time}"
    return renewed_table


def describe_dropped(key_path: KeyPath, cure: str) -> str:
    """Return a message that the setting at `key_path` does not exist any more, and what counts
    instead. `cure`: what the operator should do, such as "delete the line"."""
    return f"{dotted(key_path)} is no setting any more: {DROPPED[key_path]}; {cure}"
