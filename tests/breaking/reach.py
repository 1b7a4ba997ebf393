"""Which tests come by a line: only they can see that it is broken."""

import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

from coverage import CoverageData

HISTORIES = ("tests/services/test_histories.py", "-k", "sqlite")
"""What is asked where no other test saw a break."""
SLOW = "not prefect and not " + " and not ".join(
    ("histories", "many_processes", "crashes", "killed", "survive", "anything_sent")
)


def run(copy: Path, *how: str, seconds: float | None = None) -> subprocess.CompletedProcess[str]:
    """Run tests of a copy of the project, and return what they said.

    Raises:
        subprocess.TimeoutExpired: they had not ended after so many seconds.
    """
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", SLOW, *how]
    here = os.environ | {"PYTHONPATH": str(copy), "ANNOFLOW_BREAKING": "1"}
    return subprocess.run(command, cwd=copy, env=here, capture_output=True, text=True, timeout=seconds, check=False)


class Reach:
    """What the tests of some rooms reached in a copy of the project, in which nothing is broken yet."""

    def __init__(self, copy: Path, tests: list[str]) -> None:
        """Run all tests once; every one must pass, since a failing one would see everything.

        Raises:
            SystemExit: not every test passed; it says how the run ended.
        """
        noted = ("--cov=workflow_core", "--cov-context=test", "--cov-report=", "--junit-xml=took.xml")
        done = run(copy, "-n", str(os.cpu_count()), *noted, *tests)
        if done.returncode:
            sys.exit(f"the tests do not pass as they are:\n{done.stdout[-2_000:]}")
        data = CoverageData(str(copy / ".coverage"))
        data.read()
        files = data.measured_files()
        self._lines = {str(Path(file).relative_to(copy)): data.contexts_by_lineno(file) for file in files}
        self._seconds: dict[str, float] = {}
        for case in ElementTree.parse(copy / "took.xml").iter("testcase"):
            test = f"{case.get('classname', '').replace('.', '/')}.py::{case.get('name')}"
            for name in (test, _file(test)):
                self._seconds[name] = max(self._seconds.get(name, 0), float(case.get("time", 0)))
        self._words = {file: _words((copy / file).read_text()) for file in {_file(test) for test in self._seconds}}
        self._known = Counter(word for words in self._words.values() for word in words)
        self._copy = copy

    def tests(self, file: str, line: int) -> list[str]:
        """Return the tests that come by a line, or by what stands above it.

        First are those of files that are quick and share rare words with what stands around the line.
        """
        lines = self._lines.get(file, {})
        nearest = max((one for one in lines if one <= line), default=0)
        found = {context.rpartition("|")[0] for context in lines.get(nearest, ()) if context}
        around = _words("\n".join((self._copy / file).read_text().splitlines()[max(line - 6, 0) : line + 5]))
        fits = {
            test: sum(1 / self._known[word] for word in around & self._words[test]) / (1 + self._seconds[test])
            for test in map(_file, found)
        }
        return sorted(found, key=lambda test: ("postgres" in test, -fits[_file(test)], self._seconds.get(test, 0)))

    def seconds(self, tests: list[str]) -> float:
        """Return how long tests took in all."""
        return sum(self._seconds.get(test, 0) for test in tests)


def _file(test: str) -> str:
    return test.partition("::")[0]


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z]{4,}", text.lower()))
