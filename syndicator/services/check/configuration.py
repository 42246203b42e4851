"""Find faults in the configuration files and in the environment variables that they name."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from syndicator.configuration.settings import Alert, Settings, Webhook, dropped_settings, load, unknown_variables
from syndicator.configuration.sources.registry import placed_sources
from syndicator.configuration.sources.schema import Placed
from syndicator.configuration.toml_files import TomlFile, read_toml_file
from syndicator.core import secrets, urls
from syndicator.core.errors import ConfigError
from syndicator.core.model import Source
from syndicator.core.reasons import CheckReason, CommandReason, FetchReason
from syndicator.pipeline.context import unset, unset_in_url
from syndicator.publishing.queries import load_queries
from syndicator.services.check.finding import Finding, in_file, of_error, of_fault
from syndicator.services.container import llm_key, need_folder
from syndicator.services.webhooks import signing_key


def faults(config: Path, environ: Mapping[str, str]) -> list[Finding]:
    """Return the faults of all files that stop every command."""
    from syndicator.describing.taxonomy import vocabulary

    try:
        need_folder(config)
    except ConfigError as error:
        return of_error(str(config), error)
    taxonomy = config / "taxonomy.toml"
    readers: tuple[tuple[str, Callable[[], object]], ...] = (
        ("syndicator.toml", lambda: load(config, environ)),
        ("sources.toml", lambda: placed_sources(config / "sources.toml")),
        ("feeds.toml", lambda: load_queries(config / "feeds.toml")),
        ("taxonomy.toml", lambda: taxonomy.exists() and vocabulary.load(taxonomy)),
    )
    findings: list[Finding] = []
    for name, reader in readers:
        try:
            reader()
        except ConfigError as error:
            findings += of_error(str(config / name), error)
    return findings


def beside(config: Path) -> Iterator[Finding]:
    """Report a sources.d that is no folder."""
    path = config / "sources.d"
    if not path.is_dir() and (path.exists() or path.is_symlink()):
        detail = "it is no folder, so its sources are not followed; make it one, or delete it"
        yield in_file(path, None, CommandReason.BAD_CONFIG, detail)


def dropped(config: Path, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Report settings of earlier versions that are still set, without effect."""
    for fault in dropped_settings(config, environ):
        yield of_fault(fault, CheckReason.DROPPED_SETTING, "warning")


def variables(environ: Mapping[str, str]) -> Iterator[Finding]:
    """Report environment variables that look like settings but are none."""
    for name, near in unknown_variables(environ).items():
        detail = f"there is no such setting; did you mean {near}?" if near else "there is no such setting; unset it"
        what = f"environment variable {name}"
        yield Finding(severity="warning", what=what, reason=CheckReason.UNKNOWN_VARIABLE, detail=detail)


def settings(config: Path, values: Settings, environ: Mapping[str, str], *, strict: bool) -> Iterator[Finding]:
    """Report valid settings that cannot work; with `strict`, also missing ones that publishing needs."""
    path = config / "syndicator.toml"
    file = read_toml_file(path) if path.exists() else TomlFile(path, {})
    site = values.site
    if site.url and urls.host(site.url) == "":
        detail = f"site.url is {site.url!r}; write a whole address, such as https://feeds.example.org/"
        yield of_fault(file.fault(detail, "site", "url"), CheckReason.NO_SITE_URL)
    elif not site.url and strict:
        detail = "set site.url to the address feeds/public is served at"
        yield of_fault(file.fault(detail, "site", "url"), CheckReason.NO_SITE_URL)
    if values.is_exposed:
        detail = f"anybody on the way to {urls.host(values.base_url)} reads the secret path of your feeds; use https"
        yield of_fault(file.fault(detail, "site", "url"), CheckReason.SECRET_WITHOUT_TLS, "warning")
    if not site.contact and strict and not values.publish.secret_path:
        detail = "set site.contact, so that site owners can reach you"
        yield of_fault(file.fault(detail, "site", "contact"), CheckReason.NO_CONTACT)
    for number, hub in enumerate(values.publish.hubs):
        if urls.host(hub) == "":
            detail = f"publish.hubs: {hub!r} is no address; write one like https://hub.example.org/"
            yield of_fault(file.fault(detail, "publish", "hubs", number), CheckReason.BAD_HUB)
    if values.describe.llm.url:
        try:
            llm_key(config, values.describe.llm, environ)
        except ConfigError as error:
            detail = str(error).removeprefix(f"{path}: ")
            yield of_fault(file.fault(detail, "describe", "llm", "key_env"), CheckReason.NO_LLM_KEY)
    mails = bool(values.alert.mail) or any(digest.mail for digest in values.digest)
    yield from _alert(file, values.alert, environ, mails=mails)
    yield from _webhooks(file, values.webhook, environ)


def _webhooks(file: TomlFile, webhooks: Sequence[Webhook], environ: Mapping[str, str]) -> Iterator[Finding]:
    for number, hook in enumerate(webhooks):
        try:
            signing_key(hook.secret.get_secret_value(), environ)
        except (KeyError, ValueError) as error:
            detail = f"webhook.secret: the environment variable holds no secret ({error}): whsec_ and base64"
            yield of_fault(file.fault(detail, "webhook", number, "secret"), FetchReason.UNSET_VARIABLE)


def _alert(file: TomlFile, alert: Alert, environ: Mapping[str, str], *, mails: bool) -> Iterator[Finding]:
    """Check alerts now: a failure when an alert is sent would be noticed too late."""
    if alert.command and shutil.which(alert.command[0], path=environ.get("PATH")) is None:
        detail = f"alert.command: {alert.command[0]!r} is no program that can be run here; write its whole path"
        yield of_fault(file.fault(detail, "alert", "command"), CheckReason.BAD_ALERT)
    if mails and alert.password_env and not environ.get(alert.password_env):
        detail = f"alert.password_env: the environment variable {alert.password_env} is not set; set it to the password"
        yield of_fault(file.fault(detail, "alert", "password_env"), CheckReason.BAD_ALERT)


def sources(placed: Sequence[Placed], environ: Mapping[str, str]) -> Iterator[Finding]:
    """Report variables without a value, secrets in a URL, and servers that are asked too often."""
    for entry in placed:
        source = entry.source
        if parameters := secrets.telling(source.url):
            yield of_fault(entry.fault(_placeholders(source, parameters), "url"), CheckReason.SECRET_IN_URL, "warning")
        if not source.enabled:
            continue
        if source.force:
            detail = "force: we visit its server more often than it asks; remove it unless the site is yours or agrees"
            yield of_fault(entry.fault(detail, "force"), CheckReason.FORCED, "warning")
        for variable in unset_in_url(source, environ):
            detail = f"url: set the environment variable {variable}, to {secrets.LEAST} characters or more"
            yield of_fault(entry.fault(detail, "url"), FetchReason.UNSET_VARIABLE)
        for header, variable in unset(source, environ):
            detail = f"headers_env: set the environment variable {variable}, or take the header {header} out"
            yield of_fault(entry.fault(detail, "headers_env", header), FetchReason.UNSET_VARIABLE)


def _placeholders(source: Source, parameters: Sequence[str]) -> str:
    url, names = source.url, []
    for parameter in parameters:
        names.append(re.sub(r"\W+", "_", f"{source.key}_{parameter}").upper())
        url = secrets.with_placeholder(url, parameter, names[-1])
    return f'write url = "{url}" and set {" and ".join(names)} in the environment to the value of now'
