"""The command line, run in this process in a folder of the test's own."""

import io
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer.main
from engines import kept
from sqlalchemy import Engine

from workflow_core.cli import main
from workflow_core.store.database.engine import engine_for


@dataclass(frozen=True)
class Ran:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Ran]
built = cache(typer.main.get_command)
"""Makes the tree of all commands once: it takes as long as many a command."""


@pytest.fixture
def warm(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let commands reach the test's database by the engine of all tests, which has compiled their statements before."""
    tested = request.getfixturevalue("database_url") if "database_url" in request.fixturenames else None

    def found(url: str, **given: int) -> Engine:
        if url != tested:
            return engine_for(url, **given)
        engine = kept(url).execution_options()
        monkeypatch.setattr(engine, "dispose", lambda: None)
        return engine

    monkeypatch.setattr("workflow_core.store.database.engine.engine_for", found)


@pytest.fixture
def annoflow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], warm: None) -> Run:
    """Run a command in a folder of the test's own; `stdin` is what it reads there."""
    monkeypatch.setattr("typer.main.get_command", built)
    monkeypatch.chdir(tmp_path)
    for name in ("ANNOFLOW_HOME", "ANNOFLOW_DATABASE_URL", "ANNOFLOW_URL", "ANNOFLOW_TOKEN"):
        monkeypatch.setenv(name, "")  # so that what a command sets is taken back
        monkeypatch.delenv(name)

    def run(*words: object, stdin: str = "") -> Ran:
        monkeypatch.setattr(sys, "argv", ["annoflow", *map(str, words)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        shown = capsys.readouterr()
        return Ran(int(ended.value.code or 0), shown.out, shown.err)

    return run
