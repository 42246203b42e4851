"""What a language model was asked about an article, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syndicator.core.errors import ConfigError
from syndicator.core.model import Article
from syndicator.core.ports import Asked
from syndicator.describing.llm import prompt
from syndicator.pipeline.descriptions.answers import make_question
from syndicator.services.container import App

_FENCE = "(a line of random letters)"


def llm_history(app: App, id: str) -> Mapping[str, Any]:
    """What `show` prints of it; empty where no language model is set or was ever asked about article `id`."""
    asked = app.store.enrichment.asked(id)
    if asked is None:
        return {"llm": "not asked yet"} if app.settings.describe.llm.url and app.store.index.path(id) else {}
    shown: dict[str, Any] = {"llm": _verdict(asked)}
    if asked.answer:
        shown["llm_answer"] = asked.answer
    article = in_file(app, id)
    if article is not None and asked.key:
        shown["llm_asked"] = _question(app, article)
    return shown


def in_file(app: App, id: str) -> Article | None:
    """The article as its file says, None where that is gone or cannot be read."""
    path = app.store.index.path(id)
    try:
        return app.article_store.get(path) if path else None
    except (ConfigError, FileNotFoundError):
        return None


def _verdict(asked: Asked) -> str:
    why = ": ".join(part for part in (asked.reason, asked.detail) if part)
    again = f"; asked again from {asked.next_try.isoformat()}" if asked.next_try else ""
    return f"{asked.status}{f' ({why})' if why else ''}, {asked.by or asked.plan}, {asked.at.isoformat()}{again}"


def _question(app: App, article: Article) -> list[str]:
    """The messages as they would be sent now: the article's text and the taxonomy may have changed since."""
    try:
        asked = make_question(app.taxonomy, article, app.settings.describe.llm.write)
    except ConfigError as error:
        return [str(error)]
    messages = prompt.messages(asked, _FENCE)
    return [f"{message['role']}: {message['content']}" for message in messages]
