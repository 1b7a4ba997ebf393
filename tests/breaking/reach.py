"""Which tests come by a line: only they can see that it is broken."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

from coverage import CoverageData

SLOW = "not prefect and not " + " and not ".join(
    ("histories", "many_processes", "crashes", "killed", "survive", "anything_sent")
)


def run(copy: Path, *how: str, seconds: float | None = None) -> subprocess.CompletedProcess[str]:
    """Run tests of a copy of the project, and return what they said.

    Raises:
        subprocess.TimeoutExpired: they had not ended after so many seconds.
    """
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", SLOW, *how]
    here = os.environ | {"PYTHONPATH": str(copy)}
    return subprocess.run(command, cwd=copy, env=here, capture_output=True, text=True, timeout=seconds, check=False)


class Reach:
    """What the tests of some rooms reached in a copy of the project, in which nothing is broken yet."""

    def __init__(self, copy: Path, tests: list[str]) -> None:
        """Run all tests once; every one must pass, since a failing one would see everything.

        Raises:
            SystemExit: not every test passed; it says how the run ended.
        """
        done = run(copy, "-n", "2", "--cov=workflow_core", "--cov-context=test", "--cov-report=", *tests)
        if done.returncode:
            sys.exit(f"the tests do not pass as they are:\n{done.stdout[-2_000:]}")
        data = CoverageData(str(copy / ".coverage"))
        data.read()
        files = data.measured_files()
        self._lines = {str(Path(file).relative_to(copy)): data.contexts_by_lineno(file) for file in files}
        self._widths = Counter(test for lines in self._lines.values() for tests in lines.values() for test in tests)

    def tests(self, file: str, line: int) -> list[str]:
        """Return the tests that come by a line, or by what stands above it: first those that reach the least else."""
        lines = self._lines.get(file, {})
        nearest = max((one for one in lines if one <= line), default=0)
        found = {context.rpartition("|")[0] for context in lines.get(nearest, ()) if context}
        return sorted(found, key=lambda test: ("postgres" in test, self._widths[f"{test}|run"], test))
