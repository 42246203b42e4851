"""Explain a wrong command, option or value: what there is instead, or what is accepted."""

import difflib
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from syndicator.core.text import suggest_similar

_MISSING_MESSAGE: Final = re.compile(
    r"No such (?P<kind>option|command):? '?(?P<word>[^\s']+?)'?(?:\.\s|\.?$)"
)
_EXTRA_WORDS_MESSAGE: Final = re.compile(r"unexpected extra argument\S* \((?P<words>.+)\)")
_MOST_ALTERNATIVES: Final = 3  # alternatives in a message
# similarity of words (difflib) from which one may be a slip for the other: a little one if they
# begin alike (`jsno`, `json`: .75), else a great one (`run` is not `prune`: .75)
_LEAST_SIMILARITY: Final = 0.7
_GREAT_SIMILARITY: Final = 0.8
# options of nearly every command, which nobody means by another word
_COMMON_OPTIONS: Final = ("--json", "--config", "--dry-run")
# words of other programs, and the commands that do here what they do there, with spaces between
_COMMANDS_BY_FOREIGN_WORD: Final = {
    "fetch": "refresh",
    "update": "refresh",
    "poll": "refresh",
    "crawl": "refresh",
    "start": "up",
    "run": "up",
    "list": "sources",
    "feeds": "sources",
    "edit": "change",
    "sync": "refresh",
    "rm": "remove",
    "delete": "remove prune",
    "unsubscribe": "remove",
    "unfollow": "remove",
    "subscribe": "add",
    "follow": "add",
    "ls": "sources",
    "validate": "check",
    "new": "init",
    "create": "init",
    "stop": "up",
    "restart": "up",
    "logs": "status",
    "settings": "config",
    "get": "config",
    "pause": "change",
    "disable": "change",
    "enable": "change",
}
_IN_THE_BACKGROUND: Final = {
    "deploy/": "Commands stay in the foreground; this folder has what systemd, Docker and cron need"
    " (docs/running.md)."
}
# words of other programs that are no command here, and what there is instead
_ANSWERS_TO_WORDS: Final = {
    "--daemon": _IN_THE_BACKGROUND,
    "--detach": _IN_THE_BACKGROUND,
    "--background": _IN_THE_BACKGROUND,
    "-d": _IN_THE_BACKGROUND,
    "set": {
        "config/syndicator.toml": "Settings are changed in this file; `config show` names the line"
        " of each."
    },
    "backup": {
        "cp -a config feeds/articles FOLDER": "A backup is a copy of these two folders; see"
        " docs/running.md."
    },
    "help": {"--help": "List the commands; `COMMAND --help` lists the options of a command."},
    "version": {"--version": "Show the version."},
    "-h": {"--help": "Show what a command does, its options and examples."},
    "-v": {"--verbose": "Log each step of a visit on stderr; write it before the command."},
    "-q": {"--quiet": "Print only failures, for cron; write it before the command."},
}
# searches are filters of a list, which no command is named after
_WAYS_TO_SEARCH: Final = {
    "status --list articles --where words=WORDS": "List the articles with these words.",
    "show": "Show an article by its address, id or file, and why it reads as it does.",
}
_SEARCH_WORDS: Final = ("search", "find", "grep", "query")
# kinds of pydantic's errors for numbers
_NUMBER_ERRORS: Final = ("int_", "greater_", "less_")
_EXAMPLE_NUMBERS: Final = {"port": 8080}  # of options without a default of which not any will do
_EXAMPLE_NUMBER: Final = 10
_EXAMPLE_DAY: Final = "2026-11-30"


def explain_value(error: Any) -> str:
    """Return a message for a wrong value of an option: the value, what is accepted, and an example.
    `error`: an error of typer. If it is not about a number or a day, its own message is
    returned."""
    message = str(error.message)
    list_errors = getattr(error.__cause__, "errors", None)  # a ValidationError of pydantic has this
    parameter = getattr(error, "param", None)
    if list_errors is None or parameter is None:
        return message
    detail = list_errors()[0]
    if detail["type"].startswith(_NUMBER_ERRORS):
        accepted = f"a whole number{_describe_range(parameter.min, parameter.max)}"
        example = str(_choose_number(parameter))
    elif parameter.type_descriptor.parameter_info.formats:  # only options for a day have formats
        accepted = "a day: year, month and day"
        example = _EXAMPLE_DAY
    else:
        return message
    return (
        f"{str(detail['input'])!r} is not {accepted}; write it like `{parameter.opts[0]} {example}`"
    )


def explain_choice(error: Any, word: str, accepted: str) -> str:
    """Return a message for an argument that must be one of certain words and is not. The message
    suggests a similar accepted word, or the command that has this name. `error`: the error of
    typer. `word`: the argument. `accepted`: the accepted words, each in single quotes."""
    message = f"{word!r} is not one of {accepted}".rstrip(".")
    accepted_words = re.findall("'([^']*)'", accepted)
    did_you_mean = suggest_similar(word, accepted_words)  # "" if none is similar
    if did_you_mean:
        return message + did_you_mean
    if error.ctx is None:  # the command is not known
        return message
    commands = dict(_list_commands(error.ctx.find_root().command))
    if word in commands:
        return f"{message}; `{word}` is a command of its own: {commands[word]}"
    if str(error.ctx.info_name) == "sources":  # the word may be the key of a source
        return f"{message}; `status --source {word}` shows a source, `remove {word}` removes it"
    return message


def _describe_range(minimum: int | None, maximum: int | None) -> str:
    """Return words for the accepted numbers, with a space before them, such as " from 1 to 9".
    `minimum`, `maximum`: the least and the greatest number; None if there is no limit. Without
    `minimum`, return ""."""
    if minimum is None:
        return ""
    if maximum is None:
        return f" from {minimum} on"
    return f" from {minimum} to {maximum}"


def _choose_number(parameter: Any) -> int:
    """Return an example of a number for the parameter: its default, if it has one."""
    if isinstance(parameter.default, int):
        return parameter.default
    return _EXAMPLE_NUMBERS.get(str(parameter.name), _EXAMPLE_NUMBER)


def explain_extra_words(error: Any) -> str:
    """Return a message for a command line with words that the command does not take. The message
    lists the options that take a value, because one of them may be meant. `error`: an error of
    typer; if it is about something else, its own message is returned."""
    message = str(error.message)
    extra = _EXTRA_WORDS_MESSAGE.search(message)
    if extra is None or error.ctx is None:
        return message
    path = str(error.ctx.command_path)  # the words of the command, such as "syndicator show"
    only_prints = str(error.ctx.command.help).startswith("Print ")
    if only_prints:  # a file was meant
        return f"`{path}` only prints; write `{path} > {extra['words']}` for a file"

    options = []  # those that take a value
    for parameter in error.ctx.command.params:
        name = parameter.opts[0]
        takes_value = not getattr(parameter, "is_flag", False)
        if name.startswith("--") and takes_value and name not in _COMMON_OPTIONS:
            options.append(name)
    if not options:
        return f"`{path}` takes no word after it; take out {extra['words']}"
    return (
        f"`{path}` takes no {extra['words']} here; its options with a value are"
        f" {', '.join(options)}"
    )


def explain_missing_argument(error: Any) -> str:
    """Return the help text of the argument that was not given, on one line; "" if the error names
    no argument."""
    return " ".join(str(error.param.help or "").split()) if error.param is not None else ""


def explain_missing(error: Any) -> str:
    """Return a message for a command or option that does not exist. The message names commands or
    options that may be meant, and what they do. `error`: an error of typer; if it is about
    something else, its own message is returned. All commands must be loaded."""
    message = str(error.message)
    missing = _MISSING_MESSAGE.match(message)
    if missing is None or error.ctx is None:
        return message
    word = missing["word"]
    root = error.ctx.find_root()  # this program as a whole
    path = str(error.ctx.command_path).removeprefix(str(root.info_name)).strip()

    # `nearest` are the options or commands that may be meant, each with its purpose: the first of
    # these searches that finds any counts
    if missing["kind"] == "option":
        options = _list_options(error.ctx.command, path)
        nearest = (
            _ANSWERS_TO_WORDS.get(word)
            or _find_similar(word, options)
            or _drop_common_options(options)
        )
        if not nearest:
            purpose = _take_first_sentence(error.ctx.command.help)
            names = ", ".join(f"`{words.split(' ')[-1]}`" for words in options)
            return f"No such option: {word}. `{path}` takes only {names}. It does this: {purpose}"
    elif error.ctx is not root:  # a command of a group
        commands = dict(_list_commands(error.ctx.command, path))
        nearest = _ANSWERS_TO_WORDS.get(word) or _find_similar(word, commands) or commands
    else:
        commands = dict(_list_commands(root.command))
        nearest = (
            _find_meant(word, commands)
            or _find_similar(word, commands)
            or _find_by_purpose(word, commands)
        )

    if not nearest:
        return message
    alternatives = [f"`{words}`: {purpose}" for words, purpose in nearest.items()]
    excerpt = " ".join(alternatives[:_MOST_ALTERNATIVES])
    return f"No such {missing['kind']}: {word}. There is {excerpt}"


def _list_options(command: Any, path: str) -> dict[str, str]:
    """Return the purpose of each option of a command, by the words to type, such as "add --pick".
    `command`: the command as typer has it. `path`: the words of the command, such as "add"."""
    options = {}
    for parameter in command.params:
        names = [name for name in parameter.opts if name.startswith("--")]
        if names:
            options[f"{path} {names[0]}".strip()] = _take_first_sentence(parameter.help)
    return options


def _list_commands(group: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield each command of a group and its subgroups: the words to type, and the command's
    purpose. `path`: the words of the group, such as "tags". For the whole program, `path` is "";
    then also yield the changes of the command `change` and all options without a value, because
    people expect some of them as commands."""
    from syndicator.cli.operations import list_changes

    for name, command in group.commands.items():
        words = f"{path} {name}".strip()
        yield words, _take_first_sentence(command.get_short_help_str(limit=1000))
        is_group = hasattr(command, "commands")
        if is_group:
            yield from _list_commands(command, words)
    if path:
        return

    for name, purpose in list_changes().items():
        yield f"change {name}", _take_first_sentence(purpose)
    for name, command in group.commands.items():
        for parameter in command.params:
            if getattr(parameter, "is_flag", False) and parameter.opts[0] not in _COMMON_OPTIONS:
                yield f"{name} {parameter.opts[0]}", _take_first_sentence(parameter.help)


def _find_meant(word: str, purposes: Mapping[str, str]) -> dict[str, str]:
    """Return the commands that `word` may mean, each with its purpose. `word` is a command of other
    programs, or a web address, which is meant for the command `add`; for any other word return an
    empty dict. `purposes`: the purpose of each command, by name."""
    if word in _SEARCH_WORDS:
        return dict(_WAYS_TO_SEARCH)
    if word in _ANSWERS_TO_WORDS:
        return dict(_ANSWERS_TO_WORDS[word])
    command = "add" if "://" in word else _COMMANDS_BY_FOREIGN_WORD.get(word, "")
    commands = command.split()  # there may be several, with spaces between
    return {name: purposes[name] for name in commands if name in purposes}


def _find_similar(word: str, purposes: Mapping[str, str]) -> dict[str, str]:
    """Return the commands or options whose last word is spelled like `word`, each with its purpose.
    The most similar comes first. `purposes`: the purpose of each command or option, by the words to
    type."""
    by_last_word: dict[str, list[str]] = {}
    for words in purposes:
        last_word = words.rsplit(" ", 1)[-1].strip("-")
        by_last_word.setdefault(last_word, []).append(words)
    nearest = {}
    for last_word in _list_similar_words(word.strip("-"), by_last_word):
        for words in by_last_word[last_word]:
            nearest[words] = purposes[words]
    return nearest


def _list_similar_words(word: str, others: Collection[str]) -> list[str]:
    """Return the words in `others` that are spelled like `word`, at most _MOST_ALTERNATIVES. Very
    similar words come first, then less similar words that have the same first letter."""
    very_alike = difflib.get_close_matches(
        word, list(others), n=_MOST_ALTERNATIVES, cutoff=_GREAT_SIMILARITY
    )
    same_first_letter = [other for other in others if other[:1] == word[:1]]
    alike = difflib.get_close_matches(
        word, same_first_letter, n=_MOST_ALTERNATIVES, cutoff=_LEAST_SIMILARITY
    )
    each_once = list(dict.fromkeys((*very_alike, *alike)))
    return each_once[:_MOST_ALTERNATIVES]


def _find_by_purpose(word: str, purposes: Mapping[str, str]) -> dict[str, str]:
    """Return the commands whose purpose has `word` as a whole word; capital letters do not matter.
    `purposes`: the purposes of all commands, by the words to type."""
    pattern = re.compile(rf"\b{re.escape(word)}\b", re.I)
    return {words: purpose for words, purpose in purposes.items() if pattern.search(purpose)}


def _drop_common_options(options: Mapping[str, str]) -> dict[str, str]:
    """Return `options` without those that nearly every command has, such as --json. `options`: the
    purpose of each option, by the words to type."""
    special = {}
    for words, purpose in options.items():
        option = words.rsplit(" ", 1)[-1]
        if option not in _COMMON_OPTIONS:
            special[words] = purpose
    return special


def _take_first_sentence(help_text: str | None) -> str:
    """Return the first sentence of a help text, with a full stop; only the full stop if there is no
    text."""
    sentence = " ".join((help_text or "").split()).partition(". ")[0]
    return f"{sentence.removesuffix('.')}."
