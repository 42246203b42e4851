"""Lives a case: an instance in a folder, a web on loopback, a clock that the case sets."""

from __future__ import annotations

import asyncio
import json
import shlex
import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import tomlkit

from syndicator.app.container import open_app
from syndicator.articles.frontmatter import load
from syndicator.core.errors import ConfigError
from syndicator.core.model import Article
from syndicator.runs import refresh
from syndicator.runs.refresh import Wanted, run
from tests import commands
from tests.aged.web import Web
from tests.faults.instance import InProcess
from tests.trust import case_answers
from tests.trust.case import Case, Day, Expected
from tests.trust.published import get_unit

BEGAN = datetime(2026, 3, 2, 12, tzinfo=UTC)
SETTINGS = """\
[site]
url = "{address}"
contact = "a@feeds.example"
[fetch]
pause = 0
proxy = "{proxy}"
[publish]
tag_min = 1
entry_html = "plain"
"""
TAXONOMY = '[[tag]]\nname = "Harbour"\n'  # needs no word vectors


class Life:
    """`complaints` of `live`: what did not hold, a line each; none when all did."""

    def __init__(
        self, folder: Path, web: Web, case: Case, address: str = "https://feeds.example/"
    ) -> None:
        self.folder = folder
        self.web = web
        self.case = case
        self.config = folder / "config"
        self.feeds = folder / "feeds"
        self.now = BEGAN
        self.config.mkdir(parents=True)
        (self.config / "syndicator.toml").write_text(
            SETTINGS.format(proxy=web.proxy, address=address) + case.settings
        )
        (self.config / "taxonomy.toml").write_text(case.taxonomy or TAXONOMY)
        self._sources(case.sources)
        self.answers: dict[str, Any] = {}
        self.ids: dict[str, str] = {}  # address -> the id that it had first

    def live_days(self) -> list[str]:
        results: list[str] = []
        for number, day in enumerate(self.case.days):
            self.begin_day(number)
            for words in day.run:
                results += self.run_command(words)
            results += [
                f"day {number}: {line}" for line in (*self._steady(), *self._check(day.expect))
            ]
        return results + list(self._check(self.case.expect))

    def begin_day(self, number: int) -> None:
        """Change what the day changes, visit and build."""
        day = self.case.days[number]
        self.now += timedelta(days=day.after if number else 0)
        self.apply_day(day)
        if day.visit:
            self.visit_all()

    def _sources(self, sources: tuple[Any, ...]) -> None:
        (self.config / "sources.toml").write_text(
            tomlkit.dumps({"source": [dict(source) for source in sources]})
        )

    def apply_day(self, day: Day) -> None:
        if day.sources is not None:
            self._sources(day.sources)
        for address, page in day.pages.items():
            self.answers[address] = case_answers.make_page_answer(page, BEGAN)
        for address, said in day.feeds.items():
            self.answers[address] = (
                case_answers.make_feed_answer(address, said, BEGAN)
                if isinstance(said, tuple)
                else case_answers.make_page_answer(said, BEGAN)
            )
        self.web.answers = self.answers

    def visit_all(self) -> None:
        async def go() -> None:
            with self.open_app() as app:
                await run(app, Wanted(all=True), stop=asyncio.Event())

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(refresh, "make_worker", lambda settings: InProcess())
            asyncio.run(go())

    def open_app(self, **options: Any) -> Any:
        return open_app(
            self.config, clock=lambda: self.now, jitter=lambda: 0.5, environ={}, **options
        )

    def run_command(self, words: str) -> Iterator[str]:
        if words.startswith("rm "):
            target = self.folder / words[3:]
            shutil.rmtree(target) if target.is_dir() else target.unlink()
            return
        if words.startswith("write "):
            _, name, text = words.split(" ", 2)
            with (self.folder / name).open("a", encoding="utf-8") as file:
                file.write(text)
            return
        fails = words.startswith("!")
        done = self._said(*shlex.split(words.lstrip("! ")))
        if bool(done.returncode) != fails:
            yield f"{words} left with {done.returncode}: {done.stderr[-300:]}"
        if not fails:
            self._said("build")

    def _said(self, *words: str) -> Any:
        environ = {"PATH": "/usr/bin:/bin", "HOME": str(self.folder)}
        return commands.run_syndicator(
            *words, "--config", str(self.config), cwd=self.folder, environ=environ
        )

    def load_articles(self) -> dict[str, Article]:
        """By address; without the files that no article can be read from."""
        results: dict[str, Article] = {}
        for path in sorted((self.feeds / "articles").rglob("*.md")):
            with suppress(ConfigError):
                article = load(path.read_bytes(), str(path))
                results[article.url] = article
        return results

    def _steady(self) -> Iterator[str]:
        """Identity never changes hands: an id, once given to an address, stays with it. But the
        site's own article may take the address from a copy of it that a neighbour brought."""
        articles = self.load_articles()
        copies = {article.id: article.merged_into for article in articles.values()}
        for url, article in articles.items():
            first = self.ids.setdefault(url, article.id)
            if first == article.id:
                continue
            if article.id in (copies.get(first), self.ids.get(url)) and get_unit(
                article.origin.url
            ) == get_unit(url):
                self.ids[url] = article.id
            elif copies.get(article.id) not in self.ids.values():
                yield f"{url} has another id"

    def _check(self, expected: Expected) -> Iterator[str]:
        if expected.articles is not None:
            yield from self._articles(expected.articles)
        for name, urls in expected.feeds.items():
            shown = self._shown(name)
            if shown is None or sorted(shown) != sorted(urls):
                yield f"{name} shows {shown}, not {list(urls)}"
        if expected.whole is not None and sorted(self._whole()) != sorted(expected.whole):
            yield f"all shows the text of {self._whole()}, not of {list(expected.whole)}"
        for name in expected.gone:
            if (self.feeds / "public" / name).exists():
                yield f"{name} is published"
        yield from self._words(expected)

    def _words(self, expected: Expected) -> Iterator[str]:
        if expected.says or expected.silent:
            said = "".join(
                self._said(*words).stdout for words in (("status", "--json"), ("check",))
            )
            yield from (
                f"nothing says {piece!r}: {said[-600:]}"
                for piece in expected.says
                if piece not in said
            )
            yield from (f"something says {piece!r}" for piece in expected.silent if piece in said)
        for piece in expected.nowhere:
            holding = [
                path
                for path in self.feeds.rglob("*")
                if path.is_file() and piece.encode() in path.read_bytes()
            ]
            yield from (f"{piece!r} stands in {path.relative_to(self.folder)}" for path in holding)

    def _shown(self, name: str) -> list[str] | None:
        path = self.feeds / "public" / f"{name}.json"
        return (
            [item["url"] for item in json.loads(path.read_text())["items"]]
            if path.exists()
            else None
        )

    def _whole(self) -> list[str]:
        items = json.loads((self.feeds / "public/all.json").read_text())["items"]
        return [item["url"] for item in items if "<p>" in item.get("content_html", "")]

    def _articles(self, expected: Any) -> Iterator[str]:
        articles = self.load_articles()
        if set(articles) != set(expected):
            yield f"articles are {sorted(articles)}, not {sorted(expected)}"
        for url in set(articles) & set(expected):
            yield from (
                f"{url}: {line}" for line in _differs(articles[url], dict(expected[url]), articles)
            )


def _differs(article: Article, wanted: dict[str, Any], there: dict[str, Article]) -> Iterator[str]:
    text = wanted.pop("text", None)
    title = wanted.pop("title", None)
    if text is not None:
        title = title or case_answers.title_of(text)
        missing = [
            part for part in case_answers.make_paragraphs(text) if part[:40] not in article.body
        ]
        if missing:
            yield f"its text is not that of {text}: {article.body[:80]!r}"
    for word in wanted.pop("lacks", ()):
        if any(part[:40] in article.body for part in case_answers.make_paragraphs(word)):
            yield f"it has text of {word}"
    if title is not None and article.title != title:
        yield f"its title is {article.title!r}, not {title!r}"
    found = {
        "source": article.source_key,
        "author": article.author or "",
        "tags": sorted(article.tags),
        "category": article.category,
        "also": sorted(article.also),
        "published": (article.published - BEGAN).total_seconds() / 3600
        if article.published
        else None,
        "copy_of": next(
            (url for url, other in there.items() if other.id == article.merged_into), ""
        ),
    }
    for name, value in wanted.items():
        if found[name] != (sorted(value) if isinstance(value, list) else value):
            yield f"its {name} is {found[name]!r}, not {value!r}"
