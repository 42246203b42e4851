"""Write the files of a new folder. Existing files stay as they are."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from pathlib import Path

from syndicator.configuration.settings import load
from syndicator.core.errors import UsageError
from syndicator.services.init import deploy
from syndicator.services.init import start as program
from syndicator.services.init.start import Start, checked, config_files


def write_folder(
    root: Path, start: Start | None = None, *, config: Path | None = None, template: str = "", runs: str = ""
) -> list[Path]:
    """Make `root` a working folder with the files for `runs`, or with `template` a publishing repository. Returns the
    written files. Raises UsageError, as for the program's own folder."""
    if root.resolve() == program.checkout():
        own = f"{root.resolve()} is the program's own folder, whose files an upgrade changes"
        raise UsageError(f"{own}; name one of your own, for example: init ../feeds")
    config = config or root / "config"
    if template:
        files = deploy.repository_files(template, program.requirement())
        return write_config(config, start, at_home=False) + write_missing(root, files)
    written = write_config(config, start)
    script = deploy.filled("run", PROGRAM=shlex.join(program.words()), CONFIG=program.config_for_shell(root, config))
    files = {"run": script}
    for name, text in deploy.deployment_files(_deployment(root, config, runs)).items():
        files[f"deploy/{name}"] = text
    return written + write_missing(root, files)


def next_command(root: Path, runs: str) -> str:
    """Return the command that starts the program as `runs` says, also after a reboot. Raises UsageError."""
    if runs and runs not in deploy.RUNS:
        raise UsageError(f"--run {runs}: say {', '.join(deploy.RUNS)}")
    folder, user, as_root = root.resolve(), program.account(), not os.getuid()
    quoted, run = shlex.quote(str(folder)), shlex.quote(f"{folder}/run")
    command = deploy.RUNS[runs or "up"][1].format(root=quoted, run=run, sudo="" if as_root else "sudo ")
    if not as_root or runs not in ("systemd", "fleet"):
        return command
    account = f"useradd --system --home-dir {quoted} --shell /usr/sbin/nologin {user}"
    return f"{account} && chown -R {user} {quoted} && {command}"


def _deployment(root: Path, config: Path, runs: str) -> deploy.Deployment:
    settings, checkout = load(config), program.checkout()
    written = [path.resolve() for path in settings.folders]
    return deploy.Deployment(
        root=root.resolve(),
        config=config.resolve(),
        public=(settings.public_dir or root / "feeds/public").resolve(),
        program=program.words(),
        user=program.account(),
        elsewhere=tuple(path for path in written if not path.is_relative_to(root.resolve())),
        url=settings.site.url and settings.base_url,
        private=bool(settings.publish.secret_path),
        shared=bool(settings.publish.secret_path) and settings.publish.host == "0.0.0.0",
        runs=runs,
        port=settings.publish.port,
        checkout=str(checkout or ""),
        owner=(os.getuid(), os.getgid()),
    )


def write_config(config: Path, start: Start | None = None, *, at_home: bool = True) -> list[Path]:
    """Write the files that `config` lacks and return them. Raises UsageError for a wrong `start`."""
    return write_missing(config, config_files(checked(start or Start()), at_home=at_home))


def write_missing(folder: Path, files: Mapping[str, str]) -> list[Path]:
    """Write those of `files` (text by path) that `folder` lacks, and return them. Scripts become executable."""
    written = []
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
        except FileExistsError:
            continue
        if text.startswith("#!"):
            path.chmod(0o755)
        written.append(path)
    return written
