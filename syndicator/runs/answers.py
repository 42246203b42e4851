"""Answer questions (feeds of a search, at addresses below /q/) with feeds or pages.

Reads only."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from http import HTTPStatus
from pathlib import Path
from urllib.parse import quote

from syndicator.app.finding import find_exact, find_unknown
from syndicator.app.lookup import make_source_finder, markdown
from syndicator.app.places import OpenedInstance
from syndicator.app.read_configuration import Configuration
from syndicator.configuration.settings import Settings
from syndicator.core.axes import ALL
from syndicator.core.errors import SyndicatorError
from syndicator.core.model import Article, FeedKey, Source
from syndicator.core.requests import QUESTION_SECONDS
from syndicator.describing.taxonomy.vocabulary import load_any
from syndicator.health.observing import open_read_only
from syndicator.publishing import search
from syndicator.publishing.entries import Entries, list_renderers, render_feed
from syndicator.publishing.entry_cache import KeptEntries
from syndicator.publishing.page_design import load_look
from syndicator.publishing.published_texts import limit_to_published
from syndicator.publishing.queries import SavedQuery
from syndicator.publishing.questions import Question, QuestionError, parse_question
from syndicator.publishing.render.head import make_head
from syndicator.publishing.render.view import View
from syndicator.publishing.selection.feeds import plan_query_feeds
from syndicator.publishing.server.files import Stamp, read_stamp
from syndicator.publishing.server.questions import MadeAnswer, Questions
from syndicator.publishing.web.pages import Pages
from syndicator.searching.language import Term, parse_query
from syndicator.searching.ranking import Candidate
from syndicator.store.engine import Store

_KEPT = 500  # entries in memory
_AT_A_TIME = 25  # entries that are made between two checks of the CPU time
_LOOKED_THROUGH = 50_000  # articles that a search examines at most


class CostlyQuestionError(Exception):
    """A question would take more CPU time than one may take. The message is for the person who
    asks."""


class Budget:
    """The CPU time that one question may take, in seconds. `cpu`: returns the CPU seconds that the
    calling thread has used so far."""

    def __init__(self, seconds: float, cpu: Callable[[], float]) -> None:
        self._cpu = cpu
        self._end = cpu() + seconds

    def check(self) -> None:
        """Raise CostlyQuestionError if the time is used up."""
        if self._cpu() > self._end:
            raise CostlyQuestionError(
                "This question takes too long; leave out some names or words."
            )


@dataclass(slots=True)
class Answers:
    """Answers questions: requests for the feed of a search. `config`: folder of the configuration;
    `read`: returns the present configuration; `kept`: cache of the entries of earlier answers."""

    config: Path
    read: Callable[[], Configuration]
    kept: KeptEntries = field(default_factory=lambda: KeptEntries(_KEPT))
    cpu: Callable[[], float] = time.thread_time  # seconds that the calling thread has used

    def questions(self, settings: Settings) -> Questions:
        """Return the functions by which the server answers questions: requests for the feed of a
        search, at addresses below /q/."""
        return Questions(
            version=self._read_version,
            check_name=self._check_name,
            ask=self._answer,
            base=settings.base_url,
        )

    def _read_version(self) -> Stamp | None:
        """Return the stamp (time and size) of a file that every build replaces if it writes any
        files; None if nothing is published. With a new stamp, stored answers are invalid."""
        public_dir = self.read().settings.public_dir or Path()
        return read_stamp(public_dir / search.MANIFEST)

    def _check_name(self, name: str) -> tuple[int, str]:
        """Check the file name of a question, such as `tag/ai.atom`. Return an HTTP status and a
        text: 200 and "" if the name is valid; 301 and the correct name if it is spelled in another
        way; 400 or 404 and an explanation if it is no question."""
        stem, _, feed_format = name.rpartition(".")
        formats = self.read().settings.publish.formats
        if feed_format not in formats:
            endings = ", ".join(f".{known}" for known in formats)
            return HTTPStatus.NOT_FOUND, f"The address ends in none of {endings}."
        try:
            canonical = parse_question(stem).stem
        except QuestionError as error:
            return HTTPStatus.BAD_REQUEST, str(error)
        if canonical != stem:
            return HTTPStatus.MOVED_PERMANENTLY, quote(f"{canonical}.{feed_format}")
        return HTTPStatus.OK, ""

    def _answer(self, name: str) -> MadeAnswer:
        """Return the answer to a question: the feed or page of the articles that it finds, or an
        HTTP status and a text that says why there is none. `name`: the file name of the question,
        such as `tag/ai.atom`, which `_check_name` has accepted."""
        stem, _, feed_format = name.rpartition(".")
        question = parse_question(stem)
        try:
            with open_read_only(self.config, configured=self.read()) as instance:
                store = instance.store
                if store is None or not instance.article_store.minted():
                    raise LookupError  # there are no articles yet
                rows = {row.key: row for row in store.index.feeds(question.feeds)}
                moved = {key: row.moved_to for key, row in rows.items() if row.moved_to}
                if moved:
                    new_stem = question.replace_moved_feeds(moved).stem
                    address = quote(f"{new_stem}.{feed_format}")
                    return MadeAnswer(HTTPStatus.MOVED_PERMANENTLY, address)
                unknown = _find_unknown(store, question, rows)
                if unknown:
                    return MadeAnswer(HTTPStatus.NOT_FOUND, unknown)
                names = {key: row.name for key, row in rows.items()}
                body = self._make_feed(instance, store, question, names, feed_format)
                return MadeAnswer(HTTPStatus.OK, body=body)
        except CostlyQuestionError as error:
            return MadeAnswer(HTTPStatus.BAD_REQUEST, str(error))
        # the database or a file is just being written, or nothing was published yet
        except (SyndicatorError, OSError, LookupError):
            return MadeAnswer(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "This cannot be answered now; try again in a minute.",
            )

    def _make_feed(
        self,
        instance: OpenedInstance,
        store: Store,
        question: Question,
        names: Mapping[FeedKey, str],
        feed_format: str,
    ) -> bytes:
        """Return the feed or page with the articles that a question finds. `names`: the names of
        the tags, sources and other feeds that the question mentions. `feed_format`: such as "atom".
        Raises CostlyQuestionError if it takes too much CPU time."""
        budget = Budget(QUESTION_SECONDS, self.cpu)
        settings = instance.settings
        instance_id = instance.article_store.instance()
        source_of = make_source_finder(instance)
        saved = SavedQuery(slug=question.stem, query=question.query, title=question.title(names))
        (spec,) = plan_query_feeds((), settings, (saved,))
        tags = [tag.name for tag in load_any(self.read().taxonomy.toml).tag]
        pages = Pages([spec], settings, load_look(self.config), tags)
        # cached entries are only valid for the same settings, templates and tags
        self.kept.begin(repr((settings, pages.templates.look.digest, tags)))
        entries = Entries(
            store.index,
            source_of,
            instance_id,
            settings,
            list_renderers(pages),
            None,
            tags,
            markdown=partial(markdown, instance),
            kept=self.kept,
        )

        def narrow(candidates: Sequence[Candidate]) -> list[Candidate]:
            """The search calls this with some candidates at a time."""
            budget.check()
            return narrow_to_published(store, source_of, candidates)

        expr = parse_query(question.query)
        article_ids = find_exact(store, expr, settings.publish.limit, narrow, _LOOKED_THROUGH)
        views: list[View] = []
        for start in range(0, len(article_ids), _AT_A_TIME):
            budget.check()
            views += entries.views(article_ids[start : start + _AT_A_TIME], None)
        head = replace(make_head(spec, settings, instance_id, None), hubs=())
        return render_feed(head, (feed_format,), views, None, entries)[feed_format]


def narrow_to_published(
    store: Store, source_of: Callable[[Article], Source | None], candidates: Sequence[Candidate]
) -> list[Candidate]:
    """Return those candidates of a search whose article is published, each with only the published
    part of its text: a question must not find other texts. `source_of`: returns the source of an
    article, None if it is not followed any more."""
    ids = [candidate.id for candidate in candidates]
    published_ids = store.index.select_in_feed(ALL, ids)
    articles = store.index.articles(ids)
    narrowed: list[Candidate] = []
    for candidate in candidates:
        article = articles.get(candidate.id)
        if article is None or candidate.id not in published_ids:
            continue
        document = limit_to_published(candidate.document, article, source_of(article))
        narrowed.append(replace(candidate, document=document))
    return narrowed


def _find_unknown(store: Store, question: Question, known: Collection[FeedKey]) -> str:
    """Return a sentence about the first tag, source, category or language in the question that no
    article has; "" if articles have them all. `known`: the feeds in the question that exist."""
    for key in question.feeds:
        if key not in known:
            return f"No article has the {key.axis} {key.slug!r}."
    for language in question.languages:
        if find_unknown(store, Term("language", language)) is not None:
            return f"No article has the language {language!r}."
    return ""
