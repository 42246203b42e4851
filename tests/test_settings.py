"""The settings of the language model: what is accepted, what is refused, and that no error shows a secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from syndicator.errors import ConfigError
from syndicator.settings import Llm, load

SECRET = "s3ntinel"


def read(folder: Path, lines: str) -> Llm:
    (folder / "syndicator.toml").write_text(f"[describe.llm]\n{lines}\n")
    return load(folder, {}).describe.llm


@pytest.mark.parametrize(
    "lines",
    [
        "",
        'url = "http://127.0.0.1:11434/v1"\nmodel = "tiny"',
        'url = "https://[::1]/v1"\nmodel = "tiny"\nkey_env = "MY_KEY"',
        'model = "tiny"',
    ],
)
def test_taken(tmp_path: Path, lines: str) -> None:
    assert read(tmp_path, lines).seconds == 30


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ('url = "http://h/v1"', "set model to the name"),
        ('url = "ftp://h/v1"\nmodel = "tiny"', r"describe\.llm\.url: write it like"),
        ('url = "h:11434/v1"\nmodel = "tiny"', r"describe\.llm\.url: write it like"),
        ('url = "http://h:99999/v1"\nmodel = "tiny"', r"describe\.llm\.url: "),
        (f'url = "http://u:{SECRET}@h/v1"\nmodel = "tiny"', r"describe\.llm\.url: do not write a key into a URL"),
        (f'key_env = "sk-{SECRET}"', r"describe\.llm\.key_env: write the name of the environment variable"),
        ('key_env = "SYNDICATOR_KEY"', r"describe\.llm\.key_env: variables that begin with SYNDICATOR_"),
        ("seconds = 0", r"describe\.llm\.seconds: "),
        ('key = "x"', r"unknown key 'describe\.llm\.key'"),
    ],
)
def test_refused(tmp_path: Path, lines: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message) as refused:
        read(tmp_path, lines)
    assert SECRET not in str(refused.value)


def test_the_environment_outranks_the_file(tmp_path: Path) -> None:
    assert read(tmp_path, 'url = "http://h/v1"\nmodel = "tiny"').model == "tiny"
    with pytest.raises(ConfigError, match="did you mean SYNDICATOR_DESCRIBE__LLM__URL"):
        load(tmp_path, {"SYNDICATOR_DESCRIBE__LLM__URI": "x"})
