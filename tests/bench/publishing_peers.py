"""Hugo and Pelican at the work of bench_publishing: the same articles as markdown files, Atom and
RSS of everything, of each tag and of each category, the newest 20 entries a feed, and no page of
HTML."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from syndicator.core.model import Article

HUGO = """\
baseURL = "https://feeds.example/"
title = "Bench"
disableKinds = ["section", "sitemap", "robotsTXT", "404"]
[services.rss]
limit = 20
[mediaTypes."application/atom+xml"]
suffixes = ["atom"]
[outputFormats.Atom]
mediaType = "application/atom+xml"
baseName = "index"
[outputs]
page = []
home = ["RSS", "Atom"]
term = ["RSS", "Atom"]
taxonomy = ["RSS"]
"""
HUGO_ATOM = """\
{{ printf "<?xml version=\\"1.0\\" encoding=\\"utf-8\\"?>" | safeHTML }}
<feed xmlns="http://www.w3.org/2005/Atom"><id>{{ .Permalink }}</id><title>{{ .Title }}</title>
<updated>{{ (index .RegularPagesRecursive.ByDate.Reverse 0).Date.Format "2006-01-02T15:04:05Z07:00" }}</updated>
{{ range first 20 .RegularPagesRecursive.ByDate.Reverse }}<entry><id>{{ .Params.source }}</id>
<title>{{ .Title }}</title>
<updated>{{ .Date.Format "2006-01-02T15:04:05Z07:00" }}</updated><author><name>{{ .Params.author }}</name></author>
<link href="{{ .Params.source }}"/><summary type="html">{{ .Summary | transform.XMLEscape | safeHTML }}</summary>
{{ range .Params.tags }}<category term="{{ . }}"/>{{ end }}</entry>
{{ end }}</feed>
"""  # noqa: E501
PELICAN = """\
SITEURL = FEED_DOMAIN = "https://feeds.example"
SITENAME, AUTHOR, TIMEZONE, DEFAULT_LANG = "Bench", "Ann Writer", "UTC", "en"
PATH, OUTPUT_PATH = "content", "output"
FEED_ALL_ATOM, FEED_ALL_RSS = "all.atom", "all.rss"
CATEGORY_FEED_ATOM, CATEGORY_FEED_RSS = "categories/{slug}.atom", "categories/{slug}.rss"
TAG_FEED_ATOM, TAG_FEED_RSS = "tags/{slug}.atom", "tags/{slug}.rss"
AUTHOR_FEED_ATOM = AUTHOR_FEED_RSS = TRANSLATION_FEED_ATOM = None
FEED_MAX_ITEMS, FEED_APPEND_REF = 20, False
ARTICLE_SAVE_AS = CATEGORY_SAVE_AS = TAG_SAVE_AS = AUTHOR_SAVE_AS = ""
DIRECT_TEMPLATES, STATIC_PATHS = [], []
"""


def hugo_site(folder: Path, articles: Iterable[Article]) -> None:
    (folder / "content").mkdir(parents=True, exist_ok=True)
    (folder / "layouts/_default").mkdir(parents=True, exist_ok=True)
    (folder / "hugo.toml").write_text(HUGO)
    (folder / "layouts/_default/list.atom").write_text(HUGO_ATOM)
    for article in articles:
        tags = ", ".join(f'"{tag}"' for tag in article.tags)
        told = (
            f'---\ntitle: "{article.title}"\ndate: {article.added:%Y-%m-%dT%H:%M:%SZ}\nauthor:'
            f" {article.author}\n"
        )
        told += f'source: {article.url}\ntags: [{tags}]\ncategories: ["{article.category}"]\n---\n'
        (folder / "content" / f"{article.id}.md").write_text(f"{told}{article.excerpt}\n")


def pelican_site(folder: Path, articles: Iterable[Article]) -> None:
    (folder / "content").mkdir(parents=True, exist_ok=True)
    (folder / "pelicanconf.py").write_text(PELICAN)
    for article in articles:
        told = (
            f"Title: {article.title}\nDate: {article.added:%Y-%m-%d %H:%M:%S}\nAuthor:"
            f" {article.author}\n"
        )
        told += (
            f"Tags: {', '.join(article.tags)}\nCategory: {article.category}\nSlug: {article.id}\n\n"
        )
        (folder / "content" / f"{article.id}.md").write_text(f"{told}{article.excerpt}\n")


@dataclass(frozen=True, slots=True)
class Site:
    """A peer's site. `bare`: a command that only starts the program."""

    folder: Path
    write: Callable[[Path, Iterable[Article]], None]
    build: Sequence[str]
    bare: Sequence[str]

    def line(self, articles: Sequence[Article], more: Article) -> str:
        self.write(self.folder, articles)
        start, _ = self.cost(self.bare)
        full, megabytes = self.cost(self.build)
        self.write(self.folder, [more])
        one, _ = self.cost(self.build)
        none, _ = self.cost(self.build)
        return (
            f"full {full - start:.2f} s, one more {one - start:.2f} s, none {none - start:.2f} s,"
            f" {megabytes:.0f} MB"
        )

    def cost(self, command: Sequence[str]) -> tuple[float, float]:
        """CPU seconds, and megabytes of the largest resident set (at least what this process
        has)."""
        running = subprocess.Popen(command, cwd=self.folder, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(running.pid, 0)
        running.returncode = os.waitstatus_to_exitcode(status)
        assert running.returncode == 0, command
        return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def compare(folder: Path, articles: Sequence[Article], more: Article) -> None:
    """Prints a line for each peer: CPU of a whole build, with one article more, and once again with
    nothing new, over and above starting the program; and its largest resident set."""
    if shutil.which("hugo") is None:
        print("  hugo is not installed (Debian: apt-get install hugo)")
    else:
        site = Site(folder / "hugo", hugo_site, ["hugo", "--quiet"], ["hugo", "version"])
        print(f"  hugo    {site.line(articles, more)}")
    command = shutil.which(os.environ.get("PELICAN", "pelican"))
    if command is None:
        print(
            "  pelican is not installed (pip install pelican markdown somewhere; the variable"
            " PELICAN names it)"
        )
    else:
        bare = [
            str(Path(command).with_name("python")),
            "-c",
            "import pelican, markdown, jinja2, feedgenerator",
        ]
        site = Site(folder / "pelican", pelican_site, [command, "-q"], bare)
        print(f"  pelican {site.line(articles, more)}")
