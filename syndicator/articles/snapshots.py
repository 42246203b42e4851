"""Keep recently fetched pages in a folder, gzipped, so that they are read again without a fetch."""

import gzip
import json
import os
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from math import inf
from pathlib import Path

from syndicator.articles import disk

# stored header with the address from which the page came after redirects, the base of its links
ANSWERED = "content-location"
# stored header with the address of the AMP or print version, if we read that instead of the page
READ_AT = "x-read-at"
_UNKNOWN_VERSION = 0  # of pages whose names have none: lower than any version


def pack_page(html: bytes, headers: Mapping[str, str]) -> bytes:
    """Return a page and its headers as gzipped bytes: a line of JSON with the headers, then the
    page. Equal pages give equal bytes."""
    header_line = json.dumps(dict(headers), sort_keys=True).encode()
    # level 6 takes half more CPU time for 7 % fewer bytes
    return gzip.compress(header_line + b"\n" + html, compresslevel=4, mtime=0)


def unpack_page(data: bytes) -> tuple[bytes, dict[str, str]] | None:
    """Return the page and its headers in `data`, bytes that `pack_page` made. Return None if they
    are damaged."""
    content = unzip(data)
    if content is None:
        return None
    header_line, _, html = content.partition(b"\n")
    try:
        headers = json.loads(header_line)
    except ValueError:
        return None
    return html, {str(name): str(value) for name, value in headers.items()}


def unzip(data: bytes) -> bytes | None:
    """Return the content of `data`, gzipped bytes. Return None if they are damaged."""
    try:
        return gzip.decompress(data)
    except (OSError, EOFError, zlib.error):
        return None


def check_id(article_id: str) -> str:
    """Return `article_id` unchanged. Raises ValueError if it does not have the form of an article
    id, as it becomes a part of a path."""
    if not re.fullmatch(r"[a-z2-7]{6,26}", article_id):
        raise ValueError(f"not an article id: {article_id[:40]!r}")
    return article_id


class FileSnapshots:
    """Kept pages in a folder: implements `ports.Snapshots`. The page of an article is named
    <id>.3.gz if version 3 of the reader has read it."""

    def __init__(self, root: Path, version: int = 0) -> None:
        """`root`: the folder; `version`: of the present reader."""
        self.root = root
        self.version = version

    def put(self, article_id: str, html: bytes, headers: Mapping[str, str]) -> None:
        """Store the page of an article as one that this version has read."""
        self.put_packed(article_id, pack_page(html, headers))

    def put_packed(self, article_id: str, packed: bytes) -> None:
        """Store a page that `pack_page` has packed, and delete the same page of other versions."""
        disk.write(self._path(article_id), packed, durable=False)
        self._drop(article_id, kept=self._path(article_id))

    def get(self, article_id: str) -> tuple[bytes, dict[str, str]] | None:
        """Return the stored page of an article, and its headers. Return None if it is not stored or
        is damaged."""
        try:
            return unpack_page(self._find_file(article_id).read_bytes())
        except OSError:
            return None

    def forget(self, article_id: str) -> None:
        """Delete the page of an article, as any version has read it."""
        self._drop(article_id)

    def outdated(self) -> frozenset[str]:
        """Return the ids of the articles whose pages this version of the reader has not read yet,
        only earlier versions."""
        article_ids = []
        for file_name in self._names():
            if not file_name.endswith(".gz"):
                continue
            article_id, _, version_text = file_name.removesuffix(".gz").partition(".")
            version = int(version_text) if version_text.isdigit() else _UNKNOWN_VERSION
            if version < self.version:
                article_ids.append(article_id)
        return frozenset(article_ids)

    def note_read(self, article_id: str) -> None:
        """Record that this version of the reader has read the page of an article. The file gets
        another name for this; its age stays."""
        path = self._find_file(article_id)
        current = self._path(article_id)  # the name of a page that this version has read
        if path != current and path.exists():
            path.replace(current)

    def prune(self, before: datetime, *, dry_run: bool = False, daily: bool = False) -> int:
        """Delete the pages older than `before`, and temporary files of crashed writers. Return
        their number. `dry_run`: True to delete nothing. `daily`: not used for a folder."""
        limit = before.timestamp()
        outdated: list[Path] = []
        for path in self.root.glob("*/*"):
            if disk.is_litter(path.name) or _read_mtime(path) < limit:
                outdated.append(path)
        if not dry_run:
            for path in outdated:
                path.unlink(missing_ok=True)
        return len(outdated)

    def scrub(self, secret: Callable[[bytes], bool]) -> None:
        """Delete the pages that contain a secret, and damaged pages. `secret(page)`: returns True
        if the bytes of a page contain one."""
        for path in sorted(self.root.glob("*/*.gz")):
            content = unzip(path.read_bytes())
            if content is None or secret(content):
                path.unlink(missing_ok=True)

    def _path(self, article_id: str) -> Path:
        """Return the path of the page of an article, with the number of this version of the reader
        in its name. Raises ValueError if the id is invalid."""
        folder = self.root / check_id(article_id)[:2]
        if self.version:
            return folder / f"{article_id}.{self.version}.gz"
        return folder / f"{article_id}.gz"

    def _names(self) -> Iterator[str]:
        """Yield the names of all files in the subfolders."""
        folders = [folder.path for folder in os.scandir(self.root)] if self.root.is_dir() else []
        for folder in filter(os.path.isdir, folders):
            yield from os.listdir(folder)  # noqa: PTH208

    def _find_file(self, article_id: str) -> Path:
        """Return the path of the stored page of an article. If several versions of the reader have
        one, it is that of this version. If there is none, return the path that it would have."""
        path = self._path(article_id)
        if path.exists():
            return path
        other_files = self._find_versions(article_id)
        return other_files[0] if other_files else path

    def _drop(self, article_id: str, kept: Path | None = None) -> None:
        """Delete the files of the page of an article except the file `kept`."""
        for path in self._find_versions(article_id):
            if path != kept:
                path.unlink(missing_ok=True)

    def _find_versions(self, article_id: str) -> list[Path]:
        """Return the sorted paths of all files with the page of an article. Several versions of the
        reader may have one each."""
        folder = self._path(article_id).parent
        try:
            names = os.listdir(folder)  # noqa: PTH208 - a pattern takes as long as a query
        except FileNotFoundError:
            return []
        prefix = f"{article_id}."
        page_names = [name for name in names if name.startswith(prefix) and name.endswith("gz")]
        return [folder / name for name in sorted(page_names)]


def _read_mtime(path: Path) -> float:
    """Return when a file was written, in seconds since 1970. If the file is gone, return infinity,
    so that it does not count as old: another process may have given its temporary file the final
    name meanwhile."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return inf
