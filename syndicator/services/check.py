"""What keeps this installation from working, with the cure of each fault."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from syndicator import urls
from syndicator.errors import SyndicatorError
from syndicator.model import Problem, Source
from syndicator.reasons import CheckReason, CommandReason, FetchReason
from syndicator.services.container import App, llm_key, open_app
from syndicator.services.reconcile import unread
from syndicator.settings import Settings, load
from syndicator.urls import secrets

_NAMED = 20  # sites in one line; a choice


def check(config: Path) -> list[Problem]:
    """Everything that is wrong, worst first; empty when all is well. Raises nothing for what it finds."""
    try:
        settings = load(config)
    except SyndicatorError as error:
        return [Problem(what=str(config / "syndicator.toml"), reason=CommandReason.BAD_CONFIG, detail=str(error))]
    return [*_site(config, settings), *_folders(settings), *_llm(config, settings), *_opened(config)]


def _site(config: Path, settings: Settings) -> Iterator[Problem]:
    where = str(config / "syndicator.toml")
    if not settings.site.url:
        yield Problem(
            what=where, reason=CheckReason.NO_SITE_URL, detail="set site.url to the address feeds/public is served at"
        )
    elif urls.host(settings.site.url) == "":
        detail = f"site.url is {settings.site.url!r}; it has to be a whole address, such as https://feeds.example.org/"
        yield Problem(what=where, reason=CheckReason.NO_SITE_URL, detail=detail)
    if not settings.site.contact:
        yield Problem(
            what=where, reason=CheckReason.NO_CONTACT, detail="set site.contact, so that site owners can reach you"
        )


def _folders(settings: Settings) -> Iterator[Problem]:
    for folder in (settings.articles_dir, settings.public_dir, settings.state_dir):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            probe = folder / ".check"
            probe.write_bytes(b"")
            probe.unlink()
        except OSError as error:
            yield Problem(
                what=str(folder),
                reason=CheckReason.NOT_WRITABLE,
                detail=f"{error.strerror}; give this user write access",
            )


def _llm(config: Path, settings: Settings) -> Iterator[Problem]:
    if not settings.describe.llm.url:
        return
    try:
        llm_key(config, settings.describe.llm, os.environ)
    except SyndicatorError as error:
        yield Problem(what=str(config / "syndicator.toml"), reason=CheckReason.NO_LLM_KEY, detail=str(error))


def _sources(app: App, path: Path) -> Iterator[Problem]:
    """Secrets in a URL, and variables without a value."""
    from syndicator.pipeline.requests import unset, unset_detail, unset_in_url

    for source in app.sources.values():
        what = f"{path}: source {source.key!r}"
        if telling := secrets.telling(source.url):
            yield Problem(what=what, reason=CheckReason.SECRET_IN_URL, detail=_placeholders(source, telling))
        if lacking := unset_in_url(source, app.environ):
            yield Problem(what=what, reason=FetchReason.UNSET_VARIABLE, detail=unset_detail(lacking))
        for name, variable in unset(source, app.environ):
            detail = f"headers_env: set the environment variable {variable}, or take the header {name} out"
            yield Problem(what=what, reason=FetchReason.UNSET_VARIABLE, detail=detail)


def _placeholders(source: Source, parameters: Sequence[str]) -> str:
    """The line for sources.toml, and the variables that it needs."""
    url, names = source.url, []
    for parameter in parameters:
        names.append(re.sub(r"\W+", "_", f"{source.key}_{parameter}").upper())
        url = secrets.with_placeholder(url, parameter, names[-1])
    return f'write url = "{url}" and set {" and ".join(names)} in the environment to what stands there now'


def _opened(config: Path) -> Iterator[Problem]:
    try:
        with open_app(config) as app:
            from syndicator.describing.taxonomy.taxonomy import Taxonomy

            if (config / "taxonomy.toml").exists():
                Taxonomy.from_toml(config / "taxonomy.toml")
            yield from _unanswered(app)
            yield from _sources(app, config / "sources.toml")
            yield from unread(app)
            yield from app.store.status.check()
            yield from app.store.status.held()
    except SyndicatorError as error:
        yield Problem(what=str(config), reason=CheckReason.CANNOT_OPEN, detail=str(error))


def _unanswered(app: App) -> Iterator[Problem]:
    """Sources that write for sites not their own, as they did before articles had owners, and wait for the operator."""
    for source in app.sources.values():
        linked = app.rights_file.linked(source.key)
        sites = [site for site in app.rights_file.before(source.key) if site not in linked]
        if not sites or source.speaks_for is not None:
            continue
        line = f"speaks_for = {json.dumps(sites[:_NAMED])}"
        more = f" and {len(sites) - _NAMED} more, named in {app.rights_file.path}" if len(sites) > _NAMED else ""
        detail = (
            f"it still writes the articles of {len(sites)} sites that are not its own; write in sources.toml for which "
            f"it may speak: {line}{more}; speaks_for = [] leaves them all to their own pages"
        )
        yield Problem(what=source.key, reason=CheckReason.SPEAKS_FOR, detail=detail)
