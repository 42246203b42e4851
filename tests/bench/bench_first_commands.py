"""CPU of a first feed: `init`, `add` and `refresh`, each a whole process with its workers.

    python -m tests.bench.bench_first_commands [--beside CHECKOUT] [--peer PYTHON] [--rounds 5]

One feed of 15 small English articles is served on loopback by a thread of the bench, whose CPU does
not count. Every round begins with an empty folder. `--beside` names a checkout that is measured in
turns with this one, with this one's packages; `--peer` a Python that has the library reader, which
keeps the entries of the feed and reads no pages. Printed is the round that cost least.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from syndicator.cli.demo.site_files import FIRST_DAY
from tests.bench.machine import ROOT, compile_all, machine

ARTICLES = 15
PARAGRAPHS = 6
SENTENCES = 5  # of a paragraph
COMMANDS = ("init", "add", "refresh")
_NOUNS = (
    *("harbour", "museum", "bridge", "orchard", "ferry", "library", "tunnel", "market", "teacher"),
    *(
        "engineer",
        "report",
        "river",
        "garden",
        "signal",
        "glacier",
        "council",
        "station",
        "painter",
    ),
    *("baker", "archive", "school", "winter", "machine", "letter", "voyage", "village", "kitchen"),
    *("forest", "island", "theatre", "factory", "doctor", "sailor", "lantern", "bakery", "bicycle"),
)
_SAID = ("explained", "noticed", "promised", "repeated", "doubted", "proved", "feared", "wrote")
_DONE = ("closed", "repaired", "painted", "sold", "measured", "forgotten", "copied", "counted")
_READER = """
import sys
from reader import make_reader
with make_reader(sys.argv[1]) as reader:
    reader.add_feed(sys.argv[2])
    reader.update_feeds()
    assert len(list(reader.get_entries())) == int(sys.argv[3])
"""


@dataclass(frozen=True, slots=True)
class Round:
    """CPU seconds of each command, from an empty folder to published articles."""

    seconds: Mapping[str, float]

    @property
    def total(self) -> float:
        return sum(self.seconds.values())


def make_page(number: int) -> bytes:
    pick = random.Random(number)
    title = f"The {_NOUNS[number]} and the {pick.choice(_NOUNS)} were {pick.choice(_DONE)}"
    paragraphs = (
        "<p>" + " ".join(make_sentence(pick) for _ in range(SENTENCES)) + "</p>"
        for _ in range(PARAGRAPHS)
    )
    page = (
        f"<!doctype html><html lang=en><head><title>{title}</title></head><body><article>"
        f"<h1>{title}</h1><time datetime={FIRST_DAY:%Y-%m-%d}>{FIRST_DAY:%d %B %Y}</time>"
        f"{''.join(paragraphs)}</article></body></html>"
    )
    return page.encode()


def make_sentence(pick: random.Random) -> str:
    first, second, third, fourth = pick.sample(_NOUNS, 4)
    said = pick.choice(_SAID)
    done = pick.choice(_DONE)
    return f"The {first} of the {second} {said} that the {third} was {done} by a {fourth}."


def make_feed(base: str) -> bytes:
    items = "".join(
        f"<item><title>Story {number}</title><link>{base}/{number}</link>"
        f"<guid>{base}/{number}</guid><pubDate>{format_datetime(FIRST_DAY)}</pubDate></item>"
        for number in range(ARTICLES)
    )
    head = f"<title>Small town</title><link>{base}/</link><description>News</description>"
    return (
        f'<?xml version="1.0"?><rss version="2.0"><channel>{head}{items}</channel></rss>'.encode()
    )


class _Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        name = self.path[1:]
        if name == "feed":
            host, port = self.server.server_address[:2]
            self._answer("application/rss+xml", make_feed(f"http://{host!s}:{port}"))
        elif name.isdecimal():
            self._answer("text/html; charset=utf-8", make_page(int(name)))
        else:
            self.send_error(404)

    def _answer(self, content_type: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing."""


@contextmanager
def serving_feed() -> Iterator[str]:
    """Serve the feed and its pages. Yield the feed's address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Answers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/feed"
        finally:
            server.shutdown()


def measure(command: Sequence[str], folder: Path, environ: Mapping[str, str]) -> float:
    """Return the CPU seconds of a process and of its children, which it waited for."""
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        assert process.returncode == 0, output.read().decode()
    return used.ru_utime + used.ru_stime


def follow_first_feed(checkout: Path, feed: str) -> Round:
    """Take the three steps with the package of `checkout`, in a new folder."""
    environ = {name: value for name, value in os.environ.items() if "DONTWRITE" not in name}
    environ |= {
        "PYTHONPATH": str(checkout),
        "SYNDICATOR_FETCH__ALLOW_LOOPBACK": "true",
        "SYNDICATOR_FETCH__PAUSE": "0",
    }
    words = {
        "init": ["init", ".", "--yes", "--title", "Small town"],
        "add": ["add", feed, "--yes"],
        "refresh": ["refresh"],
    }
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        seconds = {
            command: measure([sys.executable, "-m", "syndicator", *words[command]], folder, environ)
            for command in COMMANDS
        }
        assert len(list(folder.glob("feeds/articles/*/*/*.md"))) == ARTICLES
    return Round(seconds)


def ask_reader(peer: Path, feed: str) -> float:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        command = [str(peer), "-c", _READER, str(folder / "reader.db"), feed, str(ARTICLES)]
        environ = {name: value for name, value in os.environ.items() if "PYTHON" not in name}
        return measure(command, folder, environ)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--beside", type=Path, help="another checkout of this project")
    parser.add_argument("--peer", type=Path, help="a Python that has reader")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    checkouts = [ROOT]
    if options.beside is not None:
        checkouts.insert(0, options.beside.resolve())
    compile_all(*checkouts)
    print(machine())
    rounds: dict[Path, list[Round]] = {checkout: [] for checkout in checkouts}
    peer_seconds: list[float] = []
    with serving_feed() as feed:
        for _ in range(options.rounds):
            for checkout in checkouts:
                rounds[checkout].append(follow_first_feed(checkout, feed))
            if options.peer is not None:
                peer_seconds.append(ask_reader(options.peer, feed))
    for checkout, taken in rounds.items():
        best = min(taken, key=lambda each: each.total)
        costs = ", ".join(f"{command} {best.seconds[command]:.2f}" for command in COMMANDS)
        print(f"{checkout}: {costs}; {best.total:.2f} s")
    if peer_seconds:
        print(f"reader, without pages: {min(peer_seconds):.2f} s")


if __name__ == "__main__":
    main()
