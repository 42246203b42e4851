"""What runs for long: a beat of the heart, and the web server over the published files."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from syndicator.app.running import RunReport, Wanted, Watch, run
from syndicator.app.wiring import locked, open_app
from syndicator.errors import DiskError, LockedError, SyndicatorError
from syndicator.settings import Settings, load
from syndicator.web.server import serve as serve_app
from syndicator.web.site import make_app

LLM_SECONDS = 60.0  # of a beat: visits that fall due meanwhile wait no longer than that and an answer


async def beat(
    config: Path,
    *,
    stop: asyncio.Event,
    watch: Watch,
    report: Callable[[RunReport], None],
    trouble: Callable[[str], None],
) -> None:
    """One run with everything read anew, so that an edited configuration counts from the next beat. `trouble` hears in
    one line why nothing could be done."""
    try:
        with locked(load(config)), open_app(config) as app:
            report(await run(app, Wanted(llm_seconds=LLM_SECONDS), stop=stop, watch=watch))
    except LockedError:
        trouble("another run is under way; this beat is left out")
    except SyndicatorError as error:  # a configuration just being edited, a full disk: the next beat tries again
        trouble(str(error))
    except OSError as error:
        trouble(str(DiskError.of(error)))


async def serve(settings: Settings, *, stop: asyncio.Event, listening: Callable[[str], None]) -> None:
    """Serves feeds/public until `stop` is set; `listening` is told the address. Raises UsageError when the port is
    taken."""
    settings.public_dir.mkdir(parents=True, exist_ok=True)
    app = make_app(settings.public_dir, hubs=settings.publish.hubs, base_url=settings.base_url)
    await serve_app(app, settings.publish.host, settings.publish.port, stop=stop, listening=listening)
