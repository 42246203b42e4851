"""Find faults in the configuration for `check`; list settings with origin, and changes."""

import os
import re
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

from syndicator.app.clients import llm_key
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
from syndicator.configuration.sources.registry import placed_sources
from syndicator.configuration.sources.rights import list_given
from syndicator.configuration.sources.schema import Placed
from syndicator.configuration.toml_files import TomlFile, flatten, read_toml_file
from syndicator.configuration.toml_lines import dotted
from syndicator.core import secrets, text, urls
from syndicator.core.errors import ConfigError, Fault
from syndicator.core.model import Problem, Source
from syndicator.core.reasons import CheckReason, CommandReason, FetchReason
from syndicator.describing.taxonomy import vocabulary
from syndicator.filing.context import list_unset_headers, list_unset_url_variables
from syndicator.publishing.queries import SavedQuery, load_queries
from syndicator.searching.language import Term, iterate_terms
from syndicator.sending.webhooks import signing_key
from syndicator.visiting.fetch.cookie_files import CookieFiles
from syndicator.visiting.fetch.cookies import BadCookies, select_cookies

Severity = Literal["error", "warning", "info"]
SEVERITIES: Final[Sequence[Severity]] = ("error", "warning", "info")  # the gravest first
CATEGORY = "category"
TAG = "tag"
SOURCE = "source"  # axes, and the fields of queries
_ANOTHER = "another here"
WHERE = {CATEGORY: "taxonomy.toml", TAG: "taxonomy.toml", SOURCE: "sources.toml"}
_PASSWORD = re.compile(r"(?<=://)([^/@:]*):[^/@]*(?=@)")  # the user and password of a URL


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A fault, or something worth knowing (info), with its file, line and key for programs."""

    severity: Severity
    what: str
    reason: str
    detail: str
    file: str = ""
    line: int | None = None
    key: str = ""


def of_fault(fault: Fault, reason: str, severity: Severity = "error") -> Finding:
    finding = of_problem(Problem(what=fault.at, reason=reason, detail=fault.message), severity)
    return replace(finding, file=fault.file, line=fault.line, key=fault.key)


def of_problem(problem: Problem, severity: Severity = "error") -> Finding:
    return Finding(
        severity=severity, what=problem.what, reason=problem.reason, detail=problem.detail
    )


def in_file(
    file: object,
    line: int | None,
    reason: str,
    detail: str,
    severity: Severity = "error",
    key: str = "",
) -> Finding:
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


def of_error(what: str, error: ConfigError) -> list[Finding]:
    if error.faults:
        return [of_fault(fault, CommandReason.BAD_CONFIG) for fault in error.faults]
    detail = str(error).removeprefix(f"{what}: ").removeprefix(f"{what} ")
    return [in_file(what, None, error.reason, detail)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Defined names. `aliases`: tag by other spelling; `used`: by axis, names in articles."""

    categories: Collection[str] = ()
    tags: Collection[str] = ()
    aliases: Mapping[str, str] | None = None
    sources: Collection[str] = ()
    used: Mapping[str, Collection[str]] | None = None

    def lack(self, axis: str, name: str, same: Callable[[str], str], *, used: bool = False) -> str:
        """Return why `name` is invalid, or "". `same`: normalizes spellings; `used`: accept names
        of articles."""
        defined = {CATEGORY: self.categories, TAG: self.tags, SOURCE: self.sources}[axis]
        valid = {
            same(each) for each in (*defined, *((self.used or {}).get(axis, ()) if used else ()))
        }
        if not defined or same(name) in valid:
            return ""
        aliases = (
            {same(alias): tag for alias, tag in (self.aliases or {}).items()} if axis == TAG else {}
        )
        if alias := aliases.get(same(name)):
            return f"{axis} {name!r} is only another name in {WHERE[axis]}; write {alias!r}"
        return (
            f"{axis} {name!r} is not in {WHERE[axis]}; write it there, or"
            f" {_ANOTHER}{text.suggestion(name, defined)}"
        )


def in_sources(placed: Sequence[Placed], names: Names) -> Iterator[Fault]:
    """Yield categories and tags that the taxonomy lacks."""
    for entry in placed:
        category = entry.source.category
        if category and (detail := names.lack(CATEGORY, category, str)):
            yield entry.fault(detail, "category")
        for number, tag in enumerate(entry.source.tags):
            # operators may give a source a tag that no other source has, such as "papers"
            if (detail := names.lack(TAG, tag, str)) and not detail.endswith(_ANOTHER):
                yield entry.fault(detail, "tags", number)


def in_queries(file: TomlFile, queries: Sequence[SavedQuery], names: Names) -> Iterator[Fault]:
    """Yield categories, tags and sources of queries that no article can have."""
    for number, query in enumerate(queries):
        asked = list(iterate_terms(query.expr)) if query.expr else []
        if query.feed is not None and query.feed.axis in WHERE:
            asked = [Term(query.feed.axis, query.feed.slug)]
        key = "feed" if query.feed is not None else "query"
        for term in asked:
            same = (
                text.slug
                if query.feed is not None
                else lambda name: name.casefold().replace(" ", "-")
            )
            if term.field in WHERE and (
                detail := names.lack(term.field, term.value, same, used=True)
            ):
                yield file.fault(detail, "feed", number, key, entry=f"[[feed]] {query.slug!r}")


def faults(config: Path, environ: Mapping[str, str]) -> list[Finding]:
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
    for fault in dropped_settings(config, environ):
        yield of_fault(fault, CheckReason.DROPPED_SETTING, "warning")


def variables(environ: Mapping[str, str]) -> Iterator[Finding]:
    """Report environment variables that look like settings."""
    for name, near in unknown_variables(environ).items():
        detail = (
            f"there is no such setting; did you mean {near}?"
            if near
            else "there is no such setting; unset it"
        )
        what = f"environment variable {name}"
        yield Finding(
            severity="warning", what=what, reason=CheckReason.UNKNOWN_VARIABLE, detail=detail
        )


def settings(
    config: Path, values: Settings, environ: Mapping[str, str], *, strict: bool
) -> Iterator[Finding]:
    """Report settings that cannot work; with `strict`, also missing ones."""
    path = config / "syndicator.toml"
    file = read_toml_file(path) if path.exists() else TomlFile(path, {})
    site = values.site
    if site.url and urls.host(site.url) == "":
        detail = (
            f"site.url is {site.url!r}; write a whole address, such as https://feeds.example.org/"
        )
        yield of_fault(file.fault(detail, "site", "url"), CheckReason.NO_SITE_URL)
    elif not site.url and strict:
        detail = "set site.url to the address feeds/public is served at"
        yield of_fault(file.fault(detail, "site", "url"), CheckReason.NO_SITE_URL)
    if values.is_exposed:
        detail = (
            f"anybody on the way to {urls.host(values.base_url)} reads the secret path of your"
            " feeds; use https"
        )
        yield of_fault(file.fault(detail, "site", "url"), CheckReason.SECRET_WITHOUT_TLS, "warning")
    if not site.contact and strict and not values.publish.secret_path:
        detail = "set site.contact, so that site owners can reach you"
        yield of_fault(file.fault(detail, "site", "contact"), CheckReason.NO_CONTACT)
    yield from _readable_secrets(file)
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


def _readable_secrets(file: TomlFile) -> Iterator[Finding]:
    """Report secrets in a file that every account of this machine may read."""
    secret_places = list_secrets(file.values)
    if not secret_places or not is_readable_by_others(file.path.stat().st_mode):
        return
    cure = f"`chmod 600 {file.path}`; it has to belong to the account that runs syndicator"
    for place in secret_places:
        detail = (
            f"{dotted(place)} is a secret, and every account of this machine can read this file:"
            f" {cure}"
        )
        yield of_fault(file.fault(detail, *place), CheckReason.READABLE_SECRET, "warning")


def _webhooks(
    file: TomlFile, webhooks: Sequence[Webhook], environ: Mapping[str, str]
) -> Iterator[Finding]:
    for number, hook in enumerate(webhooks):
        try:
            signing_key(hook.secret.get_secret_value(), environ)
        except (KeyError, ValueError) as error:
            detail = (
                f"webhook.secret: the environment variable holds no secret ({error}): whsec_ and"
                " base64"
            )
            yield of_fault(
                file.fault(detail, "webhook", number, "secret"), FetchReason.UNSET_VARIABLE
            )


def _alert(
    file: TomlFile, alert: Alert, environ: Mapping[str, str], *, mails: bool
) -> Iterator[Finding]:
    """Check now: when an alert is sent, a failure would be noticed too late."""
    if alert.command and shutil.which(alert.command[0], path=environ.get("PATH")) is None:
        detail = (
            f"alert.command: {alert.command[0]!r} is no program that can be run here; write its"
            " whole path"
        )
        yield of_fault(file.fault(detail, "alert", "command"), CheckReason.BAD_ALERT)
    if mails and alert.password_env and not environ.get(alert.password_env):
        detail = (
            f"alert.password_env: the environment variable {alert.password_env} is not set; set it"
            " to the password"
        )
        yield of_fault(file.fault(detail, "alert", "password_env"), CheckReason.BAD_ALERT)


def sources(placed: Sequence[Placed], environ: Mapping[str, str]) -> Iterator[Finding]:
    """Report variables without a value, secrets in a URL, and servers asked too often."""
    for entry in placed:
        source = entry.source
        if parameters := secrets.list_secret_parameters(source.url):
            yield of_fault(
                entry.fault(_placeholders(source, parameters), "url"),
                CheckReason.SECRET_IN_URL,
                "warning",
            )
        if not source.enabled:
            continue
        if source.force:
            detail = (
                "force: we visit its server more often than it asks; remove it unless the site is"
                " yours or agrees"
            )
            yield of_fault(entry.fault(detail, "force"), CheckReason.FORCED, "warning")
        for variable in list_unset_url_variables(source, environ):
            detail = (
                f"url: set the environment variable {variable}, to {secrets.LEAST} characters or"
                " more"
            )
            yield of_fault(entry.fault(detail, "url"), FetchReason.UNSET_VARIABLE)
        for header, variable in list_unset_headers(source, environ):
            detail = (
                f"headers_env: set the environment variable {variable}, or take the header"
                f" {header} out"
            )
            yield of_fault(entry.fault(detail, "headers_env", header), FetchReason.UNSET_VARIABLE)


def cookie_files(placed: Sequence[Placed], files: CookieFiles, now: datetime) -> Iterator[Finding]:
    """Report files of cookies that cannot be used, that others may read, and that have expired."""
    for entry in placed:
        name = entry.source.cookies
        if not name or not entry.source.enabled:
            continue
        try:
            cookies = files.cookies(name)
        except BadCookies as error:
            yield of_fault(entry.fault(f"cookies: {error}", "cookies"), FetchReason.BAD_COOKIES)
            continue
        path = files.path(name)
        if is_readable_by_others(path.stat().st_mode):
            detail = (
                f"cookies: every account of this machine can read {path}: `chmod 600 {path}`; it"
                " has to belong to the account that runs syndicator"
            )
            yield of_fault(entry.fault(detail, "cookies"), CheckReason.READABLE_SECRET, "warning")
        if not select_cookies(cookies, entry.source.url, now):
            detail = (
                f"cookies: {path} has none for {urls.redacted(entry.source.url)} that has not"
                " expired: log in with a browser, and export its cookies again"
            )
            yield of_fault(entry.fault(detail, "cookies"), FetchReason.SESSION_ENDED, "warning")


def given(placed: Sequence[Placed]) -> Iterator[Finding]:
    """List the rights and variables of each source: a list that was imported once may have brought
    them."""
    for entry in placed:
        if rights := list_given(entry.source):
            yield of_fault(entry.fault(f"it has {rights}"), CheckReason.SOURCE_RIGHTS, "info")


def _placeholders(source: Source, parameters: Sequence[str]) -> str:
    url = source.url
    names = []
    for parameter in parameters:
        names.append(re.sub(r"\W+", "_", f"{source.key}_{parameter}").upper())
        url = secrets.with_placeholder(url, parameter, names[-1])
    return (
        f'write url = "{url}" and set {" and ".join(names)} in the environment to the value of now'
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Configured:
    """A setting. `origin`: "default", "<file>:<line>" or "environment variable <name>"."""

    name: str
    value: object
    origin: str


def configured(config: Path, environ: Mapping[str, str] = os.environ) -> tuple[Configured, ...]:
    """Return the settings in order, with passwords masked. Raises ConfigError."""
    in_file = load(config, environ)
    in_use = read_settings(in_file, environ)
    values = flatten(in_use.model_dump(mode="json"))
    origin_of = origins(config, environ)
    if in_use is not in_file:
        origin_of["publish.archives"] = f"{INSTANCE_TOML} beside the articles"
    shown = {
        dotted(place): masked(value) if isinstance(value, str) else value for place, value in values
    }
    return tuple(
        Configured(name=name, value=shown[name], origin=at) for name, at in origin_of.items()
    )


def masked(value: str) -> str:
    return _PASSWORD.sub(r"\1:***", value)


def changes(before: Configuration, after: Configuration) -> Iterator[str]:
    """Yield a line for each changed setting, source and query; no values."""
    old, new = (dict(flatten(version.settings.model_dump())) for version in (before, after))
    for name in (dotted(place) for place in sorted(old) if old[place] != new[place]):
        yield f"setting {name} changed" + "; it counts from the next start" * (
            name == "publish.listen"
        )
    yield from (str(fault) for fault in after.dropped if fault not in before.dropped)
    yield from _listed("source", before.sources, after.sources)
    yield from _listed(
        "query", *({query.slug: query for query in each.queries} for each in (before, after))
    )


def _listed(what: str, before: Mapping[str, object], after: Mapping[str, object]) -> Iterator[str]:
    for key in sorted(before.keys() | after.keys()):
        if key not in before:
            yield f"{what} {key} added"
        elif key not in after:
            yield f"{what} {key} removed"
        elif before[key] != after[key]:
            yield f"{what} {key} changed"
