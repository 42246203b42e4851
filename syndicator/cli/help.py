"""Examples for the help of every command; shell completion for bash, zsh and fish."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import typer

from syndicator.core.program import program

VARIABLE = "_SYNDICATOR_COMPLETE"  # set by the scripts when they ask what a line may go on with
SHELLS = ("bash", "zsh", "fish")


def script(shell: str, typed: str) -> str:
    """What a shell reads to complete the commands of the program that is called as `typed`. Raises BadParameter."""
    if shell not in SHELLS:
        raise typer.BadParameter(f"'{shell}' is not one of {', '.join(map(repr, SHELLS))}")
    import shlex

    from typer._completion_shared import get_completion_script

    name = call = "syndicator" if " " in typed else typed  # `python -m syndicator` is no command that a shell completes
    if "/" in typed:
        name, call = Path(typed).name, shlex.quote(str(Path(typed).resolve()))
    made = str(get_completion_script(prog_name=name, complete_var=VARIABLE, shell=shell))
    # a shell knows a command by its name, and calls it by its path
    for before in ("complete_zsh ", "(commandline -cp) "):
        made = made.replace(before + name, before + call)
    return made


def show(context: typer.Context, shell: str | None) -> None:
    """The callback of --show-completion."""
    if shell and not context.resilient_parsing:
        typer.echo(script(shell, program()))
        raise typer.Exit


def source_keys(context: typer.Context, incomplete: str) -> list[str]:
    """Keys of sources that begin as `incomplete` does."""
    return _names(context, "sources.toml", "source", "key", incomplete)


def tag_names(context: typer.Context, incomplete: str) -> list[str]:
    """Tags of the taxonomy that begin as `incomplete` does."""
    return _names(context, "taxonomy.toml", "tag", "name", incomplete)


def _names(context: typer.Context, file: str, table: str, key: str, incomplete: str) -> list[str]:
    import tomllib

    path = Path(context.params.get("config") or "config") / file
    names: list[str] = []
    for one in (path, *sorted(path.with_suffix(".d").glob("*.toml"))):
        with suppress(OSError, ValueError, LookupError, TypeError, AttributeError):
            found: Any = tomllib.loads(one.read_text(encoding="utf-8")).get(table, [])
            names += [str(row[key]) for row in found]
    return [name for name in names if name.startswith(incomplete)]


EXAMPLES: dict[str, tuple[tuple[str, str], ...]] = {
    "up": (
        ("up", "the service, on 127.0.0.1:8080"),
        ("up --host 0.0.0.0 --port 80", "for everybody, without a web server"),
    ),
    "refresh": (
        ("refresh --max-time 10m", "what cron calls"),
        ("refresh --source techcrunch-ai", "one source, due or not"),
        ("refresh --failed --strict", "try again what failed; exit with 3 when it fails again"),
    ),
    "build": (("build", "the feeds that changed"), ("build --all", "after a change of [site] or of the program")),
    "serve": (("serve --port 8000", "look at what is published, on http://127.0.0.1:8000"),),
    "console": (
        ("console --set-password", "turn the operators' page on"),
        ("console --port 8090", "serve it, on 127.0.0.1:8090"),
        ("console --token backup --write", "let a program use the API"),
    ),
    "add": (
        ("add example.org", "find the feeds of a site, see them and choose"),
        ("add --dry-run https://example.org/feed.xml", "see what it would become; add nothing"),
        ("add --pick 2 --tag LLM https://example.org/", "the second of its feeds"),
        ("add --yes --key example --category AI --every 6h https://example.org/feed.xml", "all said beforehand"),
    ),
    "status": (
        ("status", "all on one screen"),
        ("status --source techcrunch-ai", "the last visits of one source"),
        ("status --list changes", "what was changed, by whom, with the number that takes it back"),
    ),
    "show": (
        ("show https://example.org/story", "the article as it is published, or would be"),
        ("show --why https://example.org/story", "and where its fields are from, and its feeds"),
        ("show --feed atom https://example.org/story", "its entry as it stands in feeds"),
    ),
    "sources": (
        ("sources", "each with its health and next visit"),
        ("sources --apply-moves", "write down new addresses"),
        ("sources push --dry-run", "what workers would follow from now on; change nothing"),
        ("sources push", "have them follow it"),
    ),
    "remove": (("remove techcrunch-ai wired-ai", "articles and feeds stay"),),
    "import": (
        ("import subscriptions.opml", "what another reader exported"),
        ("import --folders tag subscriptions.opml", "its folders become tags"),
        ("import --dry-run ~/blog/content/posts", "what is odd in the articles of a folder"),
    ),
    "export": (("export > subscriptions.opml", "for another reader, or as a copy"),),
    "reread": (
        ("reread --dry-run --source techcrunch-ai", "what today's rules would change; change nothing"),
        ("reread --source techcrunch-ai --fetch", "change that, and older articles too"),
        ("reread --since 2026-11-01", "what came since then"),
        ("reread --outdated --dry-run", "what a new version reads better"),
    ),
    "describe": (
        ("describe --all --dry-run", "what an edited taxonomy.toml would change"),
        ("describe --since 2026-11-24", "excerpts, categories and tags of what came since then"),
    ),
    "learn": (("learn", "from tags that you wrote into articles"),),
    "tags suggest": (
        ("tags suggest", "what titles and texts speak of again and again"),
        ("tags suggest --categories --choose", "groups of articles as categories, one key each"),
    ),
    "tags confirm": (
        ("tags confirm https://example.org/story", "its tags are right as they are"),
        ("tags confirm https://example.org/story LLM --category AI", "it lacks this tag; its category is AI"),
    ),
    "tags reject": (("tags reject https://example.org/story LLM", "it is about something else"),),
    "tags review": (
        ("tags review", "say what is right, one key an article"),
        ("tags review --json", "what waits, for programs"),
    ),
    "tags rename": (("tags rename 'gen AI' 'generative AI'", "the feed keeps its id, the old address redirects"),),
    "tags merge": (("tags merge --dry-run 'gen AI' AI", "see what would change"),),
    "join": (("join https://one.example/a https://two.example/b", "they report one event"),),
    "split": (("split https://example.org/story", "it is no copy of another, or is not in the right story"),),
    "release": (
        ("release --all --dry-run", "what is on hold; publish nothing"),
        ("release https://example.org/story", "publish one article, named by address, id or file"),
        ("release --source techcrunch-ai", "publish what is on hold of one source"),
    ),
    "withdraw": (
        ("withdraw --dry-run https://example.org/story", "see from which feeds it would go"),
        ("withdraw https://example.org/story", "remove it for good"),
        ("withdraw --undo https://example.org/story", "let it come back"),
    ),
    "change": (
        ("change hide https://example.org/story", "put an article on hold"),
        ("change undo 12", "take change 12 of the console's list back"),
    ),
    "worker": (("worker", "one of several, on any machine"), ("worker --lanes 200", "for many slow hosts")),
    "queue": (("queue", "how the workers do"), ("queue --requeue", "once what ended them is mended")),
    "db": (
        ("db migrate", "after an upgrade, before workers start"),
        ("db move postgresql://syndicator@db.internal/syndicator", "from a file to a server, or back"),
    ),
    "init": (("init ../feeds", "a folder of your own, asking what it is for"),),
    "check": (("check", "after an edit"), ("check --strict", "before feeds are published")),
    "config show": (("config show", "each setting, with where it comes from"), ("config show --json", "for programs")),
    "demo": (
        ("demo", "until Ctrl-C, on http://127.0.0.1:8080"),
        ("demo --once --dir here", "keep what it makes, in ./here"),
    ),
    "reindex": (("reindex", "after the database was lost or damaged"),),
    "prune": (
        ("prune --older-than 365d --dry-run", "see which articles would go"),
        ("prune --keep 500", "the newest 500 of each source stay"),
        ("prune --pages-days 7", "free the space of older pages"),
    ),
}


def lines(words: str, program: str) -> list[str]:
    """The lines of help for the command of these words, called as `program`. Pure."""
    found = [(f"{program} {typed}", said) for typed, said in EXAMPLES.get(words, ())]
    return [line for typed, said in found for line in (f"  {typed}", f"      {said}")]
