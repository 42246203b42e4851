"""What runs for long: a beat of the heart, and the web server over the published files."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from syndicator.errors import ConfigError, DiskError, LockedError, SyndicatorError
from syndicator.server.files import make_app
from syndicator.server.server import serve as serve_app
from syndicator.services.container import App, Configuration, configuration, locked, open_app
from syndicator.services.refresh import RunReport, Wanted, Watch, run
from syndicator.settings import Settings

LLM_SECONDS = 60.0  # of a beat: visits that fall due meanwhile wait no longer than that and an answer


class Beats:
    """What `up` does at each beat: `beat` is one run with everything read anew, so that an edited
    configuration counts from the next beat. While it is broken, the last one that was whole goes on. `report` is told
    how a run went, `trouble` in one line why something could not be done."""

    def __init__(
        self,
        config: Path,
        *,
        stop: asyncio.Event,
        watch: Watch,
        report: Callable[[RunReport], None],
        trouble: Callable[[str], None],
    ) -> None:
        self._config, self._stop, self._watch, self._report, self._trouble = config, stop, watch, report, trouble
        self._whole: Configuration | None = None

    async def beat(self) -> None:
        try:
            said = self._read()
            with locked(said.settings), open_app(self._config, said=said) as app:
                self._report(await self._run(app))
        except LockedError:
            self._trouble("another run is under way; this beat is left out")
        except SyndicatorError as error:  # a full disk, a taxonomy just being edited: the next beat tries again
            self._trouble(str(error))
        except OSError as error:
            self._trouble(str(DiskError.of(error)))

    async def _run(self, app: App) -> RunReport:
        return await run(app, Wanted(llm_seconds=LLM_SECONDS), stop=self._stop, watch=self._watch)

    def _read(self) -> Configuration:
        try:
            self._whole = configuration(self._config)
        except ConfigError as error:
            if self._whole is None:
                raise
            self._trouble(f"{error}; going on with what it said before")
        return self._whole


async def serve(settings: Settings, *, stop: asyncio.Event, listening: Callable[[str], None]) -> None:
    """Serves feeds/public until `stop` is set; `listening` is told the address. Raises UsageError when the port is
    taken."""
    settings.public_dir.mkdir(parents=True, exist_ok=True)
    app = make_app(settings.public_dir, hubs=settings.publish.hubs, base_url=settings.base_url)
    await serve_app(app, settings.publish.host, settings.publish.port, stop=stop, listening=listening)
