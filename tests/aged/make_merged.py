"""Makes the aged instance with merged stories, with the version that it comes from (README.md
beside this file): `python -m tests.aged.make_merged DIR`. It runs the real commands on three days;
only the clock and the dice of the jitter are set. Nothing here is part of the tests."""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import os
import sys
from datetime import datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from unittest import mock

from tests.aged import facts
from tests.aged.instance import EXPECTED
from tests.aged.make import pack_instance
from tests.aged.merged_plot import BEGIN, OUTLETS, list_reports, make_site_answers
from tests.aged.web import Web, serve_web

INSTANCE = '# This instance.\nid = "0c3f4f0e-2f0a-4b57-8a53-3f1f6f3f8a33"\n'
SETTINGS = """\
[site]
title = "Events"
url = "http://feeds.events.example/"

[fetch]
pause = 0

[publish]
limit = 30
tag_min = 2
gzip = false
formats = ["atom", "json"]
archives = "atom"
thumbnails = false
stories = "merge"
"""
TAXONOMY = (
    '[[category]]\nname = "Business"\ndescription = "Companies, airlines, strikes, recalls and'
    ' markets"\n'
)
# Hours from the beginning -> what the operator does after that run.
COMMANDS = {
    30: (("withdraw", "http://bank.example/quake"),),  # the lead of a story
    50: (("build", "--all"),),
}
RUNS = (0, 1, 2, 24, 30, 48, 50)


def run_command(now: datetime, config: Path, *words: str) -> None:
    """Run a command of the command line at `now`."""
    container = importlib.import_module("syndicator.app.container")
    defaults = container.open_app.__wrapped__.__kwdefaults__
    sys.argv = ["syndicator", *words, "--config", str(config)]
    out = io.StringIO()
    try:
        with (
            mock.patch.dict(defaults, clock=lambda: now, jitter=lambda: 0.5),
            mock.patch.object(
                BaseHTTPRequestHandler,
                "date_time_string",
                lambda *_: format_datetime(now, usegmt=True),
            ),
            contextlib.redirect_stdout(out),
        ):
            importlib.import_module("syndicator.cli").main()
    except SystemExit as ended:
        if ended.code:
            raise RuntimeError(f"{words} left with {ended.code}: {out.getvalue()}") from ended
    print(
        f"{now:%d %H:%M}",
        *words,
        "|",
        out.getvalue().strip().replace("\n", " | ")[:200],
        flush=True,
    )


def write_configuration(root: Path) -> None:
    (root / "config").mkdir(parents=True)
    (root / "feeds/articles").mkdir(parents=True)
    (root / "feeds/articles/instance.toml").write_text(INSTANCE)
    (root / "config/syndicator.toml").write_text(SETTINGS)
    (root / "config/taxonomy.toml").write_text(TAXONOMY)
    sources = (
        f'[[source]]\nkey = "{name}"\nurl = "http://{name}.example/feed"\n' for name in OUTLETS
    )
    (root / "config/sources.toml").write_text("\n".join(sources))


def live_days(root: Path, web: Web) -> None:
    for hours in RUNS:
        web.answers = make_site_answers(list_reports(hours))
        now = BEGIN + timedelta(hours=hours)
        run_command(now, root / "config", "refresh", "--all")
        for words in COMMANDS.get(hours, ()):
            run_command(now, root / "config", *words)
            run_command(now, root / "config", "build")


def main(target: Path) -> None:
    work = target / "work"
    kept = target / "instance"
    with serve_web() as web:
        os.environ["SYNDICATOR_FETCH__PROXY"] = web.proxy
        write_configuration(work)
        live_days(work, web)
    (work / "feeds/state/learnt.npz").touch()
    pack_instance(work, kept)
    (kept / "feeds/state/learnt.npz").unlink()
    (target / EXPECTED).write_text(
        json.dumps(facts.read_facts(kept), indent=1, ensure_ascii=False) + "\n"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
