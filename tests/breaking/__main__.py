"""Break rules at random, one at a time, in a copy of the project, against the tests of their room."""

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests import leftovers
from tests.breaking.rules import Break, breaks

ROOT = Path(__file__).parents[2]
SLOW = "not postgres and not prefect and not " + " and not ".join(
    ("histories", "many_processes", "crashes", "killed", "survive", "anything_sent")
)
SERVICES = ("tests/services", "tests/store", "tests/journeys")
LANGUAGE = "tests/docs/test_language_reference.py"
ROOMS = {
    "workflow_core/domain": ("tests/domain", "workflow_core/domain", *SERVICES),
    "workflow_core/pipeline": ("tests/pipeline", "workflow_core/pipeline", "tests/cli", LANGUAGE),
    "workflow_core/store": (*SERVICES, "tests/cli/test_numbers_that_stick.py"),
    "workflow_core/services": SERVICES,
    "workflow_core/exporters": ("tests/exporters", "tests/services/test_exporting.py"),
    "workflow_core/connectors": ("tests/connectors", "tests/services/test_importing.py"),
    "workflow_core/api": ("tests/api",),
    "workflow_core/http": ("tests/api",),
    "workflow_core/client": ("tests/client",),
}
NOT_COPIED = (".git", ".venv", ".annoflow", "*_cache", "__pycache__")
LEFT_OUT = ("/migrations/", "/models/")
LATE = "NOT IN TIME"
"""The tests had not ended: on a busy machine that says nothing of the break."""


def main() -> None:
    """Break, run, and say what was not seen; exits 1 where more than one in twenty was not."""
    parser = argparse.ArgumentParser(prog="python -m tests.breaking", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=60, help="how long the tests of one break may take")
    parser.add_argument("--under", action="append", help="break rules of this folder alone; may be repeated")
    parser.add_argument("--list", action="store_true", help="say what would be broken, and run nothing")
    chosen = parser.parse_args()
    unseen = []
    leftovers.end_with_this_run()
    with tempfile.TemporaryDirectory(prefix=leftovers.folder_name()) as folder:
        copy = Path(folder) / "annoflow"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*NOT_COPIED))
        for number, one in enumerate(_drawn(chosen.seed, chosen.count, tuple(chosen.under or ROOMS)), 1):
            seen = None if chosen.list else _seen(one, copy, chosen.seconds)
            print(f"{number:3} {'would break' if seen is None else seen or 'NOT SEEN':12} {one}", flush=True)
            if seen in ("", LATE):
                unseen.append(one)
    if chosen.list:
        return
    print(f"{chosen.count - len(unseen)} of {chosen.count} were seen")
    sys.exit(len(unseen) * 20 > chosen.count)


def _drawn(seed: int, count: int, under: tuple[str, ...]) -> list[Break]:
    """Draw breaks, at most one of a line; of the same seed and source, the same."""
    found = []
    for file in sorted(ROOT.glob("workflow_core/**/*.py")):
        path = str(file.relative_to(ROOT))
        if path.startswith(under) and path.startswith(tuple(ROOMS)) and not any(each in path for each in LEFT_OUT):
            found += breaks(path, file.read_bytes())
    random.Random(seed).shuffle(found)
    lines: dict[tuple[str, int], Break] = {}
    for one in found:
        lines.setdefault((one.file, one.line), one)
    return list(lines.values())[:count]


def _seen(one: Break, copy: Path, seconds: float) -> str:
    """Return whether a test has shown the break, '' where none did, or that they had not ended in time."""
    file = copy / one.file
    source = file.read_bytes()
    file.write_bytes(one.applied(source))
    room = next(tests for start, tests in ROOMS.items() if one.file.startswith(start))
    word = Path(one.file).stem.rstrip("s")
    near = sorted(str(test.relative_to(copy)) for test in copy.glob("tests/**/test_*.py") if word in test.read_text())
    first = [test for test in near if any(test.startswith(each) for each in room)]
    try:
        for tests in (first, list(room)):
            if tests and (failed := _failed(tests, copy, seconds)):
                return failed
        return ""
    finally:
        file.write_bytes(source)


def _failed(tests: list[str], copy: Path, seconds: float) -> str:
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-n", "2", "-p", "no:cacheprovider", "-k", SLOW, *tests]
    here = os.environ | {"PYTHONPATH": str(copy)}
    try:
        done = subprocess.run(command, cwd=copy, env=here, capture_output=True, text=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        return LATE
    return "seen" if done.returncode not in (0, 5) else ""


if __name__ == "__main__":
    main()
