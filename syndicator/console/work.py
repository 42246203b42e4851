"""The process that does jobs: `python -m syndicator.console.work CONFIG`, until its standard input is closed."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

from syndicator.operations.jobs.work import work


def main() -> None:
    ended = threading.Event()

    def listen() -> None:
        while os.read(0, 1024):
            pass
        ended.set()

    threading.Thread(target=listen, daemon=True).start()
    work(Path(sys.argv[1]), lambda: not ended.is_set())


if __name__ == "__main__":
    main()
