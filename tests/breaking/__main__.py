"""Break rules at random, one at a time, in copies of the project, against the tests that come by them."""

import argparse
import os
import queue
import random
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests import leftovers
from tests.breaking.reach import HISTORIES, Reach, run
from tests.breaking.rules import Break, breaks

ROOT = Path(__file__).parents[2]
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
HANGS = "seen: what takes a quarter of that time does not end"
LATE = "NOT IN TIME"
"""The tests had not ended: on a busy machine that says nothing of the break."""

UNSEEN = "NOT SEEN"
NOTHING_FAILED = (0, 4, 5)
"""Nor was a test asked that pytest does not find, or leaves out."""
FIRST = 50
"""Tests that are run before the others are so much as collected."""


def main() -> None:
    """Break, run, and say which test saw it; exits 1 where more than one in twenty was not seen."""
    parser = argparse.ArgumentParser(prog="python -m tests.breaking", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=60, help="how long the tests of one break may take")
    parser.add_argument("--under", action="append", help="break rules of this folder alone; may be repeated")
    parser.add_argument("--list", action="store_true", help="say what would be broken, and run nothing")
    chosen = parser.parse_args()
    drawn = _drawn(chosen.seed, chosen.count, tuple(chosen.under or ROOMS))
    if chosen.list:
        print(*drawn, sep="\n")
        return
    leftovers.end_with_this_run()
    at_once = os.cpu_count() or 1
    with tempfile.TemporaryDirectory(prefix=leftovers.folder_name()) as folder:
        copies: queue.SimpleQueue[Path] = queue.SimpleQueue()
        for number in range(at_once):
            copy = Path(folder) / str(number) / "annoflow"
            shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*NOT_COPIED))
            copies.put(copy)
        rooms = dict.fromkeys(test for one in drawn for test in _room(one))
        reach = Reach(copy, list(rooms))

        def seen(one: Break) -> str:
            mine = copies.get()
            try:
                return _seen(one, mine, reach, chosen.seconds)
            finally:
                copies.put(mine)

        unseen = 0
        with ThreadPoolExecutor(at_once) as pool:
            for number, (one, by) in enumerate(zip(drawn, pool.map(seen, drawn), strict=True), 1):
                unseen += by in (UNSEEN, LATE)
                print(f"{number:3} {one}\n    {by}", flush=True)
    print(f"{len(drawn) - unseen} of {len(drawn)} were seen")
    sys.exit(unseen * 20 > len(drawn))


def _room(one: Break) -> tuple[str, ...]:
    return next(tests for start, tests in ROOMS.items() if one.file.startswith(start))


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


def _seen(one: Break, copy: Path, reach: Reach, seconds: float) -> str:
    """Return which test has shown the break, or that none did, or that they had not ended in time."""
    file, tests = copy / one.file, reach.tests(one.file, one.line)
    source = file.read_bytes()
    file.write_bytes(one.applied(source))
    try:
        for chosen in filter(None, (tests[:FIRST], tests[FIRST:])):
            (copy / "chosen.txt").write_text("\n".join(chosen))
            try:
                failed = _failed(copy, "@chosen.txt", seconds=seconds)
            except subprocess.TimeoutExpired:
                return HANGS if reach.seconds(chosen) * 4 < seconds else LATE
            if failed:
                return failed
        return _failed(copy, *HISTORIES, seconds=seconds) or UNSEEN
    except subprocess.TimeoutExpired:
        return UNSEEN
    finally:
        file.write_bytes(source)


def _failed(copy: Path, *tests: str, seconds: float) -> str:
    done = run(copy, "-x", "-n", "0", "-r", "fE", *tests, seconds=seconds)
    if done.returncode in NOTHING_FAILED:
        return ""
    by = re.search(r"^(?:FAILED|ERROR) (\S+)", done.stdout, re.MULTILINE)
    return f"seen by {by[1]}" if by else f"seen: {done.stdout[-200:]}"


if __name__ == "__main__":
    main()
