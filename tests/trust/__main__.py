"""Lives every case, or those whose name or file has one of the words given, and prints what must
hold and whether it does: `python -m tests.trust [WORD ...]`. Leaves with 1 when one does not."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.aged.web import serve_web
from tests.trust import pair
from tests.trust.case import Case, read_cases
from tests.trust.life import Life
from tests.trust.memory import run_machine


def list_complaints(case: Case) -> list[str]:
    with tempfile.TemporaryDirectory() as folder, serve_web() as web:
        if case.without:
            with run_machine(Path(folder, "machine")) as shared:
                return list(map(str, pair.live_pair(Path(folder), shared, case)))
        return Life(Path(folder), web, case).live_days()


def main() -> int:
    words = sys.argv[1:]
    failed = 0
    lived = 0
    for case in read_cases():
        if words and not any(word in f"{case.file} {case.row} {case.name}" for word in words):
            continue
        complaints = list_complaints(case)
        lived = lived + 1
        failed += bool(complaints)
        print(f"{'FAILS' if complaints else 'holds':<6} {case.row:<10} {case.name}", flush=True)
        for line in complaints:
            print(f"{'':<18}{line}")
    print(f"{lived} cases, {failed} do not hold")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
