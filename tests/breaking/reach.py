"""Which tests come by a line: only they can see that it is broken."""

import ast
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
        self._texts = {file: (copy / file).read_text() for file in {_file(test) for test in self._seconds}}
        self._words = {file: _words(text) for file, text in self._texts.items()}
        self._known = Counter(word for words in self._words.values() for word in words)
        self._sources = {str(one.relative_to(copy)): one.read_text() for one in copy.glob("workflow_core/**/*.py")}
        self._trees = {file: ast.parse(source) for file, source in self._sources.items()}

    def tests(self, file: str, line: int) -> list[str]:
        """Return the tests that come by the statement in which a line is.

        First are those of files that are quick and share rare words with what stands around the line.
        """
        found = self._by(file, line, frozenset())
        around = _words("\n".join(self._sources[file].splitlines()[max(line - 6, 0) : line + 5]))
        fits = {
            test: sum(1 / self._known[word] for word in around & self._words[test]) / (1 + self._seconds[test])
            for test in map(_file, found)
        }
        return sorted(found, key=lambda test: ("postgres" in test, -fits[_file(test)], self._seconds.get(test, 0)))

    def _by(self, file: str, line: int, told: frozenset[str]) -> set[str]:
        """Return the tests that come by a line; of what runs once a process, those that come by what names it."""
        name = _once(self._trees[file], line)
        if name is None:
            lines = self._lines.get(file, {})
            reached = lines.get(_begun(self._trees[file], line), ())
            return {context.rpartition("|")[0] for context in reached if context}
        named = re.compile(rf"\b{name}\b")
        naming = {file for file, text in self._texts.items() if named.search(text)}
        found = {test for test in self._seconds if "::" in test and _file(test) in naming}
        for other, source in self._sources.items() if name not in told else ():
            for number, text in enumerate(source.splitlines(), 1):
                if named.search(text):
                    found |= self._by(other, number, told | {name})
        return found

    def seconds(self, tests: list[str]) -> float:
        """Return how long tests took in all."""
        return sum(self._seconds.get(test, 0) for test in tests)


def _once(tree: ast.Module, line: int) -> str | None:
    """Return the name of what a line is part of, where that runs once a process: a constant, or what is kept."""
    for node in tree.body:
        if node.lineno <= line <= (node.end_lineno or 0):
            if isinstance(node, ast.FunctionDef) and any("cache" in ast.unparse(one) for one in node.decorator_list):
                return node.name
            if isinstance(node, ast.Assign | ast.AnnAssign):
                return ast.unparse(node.targets[0] if isinstance(node, ast.Assign) else node.target)
    return None


def _begun(tree: ast.Module, line: int) -> int:
    """Return the line at which the innermost statement begins that a line is in."""
    within = (
        one for one in ast.walk(tree) if isinstance(one, ast.stmt) and one.lineno <= line <= (one.end_lineno or 0)
    )
    return max((one.lineno for one in within), default=0)


def _file(test: str) -> str:
    return test.partition("::")[0]


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z]{4,}", text.lower()))
