"""Commands that need no database load none, and start fast."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from running import PATIENCE

ROOT = Path(__file__).parents[2]
HEAVY = (
    "prefect",
    "sqlalchemy",
    "sqlmodel",
    "fastapi",
    "starlette",
    "uvicorn",
    "httpx",
    "httpx2",
    "rich",
    "fsspec",
    "PIL",
    "alembic",
    "pydantic_settings",
)


TOLD = """
import atexit, json, sys
atexit.register(lambda: sys.stderr.write("\\n" + json.dumps(sorted({name.partition(".")[0] for name in sys.modules}))))
from workflow_core.cli import main
main()
"""


def loaded(*words: str) -> set[str]:
    """Run a command in a process of its own; return the packages that it loaded."""
    command = [sys.executable, "-c", TOLD, *words]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=True)
    return set(json.loads(ran.stderr.splitlines()[-1]))


@pytest.mark.parametrize(
    "words",
    [
        ("pipeline", "check", "pipelines/dashcam.yaml"),
        ("pipeline", "explain", "AF030"),
        ("pipeline", "graph", "pipelines/dashcam.yaml"),
        ("pipeline", "schema"),
        ("pipeline", "test", "pipelines/dashcam.test.yaml"),
        ("--help",),
    ],
    ids=" ".join,
)
def test_neither_prefect_nor_a_database_is_loaded(words: tuple[str, ...]) -> None:
    assert loaded(*words) & set(HEAVY) == set()


def test_help_loads_not_even_the_language() -> None:
    assert loaded("--help") & {"pydantic", "networkx", "yaml"} <= {"pydantic"}
