"""gray-matter (Next.js, Eleventy) and Astro read our article files as we wrote them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from syndicator.articles.frontmatter import body, write_foreign
from syndicator.core.model import Article
from tests.articles.samples import make_full_article
from tests.articles.wild import list_expected_fields, store_wild_articles

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
SCRIPT = Path(__file__).parent / "node_readers.mjs"
KEYS = ("title", "date", "excerpt", "coverImage", "author", "tags", "category", "source")
ASTRO = {
    "astro.config.mjs": (
        "export default { site: 'https://example.org', devToolbar: { enabled: false } };\n"
    ),
    "package.json": '{ "name": "site", "type": "module", "private": true }\n',
    "src/content.config.ts": (
        """\
import { defineCollection, z } from "astro:content";
import { glob } from "astro/loaders";

const articles = defineCollection({
  loader: glob({ pattern: "**/*.md", base: "./articles" }),
  schema: z.object({
    title: z.string(),
    date: z.coerce.date(),
    excerpt: z.string(),
    coverImage: z.string(),
    author: z.string(),
    tags: z.array(z.string()),
    category: z.string(),
    source: z.string().url(),
  }),
});
export const collections = { articles };
"""
    ),
    "src/pages/all.json.ts": (
        """\
import { getCollection } from "astro:content";

export async function GET() {
  const found = await getCollection("articles");
  return new Response(JSON.stringify(found.map(({ filePath, data, body }) => ({ path: filePath, typed: data, body }))));
}
"""  # noqa: E501
    ),
}


def install_packages(folder: Path, *packages: str) -> Path:
    """A folder with these packages of npm."""
    if not shutil.which("node") or not shutil.which("npm"):
        pytest.skip("node and npm are not installed; Debian has both")
    folder.mkdir(parents=True, exist_ok=True)
    words = [
        "npm",
        "install",
        "--no-audit",
        "--no-fund",
        "--ignore-scripts",
        "--prefer-offline",
        *packages,
    ]
    try:
        done = subprocess.run(
            words, cwd=folder, capture_output=True, text=True, check=False, timeout=300
        )
    except subprocess.TimeoutExpired:
        pytest.skip(f"npm did not install {', '.join(packages)} within five minutes")
    if done.returncode:
        pytest.skip(
            f"npm does not install {', '.join(packages)} here: {done.stderr.strip()[-300:]}"
        )
    return folder


def assert_read_as_written(found: dict[str, Any], articles: dict[str, Article], path: str) -> None:
    typed = dict(found["typed"])
    assert typed.pop("date") == "2026-11-23T00:00:00.000Z"
    assert typed == list_expected_fields(articles[path])
    assert found["body"].strip() == body(Path(path).read_bytes()).strip()


def test_gray_matter_gives_each_field_its_type_and_the_body_as_it_is(tmp_path: Path) -> None:
    """gray-matter, which most Node site generators use, reads our files with the values and types
    that we wrote, also of articles whose every field is an odd text; dates stay text."""
    packages = install_packages(tmp_path / "node", "gray-matter@4", "zod@3")
    articles = store_wild_articles(tmp_path / "articles")
    script = packages / SCRIPT.name
    shutil.copy(SCRIPT, script)

    # the script reads paths of files and prints a line of JSON for each
    done = subprocess.run(
        ["node", str(script)],
        cwd=packages,
        input="\n".join(articles),
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert done.returncode == 0, done.stderr

    lines = [json.loads(line) for line in done.stdout.split("\n") if line]

    assert {line["path"] for line in lines} == set(articles)

    for line in lines:
        # text: no time that a zone moves to the day before
        assert isinstance(line["front"]["date"], str)
        assert tuple(line["front"])[: len(KEYS)] == KEYS
        assert_read_as_written(line, articles, line["path"])


def test_a_file_without_our_quotes_is_read_otherwise(tmp_path: Path) -> None:
    """Without our quotes, gray-matter reads the title 1e3 as a number, which the script refuses:
    otherwise the other tests would prove nothing."""
    packages = install_packages(tmp_path / "node", "gray-matter@4", "zod@3")
    shutil.copy(SCRIPT, packages / SCRIPT.name)
    path = tmp_path / "a.md"
    values = list_expected_fields(make_full_article(title="1e3")) | {"date": "2026-11-23"}
    path.write_bytes(write_foreign(values, "Text.").replace(b"'1e3'", b"1e3"))

    done = subprocess.run(
        ["node", SCRIPT.name],
        cwd=packages,
        input=str(path),
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert done.returncode != 0
    assert "Expected string, received number" in done.stderr


def test_a_content_collection_of_astro_takes_the_folder(tmp_path: Path) -> None:
    """The site generator Astro reads the article folder as a content collection: every article,
    with the values that we wrote."""
    site = tmp_path / "site"
    for name, text in ASTRO.items():
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text(text)
    install_packages(site, "astro@5")
    articles = store_wild_articles(site / "articles")
    done = subprocess.run(
        ["npx", "--no-install", "astro", "build"],
        cwd=site,
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "ASTRO_TELEMETRY_DISABLED": "1"},
    )

    assert done.returncode == 0, done.stdout + done.stderr

    document = json.loads((site / "dist/all.json").read_text())

    assert {str(site / page["path"]) for page in document} == set(articles)

    for one in document:
        assert_read_as_written(one, articles, str(site / one["path"]))
