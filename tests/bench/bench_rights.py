"""Which real feeds own the hosts of their articles, and which fields of their entries count by
which rule.

    python -m tests.bench.bench_rights [--all]

Needs the folder ../shared beside the checkout. Rules: the registrable domain is the unit of
ownership (as before), the host is, and the host with `speaks_for` for the other hosts of the feed's
domain (as `add` writes it). A feed's address is the one that it calls its own (rel=self), else that
of its site; feeds with neither are left out. Front pages are not asked, so hosts that link their
feed count as not owned here. Then the open pages: how many name a canonical on another host, and
how many link a feed of another host. `--all` lists the feeds with articles on other domains."""

from __future__ import annotations

import argparse
import gzip
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from syndicator.core import urls
from syndicator.core.errors import NotAFeed, NotAnArticle
from syndicator.core.model import Entry, Source
from syndicator.filing.ownership import make_rights
from syndicator.reading.html.document import parse
from syndicator.reading.metadata.identity import read_identity
from syndicator.visiting.feeds.discovery import find_linked_feeds
from syndicator.visiting.feeds.parser import parse_feed

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"
FIELDS: Mapping[str, Callable[[Entry], object]] = {
    "title": lambda entry: entry.title,
    "content": lambda entry: entry.content,
    "summary": lambda entry: entry.summary,
    "date": lambda entry: entry.published,
    "author": lambda entry: entry.authors,
    "enclosure": lambda entry: entry.enclosures,
    "categories": lambda entry: entry.categories,
}
Owns = Callable[[str], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed of the corpus: its file, its address, and its entries that have one."""

    name: str
    url: str
    entries: Sequence[Entry]

    @property
    def rules(self) -> dict[str, Owns]:
        """The rule's name -> True for addresses that the feed owns by it."""
        source = Source(key="", url=self.url)
        hosts = {
            urls.site(entry.url)
            for entry in self.entries
            if urls.same_publisher(entry.url, self.url)
        }
        speaking = Source(key="", url=self.url, speaks_for=tuple(hosts))
        return {
            "domain": lambda url: urls.same_publisher(url, self.url),
            "host": make_rights(source).owns,
            "host and speaks_for": make_rights(speaking).owns,
        }

    def elsewhere(self, *, own_domain: bool) -> Counter[str]:
        """The hosts of entries that the feed does not own by its host, of its own domain or of
        others."""
        owns = self.rules["host"]
        away = [entry.url for entry in self.entries if not owns(entry.url)]
        return Counter(
            urls.site(url) for url in away if urls.same_publisher(url, self.url) == own_domain
        )

    def lost(self, rule: str) -> Counter[str]:
        """The entries that give each field, and are the feed's by domain and not by `rule`."""
        by_domain = self.rules["domain"]
        owns = self.rules[rule]
        lost = [entry for entry in self.entries if by_domain(entry.url) and not owns(entry.url)]
        return Counter(name for entry in lost for name, field in FIELDS.items() if field(entry))


def feeds() -> Iterator[Feed | None]:
    """The feeds of the corpus that can be read, None for one without an address of its own."""
    for path in sorted((CORPUS / "feeds").glob("*.gz")):
        try:
            parsed = parse_feed(gzip.decompress(path.read_bytes()), "", {})
        except NotAFeed:
            continue
        url = next((one for one in (parsed.self_url, parsed.site_url) if urls.site(one)), "")
        entries = [entry for entry in parsed.entries if urls.site(entry.url)]
        yield (
            Feed(name=path.name.removesuffix(".gz"), url=url, entries=entries)
            if url and entries
            else None
        )


def report_feeds(all_feeds: Sequence[Feed], *, every: bool) -> None:
    total = sum(len(feed.entries) for feed in all_feeds)
    print(f"{len(all_feeds)} feeds, {total} entries with an address")
    print(f"\n{'the feed owns by':22s}| entries owned | feeds that own all | none")
    for rule in ("domain", "host", "host and speaks_for"):
        owned = [[feed.rules[rule](entry.url) for entry in feed.entries] for feed in all_feeds]
        count = sum(map(sum, owned))
        print(
            f"{rule:22s}| {count:6d} {100 * count / total:4.1f} % | {sum(map(all, owned)):3d} | ",
            end="",
        )
        print(sum(not any(one) for one in owned))
    for own_domain, title in ((True, "other hosts of their domain"), (False, "other domains")):
        away = [feed for feed in all_feeds if feed.elsewhere(own_domain=own_domain)]
        entries = sum(feed.elsewhere(own_domain=own_domain).total() for feed in away)
        print(
            f"\n{len(away)} feeds announce {entries} articles on {title}",
            end=":\n" if every or own_domain else "\n",
        )
        for feed in away if every or own_domain else ():
            hosts = ", ".join(
                f"{host} {count}"
                for host, count in feed.elsewhere(own_domain=own_domain).most_common(4)
            )
            print(f"  {feed.name}: {urls.site(feed.url)} -> {hosts}; of {len(feed.entries)}")
    print("\nentries whose fields counted by domain and do not by host | feeds | with speaks_for")
    for name in FIELDS:
        lost = [feed.lost("host")[name] for feed in all_feeds]
        still = sum(feed.lost("host and speaks_for")[name] for feed in all_feeds)
        print(f"  {name:11s} {sum(lost):5d} | {sum(map(bool, lost)):3d} | {still}")
    print("\nfeeds that lose fields")
    for feed in all_feeds:
        if lost_fields := feed.lost("host"):
            print(
                f"  {feed.name}:"
                f" {', '.join(f'{name} {lost_fields[name]}' for name in FIELDS if lost_fields[name])}"  # noqa: E501
            )


def report_pages() -> None:
    """Print how many of the open article pages name another host, as canonical or as the host of
    their feed."""
    found: Counter[str] = Counter()
    with gzip.open(CORPUS / "pages" / "manifest.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [row for row in map(json.loads, lines) if urls.site(row["url"] or "")]
    for row in rows:
        html = gzip.decompress((CORPUS / "pages" / row["file"]).read_bytes())
        url = row["url"]
        places = {f"feed {_place(feed, url)}" for feed in find_linked_feeds(html, url)}
        try:
            other = read_identity(parse(html, url)).duplicate_of
        except NotAnArticle:
            other = None
        found.update(places)
        found["feed"] += bool(places)
        if other:
            found[f"canonical {_place(other, url)}"] += 1
    print(
        f"\n{len(rows)} pages with an address; canonical or og:url on another host of the domain: ",
        end="",
    )
    print(f"{found['canonical domain']}, on another domain: {found['canonical other']}")
    print(
        f"pages that link a feed: {found['feed']}; one of their host: {found['feed host']}, ",
        end="",
    )
    print(
        f"of another host of the domain: {found['feed domain']}, of another domain:"
        f" {found['feed other']}"
    )


def _place(url: str, page: str) -> str:
    if urls.same_site(url, page):
        return "host"
    return "domain" if urls.same_publisher(url, page) else "other"


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument(
        "--all", action="store_true", help="list the feeds with articles on other domains, too"
    )
    every = options.parse_args().all
    known = list(feeds())
    print(
        f"{known.count(None)} feeds without an address of their own, or without entries that have"
        " one, are left out"
    )
    report_feeds([feed for feed in known if feed], every=every)
    report_pages()


if __name__ == "__main__":
    main()
