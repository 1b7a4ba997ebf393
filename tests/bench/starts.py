"""How long `annoflow pipeline check` takes to start, beside what it took at another commit: in turns, so that whatever
else the machine does meets both alike, and in seconds of CPU.

    python -m tests.bench.starts [COMMIT] [ROUNDS]
"""

import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[2]
BEFORE = "f211c0b"
"""The last commit before there was an API."""
STARTED = "from workflow_core.cli import main; main()"


def took(root: Path) -> float:
    """Return the seconds of CPU that a check takes from its start to its end."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-P", "-c", STARTED, "pipeline", "check", str(ROOT / "pipelines/dashcam.yaml")]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # else one of the two might compile all of itself each time
    subprocess.run(command, env=environment, cwd=root, capture_output=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main(commit: str = BEFORE, rounds: str = "20") -> None:
    """Measure both, and print the least and the median of each, and their ratios."""
    with tempfile.TemporaryDirectory() as folder:
        before = Path(folder) / "before"
        subprocess.run(["git", "worktree", "add", "--quiet", "--detach", before, commit], cwd=ROOT, check=True)
        try:
            roots = {commit: before, "now": ROOT}
            found: dict[str, list[float]] = {name: [] for name in roots}
            for number in range(int(rounds) + 1):
                for name in reversed(roots) if number % 2 else roots:
                    seconds = took(roots[name])
                    if number:  # the first one compiles
                        found[name].append(seconds)
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", before], cwd=ROOT, check=True)
    for name, seconds_ in found.items():
        print(f"{name}: {min(seconds_):.3f} s at least, {median(seconds_):.3f} s in the median")
    least, usual = (of(found["now"]) / of(found[commit]) for of in (min, median))
    print(f"ratio: {least:.2f} at least, {usual:.2f} in the median")


if __name__ == "__main__":
    main(*sys.argv[1:])
