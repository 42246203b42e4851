"""What differs between two readings of an instance (`facts.read`), each difference a line that
names the article, the address or the feed, and what it says now. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from tests.aged.facts import Facts

# Files beside the articles of which an earlier version may have none.
BESIDE = ("carried", "pruned", "rights")


def assert_nothing_found(found: Iterable[str]) -> None:
    """Raises AssertionError that shows the lines that were found."""
    lines = list(found)
    shown = lines[:40] + ["..."] * (len(lines) > 40)
    assert lines == [], "\n".join([f"{len(lines)} differences:", *shown])


def list_differences(before: Facts, after: Facts) -> list[str]:
    """Everything that is not as it was."""
    return [
        *compare_items("article", before["articles"], after["articles"]),
        *compare_items("entry", before["entries"], after["entries"]),
        *_feeds(before, after),
        *compare_items("address", _redirects(before), _redirects(after)),
        *compare_items("withdrawn", before["withdrawn"], after["withdrawn"]),
        *_sets("feeds.opml", before["opml"], after["opml"]),
        *(
            line
            for name in BESIDE
            if name in before
            for line in _sets(name, before[name], after.get(name, ()))
        ),
        *_values("status", before.get("status", {}), after.get("status", {})),
    ]


def list_unexpected_changes(before: Facts, after: Facts, new: Collection[str]) -> list[str]:
    """What is not as it was or as it has to be after a run that filed the articles with the
    addresses `new`: they are there once, in front of what was there in each feed, and nothing else
    changed."""
    filed = {
        article_id: one
        for article_id, one in after["articles"].items()
        if article_id not in before["articles"]
    }
    urns = {one["urn"] for one in filed.values()}
    old = {
        article_id: one
        for article_id, one in after["articles"].items()
        if article_id in before["articles"]
    }
    known = {urn: one for urn, one in after["entries"].items() if urn in before["entries"]}
    titles = _titles(before, after)
    return [
        *_filed(new, filed),
        *compare_items("article", before["articles"], old),
        *compare_items("entry", before["entries"], known),
        *(
            line
            for name, feed in before["feeds"].items()
            for line in _grown(name, feed, after, urns, titles)
        ),
        *(line for name in before["feeds"] for line in _walked(name, before, after, titles)),
        *compare_items("address", _redirects(before), _redirects(after)),
        *compare_items("withdrawn", before["withdrawn"], after["withdrawn"]),
        *(
            f"feeds.opml: {address} is missing"
            for address in set(before["opml"]) - set(after["opml"])
        ),
        *(
            f"{name}: {line} is missing"
            for name in BESIDE
            for line in set(before.get(name, ())) - set(after.get(name, ()))
        ),
    ]


def _filed(new: Collection[str], filed: Mapping[str, Facts]) -> Iterator[str]:
    """Each of the addresses `new` has to be there once."""
    files: dict[str, list[str]] = {address: [] for address in new}
    for one in filed.values():
        files.setdefault(one["source"], []).append(one["file"])
    for address, found in files.items():
        if len(found) != (address in new):
            yield (
                f"new article {address} has {len(found)} files, not {int(address in new)}: {found}"
            )


def _redirects(found: Facts) -> dict[str, Facts]:
    return {
        **{name: {"answers": f"301 to {target}"} for name, target in found["moved"].items()},
        **{name: {"answers": "410"} for name in found["gone"]},
    }


def compare_items(
    kind: str, before: Mapping[str, Facts], after: Mapping[str, Facts]
) -> Iterator[str]:
    """Things with properties: those that went, came, or say something else."""
    for article_id, one in before.items():
        if article_id not in after:
            yield f"{kind} {_named(article_id, one)} is missing"
        else:
            yield from _values(f"{kind} {_named(article_id, one)}", one, after[article_id])
    yield from (
        f"{kind} {_named(article_id, one)} was not there before"
        for article_id, one in after.items()
        if article_id not in before
    )


def _named(id: str, one: Mapping[str, Any]) -> str:
    more = [str(one[key]) for key in ("title", "file", "url", "answers") if one.get(key)]
    return f"{id} ({', '.join(more)})" if more else id


def _values(what: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    for key in dict.fromkeys((*before, *after)):
        if before.get(key) != after.get(key):
            yield f"{what}: {key} was {before.get(key)!r}, is {after.get(key)!r}"


def _sets(what: str, before: Collection[str], after: Collection[str]) -> Iterator[str]:
    yield from (f"{what}: {one} is missing" for one in sorted(set(before) - set(after)))
    yield from (f"{what}: {one} was not expected" for one in sorted(set(after) - set(before)))


def _titles(*found: Facts) -> dict[str, str]:
    return {urn: one["title"] for each in found for urn, one in each["entries"].items()}


def _feeds(before: Facts, after: Facts) -> Iterator[str]:
    titles = _titles(before, after)
    for name, feed in before["feeds"].items():
        other = after["feeds"].get(name)
        if other is None:
            yield f"feed {name} is missing"
            continue
        yield from _values(f"feed {name}", _head(feed), _head(other))
        yield from _entries(name, feed["entries"], other["entries"], titles)
    yield from (
        f"feed {name} was not there before"
        for name in after["feeds"]
        if name not in before["feeds"]
    )


def _head(feed: Facts) -> Facts:
    return {key: value for key, value in feed.items() if key != "entries"}


def _entries(
    name: str, before: list[str], after: list[str], titles: Mapping[str, str]
) -> Iterator[str]:
    yield from (
        f"feed {name}: entry {article_id} ({titles[article_id]}) is missing"
        for article_id in before
        if article_id not in after
    )
    yield from (
        f"feed {name}: entry {article_id} ({titles[article_id]}) was not there before"
        for article_id in after
        if article_id not in before
    )
    if sorted(before) == sorted(after) and before != after:
        yield f"feed {name}: the order of entries was {before}, is {after}"


def _grown(
    name: str, feed: Facts, after: Facts, new: Collection[str], titles: Mapping[str, str]
) -> Iterator[str]:
    """A head feed: new entries stand first, those that were there follow in their order, as many as
    before or more. An archive document of a closed month keeps its entries; one of an open month
    may have given way to the month's."""
    other = after["feeds"].get(name)
    if other is None:
        if not name.startswith("archive/"):
            yield f"feed {name} is missing"
        return
    for key in ("id", "self", "deviates"):
        yield from _values(f"feed {name}", {key: feed[key]}, {key: other[key]})
    if name.startswith("archive/"):
        yield from _entries(name, feed["entries"], other["entries"], titles)
        return
    fresh = [article_id for article_id in other["entries"] if article_id in new]
    kept_entries = other["entries"][len(fresh) :]
    yield from _entries(name, feed["entries"][: len(kept_entries)], kept_entries, titles)
    if len(other["entries"]) < len(feed["entries"]):
        yield f"feed {name} had {len(feed['entries'])} entries, has {len(other['entries'])}"


def _walked(name: str, before: Facts, after: Facts, titles: Mapping[str, str]) -> Iterator[str]:
    """Who follows prev-archive from the head meets every entry that could be met before (RFC 5005
    section 4)."""
    archived = before["feeds"][name].get("links", {}).get("prev-archive")
    if name in after["feeds"] and archived and not name.startswith("archive/"):
        for article_id in sorted(
            collect_archived_ids(before, name) - collect_archived_ids(after, name)
        ):
            yield (
                f"feed {name}: entry {article_id} ({titles[article_id]}) is in no document that"
                " its archive links lead to"
            )


def collect_archived_ids(found: Facts, name: str) -> set[str]:
    """The ids of a feed and of the archive documents behind it. Raises KeyError for a link that
    leads nowhere."""
    named = {feed["self"]: name for name, feed in found["feeds"].items()}
    feed = found["feeds"][name]
    ids = set[str]()
    while True:
        ids |= set(feed["entries"])
        previous = feed.get("links", {}).get("prev-archive")
        if previous is None:
            return ids
        feed = found["feeds"][named[previous]]
