"""Count figures of language and structure and compare them with their rows in tests/style.toml.

python -m tests.style            print each figure and its row; exit 1 if a figure is above its row
python -m tests.style --lower    lower the rows to the figures of today; add the rows of new packages
python -m tests.style --set      write the figures of today into all rows, higher ones too
"""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median

Tables = Mapping[str, Mapping[str, float]]  # by package or "whole", then by the name of the figure

ROOT = Path(__file__).resolve().parents[1]
ROWS = "tests/style.toml"
VAGUE = {"one", "found", "said", "told", "made", "kept", "known", "given"}
INDIRECT_START = re.compile(r"(What|Whether|Of|Where|That|Those|How|Who)\b")
SKIPPED = "migrations"
LAYOUT = {"COMMENT", "NL", "NEWLINE", "INDENT", "DEDENT", "ENDMARKER"}
F_STRING = {"FSTRING_START": 1, "FSTRING_END": -1}  # from Python 3.12 on; before, an f-string is one token
EMPTY_MODULE = 3  # lines; modules up to this size are not counted
LONG_FUNCTION = 20  # lines; functions over this size are long
SLACK = 0.05  # of a row; a figure that is lower by more is reported
LOWEST_ROWS = {"median": 170}  # the size that CONTRIBUTING.md asks for: merging small modules stays free
HEADER = """\
# The most that each package may have: tests/style.py counts it, tests/test_style.py compares it with these rows.
# `python -m tests.style` prints the figures of today, and with `--lower` lowers the rows. A row is raised in a commit
# of its own, whose subject begins with "limits:". Migrations are not counted: they never change.
#
# lines: of all modules             modules: those over 3 lines       median: lines of a module; no row is under 170
# tokens: without comments and docstrings                             words: of docstrings
# vague: names and arguments that are one, found, said, told, made, kept, known or given, in percent
# what, where: docstrings with this word, in percent
# starts: docstrings that start with What, Whether, Of, Where, That, Those, How or Who
#
# Of the whole: entries: folders and modules at the top of the package; docs: words of docs/*.md and README.md;
# unreleased: words of that part of CHANGELOG.md; long: functions over 20 lines, in percent
"""


def figures(root: Path) -> dict[str, dict[str, float]]:
    """Today's figures of the tree at `root`: one table a package and "whole", which stands first."""
    package = root / "syndicator"
    paths = [path.relative_to(package) for path in sorted(package.rglob("*.py"))]
    counts = {path: count((package / path).read_text("utf-8")) for path in paths if SKIPPED not in path.parts}
    names = sorted({path.parts[0] for path in counts if len(path.parts) > 1})
    tables = {name: of_package([each for path, each in counts.items() if path.parts[0] == name]) for name in names}
    return {"whole": of_whole(root, list(counts.values()))} | tables


def count(text: str) -> Counter[str]:
    """The counts of one module that add up over modules."""
    nodes = list(ast.walk(ast.parse(text)))
    names = [node.id for node in nodes if isinstance(node, ast.Name)]
    names += [node.arg for node in nodes if isinstance(node, ast.arg)]
    docstrings = list(read_docstrings(nodes))
    functions = [node for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return Counter(
        lines=text.count("\n"),
        tokens=count_tokens(text) - len(docstrings),
        names=len(names),
        vague=sum(name in VAGUE for name in names),
        docstrings=len(docstrings),
        words=sum(len(docstring.split()) for docstring in docstrings),
        what=sum(has_word("what", docstring) for docstring in docstrings),
        where=sum(has_word("where", docstring) for docstring in docstrings),
        starts=sum(INDIRECT_START.match(docstring) is not None for docstring in docstrings),
        functions=len(functions),
        long=sum((node.end_lineno or 0) - node.lineno + 1 > LONG_FUNCTION for node in functions),
    )


def read_docstrings(nodes: Sequence[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            docstring = ast.get_docstring(node)
            if docstring:
                yield docstring


def has_word(word: str, text: str) -> bool:
    return re.search(rf"\b{word}\b", text, re.IGNORECASE) is not None


def count_tokens(text: str) -> int:
    """Tokens apart from comments and layout. An f-string is one, on every version of Python."""
    total = depth = 0
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        kind = tokenize.tok_name[token.type]
        total += depth == 0 and kind not in LAYOUT
        depth += F_STRING.get(kind, 0)
    return total


def of_package(modules: Sequence[Counter[str]]) -> dict[str, float]:
    total = add(modules)
    sizes = sizes_of(modules)
    return {
        "lines": total["lines"],
        "modules": len(sizes),
        "median": median(sizes) if sizes else 0,
        "tokens": total["tokens"],
        "vague": percent(total["vague"], total["names"]),
        "words": total["words"],
        "what": percent(total["what"], total["docstrings"]),
        "where": percent(total["where"], total["docstrings"]),
        "starts": total["starts"],
    }


def of_whole(root: Path, modules: Sequence[Counter[str]]) -> dict[str, float]:
    total = add(modules)
    return {
        "entries": sum(is_entry(path) for path in (root / "syndicator").iterdir()),
        "modules": len(sizes_of(modules)),
        "docs": sum(map(count_words, [*(root / "docs").glob("*.md"), root / "README.md"])),
        "unreleased": len(unreleased((root / "CHANGELOG.md").read_text("utf-8")).split()),
        "long": percent(total["long"], total["functions"]),
    }


def add(modules: Sequence[Counter[str]]) -> Counter[str]:
    return sum(modules, Counter[str]())


def sizes_of(modules: Sequence[Counter[str]]) -> list[int]:
    return [module["lines"] for module in modules if module["lines"] > EMPTY_MODULE]


def percent(part: int, whole: int) -> float:
    return round(100 * part / whole, 2) if whole else 0.0


def is_entry(path: Path) -> bool:
    """True for folders and modules; `__init__.py`, `__main__.py` and `__pycache__` do not count, and neither does a
    folder of which only bytecode is left, as after a module was moved."""
    filled = any(inner.name != "__pycache__" for inner in path.iterdir()) if path.is_dir() else path.suffix == ".py"
    return not path.name.startswith("__") and filled


def count_words(path: Path) -> int:
    return len(path.read_text("utf-8").split())


def unreleased(changes: str) -> str:
    """The text between the heading "## Unreleased" and the next one of its level."""
    return changes.partition("\n## Unreleased\n")[2].partition("\n## ")[0]


def above(today: Tables, rows: Tables) -> list[str]:
    """A line for each figure that is above its row or has none."""
    return [
        f"{table}.{name} is {value:g}: above its row of {row:g}"
        if row is not None
        else f"{table}.{name} is {value:g}: it has no row"
        for table, name, value, row in pairs(today, rows)
        if row is None or value > row
    ]


def below(today: Tables, rows: Tables) -> list[str]:
    """A line for each figure whose row can be lowered by more than 5 %."""
    return [
        f"{table}.{name} is {value:g}: {100 * (row - value) / row:.1f} % below its row of {row:g}"
        for table, name, value, row in pairs(bounded(today), rows)
        if row and value < row * (1 - SLACK)
    ]


def without_figure(today: Tables, rows: Tables) -> list[str]:
    """The rows of packages and figures that no longer exist."""
    return [f"{table}.{name}" for table, name, _, figure in pairs(rows, today) if figure is None]


def pairs(values: Tables, others: Tables) -> Iterator[tuple[str, str, float, float | None]]:
    for table, columns in values.items():
        for name, value in columns.items():
            yield table, name, value, others.get(table, {}).get(name)


def bounded(today: Tables) -> dict[str, dict[str, float]]:
    """The rows that today's figures make."""
    return {
        table: {name: max(value, LOWEST_ROWS.get(name, 0)) for name, value in columns.items()}
        for table, columns in today.items()
    }


def lowered(today: Tables, rows: Tables) -> dict[str, dict[str, float]]:
    """The rows after `--lower`: none is raised, new packages get theirs, and packages that are gone lose theirs."""
    return {
        table: {name: min(value, rows.get(table, {}).get(name, value)) for name, value in columns.items()}
        for table, columns in bounded(today).items()
    }


def report(today: Tables, rows: Tables) -> str:
    """The text of a failure: figures above their rows, superfluous rows, then the rows to lower."""
    lines = above(today, rows)
    lines += [
        f"{name} has a row but no figure: `python -m tests.style --lower`" for name in without_figure(today, rows)
    ]
    slack = below(today, rows)
    return "\n".join([*lines, *(["Lower with `python -m tests.style --lower`:", *slack] if slack else [])])


def table(today: Tables, rows: Tables) -> str:
    """The figures of today, each with its row behind a slash; packages that share their columns stand in one table."""
    lines: list[str] = []
    columns: list[str] = []
    for name, values in today.items():
        if columns != list(values):
            columns = list(values)
            lines.append(" " * 13 + "".join(f"{column:>13}" for column in columns))
        cells = [f"{value:g}/{rows.get(name, {}).get(column, 0):g}" for column, value in values.items()]
        lines.append(f"{name:13}" + "".join(f"{cell:>13}" for cell in cells))
    return "\n".join(lines)


def read_rows(root: Path) -> dict[str, dict[str, float]]:
    path = root / ROWS
    return tomllib.loads(path.read_text("utf-8")) if path.exists() else {}


def write_rows(root: Path, rows: Tables) -> None:
    parts = [HEADER]
    for name, columns in rows.items():
        parts.append(f"\n[{name}]\n" + "".join(f"{column} = {value}\n" for column, value in columns.items()))
    (root / ROWS).write_text("".join(parts), "utf-8")


def main(words: Sequence[str], root: Path = ROOT) -> int:
    """Run the command and return its exit code: 0, 1 if a figure is above its row, 2 for unknown words."""
    if list(words) not in ([], ["--lower"], ["--set"]):
        print(__doc__)
        return 2
    today = figures(root)
    if words:
        write_rows(root, lowered(today, read_rows(root)) if words[0] == "--lower" else bounded(today))
    rows = read_rows(root)
    print(table(today, rows), report(today, rows), sep="\n\n")
    return 1 if above(today, rows) or without_figure(today, rows) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
