"""What an instance tells its subscribers and remembers of its articles, read from its files, and
what differs between two such readings. Nothing of Syndicator's own code is used: a fault there must
not hide itself."""

from __future__ import annotations

import hashlib
import html
import json
import tomllib
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import yaml
from lxml import etree

ATOM = "{http://www.w3.org/2005/Atom}"
GONE = "{http://purl.org/atompub/tombstones/1.0}deleted-entry"
# What must not change of an article file, by its keys. Others may be added.
KEYS = (
    *(
        "title",
        "date",
        "excerpt",
        "coverImage",
        "author",
        "tags",
        "category",
        "source",
        "id",
        "published",
        "updated",
    ),
    *(
        "added",
        "source_key",
        "source_id",
        "enclosure",
        "also",
        "aliases",
        "revisions",
        "merged_into",
        "split_from",
    ),
    "hold",
    "digest",  # of what was written last: what differs from it was edited by hand
    *("mood", "weight"),  # an operator's own
)

Facts = dict[str, Any]


def read_facts(root: Path) -> Facts:
    """The facts of the instance in the folder `root`."""
    public = root / "feeds/public"
    maps = json.loads((public / "maps/moved.json").read_text())
    feeds = {
        str(path.relative_to(public)): read_published_feed(path)
        for path in sorted(public.rglob("*"))
        if _is_feed(path)
    }
    entries = _entries(feeds)
    return {
        "articles": read_article_facts(root / "feeds/articles"),
        "entries": entries,
        "feeds": {
            name: {**found, "entries": list(found["entries"])} for name, found in feeds.items()
        },
        "moved": maps["moved"],
        # the pages of withdrawn articles are gone as well: earlier versions had none, and no map
        # that named them
        "gone": [name for name in maps["gone"] if not name.startswith("articles/")],
        "withdrawn": read_withdrawn(root / "feeds/articles/withdrawn.toml"),
        **read_records(root / "feeds/articles"),
        "opml": sorted(etree.parse(public / "feeds.opml").xpath("//outline/@xmlUrl")),
    }


def read_article_facts(folder: Path) -> dict[str, Facts]:
    """Id -> what stands in the article's file, and the id that it is published under."""
    instance = uuid.UUID(tomllib.loads((folder / "instance.toml").read_text())["id"])
    results: dict[str, Facts] = {}
    for path in sorted(folder.rglob("*.md")):
        name = str(path.relative_to(folder))
        front, body = path.read_text(encoding="utf-8").removeprefix("---\n").split("\n---\n", 1)
        values = yaml.load(front, Loader=yaml.BaseLoader)  # every value as it is written
        if "schema" not in values:
            values.pop("hold", None)  # the operator's own key, as in files of before
        # its key since schema 3
        values["aliases"] = values.get("aliases") or values.get("other_urls")
        if values["id"] in results:
            raise AssertionError(
                f"article {values['id']} is there twice: {results[values['id']]['file']} and {name}"
            )
        results[values["id"]] = {
            "file": name,
            "urn": uuid.uuid5(instance, values["id"]).urn,
            **{key: values[key] for key in KEYS if values.get(key)},
            "body": hashlib.sha256(body.encode()).hexdigest()[:16],
        }
    return results


def read_withdrawn(path: Path) -> dict[str, Facts]:
    """Id -> what is remembered of an article that was withdrawn."""
    told = tomllib.loads(path.read_text()) if path.exists() else {}
    rows = next((value for value in told.values() if isinstance(value, list)), [])
    return {row["id"]: {"url": row["url"], "at": str(row["at"])} for row in rows}


def read_records(folder: Path) -> dict[str, list[str]]:
    """The lines of the files beside the articles that say who carries, what was pruned, and who may
    write for whom."""
    found = {name: folder / f"{name}.tsv" for name in ("carried", "pruned")}
    lines = {name: path.read_text().splitlines() for name, path in found.items() if path.exists()}
    told = (
        tomllib.loads((folder / "rights.toml").read_text())
        if (folder / "rights.toml").exists()
        else {}
    )
    rights = [
        f"before {key} {site}" for key, sites in told.get("before", {}).items() for site in sites
    ]
    wrote = [
        (key, site)
        for name in ("linked", "shown")
        for key, sites in told.get(name, {}).items()
        for site in sites
    ]
    # its link counts, or did once
    rights += [f"linked {key} {site}" for key, site in dict.fromkeys(wrote)]
    return {
        name: [line for line in text if not line.startswith("#")] for name, text in lines.items()
    } | ({"rights": rights} if told else {})


def select_status(told: Mapping[str, Any]) -> Facts:
    """What of `status --json` must stay."""
    return {
        "pending": told["pending"],
        "refused": sorted([one["what"], one["reason"]] for one in told["refused"]),
        "held": sorted(one["what"] for one in told["held"]),
    }


def read_published_feed(path: Path) -> Facts:
    """A published feed: its id, its address, and its entries in order, id -> what is told of it.
    Raises AssertionError for an id that is there twice."""
    result = _json(path) if path.suffix == ".json" else _xml(path)
    ids = [entry.pop("id") for entry in result["entries"]]
    twice = sorted({article_id for article_id in ids if ids.count(article_id) > 1})
    if twice:
        raise AssertionError(f"feed {path.name}: entries are there twice: {twice}")
    return {**result, "entries": dict(zip(ids, result["entries"], strict=True))}


def _is_feed(path: Path) -> bool:
    """JSON pages of archives hold what their Atom documents do."""
    paged = path.suffix == ".json" and "archive" in path.parts
    return path.suffix in (".atom", ".rss", ".json") and path.parent.name != "maps" and not paged


def _xml(path: Path) -> Facts:
    root = etree.parse(path).getroot()
    return _atom(root) if root.tag == f"{ATOM}feed" else _rss(root)


def _atom(root: Any) -> Facts:
    links = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
    return {
        "id": root.findtext(f"{ATOM}id"),
        "self": links["self"],
        "updated": root.findtext(f"{ATOM}updated"),
        "links": {
            rel: links[rel] for rel in ("prev-archive", "next-archive", "current") if rel in links
        },
        "deleted": [one.get("ref") for one in root.iterfind(GONE)],
        "entries": [
            {
                "id": entry.findtext(f"{ATOM}id"),
                "title": html.unescape(entry.findtext(f"{ATOM}title")),
                "link": next(
                    link.get("href")
                    for link in entry.findall(f"{ATOM}link")
                    if link.get("rel") == "alternate"
                ),
                "published": _moment(entry.findtext(f"{ATOM}published")),
                "updated": _moment(entry.findtext(f"{ATOM}updated")),
                "categories": [
                    category.get("term") for category in entry.findall(f"{ATOM}category")
                ],
                "enclosures": [
                    link.get("href")
                    for link in entry.findall(f"{ATOM}link")
                    if link.get("rel") == "enclosure"
                ],
            }
            for entry in root.findall(f"{ATOM}entry")
        ],
    }


def _rss(root: Any) -> Facts:
    channel = root.find("channel")
    return {
        "id": "",
        "self": next(
            link.get("href") for link in channel.findall(f"{ATOM}link") if link.get("rel") == "self"
        ),
        "entries": [
            {
                "id": item.findtext("guid"),
                "title": html.unescape(item.findtext("title")),
                "link": item.findtext("link"),
                "published": parsedate_to_datetime(item.findtext("pubDate"))
                .astimezone(UTC)
                .isoformat(),
                "enclosures": [enclosure.get("url") for enclosure in item.findall("enclosure")],
            }
            for item in channel.findall("item")
        ],
    }


def _json(path: Path) -> Facts:
    document = json.loads(path.read_text())
    return {
        "id": "",
        "self": document["feed_url"],
        "entries": [
            {
                "id": item["id"],
                "title": html.unescape(item["title"]),
                "link": item["url"],
                "published": _moment(item["date_published"]),
                "updated": _moment(item["date_modified"]),
                "enclosures": [one["url"] for one in item.get("attachments", ())],
            }
            for item in document["items"]
        ],
    }


def _moment(value: str) -> str:
    """A time in UTC, in whole seconds: what formats tell of the rest differs."""
    return datetime.fromisoformat(value).astimezone(UTC).replace(microsecond=0).isoformat()


def _entries(feeds: Mapping[str, Facts]) -> dict[str, Facts]:
    """Id -> what feeds tell of the entry. What one of them tells otherwise, as one that is kept
    back does after a while, is put down as its `deviates`."""
    results: dict[str, Facts] = {}
    for feed in feeds.values():
        feed["deviates"] = {}
        for article_id, entry in feed["entries"].items():
            known = results.setdefault(article_id, dict(entry))
            other = {
                key: value for key, value in entry.items() if known.setdefault(key, value) != value
            }
            if other:
                feed["deviates"][article_id] = other
    return results
