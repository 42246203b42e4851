"""Lists of all feeds: pages, sitemaps, OPML. A long list is divided into parts (see
`web.directory`), and only changed parts are written; the index has a fingerprint of each part's
input under staleness.LISTS."""

from collections.abc import Collection
from dataclasses import dataclass, field

from syndicator.core.axes import ALL, listed
from syndicator.core.formats import PAGE
from syndicator.core.model import FeedKey
from syndicator.core.ports import ArticleIndex
from syndicator.publishing import paths
from syndicator.publishing.render.xml import opml
from syndicator.publishing.selection.staleness import LISTS
from syndicator.publishing.web import directory
from syndicator.publishing.web.pages import FEEDS, SITEMAP, Pages


def mark(index: ArticleIndex, pages: Pages, built: Collection[FeedKey]) -> None:
    """Mark the parts that list feeds of `built` as stale, in case this build does not write
    them."""
    before, parts = index.files(LISTS), pages.parts.items()
    stale = {
        part for part, specs in parts if part in before and any(spec.key in built for spec in specs)
    }
    index.change_files(LISTS, {part: (before[part], "") for part in stale})


@dataclass(frozen=True, slots=True)
class Lists:
    """`files`: bytes to write, by name; `gone`: names to delete. Fingerprints to store: if the same
    parts exist as before, `changed` has for each the old and the new one; otherwise `made_of` has
    those of all parts."""

    files: dict[str, bytes] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)
    changed: dict[str, tuple[str, str]] = field(default_factory=dict)
    made_of: dict[str, str] | None = None


def write(index: ArticleIndex, pages: Pages, about: str, *, whole: bool) -> Lists:
    """Return the changed parts (all if `whole` or one), and OPML if feeds changed. `about`: see
    `fingerprint`."""
    parts, before, files = pages.parts, index.files(LISTS), dict[str, bytes]()
    of_all = directory.fingerprint(about, pages.specs) if len(parts) > 1 else ""
    made_of = {part: directory.fingerprint(about, specs) for part, specs in parts.items() if of_all}
    made_of |= {directory.PAGES: of_all} if of_all else {}
    for part, specs in parts.items():
        if whole or not part or before.get(part) != made_of[part]:
            rows = index.feeds({ALL, *(spec.key for spec in specs)})
            files |= pages.listed(part, {row.key: row for row in rows})
    if whole or not of_all or before.get(directory.PAGES) != of_all:
        base = pages.settings.base_url
        files["feeds.opml"] = opml(pages.settings.site.title, pages.specs, base)
        alone = (spec for spec in pages.specs if listed(spec.key.axis).outlines)
        files |= {f"{paths.stem(spec.key)}.opml": opml(spec.title, [spec], base) for spec in alone}
    names = ((FEEDS, PAGE), (SITEMAP, "xml"))
    gone = [f"{name}{part}.{end}" for part in before.keys() - made_of.keys() for name, end in names]
    if before.keys() == made_of.keys():
        return Lists(files, gone, {part: (before[part], made_of[part]) for part in before})
    return Lists(files, gone, made_of=made_of)
