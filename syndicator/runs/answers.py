"""Answer questions, the search addresses below /q/, with feeds or pages. Reads only."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import quote

from syndicator.app.clock import utc_now
from syndicator.app.lookup import make_source_finder, markdown
from syndicator.app.places import Place
from syndicator.app.read_configuration import Configuration
from syndicator.configuration.settings import Settings
from syndicator.core.errors import SyndicatorError
from syndicator.core.model import FeedKey
from syndicator.core.requests import QUESTION_SECONDS
from syndicator.describing.taxonomy.vocabulary import load_any
from syndicator.health.observing import open_read_only
from syndicator.publishing import search
from syndicator.publishing.entries import Entries, documents, renderers
from syndicator.publishing.entry_cache import KeptEntries
from syndicator.publishing.page_design import look
from syndicator.publishing.queries import SavedQuery
from syndicator.publishing.questions import Question, QuestionError, answer, parse
from syndicator.publishing.render.head import head
from syndicator.publishing.render.view import View
from syndicator.publishing.selection.feeds import of_queries
from syndicator.publishing.server.files import Stamp, stamp_of
from syndicator.publishing.server.questions import Made, Questions
from syndicator.publishing.web.pages import Pages

_KEPT = 500  # entries in memory
_AT_A_TIME = 25  # entries made between two looks at the CPU that they took
_BUILD_SECONDS = 60  # a file newer than the manifest may belong to a build for so long


class CostlyQuestionError(Exception):
    """A question that needs more CPU than one may have; the message is for the person who wrote
    it."""


class Budget:
    """Seconds of CPU for one question. `cpu`: returns those that the calling thread has used."""

    def __init__(self, seconds: float, cpu: Callable[[], float]) -> None:
        self._cpu = cpu
        self._end = cpu() + seconds

    def check(self) -> None:
        """Raise CostlyQuestionError if they are spent."""
        if self._cpu() > self._end:
            raise CostlyQuestionError(
                "This question takes too long; leave out some names or words."
            )


@dataclass(slots=True)
class Answers:
    """Answers with the configuration that `read` returns."""

    config: Path
    read: Callable[[], Configuration]
    kept: KeptEntries = field(default_factory=lambda: KeptEntries(_KEPT))
    cpu: Callable[[], float] = time.thread_time  # seconds that the calling thread has used

    def questions(self, settings: Settings) -> Questions:
        return Questions(
            version=self._version, spelled=self._spelled, ask=self._ask, base=settings.base_url
        )

    def _version(self) -> Stamp | None:
        return stamp_of(self._path(search.MANIFEST))

    def _path(self, name: str) -> Path:
        return (self.read().settings.public_dir or Path()) / name

    def _spelled(self, name: str) -> tuple[int, str]:
        stem, _, format = name.rpartition(".")
        formats = self.read().settings.publish.formats
        if format not in formats:
            return 404, f"The address ends in none of {', '.join(f'.{name}' for name in formats)}."
        try:
            right = parse(stem).stem
        except QuestionError as error:
            return 400, str(error)
        return (200, "") if right == stem else (301, quote(f"{right}.{format}"))

    def _ask(self, name: str) -> Made:
        stem, _, format = name.rpartition(".")
        question = parse(stem)
        try:
            with open_read_only(self.config, configured=self.read()) as place:
                if place.store is None or not place.article_store.minted():
                    raise LookupError
                rows = {row.key: row for row in place.store.index.feeds(question.feeds)}
                moved = {key: row.moved_to for key, row in rows.items() if row.moved_to}
                if moved:
                    return Made(301, quote(f"{question.moved(moved).stem}.{format}"))
                names = {key: row.name for key, row in rows.items()}
                return Made(200, body=self._made(place, question, names, format))
        except CostlyQuestionError as error:
            return Made(400, str(error))
        # the database or a file is just being written
        except (SyndicatorError, OSError, LookupError):
            return Made(503, "This cannot be answered now; try again in a minute.")

    def _made(
        self, place: Place, question: Question, names: Mapping[FeedKey, str], format: str
    ) -> bytes:
        assert place.store is not None
        budget = Budget(QUESTION_SECONDS, self.cpu)
        settings = place.settings
        index = place.store.index
        instance = place.article_store.instance()
        source_of = make_source_finder(place)
        saved = SavedQuery(slug=question.stem, query=question.query, title=question.title(names))
        (spec,) = of_queries((), settings, (saved,))
        tags = [tag.name for tag in load_any(self.read().taxonomy.toml).tag]
        pages = Pages([spec], settings, look(self.config), tags)
        self.kept.begin(repr((settings, pages.templates.look.digest, tags)))
        arguments = (index, source_of, instance, settings, renderers(pages), None, tags)

        def read_file(name: str) -> bytes | None:
            budget.check()
            return self._file(name)

        entries = Entries(*arguments, markdown=lambda id: markdown(place, id), kept=self.kept)
        ids = answer(question, read_file, settings.publish.limit)
        shown = [id for id, article in index.articles(ids).items() if not article.hold]
        views: list[View] = []
        for start in range(0, len(shown), _AT_A_TIME):
            budget.check()
            views += entries.views(shown[start : start + _AT_A_TIME], None)
        top = replace(head(spec, settings, instance, None), hubs=())
        return documents(top, (format,), views, None, entries)[format]

    def _file(self, name: str) -> bytes | None:
        """Return a file of the search. Raises LookupError if a build is still writing it."""
        path, listed = self._path(name), self._version() or (0, 0, 0)
        stamp = stamp_of(path) or (0, 0, 0)
        if stamp[0] > listed[0] and utc_now().timestamp() < stamp[0] / 1e9 + _BUILD_SECONDS:
            raise LookupError(name)
        return path.read_bytes() if stamp[1] else None
