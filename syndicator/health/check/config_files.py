"""Find faults in the configuration for `check`; list settings with origin, and changes."""

import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

from syndicator.app.clients import read_llm_key
from syndicator.app.places import read_settings
from syndicator.app.read_configuration import Configuration, need_folder
from syndicator.articles.beside.instance_toml import INSTANCE_TOML
from syndicator.configuration.private import is_readable_by_others, list_secrets
from syndicator.configuration.settings import (
    Alert,
    Settings,
    Webhook,
    dropped_settings,
    load,
    origins,
    unknown_variables,
)
from syndicator.configuration.sources.registry import read_placed_sources
from syndicator.configuration.sources.rights import list_given
from syndicator.configuration.sources.schema import Placed
from syndicator.configuration.toml_files import TomlFile, flatten, read_any_toml_file
from syndicator.configuration.toml_lines import dotted
from syndicator.core import secrets, urls
from syndicator.core.errors import ConfigError, Fault
from syndicator.core.model import Problem, Source
from syndicator.core.reasons import CheckReason, CommandReason, FetchReason
from syndicator.describing.taxonomy import vocabulary
from syndicator.filing.context import find_unset_headers, list_unset_url_variables
from syndicator.health.check.names import find_odd_settings
from syndicator.publishing.queries import load_queries
from syndicator.sending.webhooks import read_signing_key
from syndicator.visiting.fetch.cookie_files import CookieFiles
from syndicator.visiting.fetch.cookies import BadCookies, select_cookies

Severity = Literal["error", "warning", "info"]
SEVERITIES: Final[Sequence[Severity]] = ("error", "warning", "info")  # the gravest first
_PASSWORD = re.compile(r"(?<=://)([^/@:]*):[^/@]*(?=@)")  # the user and password of a URL


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A fault, or a fact worth knowing (severity "info"). `what`: where it is, in words for people.
    `file`, `line`, `key`: where it is, for programs."""

    severity: Severity
    what: str
    reason: str
    detail: str
    file: str = ""
    line: int | None = None
    key: str = ""


def describe_fault(fault: Fault, reason: str, severity: Severity = "error") -> Finding:
    """Return a finding for a fault in a configuration file. `fault`: says what is wrong, and in
    which file, line and key. `reason`: the reason code."""
    problem = Problem(what=fault.at, reason=reason, detail=fault.message)
    finding = describe_problem(problem, severity)
    return replace(finding, file=fault.file, line=fault.line, key=fault.key)


def describe_problem(problem: Problem, severity: Severity = "error") -> Finding:
    """Return a finding for a problem that does not belong to a line of a configuration file."""
    return Finding(
        severity=severity, what=problem.what, reason=problem.reason, detail=problem.detail
    )


def make_finding(
    file: object,
    line: int | None,
    reason: str,
    detail: str,
    severity: Severity = "error",
    key: str = "",
) -> Finding:
    """Return a finding in a file. `file`: its path. `line`: number of the line, None if unknown.
    `reason`: the reason code. `detail`: what is wrong and what to do, in words. `key`: the key that
    is wrong, "" for none."""
    what = f"{file}:{line}" if line else str(file)
    return Finding(
        severity=severity,
        what=what,
        reason=reason,
        detail=detail,
        file=str(file),
        line=line,
        key=key,
    )


def describe_error(what: str, error: ConfigError) -> list[Finding]:
    """Return a finding for each fault that `error` lists. If it lists none, return one finding with
    its message. `what`: path of the file or folder that could not be read."""
    if error.faults:
        return [describe_fault(fault, CommandReason.BAD_CONFIG) for fault in error.faults]
    # a finding names the file anyway
    detail = str(error).removeprefix(f"{what}: ").removeprefix(f"{what} ")
    return [make_finding(what, None, error.reason, detail)]


def find_unreadable_files(config: Path, environ: Mapping[str, str]) -> list[Finding]:
    """Try to read each file of the configuration. Return a finding for each fault that prevents it,
    none if all can be read. `config`: the folder of the files."""
    try:
        need_folder(config)
    except ConfigError as error:
        return describe_error(str(config), error)
    taxonomy = config / "taxonomy.toml"
    # functions that raise ConfigError if the file cannot be read
    readers: dict[str, Callable[[], object]] = {
        "syndicator.toml": lambda: load(config, environ),
        "sources.toml": lambda: read_placed_sources(config / "sources.toml"),
        "feeds.toml": lambda: load_queries(config / "feeds.toml"),
    }
    if taxonomy.exists():
        readers["taxonomy.toml"] = lambda: vocabulary.load(taxonomy)
    findings: list[Finding] = []
    for name, reader in readers.items():
        try:
            reader()
        except ConfigError as error:
            findings += describe_error(str(config / name), error)
    return findings


def find_misplaced_files(config: Path) -> Iterator[Finding]:
    """Yield a finding if the folder of the configuration has a file `sources.d`, which should be a
    folder of source files. Else yield nothing."""
    path = config / "sources.d"
    exists = path.exists() or path.is_symlink()
    if exists and not path.is_dir():
        detail = "it is no folder, so its sources are not followed; make it one, or delete it"
        yield make_finding(path, None, CommandReason.BAD_CONFIG, detail)


def find_dropped_settings(config: Path, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Yield a finding for each setting that is still set although this version does not have it any
    more."""
    for fault in dropped_settings(config, environ):
        yield describe_fault(fault, CheckReason.DROPPED_SETTING, "warning")


def find_unknown_variables(environ: Mapping[str, str]) -> Iterator[Finding]:
    """Yield a finding for each environment variable that has the prefix of our settings but names
    no setting."""
    for name, similar in unknown_variables(environ).items():
        cure = f"did you mean {similar}?" if similar else "unset it"
        yield Finding(
            severity="warning",
            what=f"environment variable {name}",
            reason=CheckReason.UNKNOWN_VARIABLE,
            detail=f"there is no such setting; {cure}",
        )


def check_settings(
    config: Path, values: Settings, environ: Mapping[str, str], *, strict: bool
) -> Iterator[Finding]:
    """Yield a finding for each setting that cannot work. `values`: the settings in use. `strict`:
    True to report also missing settings that publishing needs."""
    path = config / "syndicator.toml"
    file = read_any_toml_file(path)
    for fault in find_odd_settings(file, values):
        yield describe_fault(fault, CommandReason.BAD_CONFIG, "warning")
    yield from _check_site(file, values, strict=strict)
    yield from _find_readable_secrets(file)
    for number, hub in enumerate(values.publish.hubs):
        if urls.host(hub) == "":
            detail = f"publish.hubs: {hub!r} is no address; write one like https://hub.example.org/"
            yield describe_fault(file.fault(detail, "publish", "hubs", number), CheckReason.BAD_HUB)
    if values.describe.llm.url:
        try:
            read_llm_key(config, values.describe.llm, environ)
        except ConfigError as error:
            detail = str(error).removeprefix(f"{path}: ")
            yield describe_fault(
                file.fault(detail, "describe", "llm", "key_env"), CheckReason.NO_LLM_KEY
            )
    mails = bool(values.alert.mail) or any(digest.mail for digest in values.digest)
    yield from _check_alert(file, values.alert, environ, mails=mails)
    yield from _check_webhooks(file, values.webhook, environ)


def _check_site(file: TomlFile, values: Settings, *, strict: bool) -> Iterator[Finding]:
    """Yield a finding if the address of the site is wrong, and one if its secret path is sent
    without encryption. `strict`: True to report also a missing address or contact."""
    site = values.site
    if site.url and urls.host(site.url) == "":
        detail = (
            f"site.url is {site.url!r}; write a whole address, such as https://feeds.example.org/"
        )
        yield describe_fault(file.fault(detail, "site", "url"), CheckReason.NO_SITE_URL)
    elif not site.url and strict:
        detail = "set site.url to the address feeds/public is served at"
        yield describe_fault(file.fault(detail, "site", "url"), CheckReason.NO_SITE_URL)
    if values.is_exposed:
        detail = (
            f"anybody on the way to {urls.host(values.base_url)} reads the secret path of your"
            " feeds; use https"
        )
        yield describe_fault(
            file.fault(detail, "site", "url"), CheckReason.SECRET_WITHOUT_TLS, "warning"
        )
    needs_contact = strict and not values.publish.secret_path
    if needs_contact and not site.contact:
        detail = "set site.contact, so that site owners can reach you"
        yield describe_fault(file.fault(detail, "site", "contact"), CheckReason.NO_CONTACT)


def _find_readable_secrets(file: TomlFile) -> Iterator[Finding]:
    """Yield a finding for each secret in `file`, if every account of this machine can read the
    file."""
    secret_key_paths = list_secrets(file.values)
    if not secret_key_paths:
        return
    if not is_readable_by_others(file.path.stat().st_mode):
        return
    cure = f"`chmod 600 {file.path}`; it has to belong to the account that runs syndicator"
    for key_path in secret_key_paths:
        detail = (
            f"{dotted(key_path)} is a secret, and every account of this machine can read this file:"
            f" {cure}"
        )
        yield describe_fault(file.fault(detail, *key_path), CheckReason.READABLE_SECRET, "warning")


def _check_webhooks(
    file: TomlFile, webhooks: Sequence[Webhook], environ: Mapping[str, str]
) -> Iterator[Finding]:
    """Yield a finding for each webhook whose environment variable holds no usable secret. `file`:
    syndicator.toml, in which the settings stand; `environ`: the environment variables."""
    for number, hook in enumerate(webhooks):
        try:
            read_signing_key(hook.secret.get_secret_value(), environ)
        except (KeyError, ValueError) as error:
            detail = (
                f"webhook.secret: the environment variable holds no secret ({error}): whsec_ and"
                " base64"
            )
            yield describe_fault(
                file.fault(detail, "webhook", number, "secret"), FetchReason.UNSET_VARIABLE
            )


def _check_alert(
    file: TomlFile, alert: Alert, environ: Mapping[str, str], *, mails: bool
) -> Iterator[Finding]:
    """Yield a finding if the program of the alert command is not installed, and one if the password
    for mails is not set: else nobody would notice before an alert fails. `file`: syndicator.toml;
    `mails`: True if alerts or digests are sent by mail."""
    if alert.command:
        program = alert.command[0]
        is_installed = shutil.which(program, path=environ.get("PATH")) is not None
        if not is_installed:
            detail = (
                f"alert.command: {program!r} is no program that can be run here; write its"
                " whole path"
            )
            yield describe_fault(file.fault(detail, "alert", "command"), CheckReason.BAD_ALERT)
    needs_password = mails and bool(alert.password_env)
    if needs_password and not environ.get(alert.password_env):
        detail = (
            f"alert.password_env: the environment variable {alert.password_env} is not set; set it"
            " to the password"
        )
        yield describe_fault(file.fault(detail, "alert", "password_env"), CheckReason.BAD_ALERT)


def check_sources(placed: Sequence[Placed], environ: Mapping[str, str]) -> Iterator[Finding]:
    """Yield the findings of all sources: a secret in the URL; and if the source is enabled, an
    environment variable that is not set, or the option `force`. `placed`: the sources, with their
    places in the files."""
    for entry in placed:
        parameters = secrets.list_secret_parameters(entry.source.url)
        if parameters:
            cure = _describe_placeholders(entry.source, parameters)
            yield describe_fault(entry.fault(cure, "url"), CheckReason.SECRET_IN_URL, "warning")
        if entry.source.enabled:
            yield from _check_enabled_source(entry, environ)


def _check_enabled_source(entry: Placed, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Yield a finding if a source has the option `force`, by which we visit its server more often
    than it asks, and one for each environment variable of its URL and headers that is not set.
    `entry`: the source, with its place in the file."""
    source = entry.source
    if source.force:
        detail = (
            "force: we visit its server more often than it asks; remove it unless the site is"
            " yours or agrees"
        )
        yield describe_fault(entry.fault(detail, "force"), CheckReason.FORCED, "warning")
    for variable in list_unset_url_variables(source, environ):
        detail = (
            f"url: set the environment variable {variable}, to {secrets.LEAST} characters or more"
        )
        yield describe_fault(entry.fault(detail, "url"), FetchReason.UNSET_VARIABLE)
    for header, variable in find_unset_headers(source, environ).items():
        detail = (
            f"headers_env: set the environment variable {variable}, or take the header {header} out"
        )
        yield describe_fault(entry.fault(detail, "headers_env", header), FetchReason.UNSET_VARIABLE)


def check_cookie_files(
    placed: Sequence[Placed], files: CookieFiles, now: datetime
) -> Iterator[Finding]:
    """Yield a finding for each file of cookies that cannot be used, that other accounts can read,
    or whose cookies have expired. `placed`: the sources, with their places in the files; `files`:
    reads the files of cookies."""
    for entry in placed:
        name = entry.source.cookies
        if not name or not entry.source.enabled:
            continue
        try:
            cookies = files.cookies(name)
        except BadCookies as error:
            yield describe_fault(
                entry.fault(f"cookies: {error}", "cookies"), FetchReason.BAD_COOKIES
            )
            continue
        path = files.path(name)
        if is_readable_by_others(path.stat().st_mode):
            detail = (
                f"cookies: every account of this machine can read {path}: `chmod 600 {path}`; it"
                " has to belong to the account that runs syndicator"
            )
            yield describe_fault(
                entry.fault(detail, "cookies"), CheckReason.READABLE_SECRET, "warning"
            )
        if not select_cookies(cookies, entry.source.url, now):
            detail = (
                f"cookies: {path} has none for {urls.redacted(entry.source.url)} that has not"
                " expired: log in with a browser, and export its cookies again"
            )
            yield describe_fault(
                entry.fault(detail, "cookies"), FetchReason.SESSION_ENDED, "warning"
            )


def list_source_rights(placed: Sequence[Placed]) -> Iterator[Finding]:
    """Yield a finding for each source that has special rights, such as to write for other sites
    (`speaks_for`). The operator should know them: an imported list of sources may have brought
    them. `placed`: the sources, with their places in the files."""
    for entry in placed:
        rights = list_given(entry.source)
        if rights:
            yield describe_fault(entry.fault(f"it has {rights}"), CheckReason.SOURCE_RIGHTS, "info")


def _describe_placeholders(source: Source, parameters: Sequence[str]) -> str:
    """Return a sentence that says how to remove the secrets from the URL of a source: the URL with
    placeholders, and the environment variables to set. `parameters`: names of the query parameters
    that have secrets."""
    url = source.url
    variables: list[str] = []
    for parameter in parameters:
        variable = re.sub(r"\W+", "_", f"{source.key}_{parameter}").upper()
        variables.append(variable)
        url = secrets.set_placeholder(url, parameter, variable)
    return (
        f'write url = "{url}" and set {" and ".join(variables)} in the environment to the value of'
        " now"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Configured:
    """A setting in use. `origin`: where it is set: "default", "<file>:<line>" or "environment
    variable <name>"."""

    name: str
    value: object
    origin: str


def list_settings(config: Path, environ: Mapping[str, str] = os.environ) -> tuple[Configured, ...]:
    """Return all settings in use, each with its value and its origin (where it is set). Passwords
    are masked. Raises ConfigError."""
    from_file = load(config, environ)
    in_use = read_settings(from_file, environ)
    origin_by_name = origins(config, environ)
    if in_use is not from_file:  # the file beside the articles replaces one setting
        origin_by_name["publish.archives"] = f"{INSTANCE_TOML} beside the articles"
    value_by_name: dict[str, object] = {}
    for key_path, value in flatten(in_use.model_dump(mode="json")):
        printable = mask_password(value) if isinstance(value, str) else value
        value_by_name[dotted(key_path)] = printable
    return tuple(
        Configured(name=name, value=value_by_name[name], origin=origin)
        for name, origin in origin_by_name.items()
    )


def mask_password(value: str) -> str:
    """Return the text with *** in place of the password of a URL; a text without such a password is
    returned unchanged."""
    return _PASSWORD.sub(r"\1:***", value)


def list_changes(old: Configuration, new: Configuration) -> Iterator[str]:
    """Yield a line for each setting, source and query that differs between two configurations. The
    values are not shown, as they may be secret."""
    values_before = dict(flatten(old.settings.model_dump()))
    values_after = dict(flatten(new.settings.model_dump()))
    for key_path in sorted(values_before):
        if values_before[key_path] == values_after[key_path]:
            continue
        name = dotted(key_path)
        if name == "publish.listen":
            yield f"setting {name} changed; it counts from the next start"
        else:
            yield f"setting {name} changed"
    for fault in new.dropped:  # settings that this version does not have any more
        if fault not in old.dropped:
            yield str(fault)
    yield from _list_key_changes("source", old.sources, new.sources)
    queries_before = {query.slug: query for query in old.queries}
    queries_after = {query.slug: query for query in new.queries}
    yield from _list_key_changes("query", queries_before, queries_after)


def _list_key_changes(
    noun: str, old: Mapping[str, object], new: Mapping[str, object]
) -> Iterator[str]:
    """Yield a line such as "source blog added" for each key whose value was added, removed or
    changed. `noun`: says what the values are, such as "source"."""
    for key in sorted(old.keys() | new.keys()):
        if key not in old:
            yield f"{noun} {key} added"
        elif key not in new:
            yield f"{noun} {key} removed"
        elif old[key] != new[key]:
            yield f"{noun} {key} changed"
