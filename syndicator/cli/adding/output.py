"""What `add` prints: what was found, how it would be published, what was done."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from syndicator.cli import printing

if TYPE_CHECKING:
    from syndicator.core.errors import SyndicatorError
    from syndicator.services.adding.found import Candidate, Found
    from syndicator.services.adding.preview import Preview, ShownArticle


_ITEMS = 10  # of a list that are shown; a choice


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """What was chosen, as it is written, and what at the same addresses was not."""

    chosen: Sequence[tuple[Candidate, Preview]]
    others: Sequence[tuple[int, Candidate]]  # with their numbers
    failed: Sequence[tuple[str, SyndicatorError]]
    written: bool


def list_candidates(found: Found) -> None:
    printing.say(f"{found.address} has {len(found.candidates)}:")
    for number, one in enumerate(found.candidates, 1):
        same = next((n for n, other in enumerate(found.candidates, 1) if other.source.url == one.same_as), None)
        notes = [f"last {one.latest:%Y-%m-%d}"] if one.latest else []
        notes += [f"the same entries as {same}"] if same else []
        notes += ["known already"] if one.known else []
        told = f"{one.what}{''.join(f', {note}' for note in notes)}"
        printing.say(f"  {number}  {one.source.title or one.source.key or 'no title'}: {told}")
        printing.say(f"     {one.source.url}")
    if found.untried:
        printing.say(f"  and {found.untried} more that were not looked at; give the address of the one you want")


def report(done: Added, *, json: bool, asked: bool, dry_run: bool) -> None:
    """Prints what was done, and ends with the code of what failed."""
    if json:
        printing.as_json([*(_plain(*one, done) for one in done.chosen), *(_failure(*one) for one in done.failed)])
    elif asked:
        _say_written(done)
    else:
        show(done, "would add" if dry_run else "added")
    if done.written and not json and not printing.quiet():
        printing.say(
            "next: `syndicator refresh` fetches and publishes its articles; `syndicator up` does that for good"
        )
    for _, error in done.failed:
        printing.complain(error, as_json=False)
    if done.failed:
        sys.exit(done.failed[0][1].exit_code)


def _say_written(done: Added) -> None:
    keys = [one.source.key for one, _ in done.chosen if not one.known]
    if done.written:
        printing.say(f"added: {', '.join(keys)}")
    elif keys or not done.chosen:
        printing.say("nothing was added")
    for one, _ in done.chosen:
        if one.known:
            printing.say(f"already known: {one.source.key}: {one.source.url}")


def show(done: Added, verb: str, *, others: bool = True) -> None:
    """Prints what was chosen as it would be published, and what was not chosen."""
    for one, preview in done.chosen:
        printing.say(f"{'already known' if one.known else verb}: {one.source.key}: {one.source.url} ({one.what})")
        if one.warning:
            printing.log("warning", source=one.source.key, what=one.warning)
        _show_hosts(one, preview)
        if one.kind == "list" and not one.known:
            _show_items(one)
        for article in preview.articles:
            _show_article(article)
        if one.kind in ("feed", "sitemap") and not one.known and not one.announced:
            printing.say("    nothing to show: it announces no entry")
        for problem in preview.problems:
            printing.say(f"    not published: {problem.what}: {problem.reason} {problem.detail}".rstrip())
    for number, one in done.others if others else ():
        printing.say(f"not chosen: {number}: {one.source.url} ({one.what})")
    if done.others and others:
        printing.say("--pick N takes another, --all every feed of articles")


def _show_hosts(candidate: Candidate, preview: Preview) -> None:
    """The line of sources.toml for articles on other hosts than the feed's."""
    from syndicator.services.ownership.rights import line

    if preview.speaks_for:
        why = "its articles are there, under the titles that the feed gives them"
        printing.say(f"    {line(candidate.source, ())}: {why}")
    if preview.elsewhere:
        why = "what the feed says of its articles there does not count without that line in sources.toml"
        printing.say(f"    not written: {line(candidate.source, preview.elsewhere)}: {why}")


def _show_items(candidate: Candidate) -> None:
    """What a page lists, as it was read from it."""
    printing.say("    it lists:")
    for entry in candidate.entries[:_ITEMS]:
        day = f"{entry.published:%Y-%m-%d}" if entry.published else "no date   "
        printing.say(f"      {day}  {entry.title or 'no title'}")
        printing.say(f"                  {entry.url}" + (f"  picture: {entry.image}" if entry.image else ""))
    if candidate.announced > _ITEMS:
        printing.say(f"      and {candidate.announced - _ITEMS} more; --json has them all")
    printing.say("    its newest would be published as:")


def _show_article(article: ShownArticle) -> None:
    """As its entry will read, and where its fields come from."""
    facts = (article.date, article.author or "no author", article.category, ", ".join(article.tags) or "no tags")
    printing.say(f"    {article.title or 'no title'}")
    printing.say(f"        {' | '.join(str(fact) for fact in facts if fact)}")
    printing.say(f"        {article.excerpt or 'no excerpt'}")
    printing.say(f"        {article.url}" + (f" (known already as {article.known})" if article.known else ""))
    printing.say(f"        cover: {article.cover or 'none'}")
    printing.say(f"        from: {', '.join(f'{name} {origin}' for name, origin in article.origins.items())}")


def _plain(one: Candidate, preview: Preview, done: Added) -> dict[str, Any]:
    others = [
        {"number": number, "url": other.source.url, "title": other.source.title, "what": other.what}
        for number, other in done.others
    ]
    return {
        "source": one.source,
        "what": one.what,
        "entries": one.entries,
        "known": one.known,
        "warning": one.warning,
        "latest": one.latest,
        "proposed_speaks_for": preview.elsewhere,
        "articles": preview.articles,
        "problems": preview.problems,
        "not_chosen": others,
    }


def _failure(address: str, error: SyndicatorError) -> dict[str, Any]:
    return {"address": address, "error": str(error), "reason": error.reason, "exit_code": error.exit_code}
